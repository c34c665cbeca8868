"""A shop as it stands: what is on sale, who waits, until when money comes back, and what moved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import (
    SellingStopped,
    ShopChanged,
    ShopInvalid,
    UnknownShop,
)
from ledger.kernel.store import WaitingLine
from ledger.payments.capabilities import CAPABILITIES
from ledger.shop.differences import differences, restatement
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.mailing_service import Mailings
from ledger.shop.questions import QuestionKind, Questions, TicketQuestion
from ledger.shop.service import moving
from ledger.shop.shop import (
    ONLY_DOOR,
    Shop,
    as_spec,
    evolve_shop,
    fold_shop,
    free_seats,
    spec_of,
    void_versions,
)
from ledger.shop.stamps import (
    Admission,
    Buyers,
    LetterWordsSet,
    MailingStarted,
    MailingState,
    MailingTurned,
    Picture,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuestionsSet,
    QuotaSet,
    ShopCancelled,
    ShopMoved,
    ShopOpened,
    ShopRestated,
    line_id,
    quota_id,
    shop_id,
)
from ledger.vouchers.stamps import VoucherExpired
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND, World

ID = shop_id("winterfest")
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
START = PREFERENCES.starts_at
INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
CAUSE = UUID(int=5)


def after(*stamps: Any, of: Shop | None = None) -> Shop:
    shop = of or Shop(id=ID)
    for stamp in stamps:
        number = shop.version + 1
        shop = evolve_shop(shop, Recorded(ID, number, 7 + number, NOON, stamp, CAUSE, "staff"))
    return shop


def opened(**changes: Any) -> Shop:
    spec = replace(SPEC, preferences=replace(PREFERENCES, **changes))
    return after(*differences(spec, Shop(id=ID)))


SHOP = opened()
MOVED = ShopMoved(before=START, starts_at=START + DAY, reason={"en": "Storm"})
CANCELLED = ShopCancelled(reason={"en": "Storm"})


def test_a_seat_is_free_that_is_neither_held_nor_sold():
    totals = {CAUSE: (5, 1, 2)}
    assert (free_seats(totals, CAUSE), free_seats(totals, ID)) == (2, 0)


@pytest.mark.parametrize(
    ("window", "on_sale"),
    [
        ({}, True),
        ({"available_from": NOON}, True),
        ({"available_from": NOON + INSTANT}, False),
        ({"available_until": NOON}, False),
        ({"available_until": NOON + INSTANT}, True),
        ({"available_from": NOON, "available_until": NOON + INSTANT}, True),
    ],
)
def test_what_is_inside_its_window_is_on_sale(window: Any, on_sale: bool):
    shop = after(replace(SHOP.products["weekend"], **window), of=SHOP)
    assert ("weekend" in [one.slug for one in shop.on_sale(NOON)]) is on_sale


def test_products_stand_by_rank_and_then_by_slug_and_nothing_is_sold_once_cancelled():
    ranked = after(replace(SHOP.products["weekend"], rank=2), of=SHOP)
    assert [one.slug for one in ranked.on_sale(NOON)] == ["friday", "weekend", "volunteer"]
    assert after(CANCELLED, of=SHOP).on_sale(NOON) == ()


def test_there_is_always_a_door():
    assert SHOP.doors == (ONLY_DOOR,)
    doors = Admission(doors=("west", "east"))
    shop = after(replace(SHOP.products["weekend"], admission=doors), of=SHOP)
    assert shop.doors == ("east", "west")
    # What is off sale lets its holders in as it did.
    assert after(ProductWithdrawn(slug="weekend"), of=shop).doors == ("east", "west")


def waits(**changes: Any) -> Shop:
    return opened(waiting_list=3600, **changes)


def test_people_wait_where_the_shop_says_for_how_long_and_while_it_takes_place():
    assert (SHOP.lets_wait, waits().lets_wait, Shop(id=ID).lets_wait) == (False, True, False)
    assert not after(CANCELLED, of=waits()).lets_wait
    assert after(MOVED, of=waits()).lets_wait


def test_a_hold_lasts_as_long_as_its_product_says_or_else_the_shop():
    own = after(replace(SHOP.products["weekend"], waiting_list=60), of=waits())
    assert [own.hold_of(one) for one in ("weekend", "friday", "gone")] == [60, 3600, 3600]
    assert SHOP.hold_of("weekend") == 0


WEEKEND_SEATS, FRIDAY_SEATS = quota_id(ID, "weekend"), quota_id(ID, "friday")


def line(product: str, *quotas: UUID) -> WaitingLine:
    return WaitingLine(id=line_id(ID, product), quotas=quotas)


def test_lines_are_of_the_products_that_take_from_these_quotas():
    assert waits().waiting_lines({FRIDAY_SEATS}) == (line("friday", FRIDAY_SEATS),)
    found = waits().waiting_lines({WEEKEND_SEATS})
    assert found == (line("weekend", WEEKEND_SEATS), line("volunteer", WEEKEND_SEATS))
    assert waits().waiting_lines(set()) == SHOP.waiting_lines({FRIDAY_SEATS}) == ()


@pytest.mark.parametrize(
    ("seats", "waiting", "held"),
    [
        ((5, 1, 1), 0, 1),
        ((5, 1, 1), 2, 3),
        ((5, 1, 1), 3, 4),
        ((5, 1, 1), 4, 4),
        ((5, 4, 1), 2, 4),
        ((5, 5, 1), 2, 5),
    ],
)
def test_seats_that_somebody_waits_for_are_as_if_held(seats: Any, waiting: int, held: int):
    totals = {FRIDAY_SEATS: seats, line_id(ID, "friday"): (10, waiting, 0)}
    sale = waits().in_open_sale(totals)
    assert sale[FRIDAY_SEATS] == (seats[0], held, seats[2])
    assert SHOP.in_open_sale(totals) == totals


@pytest.mark.parametrize(
    ("changes", "takes"),
    [
        ({}, True),
        ({"cancellation": replace(PREFERENCES.cancellation, period_days=0)}, False),
        ({"cancellation": replace(PREFERENCES.cancellation, period_days=1)}, True),
    ],
)
def test_customers_cancel_by_themselves_within_so_many_days(changes: Any, takes: bool):
    shop = opened(**changes)
    assert shop.takes_withdrawals is takes
    assert shop.withdrawals_until == (START if takes else None)
    assert not Shop(id=ID).takes_withdrawals


def test_what_is_free_can_be_cancelled_however_the_rest_is_paid():
    by_hand = next(name for name, one in CAPABILITIES.items() if one.by_hand)
    cash = opened(provider=by_hand, how_to_pay={"en": "To our account"})
    assert (cash.gives_away, cash.takes_withdrawals) == (True, True)
    paid = after(ProductWithdrawn(slug="volunteer"), of=cash)
    assert (paid.gives_away, paid.takes_withdrawals) == (False, False)
    # What was promised stays so.
    assert paid.withdrawals_until == START


def test_a_move_takes_doors_and_end_along_and_remembers_the_former_start():
    shop = after(MOVED, of=opened(doors_at=START - DAY, ends_at=START + DAY))
    assert (shop.terms.starts_at, shop.terms.doors_at, shop.terms.ends_at) == (
        START + DAY,
        START,
        START + 2 * DAY,
    )
    assert (shop.former_starts, shop.moved, shop.cancelled) == (frozenset({START}), MOVED, None)
    assert (shop.change and shop.change.id, shop.withdrawals_until) == (CAUSE, START + DAY)
    back = after(ShopMoved(before=START + DAY, starts_at=START, reason={}), of=shop)
    assert (back.former_starts, back.terms.starts_at) == (frozenset({START + DAY}), START)
    assert back.withdrawals_until == START + DAY
    plain = after(MOVED, of=SHOP).terms
    assert (plain.doors_at, plain.ends_at) == (None, None)


def test_a_cancelled_shop_stays_cancelled_where_it_moves():
    shop = after(CANCELLED, MOVED, of=SHOP)
    assert (shop.cancelled, shop.moved) == (CANCELLED, None)
    assert after(MOVED, CANCELLED, of=SHOP).cancelled == CANCELLED


def test_what_is_said_of_letters_is_kept_with_the_version_it_stands_at():
    words = LetterWords(subject={"en": "Hello"})
    shop = after(LetterWordsSet(letter="paid", words=words), of=SHOP)
    assert (shop.letters, shop.worded) == ({"paid": words}, {"paid": SHOP.version + 1})
    shop = after(LetterWordsSet(letter="paid", words=NO_WORDS), of=shop)
    assert (shop.letters, shop.worded) == ({}, {})


ASKED = Questions(
    asked=(TicketQuestion(slug="diet", kind=QuestionKind.TEXT, label={"en": "Diet"}),)
)


def test_questions_go_with_their_product():
    shop = after(QuestionsSet(product="weekend", questions=ASKED), of=SHOP)
    assert (shop.asks("weekend"), shop.asks("friday")) == (ASKED, Questions())
    gone = after(ProductWithdrawn(slug="friday"), of=shop)
    assert gone.asks("weekend") == ASKED
    assert "friday" not in gone.products
    gone = after(ProductWithdrawn(slug="weekend"), of=shop)
    assert (gone.asks("weekend"), gone.revisions["weekend"]) == (Questions(), 1)


LETTER = MailingStarted(
    about_order=True,
    product="",
    buyers=(Buyers.PAID,),
    subject={"en": "News"},
    text={"en": "Doors open"},
)


def test_a_letter_to_buyers_runs_until_it_is_turned():
    shop = after(LETTER, of=SHOP)
    (mailing,) = shop.mailings.values()
    assert (mailing.id, mailing.stamp, mailing.actor) == (CAUSE, LETTER, "staff")
    assert (mailing.started_at, mailing.position) == (NOON, 8 + SHOP.version)
    assert mailing.state is MailingState.RUNNING
    paused = after(MailingTurned(mailing=CAUSE, state=MailingState.PAUSED), of=shop)
    assert paused.mailings[CAUSE] == replace(mailing, state=MailingState.PAUSED)
    unknown = after(MailingTurned(mailing=ID, state=MailingState.PAUSED), of=shop)
    assert unknown.mailings == shop.mailings


def test_versions_that_others_took_the_place_of_are_void():
    restated = [ShopRestated(versions=one) for one in ((2, 3), (5,))]
    history = [Recorded(ID, n, n, NOON, one, CAUSE, "x") for n, one in enumerate(restated, 1)]
    assert void_versions(history) == fold_shop(ID, history).void == {2, 3, 5}


def test_a_stamp_of_another_stream_is_foreign():
    with pytest.raises(Foreign):
        after(VoucherExpired())


# What leads to a file.


def test_a_shop_as_it_stands_is_its_own_file():
    assert spec_of(SHOP).products == SPEC.products
    assert differences(spec_of(SHOP), SHOP) == []
    open_air = as_spec(replace(SHOP.products["weekend"], quotas=()))
    assert (open_air.unlimited, as_spec(SHOP.products["weekend"]).unlimited) == (True, False)


def test_a_new_shop_is_opened_and_everything_of_it_said():
    stamps = differences(SPEC, Shop(id=ID))
    assert [type(one) for one in stamps] == [
        ShopOpened,
        PreferencesChanged,
        *[QuotaSet] * 2,
        *[ProductRevised] * 3,
    ]
    assert [one.rank for one in stamps if isinstance(one, ProductRevised)] == [1, 2, 3]
    assert {one.revision for one in stamps if isinstance(one, ProductRevised)} == {1}


@pytest.mark.parametrize(
    ("changes", "revision"),
    [
        ({"price": Money(3900, "EUR")}, 2),
        ({"vat_percent": "24"}, 2),
        ({"title": {"en": "Both days"}}, 2),
        ({"description": {"en": "Both days"}}, 1),
        ({"max_per_order": 9}, 1),
    ],
)
def test_a_revision_is_of_price_vat_and_title(changes: Any, revision: int):
    spec = replace(SPEC, products=(replace(WEEKEND, **changes), *SPEC.products[1:]))
    (stamp,) = differences(spec, SHOP)
    assert isinstance(stamp, ProductRevised)
    assert stamp.revision == revision


def test_what_comes_back_has_another_revision():
    gone = after(ProductWithdrawn(slug="weekend"), of=SHOP)
    (stamp,) = differences(SPEC, gone)
    assert isinstance(stamp, ProductRevised)
    assert stamp.revision == 2


def test_words_and_questions_that_are_taken_out_of_a_file_are_none():
    words = LetterWords(subject={"en": "Hello"})
    shop = after(
        LetterWordsSet(letter="paid", words=words),
        QuestionsSet(product="weekend", questions=ASKED),
        of=SHOP,
    )
    assert differences(SPEC, shop) == [
        QuestionsSet(product="weekend", questions=Questions()),
        LetterWordsSet(letter="paid", words=NO_WORDS),
    ]
    same = replace(SPEC, letters={"paid": words, "link": NO_WORDS})
    assert [type(one) for one in differences(same, shop)] == [QuestionsSet]


PICTURE = Picture(hash="kept", source="file", width=1, height=1, alt={"en": "A"})


@pytest.mark.parametrize("name", ["picture", "logo"])
@pytest.mark.parametrize(("source", "known"), [("file", True), ("kept", True), ("another", False)])
def test_a_picture_of_the_same_file_stays_as_it_was_made(name: str, source: str, known: bool):
    shop = opened(**{name: PICTURE})
    wanted = replace(PICTURE, hash="other", source=source, alt={"en": "B"})
    told: dict[str, Any] = {name: wanted}
    terms = replace(PREFERENCES, **told)
    (stamp,) = differences(replace(SPEC, preferences=terms), shop)
    assert isinstance(stamp, PreferencesChanged)
    made = replace(PICTURE, alt={"en": "B"}) if known else wanted
    assert getattr(stamp.after, name) == made
    (stamp,) = differences(SPEC, shop)
    assert isinstance(stamp, PreferencesChanged)
    assert getattr(stamp.after, name) is None


def test_a_restated_shop_is_said_anew_with_revisions_above_all_before():
    spec = replace(SPEC, products=SPEC.products[:2])
    first, *stamps = restatement(spec, SHOP, [9, 10])
    assert first == ShopRestated(versions=(9, 10))
    assert [type(one) for one in stamps] == [
        PreferencesChanged,
        *[QuotaSet] * 2,
        *[ProductRevised] * 2,
        ProductWithdrawn,
    ]
    assert [one.revision for one in stamps if isinstance(one, ProductRevised)] == [4, 4]
    unopened = restatement(SPEC, Shop(id=ID), [1])
    assert [type(one) for one in unopened][:2] == [ShopRestated, ShopOpened]
    assert [type(one) for one in unopened].count(ShopOpened) == 1


# As a service.


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_a_shop_that_does_not_exist_is_unknown(world: World):
    for ask in (world.shops.get, world.shops.newest, world.shops.edits):
        with pytest.raises(UnknownShop):
            ask("elsewhere")
    assert world.shops.fresh("elsewhere").version == 0
    assert world.shops.lately("elsewhere") is None


def test_a_shop_is_seen_as_it_was_after_so_many_stamps(world: World):
    newest = world.shops.newest("winterfest")
    assert world.shops.as_of("winterfest", newest.version) == newest
    assert world.shops.as_of("winterfest", newest.version - 1).version == newest.version - 1
    assert world.shops.as_of("winterfest", 0).version == 0


def test_a_shop_is_cancelled_once_and_only_with_a_reason(world: World):
    with pytest.raises(ShopInvalid):
        world.shops.cancel("winterfest", reason={}, actor="staff")
    first = world.shops.cancel("winterfest", reason={"en": "Storm"}, actor="staff")
    again = world.shops.cancel("winterfest", reason={"en": "Snow"}, actor="staff")
    assert (again, first.cancelled) == (first, CANCELLED)
    with pytest.raises(SellingStopped):
        moving(
            first, starts_at=START + DAY, reason={"en": "x"}, refunds_until=None, at=world.clock()
        )


def test_a_file_from_before_a_move_would_tell_nobody(world: World):
    moved = world.shops.move(
        "winterfest",
        starts_at=START + DAY,
        reason={"en": "Storm"},
        refunds_until=START,
        actor="staff",
        at=world.clock(),
    )
    assert moved.moved == replace(MOVED, refunds_until=START)
    with pytest.raises(ShopInvalid, match="starts_at"):
        world.shops.import_shop(SPEC, actor="staff", at=world.clock())
    again = replace(SPEC, preferences=replace(PREFERENCES, starts_at=START + DAY))
    assert world.shops.import_shop(again, actor="staff", at=world.clock()) == ()


def test_a_letter_to_buyers_is_started_as_the_shop_was_seen_and_one_at_a_time(world: World):
    mailings = Mailings(world.store, world.shops)
    seen = world.shops.newest("winterfest").version

    def start(version: int, letter: MailingStarted = LETTER) -> Any:
        return mailings.start("winterfest", letter, reason="news", actor="staff", seen=version)

    with pytest.raises(ShopInvalid, match="buyers"):
        start(seen, replace(LETTER, buyers=()))
    for version in (seen - 1, seen + 1):
        with pytest.raises(ShopChanged) as refused:
            start(version)
        assert refused.value.version == seen
    mailing = start(seen)
    assert mailing.state is MailingState.RUNNING
    with pytest.raises(ShopChanged):
        start(world.shops.newest("winterfest").version)


@pytest.mark.parametrize(
    ("turns", "state"),
    [
        (["paused"], "paused"),
        (["paused", "running"], "running"),
        (["paused", "finished"], "paused"),
        (["running"], "running"),
        (["finished"], "finished"),
        (["finished", "running"], "finished"),
        (["called_off"], "called_off"),
        (["paused", "called_off"], "called_off"),
        (["called_off", "running"], "called_off"),
    ],
)
def test_a_letter_to_buyers_is_paused_goes_on_and_ends(world: World, turns: list[str], state: str):
    mailings = Mailings(world.store, world.shops)
    seen = world.shops.newest("winterfest").version
    mailing = mailings.start("winterfest", LETTER, reason="", actor="staff", seen=seen)
    for turn in turns:
        known = mailings.turn(
            "winterfest", mailing.id, MailingState(turn), reason="why", actor="staff"
        )
    assert (known.state, known.id) == (state, mailing.id)


def test_of_a_line_that_nobody_joined_nothing_is_kept() -> None:
    assert waits().in_open_sale({FRIDAY_SEATS: (5, 1, 1)}) == {FRIDAY_SEATS: (5, 1, 1)}
