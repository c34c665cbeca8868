"""A well signed payment that names another order's attempt moves nobody, whatever comes first."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.keys.evidence import Waiting
from adapters.worker.look_up import LookUp
from adapters.worker.reactor import Reactor
from adapters.worker.reactors.inbox import Inbox
from ledger.cases.stamps import CaseKind
from ledger.inbox.receive import NotTied
from ledger.inbox.replay_inbox import InboxReplay, Meaning
from ledger.order.status import status
from tests.kits.stripe_shop import StripeShop, stripe_shop
from tests.kits.worker import reading
from web.wiring.parts import intake


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[StripeShop]:
    with stripe_shop(tmp_path) as made:
        made.buy("one")
        made.buy("two")
        yield made


def event(shop: StripeShop, kind: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in shop.provider.objects("events") if one["type"] == kind]
    return found


def pinned_on_two(shop: StripeShop) -> dict[str, Any]:
    """The payment of order one, with everything that the provider was told of order two's."""
    news = event(shop, "payment_intent.succeeded")
    (page,) = [
        one
        for one in shop.provider.objects("checkout/sessions")
        if one["id"] == shop.attempt("two").session
    ]
    news["data"]["object"]["metadata"] = page["metadata"]
    return news | {"id": "evt_pinned"}


def worker(shop: StripeShop) -> Reactor[Waiting]:
    parts = shop.parts
    act = Inbox(
        kept=shop.inbox,
        doors=parts.doors,
        orders=parts.orders,
        cases=parts.cases,
        find_order=shop.order_of,
        clock=shop.world.clock,
        look_up=LookUp(books=parts.books, pages=parts.pages, intake=intake(parts)),
    )
    return reading(shop.inbox, act, shop.world.clock)


def statuses(shop: StripeShop) -> list[str]:
    return [str(status(shop.order(name))) for name in ("one", "two")]


def test_pinned_on_another_order_s_attempt_it_is_a_case_and_its_own_order_is_paid(
    shop: StripeShop,
) -> None:
    shop.pay("one")
    shop.keep(json.dumps(pinned_on_two(shop)).encode())
    shop.world.clock.pass_(seconds=6)
    worker(shop).run()
    # The provider's books told whose page it was: that order is paid, the other is not.
    assert statuses(shop) == ["PAID", "PENDING"]
    (case,) = shop.world.cases_opened()
    assert (case.kind, case.order) == (CaseKind.UNMATCHED_MONEY, shop.world.id("two"))
    shop.tell()
    assert statuses(shop) == ["PAID", "PENDING"]


def test_a_payment_whose_page_is_silent_is_looked_up(shop: StripeShop) -> None:
    shop.pay("one")
    shop.keep(json.dumps(event(shop, "payment_intent.succeeded")).encode())
    assert statuses(shop) == ["PENDING", "PENDING"]
    shop.world.clock.pass_(seconds=6)
    assert worker(shop).run().done == 1
    assert statuses(shop) == ["PAID", "PENDING"]
    assert shop.world.cases_opened() == []


def test_while_the_provider_is_away_it_waits(shop: StripeShop) -> None:
    shop.pay("one")
    shop.keep(json.dumps(event(shop, "payment_intent.succeeded")).encode())
    shop.world.clock.pass_(seconds=6)
    away, reactor = 3, worker(shop)
    shop.provider.lever("calls/next", kind="500", method="GET", count=away)
    assert reactor.run().waiting == 1
    assert statuses(shop) == ["PENDING", "PENDING"]
    for _ in range(away):
        shop.world.clock.pass_(minutes=10)
        reactor.run()
    assert statuses(shop) == ["PAID", "PENDING"]


def test_the_archive_read_again_in_any_order_says_the_same(shop: StripeShop) -> None:
    shop.pay("one")
    shop.keep(json.dumps(pinned_on_two(shop)).encode())
    shop.keep_all()
    for again in (True, False):
        read = InboxReplay(shelf=shop.inbox, intake=intake(shop.parts), commit=again)
        meanings = {one.meaning for one in read.run(None)}
        assert statuses(shop) == ["PAID", "PENDING"]
    assert meanings <= {Meaning.SAME}
    assert len(shop.world.cases_opened()) == 1


def test_a_page_pinned_on_another_order_is_a_case_even_where_the_views_lag(
    shop: StripeShop,
) -> None:
    shop.pay("one")
    (page,) = [
        one
        for one in shop.provider.objects("checkout/sessions")
        if one["id"] == shop.attempt("two").session
    ]
    news = event(shop, "checkout.session.completed")
    said = {key: page[key] for key in ("metadata", "client_reference_id")}
    news["data"]["object"] |= said
    shop.blind = True
    shop.keep(json.dumps(news).encode())
    shop.world.clock.pass_(seconds=6)
    worker(shop).run()
    assert statuses(shop) == ["PENDING", "PENDING"]
    assert [case.kind for case in shop.world.cases_opened()] == [CaseKind.UNMATCHED_MONEY]


def test_the_web_does_not_wait_for_it(shop: StripeShop) -> None:
    shop.pay("one")
    news = shop.door.reread(json.dumps(event(shop, "payment_intent.succeeded")).encode())
    with pytest.raises(NotTied):
        shop._receive(news[0], patient=True)
