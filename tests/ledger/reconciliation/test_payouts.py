"""One payout beside our books: what its rows come to, and which orders are told of it, once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.money import Money
from ledger.order.stamps import PaidOut, Refunded, RefundFailed
from ledger.payments.provider import Message
from ledger.reconciliation.compare import StatementLine, Verdict
from ledger.reconciliation.payouts import SettledMoney, settled_money, stamp_payout
from ledger.reconciliation.records import (
    BesideOrders,
    Kind,
    OurRecord,
    PayoutRow,
    Row,
    Settlement,
    State,
    TheirRecord,
    Unread,
)
from tests.kits.compared_books import ComparedBooks

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
ORDER = UUID(int=1)
PAYOUT = Settlement(id="po_1", bank_reference="RF1", settled_at=NOON)
PAYMENT, REFUND = Kind.PAYMENT, Kind.REFUND
NEWS = Message(provider="stripe", name="n", body=b"{}")


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def row(kind: Kind, reference: str, cents: int, **changes: Any) -> Row:
    given: dict[str, Any] = {
        "number": reference,
        "kind": kind,
        "names": (),
        "amount": eur(cents),
        "state": State.DONE,
        "at": NOON,
        "said": "charge",
        "reference": reference,
        "settlement": "po_1",
    } | changes
    return Row(**given)


def line(
    one: Row,
    *,
    verdict: Verdict = Verdict.MATCHED,
    ours: State | None = State.DONE,
    theirs: State = State.DONE,
    cents: int | None = None,
    order: UUID = ORDER,
) -> StatementLine:
    """A row of theirs beside ours in a state, for as much as it says or for so many cents."""
    about: dict[str, Any] = {"kind": one.kind, "reference": one.reference, "at": NOON}
    amount = one.amount if cents is None else eur(cents)
    record = OurRecord(amount=amount, state=ours, order=order, **about) if ours else None
    told = TheirRecord(amount=one.amount, state=theirs, message=NEWS, **about)
    return StatementLine(verdict=verdict, theirs=told, ours=record)


def settled(
    *rows: PayoutRow,
    lines: Mapping[str, StatementLine | Unread] | None = None,
    payout: Settlement = PAYOUT,
) -> SettledMoney:
    given = lines or {}
    return settled_money(
        payout, rows, line=lambda one: given.get(one.reference) or line(one), currency="EUR"
    )


PAID, BACK = row(PAYMENT, "pi_1", 7000, fees=Decimal("1.305")), row(REFUND, "re_1", 500)
AGAIN = row(REFUND, "re_0", 300, again=True)
FEE = BesideOrders(reference="fee_1", what="fee", amount=eur(-120))
GONE = Unread(kind="payment", reference="pi_9", why="nobody knows")


def test_a_payout_of_nothing_is_clean() -> None:
    found = settled()
    assert (found.theirs, found.ours, found.beside) == (eur(0), eur(0), eur(0))
    assert found.fees == 0
    assert found.clean


def test_payments_come_less_refunds_before_fees() -> None:
    found = settled(PAID, row(PAYMENT, "pi_2", 1000, fees=Decimal("0.25")), BACK)
    assert (found.payments, found.refunds, found.theirs) == (eur(8000), eur(500), eur(7500))
    assert (found.fees, found.ours, found.difference) == (Decimal("1.555"), eur(7500), eur(0))
    assert [one.reference for one, _ in found.lines] == ["pi_1", "pi_2", "re_1"]
    assert (found.others, found.again, found.lost, found.findings) == ([], [], [], [])
    assert found.clean


@pytest.mark.parametrize(("one", "difference"), [(PAID, 1), (BACK, -1)])
def test_what_our_books_have_otherwise_is_the_difference(one: Row, difference: int) -> None:
    less = line(one, cents=one.amount.amount - 1)
    found = settled(PAID, BACK, lines={one.reference: less})
    assert (found.difference, found.clean) == (eur(difference), False)


@pytest.mark.parametrize(
    ("verdict", "ours", "in_our_books", "finding"),
    [
        (Verdict.MATCHED, State.DONE, 7000, False),
        (Verdict.TIMING, State.UNDER_WAY, 7000, False),
        (Verdict.STATE_DIFFERS, State.FAILED, 0, True),
        (Verdict.MISSING_HERE, None, 0, True),
        (Verdict.OPEN_CASE, None, 0, True),
        # What a person settled stands on its case.
        (Verdict.RESOLVED_CASE, None, 7000, False),
    ],
)
def test_what_a_row_is_in_our_books(
    verdict: Verdict, ours: State | None, in_our_books: int, finding: bool
) -> None:
    one = line(PAID, verdict=verdict, ours=ours)
    found = settled(PAID, lines={"pi_1": one})
    assert (found.ours, found.findings) == (eur(in_our_books), [one] if finding else [])
    assert found.clean is (in_our_books == 7000)


def test_a_finding_alone_is_not_clean() -> None:
    found = settled(PAID, lines={"pi_1": line(PAID, verdict=Verdict.AMOUNT_DIFFERS)})
    assert (found.difference, found.unread, found.clean) == (eur(0), [], False)


def test_a_row_that_moved_nothing_costs_its_fee_and_is_lost() -> None:
    failed = replace(PAID, state=State.FAILED)
    unknown = row(PAYMENT, "pi_9", 100, state=State.FAILED)
    found = settled(failed, unknown, BACK, lines={"pi_9": GONE})
    assert (found.payments, found.ours, found.fees) == (eur(0), eur(-500), Decimal("1.305"))
    assert [one.reference for one, _ in found.lines] == ["re_1"]
    assert [one.reference for one, _ in found.lost] == ["pi_1"]
    assert found.unread == []


def test_what_is_no_orders_stands_beside() -> None:
    found = settled(PAID, FEE)
    assert (found.others, found.beside, found.theirs) == ([FEE], eur(-120), eur(7000))
    assert (found.difference, found.clean) == (eur(0), True)


def test_a_refund_that_failed_and_comes_again_is_nobodys_money() -> None:
    found = settled(AGAIN, lines={"re_0": line(AGAIN, ours=State.FAILED, theirs=State.FAILED)})
    assert found.others == [BesideOrders(reference="re_0", what="refund_failed", amount=eur(300))]
    assert (found.refunds, found.ours, found.lines) == (eur(0), eur(0), [])
    assert [one for one, _ in found.again] == [AGAIN]


def test_what_comes_again_stands_beside_though_our_books_do_not_know_that_it_failed() -> None:
    found = settled(AGAIN)
    assert (found.beside, found.refunds, found.lines) == (eur(300), eur(0), [])


def test_a_refund_that_failed_on_both_sides_was_kept_back_and_is_nobodys() -> None:
    failed = State.FAILED
    found = settled(BACK, lines={"re_1": line(BACK, ours=failed, theirs=failed)})
    assert found.others == [BesideOrders(reference="re_1", what="refund_failed", amount=eur(-500))]
    assert (found.refunds, found.lines, found.again) == (eur(0), [], [])


@pytest.mark.parametrize(
    ("one", "ours", "theirs"),
    [
        (BACK, State.FAILED, State.DONE),
        (BACK, State.DONE, State.FAILED),
        (BACK, None, State.FAILED),
        (PAID, State.FAILED, State.FAILED),
    ],
)
def test_what_did_not_fail_on_both_sides_is_a_row_of_an_order(
    one: Row, ours: State | None, theirs: State
) -> None:
    found = settled(one, lines={one.reference: line(one, ours=ours, theirs=theirs)})
    assert (len(found.lines), found.others) == (1, [])
    assert found.payments + found.refunds == one.amount


def test_what_cannot_be_read_is_told_whichever_way_it_came() -> None:
    other = replace(GONE, reference="pi_1")
    found = settled(PAID, GONE, BACK, lines={"pi_1": other})
    assert found.unread == [GONE, other]
    # Its money came all the same.
    assert (found.payments, found.ours, found.clean) == (eur(7000), eur(-500), False)
    assert [one.reference for one, _ in found.lines] == ["re_1"]


def test_an_unread_row_alone_is_not_clean() -> None:
    found = settled(GONE)
    assert (found.difference, found.findings, found.clean) == (eur(0), [], False)


def test_an_unread_row_that_comes_again_stands_beside() -> None:
    found = settled(AGAIN, lines={"re_0": replace(GONE, kind="refund")})
    assert (found.beside, found.refunds, found.again) == (eur(300), eur(0), [])


@pytest.mark.parametrize(
    ("cents", "why"),
    [
        (6879, "its rows come to 68.80, and it is 68.79"),
        (6880, None),
        (6881, "its rows come to 68.80, and it is 68.81"),
        (None, None),
    ],
)
def test_rows_come_to_what_the_payout_is_with_all_beside(
    cents: int | None, why: str | None
) -> None:
    paid = replace(PAID, fees=Decimal("0.00"))
    payout = replace(PAYOUT, amount=None if cents is None else eur(cents))
    found = settled(paid, FEE, payout=payout)
    assert [one.why for one in found.unread] == ([why] if why else [])
    assert all((one.kind, one.reference) == ("payout", "po_1") for one in found.unread)


def test_a_payout_is_less_by_its_fees() -> None:
    paid = replace(PAID, fees=Decimal("1.30"))
    assert settled(paid, payout=replace(PAYOUT, amount=eur(6870))).clean
    assert not settled(paid, payout=replace(PAYOUT, amount=eur(7130))).clean


def test_a_payout_that_nobody_tells_of_says_why() -> None:
    payout = replace(PAYOUT, untold="too old", amount=eur(7000))
    assert [one.why for one in settled(PAID, payout=payout).unread] == ["too old"]


def test_with_a_row_unread_the_sum_is_not_told_as_well() -> None:
    found = settled(PAID, GONE, payout=replace(PAYOUT, amount=eur(1), untold="too old"))
    assert found.unread == [GONE]


# What orders are told.


@pytest.fixture
def both() -> Iterator[ComparedBooks]:
    made = ComparedBooks()
    made.paid()
    yield made
    made.world.close()


def told(both: ComparedBooks) -> Sequence[PaidOut]:
    return [*both.world.orders.get(both.world.id("order")).payouts.values()]


def stamped(
    both: ComparedBooks,
    one: Row = PAID,
    *,
    payout: Settlement = PAYOUT,
    ours: State | None = State.DONE,
) -> int:
    """A payout of one row is stamped; how many stamps are new."""
    one = replace(one, amount=eur(1500))
    found = line(one, ours=ours, theirs=ours or State.DONE, order=both.world.id("order"))
    made = settled(one, lines={one.reference: found}, payout=payout)
    return stamp_payout(made, both.books, both.intake)


def test_an_order_is_told_once_which_payout_brought_its_money(both: ComparedBooks) -> None:
    assert (stamped(both), stamped(both)) == (1, 0)
    assert told(both) == [
        PaidOut(
            provider="stripe",
            provider_reference="pi_1",
            amount=eur(1500),
            payout="po_1",
            bank_reference="RF1",
            settled_at=NOON,
            fee_millionths=1_305_000,
            kept_back=False,
        )
    ]
    assert len(both.archive.kept) == 1


@pytest.mark.parametrize(
    ("fees", "millionths"),
    [("0.0000005", 0), ("0.0000006", 1), ("0.0000015", 2), ("-1.25", -1_250_000)],
)
def test_a_fee_is_kept_to_the_millionth(both: ComparedBooks, fees: str, millionths: int) -> None:
    stamped(both, replace(PAID, fees=Decimal(fees)))
    assert [one.fee_millionths for one in told(both)] == [millionths]


@pytest.mark.parametrize("state", [None, State.FAILED])
def test_what_no_order_has_or_what_failed_is_stamped_nowhere(
    both: ComparedBooks, state: State | None
) -> None:
    assert (stamped(both, ours=state), told(both), both.archive.kept) == (0, [], {})


def test_of_a_payout_that_is_under_way_nothing_is_stamped(both: ComparedBooks) -> None:
    assert stamped(both, payout=replace(PAYOUT, settled_at=None)) == 0
    assert told(both) == []


def refunded(both: ComparedBooks) -> dict[str, Any]:
    order = both.world.orders.get(both.world.id("order"))
    about: dict[str, Any] = {
        "payment": next(iter(order.attempts)),
        "amount": eur(1500),
        "provider_reference": "re_1",
    }
    both.record(order, Refunded(**about), uuid4())
    return about


NEXT = replace(PAYOUT, id="po_2")
BACK_AGAIN = replace(BACK, again=True, settlement="po_2")


def test_a_refund_was_kept_back_and_what_failed_is_given_again_once(both: ComparedBooks) -> None:
    about = refunded(both)
    assert stamped(both, BACK_AGAIN, payout=NEXT, ours=State.FAILED) == 0  # none was kept back
    assert stamped(both, BACK) == 1
    order = both.world.orders.get(both.world.id("order"))
    both.record(order, RefundFailed(**about, code="lost"), uuid4())
    assert stamped(both, BACK_AGAIN, payout=NEXT) == 0  # by our books it did not fail
    again = [stamped(both, BACK_AGAIN, payout=NEXT, ours=State.FAILED) for _ in range(2)]
    assert again == [1, 0]
    assert [(one.payout, one.kept_back) for one in told(both)] == [("po_1", True), ("po_2", False)]


def test_what_another_payout_was_to_bring_and_failed_is_no_news(both: ComparedBooks) -> None:
    """The row says which payout it came with first: that one failed, and its own case tells it."""
    stamped(both)
    assert stamped(both, PAID, payout=NEXT) == 0
    assert both.world.cases_opened() == []
    # The same money in two payouts is a contradiction, and a person looks.
    assert stamped(both, replace(PAID, settlement="po_2"), payout=NEXT) == 0
    assert [one.kind for one in both.world.cases_opened()] == [CaseKind.CONTRADICTION]


FAILED = replace(PAYOUT, failed=True, settled_at=None, amount=eur(1370))


def test_a_payout_that_failed_after_it_was_told_as_paid_is_one_case(both: ComparedBooks) -> None:
    stamped(both)
    assert [stamped(both, payout=FAILED) for _ in range(2)] == [0, 0]
    (case,) = both.world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.CONTRADICTION, Severity.WARNING)
    assert (case.provider, case.account, case.live) == ("stripe", "acct_1", False)
    assert (case.provider_reference, case.about) == ("po_1", "payout/po_1")
    assert case.amount == eur(1500)  # what was stamped, before fees
    assert "failed" in case.text


def test_where_a_provider_tells_by_row_what_is_lost_these_orders_are_looked_at(
    both: ComparedBooks,
) -> None:
    stamped(both)
    assert stamped(both, replace(PAID, state=State.FAILED), payout=FAILED) == 0
    assert [one.about for one in both.world.cases_opened()] == ["payout/po_1"]


def test_a_failed_payout_that_kept_a_refund_back_is_told_less_by_it(both: ComparedBooks) -> None:
    refunded(both)
    stamped(both)
    stamped(both, BACK)
    stamped(both, payout=FAILED)
    (case,) = both.world.cases_opened()
    assert case.amount == eur(0)


@pytest.mark.parametrize("other", [{"id": "po_2"}, {"failed": False}])
def test_a_payout_that_nobody_was_told_of_fails_without_a_case(
    both: ComparedBooks, other: dict[str, Any]
) -> None:
    stamped(both)
    stamped(both, payout=replace(FAILED, **other))
    assert both.world.cases_opened() == []


def test_a_failed_payout_of_what_no_order_has_is_no_case(both: ComparedBooks) -> None:
    stamped(both)
    assert stamped(both, payout=FAILED, ours=None) == 0
    assert both.world.cases_opened() == []
