"""What lists say of orders, people, cases and places: every column, and who has no row."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.accounts.account import Account
from ledger.cases.case import Case, fold_case
from ledger.cases.stamps import Action, CaseKind, CaseOpened, CaseResolved, Severity
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import (
    Destination,
    GrantKind,
    GrantLetter,
    GrantTerms,
    Place,
    PriceMode,
    VoucherRequested,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Recorded
from ledger.kernel.values import replace as copied
from ledger.order.letter_delivery import Posting
from ledger.order.stamps import (
    Cause,
    ContactChanged,
    Letter,
    Pieces,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    SeatsReleased,
)
from ledger.shop.shop import Shop
from ledger.waiting_list.place import WaitingPlace
from projections.account_orders import claimed_by, placed_by
from projections.cases import cases
from projections.door import door_tickets
from projections.engine.projection import column
from projections.grantees import grantees, trouble_of
from projections.open_intents import open_intents
from projections.order_addresses import order_addresses
from projections.order_search import order_pages
from projections.order_words import Wanted, address_of, order_terms, words_of
from projections.outbox import outbox
from projections.persons_kept import of_account, of_case, of_grantee, of_order, of_place
from projections.product_sales import product_sales
from projections.provider_references import provider_references
from projections.receipts import receipts
from projections.refund_eligibility import refund_eligibility
from projections.reports.line_figures import figures_of_place
from projections.reports.streams import figures_of, shop_of
from projections.shop_changes import shop_changes, shop_orders
from projections.unpaid_orders import unpaid
from tests.kits import spec
from tests.kits.beside_orders import ADA, LISTED, OPENED, TAKEN
from tests.kits.spec import (
    ANSWERED,
    ASKED,
    ASKED_ABOUT,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    GIVEN_UP,
    HANDED_BACK,
    ISSUED,
    KEPT,
    LOST,
    MOVED,
    NOON,
    OPENING,
    ORDER,
    PAGE,
    PAID,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    SHOP,
    TIMED_OUT,
    WISH,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
BY_HAND = (PLACED, replace(ASKED, provider="manual"), replace(PAID, provider="manual"))
BACK = (REFUND_ASKED, REFUND_ACCEPTED, REFUNDED)
NOTHING = order_of()


def recorded(stamp: Any, at: datetime = NOON) -> Recorded[object]:
    return Recorded[object](
        stream=ADA,
        version=1,
        position=1,
        recorded_at=at,
        stamp=stamp,
        correlation_id=WISH,
        actor="test",
    )


@pytest.mark.parametrize(
    "view",
    [
        order_pages,
        order_addresses,
        of_order,
        product_sales,
        refund_eligibility,
        shop_orders,
        unpaid,
        placed_by,
        order_terms,
    ],
)
def test_an_order_that_was_never_placed_is_in_no_list(view):
    assert not view(NOTHING)


def test_a_column_holds_whole_numbers_of_64_bits():
    most = 2**63 - 1
    assert [column(one) for one in (most, most + 1, -most, -most - 1)] == [most, most, -most, -most]


def test_an_order_in_a_list():
    (row,) = order_pages(order_of(*BOUGHT, DISPUTED))
    assert (row.stream, row.number, row.payment_reference) == (ORDER, 423, "202700000425")
    assert (row.shop, row.status, row.flags) == ("winterfest", "DISPUTED", ("disputed",))
    assert (row.currency, row.total, row.received, row.disputed) == ("EUR", 7000, 7000, 7000)
    assert (row.refund_pending, row.refunded, row.charged_back) == (0, 0, 0)
    assert (row.version, row.position, row.placed_at) == (5, 5, NOON)
    assert (row.language, row.email_index, row.products) == ("en", "index", ("weekend",))
    (asked,) = order_pages(order_of(*BOUGHT, REFUND_ASKED))
    assert (asked.refund_pending, asked.refunded) == (7000, 0)
    (back,) = order_pages(order_of(*BOUGHT, *BACK))
    assert (back.refund_pending, back.refunded) == (0, 7000)
    (lost,) = order_pages(order_of(*BOUGHT, DISPUTED, LOST))
    assert (lost.disputed, lost.charged_back) == (0, 7000)


def test_an_order_waits_for_money_until_it_comes_or_the_order_ends():
    days = timedelta(seconds=PLACED.unpaid_after)
    (row,) = unpaid(order_of(PLACED))
    assert (row.stream, row.due_at) == (ORDER, NOON + days)
    part = replace(PAID, amount=eur(1))
    for over in ((ASKED, PAGE, PAID), (ASKED, PAGE, part), (TIMED_OUT, RELEASED)):
        assert not unpaid(order_of(PLACED, *over))
    assert not unpaid(order_of(FREE, CONFIRMED_FREE))
    assert unpaid(order_of(PLACED, ASKED, PAGE, PENDING))


def test_pieces_are_held_then_sold_then_free():
    def told(*stack: Any) -> tuple[int, int, int]:
        (row,) = product_sales(order_of(*stack))
        assert (row.stream, row.product, row.shop) == (ORDER, "weekend", "winterfest")
        return row.ordered, row.held, row.sold

    assert told(PLACED) == (2, 2, 0)
    assert told(*BOUGHT) == (2, 0, 2)
    one = SeatsReleased(pieces=(Pieces(line=0, quantity=1),))
    assert told(*BOUGHT, one) == (2, 0, 1)
    every = SeatsReleased(pieces=(Pieces(line=0, quantity=2),))
    assert told(*BOUGHT, every) == (2, 0, 0)
    assert told(PLACED, TIMED_OUT, RELEASED) == (2, 0, 0)


def test_lines_of_one_product_and_revision_are_one_row_others_their_own():
    line = PLACED.lines[0]
    lines = (line, replace(line, quantity=1), replace(line, revision=2, quantity=5))
    rows = product_sales(order_of(replace(PLACED, lines=lines)))
    assert [(one.revision, one.ordered, one.held) for one in rows] == [(1, 3, 3), (2, 5, 5)]


def test_every_name_of_a_provider_leads_to_its_attempt_and_none_is_empty():
    rows = provider_references(order_of(*BOUGHT, *BACK))
    assert [(one.provider, one.reference, one.attempt) for one in rows] == [
        ("stripe", "cs_1", ATTEMPT),
        ("stripe", "pi_1", ATTEMPT),
        ("stripe", "re_1", ATTEMPT),
    ]
    assert not provider_references(order_of(PLACED, ASKED))
    elsewhere = replace(REFUNDED, payment=ADA)
    assert [one.reference for one in provider_references(order_of(*BOUGHT, elsewhere))] == [
        "cs_1",
        "pi_1",
    ]
    failed = replace(REFUND_FAILED, provider_reference="re_2")
    found = provider_references(order_of(*BOUGHT, *BACK, failed))
    assert "re_2" in {one.reference for one in found}


@pytest.mark.parametrize(
    ("stack", "kind", "amount"),
    [
        (BOUGHT, "paid", 7000),
        ((FREE, CONFIRMED_FREE), "paid", 0),
        ((*BOUGHT, *BACK), "refunded", 7000),
        ((*BOUGHT, HANDED_BACK), "refunded", 7000),
        ((*BOUGHT, replace(HANDED_BACK, amount=eur(100))), "refunded", 100),
        ((*BOUGHT, CANCELLED, RELEASED), "cancelled", 0),
    ],
)
def test_a_receipt_is_about_what_came_or_goes_back(stack, kind, amount):
    order = order_of(*stack)
    found = {one.kind: one for one in receipts(order)}
    assert found[kind].amount == amount
    assert (found[kind].currency, found[kind].state, found[kind].number) == ("EUR", "due", None)


def test_a_letter_is_owed_begun_and_out():
    started = ReceiptSendStarted(letter=Letter.PAID, try_number=1)
    (due,) = outbox(order_of(*BOUGHT))
    assert (due.letter, due.owed, due.state, due.try_number) == ("paid", True, "due", 0)
    assert due.since == NOON + timedelta(minutes=3)
    assert (due.changed_at, due.permanent, due.correlation_id) == (None, False, ATTEMPT)
    (begun,) = outbox(order_of(*BOUGHT, started))
    assert (begun.state, begun.try_number) == ("started", 1)
    assert begun.changed_at == NOON + timedelta(minutes=4)
    sent = ReceiptSent(letter=Letter.PAID, try_number=1, message_id="<1>", body_hash="h")
    assert [one.state for one in outbox(order_of(*BOUGHT, started, sent))] == ["sent"]
    failed = ReceiptFailed(letter=Letter.PAID, try_number=1, code="550", permanent=True)
    (gone,) = outbox(order_of(*BOUGHT, started, failed))
    assert (gone.state, gone.permanent) == ("failed", True)


def test_since_when_a_letter_is_owed():
    assert not outbox(order_of(PLACED, TIMED_OUT, RELEASED))
    (cancelled,) = outbox(order_of(PLACED, ASKED, PAGE, GIVEN_UP, RELEASED))
    assert (cancelled.letter, cancelled.since) == ("cancelled", NOON + timedelta(minutes=3))
    moved = {one.letter: one.since for one in outbox(order_of(*BOUGHT, MOVED))}
    assert moved["moved"] == NOON + timedelta(minutes=4)
    back = {one.letter: one.since for one in outbox(order_of(*BOUGHT, *BACK))}
    assert back["refunded"] == NOON + timedelta(minutes=4)
    linked = {one.letter: one.since for one in outbox(order_of(*BOUGHT, spec.LINK))}
    assert linked["link"] == NOON + timedelta(minutes=4)


def test_an_order_is_an_accounts_if_it_was_placed_in_it_or_claimed():
    assert not placed_by(order_of(PLACED))
    (row,) = placed_by(order_of(replace(PLACED, account=ADA)))
    assert (row.stream, row.order_id, row.account) == (ORDER, ORDER, ADA)
    two = frozenset({UUID(int=2), UUID(int=1)})
    rows = claimed_by(Account(id=ADA, claimed=two))
    assert [(one.stream, one.order_id, one.account) for one in rows] == [
        (ADA, UUID(int=1), ADA),
        (ADA, UUID(int=2), ADA),
    ]


def test_an_order_is_found_by_every_address_it_had_and_by_its_holders():
    known = order_addresses(order_of(PLACED, ASKED_ABOUT, ANSWERED))
    assert [one.email_index for one in known] == ["bea", "index"]
    assert {one.stream for one in known} == {ORDER}
    corrected = spec.after(
        order_of(PLACED),
        ContactChanged(email_index="eve", customer=spec.ADA, reason="a typo"),
        under=WISH,
        at=NOON,
    )
    assert [one.email_index for one in order_addresses(corrected)] == ["eve", "index"]
    assert not order_addresses(order_of(replace(PLACED, email_index="")))


# Words.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Åsa-Maria  O'NEILL", ("asa", "maria", "o", "neill")),
        ("Straße", ("strasse",)),
        ("", ()),
        (" - ", ()),
        ("x2", ("x2",)),
    ],
)
def test_words_are_compared_without_case_accents_and_signs(text, words):
    assert words_of(text) == words


def test_addresses_are_compared_in_one_form_and_case():
    for written in (" A\u030aSA@Example.org ", "\u00e5sa@example.ORG"):
        assert address_of(written) == "\u00e5sa@example.org"


LONG = replace(spec.ADA, first_name="A", last_name="Wolfeschlegelstein")


def test_an_order_is_found_by_beginnings_of_two_to_twelve_letters():
    terms = order_terms(order_of(replace(PLACED, customer=LONG)))
    names = {one.removeprefix("name/") for one in terms if one.startswith("name/")}
    assert names == {"wolfeschlegelstein"[:length] for length in range(2, 13)}
    assert "mail/ada@example.org" in terms


def test_an_order_is_found_by_its_labels_tickets_and_holders():
    order = order_of(PLACED, ASKED_ABOUT, ANSWERED, ASKED, PAGE, PAID, ISSUED, spec.SENT_ON)
    terms = order_terms(copied(order, labels=("crew",)))
    assert {"label/crew", "mail/ada@example.org", "mail/bea@example.org", "name/abe"} <= terms
    assert order.tickets is not None
    assert {f"ticket/{one}" for one in order.tickets.codes or ()} <= terms
    assert not {one for one in terms if one.endswith("/")}


def test_an_erased_order_is_found_by_nothing():
    gone = spec.after(
        order_of(PLACED, TIMED_OUT, RELEASED),
        Erased(subject=ORDER, ground=Ground.ASKED),
        under=WISH,
        at=OPENING,
    )
    assert not order_terms(gone)
    assert not Wanted("ada").matches(gone)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Ada@Example.org", ("mail/ada@example.org",)),
        ("ada lovelace", ("name/lovelace", "name/ada")),
        ("al lo", ("name/al", "name/lo")),
        ("a", ()),
        ("", ()),
        ("wolfeschlegelstein", ("name/wolfeschlege",)),
        (ISSUED.codes[0] if ISSUED.codes else "", (f"ticket/{(ISSUED.codes or ('',))[0]}",)),
    ],
)
def test_what_is_typed_is_looked_up_the_most_telling_first(text, terms):
    assert Wanted(text).terms == terms


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ada", True),
        ("LOVE ad", True),
        ("a l", True),
        ("bea", True),
        ("eve", False),
        ("ada eve", False),
        ("lovelacex", False),
        ("", False),
        ("ada@example.org", True),
        ("bea@example.org", True),
        ("eve@example.org", False),
    ],
)
def test_every_word_begins_a_name_of_whoever_ordered_or_holds_a_ticket(text, meant):
    order = order_of(PLACED, ASKED_ABOUT, ANSWERED)
    assert Wanted(text).matches(order) is meant


# Shops that were cancelled or moved.


def test_a_shop_that_goes_on_as_it_was_asks_nothing_of_its_orders():
    assert not shop_changes(Shop(id=SHOP))


@pytest.mark.parametrize(
    ("stamps", "outcome"),
    [
        (BOUGHT, ""),
        ((*BOUGHT, MOVED), "told"),
        ((*BOUGHT, MOVED, KEPT), "kept"),
        ((*BOUGHT, CANCELLED, RELEASED), ""),
        ((*BOUGHT, MOVED, CANCELLED, RELEASED), ""),
        ((PLACED, GIVEN_UP, RELEASED), "cancelled"),
        ((PLACED, replace(GIVEN_UP, cause=Cause.SHOP_MOVED), RELEASED), "money back chosen"),
        ((*BY_HAND, GIVEN_UP, RELEASED), "to return by hand"),
        ((*BOUGHT, GIVEN_UP, RELEASED, "asked"), "refund asked"),
        ((*BOUGHT, GIVEN_UP, RELEASED, "asked", REFUND_ACCEPTED), "refund accepted"),
        ((*BOUGHT, GIVEN_UP, RELEASED, "asked", REFUND_REFUSED), "refund refused"),
        ((*BOUGHT, GIVEN_UP, RELEASED, "asked", REFUND_ACCEPTED, REFUND_FAILED), "refund refused"),
    ],
)
def test_an_order_says_what_the_change_of_its_shop_came_to(stamps, outcome):
    asked = replace(REFUND_ASKED, cause=Cause.SHOP_CANCELLED)
    (row,) = shop_orders(order_of(*(asked if one == "asked" else one for one in stamps)))
    assert row.outcome == outcome
    assert (row.shop, row.currency, row.starts_at) == (
        SHOP,
        "EUR",
        MOVED.starts_at if MOVED in stamps else OPENING,
    )
    assert row.alive is (RELEASED not in stamps)


def test_what_a_cancellation_of_the_shop_would_send_back():
    (unpaid_row,) = shop_orders(order_of(PLACED))
    assert (unpaid_row.provider, unpaid_row.refund, unpaid_row.by_hand) == ("", 0, 0)
    (row,) = shop_orders(order_of(*BOUGHT))
    assert (row.stream, row.provider, row.refund, row.by_hand) == (ORDER, "stripe", 7000, 0)
    asked = replace(REFUND_ASKED, cause=Cause.SHOP_CANCELLED)
    (told,) = shop_orders(order_of(*BOUGHT, GIVEN_UP, RELEASED, asked))
    assert told.refund == 7000
    other = order_of(*BOUGHT, GIVEN_UP, RELEASED, replace(REFUND_ASKED, amount=eur(100)))
    assert shop_orders(other)[0].refund == 6900, "what was asked for otherwise is gone"
    (hand,) = shop_orders(order_of(*BY_HAND))
    assert (hand.provider, hand.refund, hand.by_hand) == ("manual", 0, 7000)


# People.


def kept(rows: Any) -> list[tuple[Any, ...]]:
    return [(one.stream, one.kind, one.shop, one.since) for one in rows]


def test_an_order_keeps_its_person_until_they_are_erased():
    (row,) = kept(of_order(order_of(*BOUGHT)))
    assert row[:3] == (ORDER, "order", "winterfest")
    gone = spec.after(
        order_of(PLACED, TIMED_OUT, RELEASED),
        Erased(subject=ORDER, ground=Ground.ASKED),
        under=WISH,
        at=OPENING,
    )
    assert not of_order(gone)


def test_an_account_is_kept_from_when_it_moved_last_until_it_is_erased():
    account = Account(id=ADA, opened=OPENED, changed_at=NOON)
    assert kept(of_account(account)) == [(ADA, "account", "", NOON)]
    assert not of_account(replace(account, erased_at=NOON))
    assert not of_account(Account(id=ADA))


STRAY = CaseOpened(
    kind=CaseKind.UNMATCHED_MONEY,
    severity=Severity.CRITICAL,
    text="nobody's money",
    provider="stripe",
    payment_reference="pi_9",
    amount=PRICE,
)
CLOSED = CaseResolved(action=Action.CLOSE, order=None, reason="the payer rang")


def case_of(*stamps: Any) -> Case:
    later = NOON + timedelta(hours=1)
    return fold_case(
        ADA,
        [
            copied(recorded(one, later if at else NOON), version=at + 1)
            for at, one in enumerate(stamps)
        ],
    )


def test_a_case_of_no_order_is_kept_once_it_is_resolved():
    assert kept(of_case(case_of(STRAY, CLOSED))) == [(ADA, "case", "", NOON + timedelta(hours=1))]
    assert not of_case(case_of())
    assert not of_case(case_of(STRAY))
    assert not of_case(case_of(replace(STRAY, order=ORDER), CLOSED))
    assert not of_case(case_of(STRAY, replace(CLOSED, order=ORDER)))
    assert not of_case(case_of(STRAY, CLOSED, Erased(subject=ADA, ground=Ground.ASKED)))


def test_a_case_in_a_list():
    assert not cases(case_of())
    (row,) = cases(case_of(STRAY))
    assert (row.stream, row.kind, row.severity, row.state) == (
        ADA,
        "unmatched_money",
        "critical",
        "open",
    )
    assert (row.provider, row.amount, row.currency, row.text) == (
        "stripe",
        7000,
        "EUR",
        "nobody's money",
    )
    assert (row.order_id, row.opened_at, row.keeper) == (None, NOON, "")
    assert (row.returning_since, row.asleep_until, row.alarming) == (None, None, True)
    (about,) = cases(case_of(replace(STRAY, order=ORDER, amount=None)))
    assert (about.order_id, about.amount, about.currency) == (ORDER, None, None)
    (found,) = cases(case_of(STRAY, replace(CLOSED, action=Action.ASSIGN, order=ORDER)))
    assert (found.order_id, found.state) == (ORDER, "resolved")


def test_a_place_in_line_is_kept_once_its_owner_waits_no_longer():
    place = WaitingPlace(id=ADA, taken=TAKEN, taken_at=NOON, ended_at=OPENING)
    assert kept(of_place(place)) == [(ADA, "place", "winterfest", OPENING)]
    assert not of_place(replace(place, ended_at=None))
    assert not of_place(replace(place, erased_at=OPENING))
    assert not of_place(WaitingPlace(id=ADA, ended_at=OPENING))


UNTIL = OPENING + timedelta(days=9)
ASKED_FOR = VoucherRequested(
    kind=GrantKind.GRANT,
    terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
    destination=Destination(
        place=Place.PRETIX, organizer="org", event="conf", quota=1, valid_until=UNTIL
    ),
    code_index="code",
    worth=eur(2500),
    code="C" * 30,
)


def voucher(**told: Any) -> IssuedVoucher:
    return IssuedVoucher(correlation_id=WISH, request=ASKED_FOR, requested_at=NOON, **told)


MADE = Question(asked={1: NOON}, done=True)
STUCK = Question(asked={1: NOON}).refused(1, "quota_full", NOON, permanent=True)


def on_the_list(**told: Any) -> Grantee:
    known: dict[str, Any] = {"listed": LISTED, "listed_at": NOON, "changed_at": OPENING}
    return Grantee(id=ADA, **{**known, **told})


def test_whoever_is_on_a_list_is_kept_until_the_last_that_happened_or_their_voucher_ends():
    assert kept(of_grantee(on_the_list())) == [(ADA, "listed", "winterfest", OPENING)]
    living = on_the_list(vouchers=(voucher(create=MADE),))
    assert kept(of_grantee(living))[0][3] == UNTIL
    ended = on_the_list(vouchers=(voucher(create=MADE, withdrawal=MADE),))
    assert kept(of_grantee(ended))[0][3] == OPENING
    late = on_the_list(vouchers=(voucher(create=MADE),), changed_at=UNTIL + timedelta(days=1))
    assert kept(of_grantee(late))[0][3] == UNTIL + timedelta(days=1)
    assert not of_grantee(on_the_list(erased_at=OPENING))
    assert not of_grantee(on_the_list(changed_at=None))
    assert not of_grantee(on_the_list(listed=None))


def test_a_person_on_a_list_before_there_is_a_voucher():
    assert not grantees(on_the_list(listed=None))
    assert not grantees(on_the_list(listed_at=None))
    (row,) = grantees(on_the_list())
    assert (row.stream, row.shop, row.kind, row.state) == (ADA, "winterfest", "grant", "invited")
    assert (row.person_index, row.list_reference, row.listed_at) == ("ada", "row 7", NOON)
    told = (row.voucher, row.voucher_kind, row.place, row.organizer, row.event)
    assert {*told, row.provider_reference, row.code_index, row.trouble, row.letter} == {""}
    assert (row.uses, row.worth, row.currency, row.issued_at) == (0, None, None, None)
    assert (row.letter_due, row.work_due_at) == (False, None)
    (gone,) = grantees(on_the_list(erased_at=OPENING))
    assert gone.person_index == ""


def test_a_person_on_a_list_with_a_voucher():
    made = voucher(create=MADE, made_at=OPENING, reference="v1", uses=2)
    (row,) = grantees(on_the_list(vouchers=(made,), state=GrantState.CONFIRMED))
    assert (row.voucher, row.voucher_kind, row.state) == ("used", "grant", "confirmed")
    assert (row.place, row.organizer, row.event) == ("pretix", "org", "conf")
    assert (row.provider_reference, row.code_index) == ("v1", "code")
    assert (row.uses, row.worth, row.currency, row.issued_at) == (2, 2500, "EUR", OPENING)
    free = replace(made, request=replace(ASKED_FOR, worth=None))
    (row,) = grantees(on_the_list(vouchers=(free,)))
    assert (row.worth, row.currency) == (None, None)


def test_a_letter_is_due_to_who_has_a_voucher_until_it_is_out():
    made = voucher(create=MADE, made_at=OPENING)
    (row,) = grantees(on_the_list(vouchers=(made,), state=GrantState.CONFIRMED))
    assert (row.letter, row.letter_due) == ("due", True)
    key = (WISH, GrantLetter.VOUCHER)
    for posting, letter, due in (
        (Posting(tries={1: "started"}), "started", True),
        (Posting(tries={1: "sent"}), "sent", False),
        (Posting(tries={1: "failed"}), "failed", True),
        (Posting(tries={1: "failed"}, permanent=True), "failed", False),
    ):
        told = on_the_list(vouchers=(made,), state=GrantState.CONFIRMED, postings={key: posting})
        (row,) = grantees(told)
        assert (row.letter, row.letter_due) == (letter, due)


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ({}, ""),
        ({"vouchers": (voucher(create=MADE),)}, ""),
        ({"vouchers": (voucher(create=STUCK),)}, "quota_full"),
        ({"vouchers": (voucher(create=STUCK.wanted_again(1)),)}, ""),
        ({"vouchers": (voucher(create=MADE, upgrade=STUCK),)}, "quota_full"),
        ({"vouchers": (voucher(create=MADE, withdrawal=STUCK),)}, "quota_full"),
        ({"vouchers": (voucher(create=MADE, upgrade=STUCK, withdrawal=MADE),)}, ""),
        ({"over_since": NOON, "state": GrantState.CONFIRMED}, "over"),
        ({"over_since": NOON}, ""),
    ],
)
def test_why_somebody_has_to_look_at_a_voucher(told, trouble):
    assert trouble_of(on_the_list(**told)) == trouble
    (row,) = grantees(on_the_list(**told))
    assert row.trouble == trouble


@pytest.mark.parametrize("view", [unpaid, refund_eligibility])
@pytest.mark.parametrize("half", [{"placed": None}, {"placed_at": None}])
def test_half_an_order_is_in_no_list(view, half):
    assert view(order_of(PLACED))
    assert not view(copied(order_of(PLACED), **half))


def test_a_question_to_a_provider_names_it_and_what_is_asked():
    (payment,) = open_intents(order_of(PLACED, ASKED))
    (refund,) = open_intents(order_of(*BOUGHT, REFUND_ASKED))
    assert [(one.kind, one.provider, one.try_number) for one in (payment, refund)] == [
        ("payment", "stripe", 1),
        ("refund", "stripe", 1),
    ]
    assert (payment.correlation_id, refund.correlation_id) == (ATTEMPT, WISH)
    assert refund.requested_at == NOON + timedelta(minutes=4)


def test_a_letter_that_nothing_calls_for_is_owed_since_it_was_begun():
    begun = put(ReceiptSendStarted(letter=Letter.REFUNDED, try_number=1), under=ATTEMPT)
    found = {one.letter: one for one in outbox(order_of(*BOUGHT, begun))}
    assert not found["refunded"].owed
    assert found["refunded"].since == NOON + timedelta(minutes=4)


def test_half_a_case_is_in_no_list_and_half_an_order_is_at_no_door():
    assert not cases(replace(case_of(STRAY), opened=None))
    assert not cases(replace(case_of(STRAY), opened_at=None))
    issued = order_of(*BOUGHT, ISSUED)
    assert door_tickets(issued)
    assert not door_tickets(copied(issued, placed=None))


def test_an_order_given_up_with_its_shop_says_so_before_anything_went_back():
    (row,) = shop_orders(order_of(*BOUGHT, GIVEN_UP))
    assert (row.alive, row.outcome) == (False, "cancelled")


@pytest.mark.parametrize(
    ("state", "shop"),
    [
        (order_of(PLACED), "winterfest"),
        (NOTHING, ""),
        (Grantee(id=ADA, listed=LISTED), "winterfest"),
        (Grantee(id=ADA), ""),
        (WaitingPlace(id=ADA, taken=TAKEN), "winterfest"),
        (WaitingPlace(id=ADA), ""),
        (Account(id=ADA), ""),
    ],
)
def test_the_shop_that_figures_are_of(state, shop):
    assert shop_of(state) == shop
    assert figures_of(Account(id=ADA)) == {}


def test_of_a_place_that_nobody_took_there_is_no_figure() -> None:
    place = WaitingPlace(id=ORDER, taken=TAKEN, taken_at=NOON)
    assert figures_of_place(place)
    assert figures_of_place(replace(place, taken=None)) == {}
    assert figures_of_place(replace(place, taken_at=None)) == {}
