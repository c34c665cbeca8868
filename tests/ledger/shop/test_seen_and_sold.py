"""What is seen of a shop after each of its changes, what is left of it, and how faults name it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopInvalid
from ledger.order.cancellation_policy import Why, promise
from ledger.payments.capabilities import CAPABILITIES
from ledger.shop.mailing_service import Mailings
from ledger.shop.rules import field_of
from ledger.shop.shop import Shop
from ledger.shop.stamps import (
    Buyers,
    ChangeExplained,
    MailingStarted,
    MailingState,
    MailingTurned,
    quota_id,
)
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND, World

SLUG, DAY = "winterfest", timedelta(days=1)
LETTER = MailingStarted(
    about_order=True,
    product="",
    buyers=(Buyers.PAID,),
    subject={"en": "News"},
    text={"en": "Doors open"},
)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("products",), "products"),
        (("products", 0), "products.weekend"),
        (("products", 0, "price"), "products.weekend.price"),
        (("products", 90, "price"), "products.91.price"),
        (("products", "weekend", "price"), "products.weekend.price"),
        (("quotas", 0), "quotas.1"),
    ],
)
def test_a_fault_names_a_product_by_its_slug_and_counts_all_else_from_one(
    path: tuple[str | int, ...], field: str
) -> None:
    assert field_of(path, SPEC) == field


def test_without_the_file_a_product_is_counted_too() -> None:
    assert field_of(("products", 0)) == "products.1"


def shop_of(world: World) -> Shop:
    return world.shops.newest(SLUG)


def test_a_product_takes_from_its_quotas_also_where_one_was_never_set(world: World) -> None:
    product = replace(shop_of(world).products["weekend"], quotas=("weekend", "unheard"))
    ids = tuple(quota_id(shop_of(world).id, one) for one in ("weekend", "unheard"))
    assert shop_of(world).quota_ids(product) == ids
    totals = {ids[0]: (9, 2, 3), ids[1]: (5, 0, 2)}
    assert shop_of(world).free_of(product, totals) == 3
    assert shop_of(world).free_of(replace(product, quotas=()), totals) > 1_000_000


def test_a_shop_that_sells_by_card_alone_takes_cancellations(world: World) -> None:
    world.shops.import_shop(replace(SPEC, products=(WEEKEND,)), actor="staff", at=world.clock())
    shop = shop_of(world)
    assert (shop.gives_away, shop.takes_withdrawals) == (False, True)


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("price", [0, 3500])
def test_what_is_paid_by_hand_is_not_given_up_alone_what_is_free_is(
    by_hand: bool, price: int
) -> None:
    provider = next(name for name, one in CAPABILITIES.items() if one.by_hand is by_hand)
    terms, now = replace(PREFERENCES, provider=provider), PREFERENCES.starts_at - 20 * DAY
    said = promise(terms, Money(price, "EUR"), now)
    assert said.why is (Why.PAID_BY_HAND if by_hand and price else Why.NOTHING)


def test_what_was_changed_here_is_seen_here_at_once(world: World) -> None:
    assert world.shops.get(SLUG).products["weekend"].price == WEEKEND.price
    dearer = replace(SPEC, products=(replace(WEEKEND, price=Money(9900, "EUR")),))
    world.shops.import_shop(dearer, actor="staff", at=world.clock())
    assert world.shops.get(SLUG).products["weekend"].price == Money(9900, "EUR")
    world.shops.cancel(SLUG, reason={"en": "Storm"}, actor="staff")
    assert world.shops.get(SLUG).cancelled is not None


def test_what_need_not_be_read_is_there_or_none(world: World) -> None:
    world.shops.forget()
    assert world.shops.lately(SLUG) is None
    seen = world.shops.get(SLUG)
    assert world.shops.lately(SLUG) == seen
    assert world.shops.lately("nowhere") is None


def test_a_shop_is_not_moved_into_the_past(world: World) -> None:
    with pytest.raises(ShopInvalid):
        world.shops.move(
            SLUG,
            starts_at=world.clock() - DAY,
            reason={"en": "Storm"},
            refunds_until=None,
            actor="staff",
            at=world.clock(),
        )


@pytest.mark.parametrize("reason", ["", "the ferry does not run"])
def test_why_a_letter_to_buyers_began_and_paused_stands_beside_it(
    world: World, reason: str
) -> None:
    mailings, why = Mailings(world.store, world.shops), [ChangeExplained(reason=reason)]
    before = shop_of(world).version
    sent = mailings.start(SLUG, LETTER, reason=reason, actor="staff", seen=before)
    assert world.shops.get(SLUG).mailings[sent.id].state is MailingState.RUNNING
    turned = mailings.turn(SLUG, sent.id, MailingState.PAUSED, reason=reason, actor="staff")
    assert world.shops.get(SLUG).mailings[sent.id] == turned
    stamps = [one.stamp for one in world.store.read(shop_of(world).id, after=before)]
    paused = MailingTurned(mailing=sent.id, state=MailingState.PAUSED)
    explained = why if reason else []
    assert stamps == [LETTER, *explained, paused, *explained]


def test_a_letter_to_buyers_is_turned_though_the_shop_changed_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailings = Mailings(world.store, world.shops)
    sent = mailings.start(SLUG, LETTER, reason="", actor="staff", seen=shop_of(world).version)
    stale, newest = iter([shop_of(world)]), world.shops.newest
    dearer = replace(SPEC, products=(replace(WEEKEND, price=Money(9900, "EUR")),))
    world.shops.import_shop(dearer, actor="staff", at=world.clock())
    monkeypatch.setattr(world.shops, "newest", lambda slug: next(stale, None) or newest(slug))
    turned = mailings.turn(SLUG, sent.id, MailingState.PAUSED, reason="", actor="staff")
    assert turned.state is MailingState.PAUSED


@pytest.mark.parametrize(("ahead", "why"), [(0, Why.TOO_LATE), (1, Why.NOTHING)])
def test_until_its_last_moment_a_cancellation_is_promised(ahead: int, why: Why) -> None:
    now = PREFERENCES.starts_at - timedelta(microseconds=ahead)
    assert promise(PREFERENCES, Money(3500, "EUR"), now).why is why
