"""Each check of the auditor by itself: what it finds in one stamp, and what it lets pass."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.accounts.account import Account, account_id
from ledger.accounts.stamps import AccountLanguageChosen, AccountOpened, OrdersClaimed
from ledger.audit import (
    check_accounts,
    check_doors,
    check_erasures,
    check_grants,
    check_news,
    check_orders,
    check_places,
    check_rows,
    check_swaps,
    check_tills,
    check_vouchers,
)
from ledger.audit.check_conflicts import ConflictCheck
from ledger.audit.check_places import LineCheck
from ledger.audit.check_seats import between, moved_unread
from ledger.audit.check_swaps import SwapCheck, swap_news
from ledger.audit.check_tills import TillCheck, sale_news
from ledger.audit.findings import Finding, Step
from ledger.codec import frame
from ledger.grants.grantee import Grantee, GrantState, grantee_id
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import (
    CreateVoucherSuccess,
    GrantKind,
    GrantLetter,
    PersonConfirmed,
    PersonListed,
    VoucherLetterStarted,
    VoucherRequested,
    VoucherUpgraded,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Recorded, derived
from ledger.kernel.money import Money
from ledger.news.reader import NewsReader
from ledger.news.stamps import NewsAddressed
from ledger.order.attendance import scan_cause
from ledger.order.letter_delivery import Posting
from ledger.order.order import Order
from ledger.order.payouts import payout_cause
from ledger.order.stamps import (
    BuyerAddressed,
    Cause,
    Letter,
    LetterWordsUsed,
    LinesSwapped,
    OrderAmended,
    PaymentWithdrawn,
    Pieces,
    ReceiptSendStarted,
    SeatsReleased,
    TicketCheckInUndone,
    VoucherUse,
)
from ledger.shop.stamps import quota_id
from ledger.till.shift import Shift
from ledger.till.stamps import (
    RateSum,
    SaleRung,
    SaleVoided,
    ShiftClosed,
    ShiftOpened,
    Way,
    shift_id,
)
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherChanged,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherTerms,
)
from ledger.vouchers.voucher import Voucher, voucher_id
from ledger.waiting_list.place import PlaceState, WaitingPlace, place_id
from ledger.waiting_list.stamps import (
    Leaving,
    PlaceLapsed,
    PlaceLeft,
    PlaceOffered,
    PlaceTaken,
    PlaceUsed,
)
from tests.kits import spec
from tests.kits.example_stamps import example
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    CHECKED_IN,
    CHECKED_OUT,
    DISPUTED,
    ISSUED,
    LATER,
    LINE,
    NOON,
    ORDER,
    PAGE,
    PAID,
    PAID_OUT,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    SECOND,
    SHOP,
    TIMED_OUT,
    VOID_ASKED,
    WISH,
    eur,
    order_of,
    put,
)

BOUGHT = order_of(PLACED, ASKED, PAGE, PAID)
NOTHING = Order(id=ORDER)
ADA = UUID(int=7)
SWEDISH = Money(1, "SEK")
Check = Callable[[Step], Iterable[Finding]]


def step(
    before: Any, stamp: Any, *, under: UUID = WISH, stream: UUID = ORDER, at: datetime = NOON
) -> Step:
    """A stamp as the next one of a stream."""
    told = Recorded[object](
        stream=stream,
        version=2,
        position=9,
        recorded_at=at,
        stamp=stamp,
        correlation_id=under,
        actor="staff:ada",
    )
    row = (9, stream.bytes, 2, type(stamp).__name__, 0, under.bytes, "", b"", None, b"", b"leaf")
    return Step(
        row=row, leaf=b"leaf", version_before=1, frame=(1, b"", b""), stamp=told, before=before
    )


def says(check: Check, before: Any, stamp: Any, **place: Any) -> list[str]:
    """The laws that are broken, each with its text; each finding names the row."""
    found = [*check(step(before, stamp, **place))]
    for one in found:
        assert (one.position, one.stream) == (9, place.get("stream", ORDER))
    return [f"{one.law}: {one.text}" for one in found]


def laws(check: Check, before: Any, stamp: Any, **place: Any) -> list[str]:
    return [one.partition(":")[0] for one in says(check, before, stamp, **place)]


EVERY = [
    check_accounts.opened_once,
    check_accounts.claimed_once,
    check_doors.let_in_once,
    check_erasures.erased_when_over,
    check_grants.listed_once,
    check_grants.one_voucher,
    check_grants.asked_before,
    check_grants.letters_as_owed,
    check_news.reached_once,
    check_news.news_wanted,
    check_orders.begins_with_a_placement,
    check_orders.never_beyond_held,
    check_orders.never_beyond_authorized,
    check_orders.parts_are_whole,
    check_orders.bound,
    check_orders.paid_out_once,
    check_orders.one_receipt,
    check_orders.receipts_owed,
    check_orders.tickets_as_bought,
    check_places.places_go_on,
    check_swaps.swaps_are_covered,
    check_tills.shifts_go_on,
    check_vouchers.issued_once,
    check_vouchers.uses_are_counted,
    check_vouchers.reduced_as_agreed,
]
STATES: list[Any] = [
    BOUGHT,
    Account(id=ADA),
    Grantee(id=ADA),
    NewsReader(id=ADA),
    WaitingPlace(id=ADA),
    Shift(id=ADA),
    Voucher(id=ADA),
    None,
]


@pytest.mark.parametrize("check", EVERY)
def test_of_a_row_that_cannot_be_read_only_its_bytes_are_checked(check):
    for state in STATES:
        read = step(state, PAID)
        unread = Step(
            row=read.row, leaf=b"", version_before=1, frame=read.frame, before=state, fault="no"
        )
        assert not [*check(unread)]


@pytest.mark.parametrize("check", EVERY)
def test_a_stamp_that_moves_nothing_is_lawful_on_a_paid_order(check):
    assert not says(check, BOUGHT, PENDING, under=ATTEMPT)


def test_law_4_an_order_begins_with_its_placement_and_once():
    check = check_orders.begins_with_a_placement
    assert not says(check, NOTHING, PLACED)
    assert not says(check, BOUGHT, PAID)
    assert says(check, BOUGHT, PLACED) == ["4: OrderPlaced on an order that was again placed"]
    assert says(check, NOTHING, PAID) == ["4: Paid on an order that was never placed"]
    assert not says(check, NOTHING, Erased(subject=ORDER, ground=Ground.ASKED))


WITHDRAWN = PaymentWithdrawn(payment=ATTEMPT, amount=PRICE, approver="staff:bea")


@pytest.mark.parametrize("stamp", [REFUND_ASKED, spec.HANDED_BACK, WITHDRAWN])
def test_law_7_at_most_what_is_held_goes_back(stamp):
    check = check_orders.never_beyond_held
    assert not says(check, BOUGHT, stamp)
    assert laws(check, BOUGHT, replace(stamp, amount=PRICE + eur(1))) == ["7"]
    assert laws(check, BOUGHT, replace(stamp, amount=SWEDISH)) == ["7"]
    assert laws(check, BOUGHT, replace(stamp, payment=SECOND)) == ["7"]
    assert not says(check, NOTHING, replace(stamp, amount=PRICE + eur(1)))


KEPT = order_of(LATER, ASKED, AUTHORIZED)


def test_law_7_at_most_what_is_authorized_is_captured_and_never_after_it_was_given_up():
    check = check_orders.never_beyond_authorized
    more = replace(CAPTURE_ASKED, amount=PRICE + eur(1))
    assert not says(check, KEPT, CAPTURE_ASKED, under=ATTEMPT)
    assert laws(check, KEPT, more, under=ATTEMPT) == ["7"]
    assert laws(check, KEPT, CAPTURE_ASKED, under=WISH) == ["7"]
    given_up = order_of(LATER, ASKED, AUTHORIZED, CANCELLED, RELEASED, VOID_ASKED)
    assert says(check, given_up, CAPTURE_ASKED, under=ATTEMPT) == ["G1: captures what was given up"]
    assert not says(check, KEPT, VOID_ASKED)
    capturing = order_of(LATER, ASKED, AUTHORIZED, CAPTURE_ASKED)
    assert says(check, capturing, VOID_ASKED) == ["G1: gives up what is being captured"]
    assert not says(check, capturing, replace(VOID_ASKED, payment=SECOND))


ONE = (Pieces(line=0, quantity=1),)


def amended(quantity: int, cents: int, fee: int = 0) -> OrderAmended:
    pieces = (Pieces(line=0, quantity=quantity),)
    return OrderAmended(pieces=pieces, amount=eur(cents), fee=eur(fee), cause=Cause.STAFF)


@pytest.mark.parametrize(
    ("stamp", "broken"),
    [
        (amended(1, 3500), []),
        (amended(1, 3000, 500), []),
        (amended(2, 7000), []),
        (amended(1, 3499), ["7"]),
        (amended(1, 3501), ["7"]),
        (amended(1, 3500, 1), ["7"]),
        (amended(3, 10500), ["7"]),
        (replace(REFUND_ASKED, pieces=ONE, amount=eur(3500)), []),
        (replace(REFUND_ASKED, pieces=ONE, amount=eur(3499)), ["7"]),
        (replace(REFUND_ASKED, pieces=(), amount=eur(3499)), []),
        (SeatsReleased(pieces=ONE), ["8"]),
        (SeatsReleased(), []),
    ],
)
def test_law_7_and_8_parts_are_whole(stamp, broken):
    assert laws(check_orders.parts_are_whole, BOUGHT, stamp) == broken


def test_law_8_seats_of_pieces_are_freed_with_them_and_once():
    check = check_orders.parts_are_whole
    part = order_of(PLACED, ASKED, PAGE, PAID, amended(1, 3500))
    assert not says(check, part, SeatsReleased(pieces=ONE))
    assert laws(check, part, SeatsReleased(pieces=ONE), under=SECOND) == ["8"]
    two = SeatsReleased(pieces=(Pieces(line=0, quantity=2),))
    assert laws(check, part, two) == ["8"]
    freed = order_of(PLACED, ASKED, PAGE, PAID, amended(1, 3500), SeatsReleased(pieces=ONE))
    assert laws(check, freed, SeatsReleased(pieces=ONE)) == ["8"]
    again = replace(REFUND_ASKED, pieces=(Pieces(line=0, quantity=2),), amount=PRICE)
    assert laws(check, part, again, under=SECOND) == ["7"]
    assert not says(check, part, again)


@pytest.mark.parametrize("stamp", [PAID, AUTHORIZED])
def test_law_11_money_is_of_the_provider_and_currency_that_were_asked(stamp):
    check = check_orders.bound
    asked = order_of(PLACED, ASKED, PAGE)
    assert not says(check, asked, stamp, under=ATTEMPT)
    assert laws(check, asked, stamp, under=WISH) == ["11"]
    assert laws(check, asked, replace(stamp, provider="paytrail"), under=ATTEMPT) == ["11"]
    other = replace(stamp, amount=SWEDISH)
    assert laws(check, asked, other, under=ATTEMPT) == ["11"]
    assert laws(check, asked, replace(other, provider="x"), under=ATTEMPT) == ["11", "11"]


OF_AN_ATTEMPT = (
    PAGE,
    spec.NO_PAGE,
    PENDING,
    spec.DECLINED,
    spec.EXPIRED,
    CAPTURE_ASKED,
    spec.CAPTURE_REFUSED,
    spec.VOIDED,
    spec.VOID_REFUSED,
    spec.LAPSED,
)
OF_A_PAYMENT = (
    REFUND_ASKED,
    spec.REFUND_ACCEPTED,
    REFUNDED,
    spec.REFUND_FAILED,
    spec.HANDED_BACK,
    WITHDRAWN,
    DISPUTED,
    spec.WON,
    VOID_ASKED,
)


@pytest.mark.parametrize("stamp", OF_AN_ATTEMPT, ids=lambda one: type(one).__name__)
def test_law_11_news_of_an_attempt_that_nobody_made(stamp):
    assert not says(check_orders.bound, BOUGHT, stamp, under=ATTEMPT)
    assert laws(check_orders.bound, BOUGHT, stamp, under=WISH) == ["11"]


@pytest.mark.parametrize("stamp", OF_A_PAYMENT, ids=lambda one: type(one).__name__)
def test_law_11_news_of_a_payment_that_is_not_this_orders(stamp):
    assert not says(check_orders.bound, BOUGHT, stamp)
    assert laws(check_orders.bound, BOUGHT, replace(stamp, payment=SECOND)) == ["11"]
    if hasattr(stamp, "amount"):
        other = replace(stamp, amount=SWEDISH)
        assert laws(check_orders.bound, BOUGHT, other) == ["11"]


def test_law_3_and_11_a_line_of_a_payout_stands_under_the_id_of_its_money():
    check = check_orders.paid_out_once
    cause = payout_cause(PAID_OUT, account="acct_1")
    assert not says(check, BOUGHT, PAID_OUT, under=cause)
    assert laws(check, BOUGHT, PAID_OUT, under=WISH) == ["3"]
    assert laws(check, BOUGHT, replace(PAID_OUT, provider="sumup"), under=cause) == ["11"]
    assert laws(check, BOUGHT, replace(PAID_OUT, amount=SWEDISH), under=cause) == ["11"]


def begun(letter: Letter) -> ReceiptSendStarted:
    return ReceiptSendStarted(letter=letter, try_number=1, numbered_for=SHOP)


def test_law_9_one_receipt_under_one_id():
    check = check_orders.one_receipt
    sent = order_of(PLACED, ASKED, PAGE, PAID, begun(Letter.PAID))
    assert not says(check, BOUGHT, begun(Letter.REFUNDED), under=ATTEMPT)
    assert not says(check, sent, begun(Letter.PAID), under=ATTEMPT)
    assert says(check, sent, begun(Letter.REFUNDED), under=ATTEMPT) == [
        "9: a receipt “refunded” beside a receipt “paid”"
    ]
    assert not says(check, sent, begun(Letter.REFUNDED), under=WISH)
    assert not says(check, sent, begun(Letter.CORRECTION), under=ATTEMPT)
    assert laws(check, sent, begun(Letter.CANCELLED), under=ATTEMPT) == ["9"]


@pytest.mark.parametrize("kind", [ReceiptSendStarted, LetterWordsUsed])
def test_law_9_a_letter_is_begun_while_it_is_owed(kind):
    def letter(one: Letter) -> Any:
        more = {} if kind is ReceiptSendStarted else {"version": 1}
        return kind(letter=one, try_number=1, **more)

    check = check_orders.receipts_owed
    assert not says(check, BOUGHT, letter(Letter.PAID), under=ATTEMPT)
    assert laws(check, BOUGHT, letter(Letter.PAID), under=WISH) == ["9"]
    assert laws(check, BOUGHT, letter(Letter.REFUNDED), under=ATTEMPT) == ["9"]


@pytest.mark.parametrize(
    ("before", "hashes", "texts"),
    [
        (BOUGHT, ("a", "b"), []),
        (BOUGHT, ("a",), ["issues 1 tickets, bought were 2"]),
        (BOUGHT, ("a", "b", "c"), ["issues 3 tickets, bought were 2"]),
        (BOUGHT, ("a", "a"), ["issues two tickets with one code"]),
        (order_of(PLACED, ASKED), ("a", "b"), ["issues tickets for seats that are not sold"]),
        (
            order_of(PLACED, ASKED, PAGE, PAID, ISSUED),
            ("a", "b"),
            ["issues tickets a second time"],
        ),
    ],
)
def test_r4_one_set_of_tickets_as_bought(before, hashes, texts):
    stamp = replace(ISSUED, hashes=hashes, codes=None)
    found = says(check_orders.tickets_as_bought, before, stamp)
    assert found == [f"R4: {one}" for one in texts]


# Accounts.

OPENED = AccountOpened(email_index="index", generation=1, language="en", email="ada@example.org")
HERS = account_id("index", 1)
OPEN = Account(id=HERS, opened=OPENED, claimed=frozenset({ADA}))


def test_a3_an_account_is_opened_first_once_and_in_its_own_stream():
    check = check_accounts.opened_once
    chosen = AccountLanguageChosen(language="fi")
    assert not says(check, Account(id=HERS), OPENED, stream=HERS)
    assert not says(check, OPEN, chosen, stream=HERS)
    assert says(check, OPEN, OPENED, stream=HERS) == [
        "A3: AccountOpened on an account that was again opened"
    ]
    assert says(check, Account(id=HERS), chosen, stream=HERS) == [
        "A3: AccountLanguageChosen on an account that was never opened"
    ]
    assert says(check, Account(id=ADA), OPENED, stream=ADA) == [
        "A3: an account stands in a stream of another address"
    ]
    assert not says(check, None, OPENED)


@pytest.mark.parametrize(
    ("orders", "broken"),
    [((ORDER,), []), ((ADA,), ["A3"]), ((ORDER, ORDER), ["A3"]), ((ORDER, ADA), ["A3"])],
)
def test_a3_an_order_is_claimed_once(orders, broken):
    assert laws(check_accounts.claimed_once, OPEN, OrdersClaimed(orders=orders)) == broken
    assert not says(check_accounts.claimed_once, OPEN, AccountLanguageChosen(language="fi"))
    assert not says(check_accounts.claimed_once, None, OrdersClaimed(orders=(ADA, ADA)))


# News.


def test_law_9_a_letter_to_all_buyers_reaches_an_order_once_under_its_own_id():
    check, mailing = check_news.reached_once, UUID(int=3)
    letter = BuyerAddressed(mailing=mailing, about_order=True)
    own = derived(mailing, str(ORDER))
    assert not says(check, BOUGHT, letter, under=own)
    assert says(check, BOUGHT, letter) == [
        "9: a letter to all buyers stands under another correlation id"
    ]
    had = order_of(PLACED, ASKED, PAGE, PAID, put(letter, under=own))
    assert says(check, had, letter, under=own) == [
        "9: a letter to all buyers reaches an order twice"
    ]
    assert not says(check, None, letter)


def test_law_9_news_go_to_an_address_once_and_if_they_are_wanted():
    check, mailing = check_news.news_wanted, UUID(int=3)
    news = NewsAddressed(mailing=mailing, order=ORDER)
    assert not says(check, NewsReader(id=ADA), news)
    assert laws(check, NewsReader(id=ADA, declined=True), news) == ["9"]
    had = NewsReader(id=ADA, mailings=frozenset({mailing}), declined=True)
    assert says(check, had, news) == [
        "9: news go to an address twice",
        "9: news go to an address that declined them",
    ]
    assert not says(check, None, news)
    assert not says(check, had, PAID)


# Erasures.


def test_z1_an_erasure_is_of_its_own_stream_and_of_what_is_over():
    check = check_erasures.erased_when_over
    over = order_of(PLACED, TIMED_OUT, RELEASED)
    late = spec.OPENING + timedelta(days=2)
    own, other = (Erased(subject=one, ground=Ground.ASKED) for one in (ORDER, ADA))
    assert not says(check, over, own, at=late)
    assert says(check, over, other, at=late) == ["Z1: an erasure of another stream"]
    assert laws(check, None, other) == ["Z1"]
    assert not says(check, None, own)
    (open_,) = says(check, BOUGHT, own, at=NOON)
    assert open_.startswith("Z1: erased while this was open: ")
    assert "tickets" in open_


# Places in line.

TAKEN = PlaceTaken(
    shop=SHOP,
    shop_slug="winterfest",
    product="weekend",
    quantity=2,
    language="en",
    email_index="ada",
    generation=1,
    code_hash="0" * 64,
    email="ada@example.org",
    code="ada",
)
PLACE = place_id(SHOP, "weekend", "ada", 1)
OFFER = PlaceOffered(seats=(), until=NOON, seen=1)


@pytest.mark.parametrize(
    ("state", "stamp", "lawful"),
    [
        (PlaceState.NONE, TAKEN, True),
        (PlaceState.WAITING, TAKEN, False),
        (PlaceState.WAITING, OFFER, True),
        (PlaceState.HELD, OFFER, False),
        (PlaceState.HELD, PlaceUsed(order=ORDER), True),
        (PlaceState.WAITING, PlaceUsed(order=ORDER), False),
        (PlaceState.HELD, PlaceLeft(cause=Leaving.STAFF), True),
        (PlaceState.WAITING, PlaceLeft(cause=Leaving.STAFF), True),
        (PlaceState.LEFT, PlaceLeft(cause=Leaving.STAFF), False),
        (PlaceState.LAPSED, PENDING, True),
    ],
)
def test_a7_a_place_goes_on_in_order(state, stamp, lawful):
    place = WaitingPlace(id=PLACE, taken=TAKEN, state=state)
    found = laws(check_places.places_go_on, place, stamp, stream=PLACE)
    assert found == ([] if lawful else ["A7"])
    assert not says(check_places.places_go_on, None, stamp)


def test_a7_a_place_stands_in_the_stream_of_its_address():
    found = says(check_places.places_go_on, WaitingPlace(id=ADA), TAKEN, stream=ADA)
    assert found == ["A7: a place stands in a stream of another address"]


def test_a7_a_hold_lapses_when_its_time_is_over():
    held = WaitingPlace(id=PLACE, taken=TAKEN, state=PlaceState.HELD, offered=OFFER)
    assert held.until == NOON
    early = NOON - timedelta(microseconds=1)
    check = check_places.places_go_on
    assert not says(check, held, PlaceLapsed(), stream=PLACE, at=NOON)
    assert says(check, held, PlaceLapsed(), stream=PLACE, at=early) == [
        "A7: a hold lapsed before its time was over"
    ]


A, B, C = b"a" * 16, b"b" * 16, b"c" * 16


@pytest.mark.parametrize(
    ("news", "positions"),
    [
        # Position, place, line, rank, waits, seen.
        ([(1, A, 1, 1, True, None), (2, B, 1, 2, True, None), (3, A, 1, 1, False, 2)], []),
        ([(1, A, 1, 1, True, None), (2, B, 1, 2, True, None), (3, B, 1, 2, False, 2)], [3]),
        # Whoever stood before has left meanwhile.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, A, 1, 1, False, None),
                (4, B, 1, 2, False, 2),
            ],
            [],
        ),
        # Another line is another line.
        ([(1, A, 1, 1, True, None), (2, B, 2, 2, True, None), (3, B, 2, 2, False, 2)], []),
        # Who came later than was looked at is not passed by.
        (
            [
                (1, B, 1, 5, True, None),
                (2, A, 1, 1, True, None),
                (3, B, 1, 5, False, 1),
            ],
            [],
        ),
        # Whoever looks at what has not happened, or before they waited, saw nothing.
        ([(1, A, 1, 1, True, None), (2, A, 1, 1, False, 2)], [2]),
        ([(1, A, 1, 1, True, None), (2, A, 1, 1, False, 1)], []),
        ([(2, A, 1, 1, True, None), (3, A, 1, 1, False, 1)], [3]),
        # Moved to the front: as of before, the other one stood before.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, B, 1, 0, True, None),
                (4, B, 1, 0, False, 3),
            ],
            [],
        ),
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, B, 1, 0, True, None),
                (4, A, 1, 1, False, 3),
            ],
            [4],
        ),
        # The third is passed by as well as the second.
        (
            [
                (1, A, 1, 1, True, None),
                (2, B, 1, 2, True, None),
                (3, C, 1, 3, True, None),
                (4, A, 1, 1, False, None),
                (5, C, 1, 3, False, 4),
            ],
            [5],
        ),
    ],
)
def test_a7_an_offer_goes_to_whoever_is_next_as_of_what_it_looked_at(news, positions):
    found = [*LineCheck().take(news)]
    assert [at for at, _ in found] == positions
    assert {(one.law, one.position) for _, one in found} == {("A7", at) for at in positions}


# Tills.

HOUSE = shift_id(SHOP, "staff:ada", 1)
BEGUN = ShiftOpened(shop=SHOP, shop_slug="winterfest", number=1, opening=PRICE)
RATES = (RateSum(vat_percent="13.5", gross=eur(3500)), RateSum(vat_percent="24", gross=eur(3500)))
RUNG = SaleRung(order=ORDER, amount=PRICE, way=Way.CASH, rates=RATES)


def test_a9_a_shift_is_opened_once_in_its_own_stream_and_takes_nothing_when_it_is_closed():
    check = check_tills.shifts_go_on
    going = Shift(id=HOUSE, opened=BEGUN)
    assert not says(check, Shift(id=HOUSE), BEGUN, stream=HOUSE)
    assert not says(check, going, RUNG, stream=HOUSE)
    assert says(check, going, BEGUN, stream=HOUSE) == ["A9: a shift was opened twice"]
    assert says(check, Shift(id=ADA), BEGUN, stream=ADA) == [
        "A9: a shift stands in a stream of somebody else"
    ]
    assert says(check, Shift(id=HOUSE), RUNG, stream=HOUSE) == [
        "A9: SaleRung in a shift that is not open"
    ]
    assert not says(check, going, ShiftClosed(counted=PRICE), stream=HOUSE)
    wrong = replace(RUNG, amount=PRICE + eur(1))
    assert laws(check, going, wrong, stream=HOUSE) == ["A9"]
    assert not says(check, None, RUNG)


SALE = (7000, "EUR", "cash")


def till(position: int, *, void: bool = False, agreed: Any = SALE) -> Any:
    return position, C, A, B, void, True, agreed


def orders(position: int, *, void: bool = False, agreed: Any = SALE) -> Any:
    return position, B, A, B, void, False, agreed


@pytest.mark.parametrize(
    ("news", "at_once", "at_end"),
    [
        ([till(1), orders(2)], [], []),
        ([orders(1), till(2)], [], []),
        ([till(1)], [], [1]),
        ([orders(1)], [], []),
        ([till(1, void=True), orders(2)], [], [1]),
        ([till(1, void=True), orders(2, void=True)], [], []),
        ([till(1), orders(2, agreed=(7000, "EUR", "card"))], [1], []),
        ([till(1), orders(2, agreed=(7001, "EUR", "cash"))], [1], []),
        ([orders(1, agreed=(7000, "SEK", "cash")), till(2)], [2], []),
        ([orders(1), till(4096)], [], []),
        ([orders(1), till(4097)], [], [4097]),
        ([till(1), orders(4096)], [], []),
        ([till(1), orders(4097)], [1], []),
    ],
)
def test_a9_what_a_till_says_its_order_says_near_by(news, at_once, at_end):
    check = TillCheck()
    found = [*check.take(news)]
    assert [at for at, _ in found] == at_once
    assert [one.position for one in check.at_end()] == at_end
    assert {(one.law, one.stream) for _, one in found} <= {("A9", UUID(bytes=C))}


def test_what_is_told_of_a_sale_by_both_sides():
    def news(stamp: Any, after: Any = None, **place: Any) -> list[Any]:
        told = step(None, stamp, **place).stamp
        assert told is not None
        return [*sale_news(told, B, after)]

    rung = (9, B, WISH.bytes, ORDER.bytes, False, True, (7000, "EUR", "cash"))
    assert news(RUNG) == [rung]
    voided = SaleVoided(order=ORDER, amount=PRICE, way=Way.CARD, rates=RATES)
    assert news(voided) == [(*rung[:4], True, True, (7000, "EUR", "card"))]
    nothing = replace(RUNG, amount=eur(0), rates=())
    assert news(nothing)[0][6] == (0, "EUR", "")
    by_hand = replace(PAID, provider="manual", method="cash")
    assert news(by_hand) == [(9, B, WISH.bytes, B, False, False, (7000, "EUR", "cash"))]
    assert news(PAID) == []
    assert news(spec.CONFIRMED_FREE, BOUGHT)[0][4:] == (False, False, (0, "EUR", ""))
    assert news(spec.CONFIRMED_FREE) == news(CANCELLED) == []
    assert news(CANCELLED, BOUGHT)[0][4:] == (True, False, (0, "EUR", ""))
    paid_in_cash = (PLACED, replace(ASKED, provider="manual"), by_hand, spec.HANDED_BACK)
    back = order_of(*paid_in_cash, CANCELLED)
    assert news(CANCELLED, back)[0][4:] == (True, False, (7000, "EUR", "cash"))
    assert news(CANCELLED, back, under=SECOND)[0][6] == (0, "EUR", "")


# Swaps.


def swapped(cents: int, *, came: bool) -> Any:
    return replace(example(LinesSwapped), order=ADA, amount=eur(cents), came=came)


def test_law_7_what_goes_over_was_given_back_and_came():
    check = check_swaps.swaps_are_covered
    assert not says(check, BOUGHT, swapped(7000, came=True), under=ATTEMPT)
    for cents in (6999, 7001):
        assert laws(check, BOUGHT, swapped(cents, came=True), under=ATTEMPT) == ["7"]
    assert laws(check, BOUGHT, swapped(7000, came=True), under=WISH) == ["7"]
    given = order_of(PLACED, ASKED, PAGE, PAID, spec.HANDED_BACK)
    assert not says(check, given, swapped(7000, came=False))
    assert not says(check, given, swapped(6999, came=False))
    assert laws(check, given, swapped(7001, came=False)) == ["7"]
    assert laws(check, BOUGHT, swapped(7000, came=False)) == ["7"]
    assert not says(check, None, swapped(7000, came=False))


@pytest.mark.parametrize(
    ("news", "at_once", "at_end"),
    [
        ([(1, A, B, False, SALE[:2]), (2, B, A, True, SALE[:2])], [], []),
        ([(1, B, A, True, SALE[:2]), (2, A, B, False, SALE[:2])], [], []),
        ([(1, A, B, False, SALE[:2]), (2, B, A, True, (1, "EUR"))], [2], []),
        ([(1, A, B, False, SALE[:2])], [], [1]),
        ([(1, A, B, False, SALE[:2]), (2, A, B, False, SALE[:2])], [2], [2]),
        ([(1, A, B, False, SALE[:2]), (2, C, A, True, SALE[:2])], [], [1, 2]),
    ],
)
def test_law_7_both_orders_of_a_swap_say_the_same(news, at_once, at_end):
    check = SwapCheck()
    assert [at for at, _ in check.take(news)] == at_once
    assert [one.position for one in check.at_end()] == at_end


def test_a_swap_is_told_from_the_side_of_its_order():
    told = step(None, swapped(7000, came=True)).stamp
    assert told is not None
    assert [*swap_news(told, A)] == [(9, A, ADA.bytes, True, (7000, "EUR"))]
    paid = step(None, PAID).stamp
    assert paid is not None
    assert [*swap_news(paid, A)] == []


# Conflicts at doors.

DAYS = 3 * 24 * 60 * 60 * 1_000_000
UNTOLD = "a conflict at a door without its case"


@pytest.mark.parametrize(
    ("news", "last", "texts"),
    [
        ([(1, A, 0, False, (B,))], DAYS, []),
        ([(1, A, 0, False, (B,))], DAYS + 1, [UNTOLD]),
        ([(1, A, 0, False, (B, C))], DAYS + 1, ["2 conflicts at a door without their case"]),
        ([(1, A, 0, False, (B,)), (2, B, 1, True, ())], DAYS + 1, []),
        (
            [(1, B, 1, True, ()), (2, A, 0, False, (B, C))],
            DAYS + 1,
            ["a conflict at a door without its case"],
        ),
        ([(1, A, 0, False, (B,)), (2, A, 1, False, ())], DAYS + 1, []),
        # The same conflicts again are as old as they were, others begin anew.
        (
            [(1, A, 0, False, (B,)), (2, A, 9, False, (B,))],
            DAYS + 1,
            ["a conflict at a door without its case"],
        ),
        ([(1, A, 0, False, (B,)), (2, A, 9, False, (C,))], DAYS + 1, []),
    ],
)
def test_a8_people_are_told_of_every_conflict_in_three_days(news, last, texts):
    check = ConflictCheck()
    check.take(news)
    found = [*check.at_end(last)]
    assert [one.text for one in found] == texts
    assert {(one.law, one.stream) for one in found} <= {("A8", UUID(bytes=A))}


# Doors.

GOOD = order_of(PLACED, ASKED, PAGE, PAID, ISSUED)
CAUSE = spec.SCAN
INSIDE = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, put(CHECKED_IN, under=CAUSE))
OUT = scan_cause(SHOP, CHECKED_OUT.scan)


@pytest.mark.parametrize(
    ("before", "stamp", "under", "text"),
    [
        (GOOD, CHECKED_IN, CAUSE, ""),
        (GOOD, replace(CHECKED_IN, ticket="x"), CAUSE, "was never issued"),
        (INSIDE, CHECKED_IN, CAUSE, "twice with one ticket"),
        (INSIDE, CHECKED_OUT, OUT, ""),
        (GOOD, CHECKED_OUT, OUT, "leave who is not inside"),
        (GOOD, CHECKED_IN, WISH, "under another name than its scan's"),
        (GOOD, replace(CHECKED_IN, day="2027-01-11"), CAUSE, "on another day"),
        (GOOD, replace(CHECKED_IN, breach="revoked"), CAUSE, "should have been turned away"),
        (GOOD, replace(CHECKED_IN, queued=True), CAUSE, ""),
        (
            GOOD,
            replace(CHECKED_IN, queued=True, breach="revoked"),
            CAUSE,
            "a ticket was revoked that was good",
        ),
        (INSIDE, TicketCheckInUndone(reason="x"), CAUSE, ""),
        (INSIDE, TicketCheckInUndone(reason="x"), WISH, "takes back a check-in that never was"),
        (GOOD, PENDING, ATTEMPT, ""),
    ],
)
def test_a8_doors_let_in_once_and_tell_it_as_it_was(before, stamp, under, text):
    found = says(check_doors.let_in_once, before, stamp, under=under)
    assert len(found) == bool(text)
    assert all(one.startswith("A8: ") and text in one for one in found)


def test_a8_nobody_comes_in_with_what_was_revoked_or_is_not_paid():
    check = check_doors.let_in_once
    gone = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, CANCELLED, RELEASED)
    (text,) = says(check, gone, CHECKED_IN, under=CAUSE)
    assert "revoked" in text
    queued = replace(CHECKED_IN, queued=True)
    assert "that was revoked" in says(check, gone, queued, under=CAUSE)[0]
    assert not says(check, gone, replace(queued, breach="revoked"), under=CAUSE)
    left = put(CHECKED_OUT, under=OUT)
    out = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, put(CHECKED_IN, under=CAUSE), left)
    (never,) = says(check, out, TicketCheckInUndone(reason="x"), under=OUT)
    assert "never was" in never, "who left did not come in by that scan"


# Vouchers.

TEN = Effect(kind=EffectKind.PERCENT_OFF, percent="10")
TERMS = VoucherTerms(effect=TEN, uses=3)
MADE = VoucherIssued(shop=SHOP, shop_slug="winterfest", code_index="c", terms=TERMS)
CODE = voucher_id(SHOP, "c")
KNOWN = Voucher(id=CODE, issued=MADE, taken_by={ORDER: 2})


def test_law_3_a_voucher_is_issued_first_once_and_in_the_stream_of_its_code():
    check = check_vouchers.issued_once
    use = VoucherRedeemed(order=ORDER, uses=1, reduction=eur(1))
    assert not says(check, Voucher(id=CODE), MADE, stream=CODE)
    assert not says(check, KNOWN, use, stream=CODE)
    assert "again issued" in says(check, KNOWN, MADE, stream=CODE)[0]
    assert "never issued" in says(check, Voucher(id=CODE), use, stream=CODE)[0]
    assert laws(check, Voucher(id=ADA), MADE, stream=ADA) == ["3"]
    assert not says(check, None, MADE)


@pytest.mark.parametrize(
    ("stamp", "broken"),
    [
        (VoucherRedeemed(order=ORDER, uses=1, reduction=eur(1)), False),
        (VoucherRedeemed(order=ORDER, uses=2, reduction=eur(1)), True),
        (VoucherRedeemed(order=ORDER, uses=0, reduction=eur(1)), True),
        (VoucherGivenBack(order=ORDER, uses=1), False),
        (VoucherGivenBack(order=ORDER, uses=2), False),
        (VoucherGivenBack(order=ORDER, uses=3), True),
        (VoucherGivenBack(order=ORDER, uses=0), True),
        (VoucherGivenBack(order=ADA, uses=1), True),
        (VoucherChanged(terms=replace(TERMS, uses=2)), False),
        (VoucherChanged(terms=replace(TERMS, uses=1)), True),
    ],
)
def test_v5_at_most_its_uses_are_taken_and_never_less_than_none(stamp, broken):
    assert KNOWN.taken == 2
    check = check_vouchers.uses_are_counted
    assert laws(check, KNOWN, stamp) == (["V5"] if broken else [])
    assert not says(check, replace(KNOWN, issued=None), stamp)
    assert not says(check, None, stamp)


def test_v5_a_line_costs_what_its_voucher_makes_of_its_price():
    check = check_vouchers.reduced_as_agreed
    use = replace(example(VoucherUse), uses=2, effect=TEN)
    cheap = replace(LINE, unit_price=eur(3150), full_price=eur(3500))
    right = replace(PLACED, lines=(cheap,), total=eur(6300), voucher=use)
    assert not says(check, NOTHING, PLACED)
    assert not says(check, NOTHING, right)
    wrong = replace(cheap, unit_price=eur(3149))
    assert laws(check, NOTHING, replace(right, lines=(wrong,))) == ["V5"]
    assert laws(check, NOTHING, replace(right, voucher=replace(use, uses=1))) == ["V5"]
    assert laws(check, NOTHING, replace(right, voucher=None)) == ["V5"]
    assert laws(check, NOTHING, replace(right, lines=(LINE,))) == ["V5"]
    assert not says(check, NOTHING, replace(right, lines=(cheap, replace(LINE, product="sauna"))))


# Rows.


def test_law_2_versions_and_positions_follow_each_other_in_time():
    row = step(None, PAID)
    assert not check_rows.contiguous(row)
    for before, law in ((0, ["2"]), (2, ["2"])):
        moved = Step(row=row.row, leaf=b"leaf", version_before=before, frame=row.frame)
        assert [one.law for one in check_rows.contiguous(moved)] == law

    def vertebra(position: int, at: int = 0) -> Any:
        return position, A, at, None, b""

    assert not [*check_rows.dense(vertebra(1), None)]
    assert [*check_rows.dense(vertebra(2), None)]
    assert not [*check_rows.dense(vertebra(5), vertebra(4))]
    for wrong in (4, 6):
        assert [one.law for one in check_rows.dense(vertebra(wrong), vertebra(4))] == ["2"]
    assert not [*check_rows.forward_in_time(vertebra(2, 5), vertebra(1, 5))]
    assert not [*check_rows.forward_in_time(vertebra(2, 5), None)]
    assert [one.law for one in check_rows.forward_in_time(vertebra(2, 4), vertebra(1, 5))] == ["2"]


@pytest.mark.parametrize(
    ("number", "last", "follows", "resumed"),
    [
        (1, None, True, True),
        (2, None, False, True),
        (0, None, False, False),
        (8, 7, True, True),
        (9, 7, False, True),
        (7, 7, False, False),
        (6, 7, False, False),
    ],
)
def test_c5_and_r7_numbers_follow_each_other(number, last, follows, resumed):
    for series, law in (("orders/1", "C5"), ("receipts/1", "R7"), ("payment-references", "C5")):
        row: Any = (1, A, 0, {series: number}, b"")
        before = {} if last is None else {series: last}
        found = [one.law for one in check_rows.numbers_follow(row, before)]
        assert found == ([] if follows else [law])
        found = [one.law for one in check_rows.numbers_resumed(row, before)]
        assert found == ([] if resumed else [law])
        nothing: Any = (1, A, 0, None, b"")
        assert not [*check_rows.numbers_follow(nothing, before)]
        assert not [*check_rows.numbers_resumed(nothing, before)]


@pytest.mark.parametrize(
    ("totals", "lawful"),
    [
        ((5, 2, 3), True),
        ((5, 3, 3), False),
        ((5, -1, 3), False),
        ((5, 3, -1), False),
        ((0, 0, 0), True),
    ],
)
def test_law_8_no_more_is_held_and_sold_than_there_is(totals, lawful):
    taken: Any = (9, A, ((1, None, 1, 0, ""),))
    found = [*check_rows.never_oversold(taken, {1: totals})]
    assert [(one.law, one.position) for one in found] == ([] if lawful else [("8", 9)])


# Seats.


def test_what_moved_between_two_states():
    one, two = UUID(int=1), UUID(int=2)
    assert between({one: (1, 0)}, {one: (1, 0)}) == ()
    assert between({one: (2, 1)}, {one: (0, 2), two: (1, 0)}) == (
        (1, None, -2, 1, ""),
        (2, None, 1, 0, ""),
    )
    assert between({one: (2, 1)}, {}) == ((1, None, -2, -1, ""),)


@pytest.mark.parametrize(
    ("type", "body", "moves"),
    [
        ("QUOTA_SET", b'{"slug":"weekend","capacity":true}', True),
        ("QUOTA_SET", b'{"slug":"weekend","capacity":7}', False),
        ("QUOTA_SET", b'{"slug":7,"capacity":true}', False),
        ("QUOTA_SET", b'{"slug":"weekend"}', False),
        ("QUOTA_SET", b"[]", False),
        ("QUOTA_SET", b"{", False),
        ("PAID", b'{"slug":"weekend","capacity":true}', False),
    ],
)
def test_an_old_release_took_true_for_one_seat(type, body, moves):
    found = moved_unread(type, SHOP, frame(1, b"", body))
    quota = quota_id(SHOP, "weekend").int
    assert found == (((quota, 1, 0, 0, ""),) if moves else ())


# People on lists.

LISTED = PersonListed(
    shop=SHOP,
    shop_slug="winterfest",
    kind=GrantKind.GRANT,
    language="en",
    person_index="ada",
    reference="row 7",
    name="Ada",
    email="ada@example.org",
)


def test_v1_a_person_is_listed_first_once_and_in_their_own_stream():
    check = check_grants.listed_once
    for generation in (1, 50):
        own = grantee_id(SHOP, "ada", generation)
        assert not says(check, Grantee(id=own), LISTED, stream=own)
    late = grantee_id(SHOP, "ada", 51)
    assert says(check, Grantee(id=late), LISTED, stream=late) == [
        "V1: a person stands in a stream of another address"
    ]
    nobody = replace(LISTED, person_index="")
    assert not says(check, Grantee(id=ADA), nobody, stream=ADA)
    own = grantee_id(SHOP, "ada")
    known = Grantee(id=own, listed=LISTED)
    assert "again listed" in says(check, known, LISTED, stream=own)[0]
    assert not says(check, known, PersonConfirmed(), stream=own)
    assert "never listed" in says(check, Grantee(id=own), PersonConfirmed(), stream=own)[0]
    assert not says(check, None, LISTED)


def test_v1_who_is_confirmed_is_given_one_voucher_under_its_own_id():
    check, wish = check_grants.one_voucher, example(VoucherRequested)
    coming = Grantee(id=ADA, listed=LISTED, state=GrantState.CONFIRMED)
    own = coming.voucher_correlation()
    assert not says(check, coming, wish, under=own)
    assert says(check, coming, wish, under=WISH) == [
        "V1: a voucher under another correlation id than its person's"
    ]
    asked = replace(coming, state=GrantState.INVITED)
    assert says(check, asked, wish, under=own) == [
        "V1: a voucher for somebody who was not confirmed"
    ]
    assert not says(check, asked, PersonConfirmed(), under=own)
    assert not says(check, None, wish)


MADE_UP = IssuedVoucher(correlation_id=WISH, request=example(VoucherRequested), requested_at=NOON)
TRIED = Question(asked={1: NOON})
DONE = Question(done=True)


@pytest.mark.parametrize(
    ("voucher", "stamp", "lawful"),
    [
        (None, CreateVoucherSuccess, False),
        (MADE_UP, CreateVoucherSuccess, False),
        (replace(MADE_UP, create=TRIED), CreateVoucherSuccess, True),
        (replace(MADE_UP, create=TRIED), VoucherUpgraded, False),
        (replace(MADE_UP, upgrade=TRIED), VoucherUpgraded, True),
        (MADE_UP, VoucherWithdrawn, True),
        (replace(MADE_UP, create=DONE), VoucherWithdrawn, False),
        (replace(MADE_UP, create=DONE, withdrawal=TRIED), VoucherWithdrawn, True),
    ],
)
def test_law_6_what_was_done_about_a_voucher_was_asked_for(voucher, stamp, lawful):
    person = Grantee(id=ADA, listed=LISTED, vouchers=(voucher,) if voucher else ())
    found = laws(check_grants.asked_before, person, example(stamp), under=WISH)
    assert found == ([] if lawful else ["6"])
    assert laws(check_grants.asked_before, person, example(stamp), under=SECOND) == ["6"]


def test_v1_a_letter_is_begun_while_it_is_owed_and_not_after_it_was_sent():
    check = check_grants.letters_as_owed
    made = replace(MADE_UP, create=DONE, made_at=NOON)
    person = Grantee(id=ADA, listed=LISTED, state=GrantState.CONFIRMED, vouchers=(made,))
    letter = replace(example(VoucherLetterStarted), letter=GrantLetter.VOUCHER)
    assert not says(check, person, letter)
    assert laws(check, person, letter, under=SECOND) == ["9"]
    other = replace(letter, letter=GrantLetter.INVITATION)
    assert laws(check, person, other) == ["9"]
    assert laws(check, Grantee(id=ADA, listed=LISTED), letter) == ["9"]

    def posted(word: str) -> Grantee:
        return replace(person, postings={(WISH, GrantLetter.VOUCHER): Posting(tries={1: word})})

    assert not says(check, posted("failed"), letter)
    assert laws(check, posted("sent"), letter) == ["9"]
