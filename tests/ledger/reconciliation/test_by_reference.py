"""Books that nobody can list: what the ledger knows is asked for, and a report tells the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.order.stamps import Refunded
from ledger.reconciliation.by_reference import OneByOne
from ledger.reconciliation.our_records import Known
from ledger.reconciliation.records import Kind, NotShown, Row, State, TheirRecord, Unread
from tests.kits.compared_books import DAY, INSTANT, ComparedBooks

PAYMENT, REFUND = Kind.PAYMENT, Kind.REFUND
UNREAD = Unread(kind="report", reference="7", why="it has no amount")


@dataclass
class ByName:
    """A provider that shows what it is asked for, and knows our names as it told them."""

    both: ComparedBooks
    shown: dict[tuple[Kind, str], Any] = field(default_factory=dict)
    names_of: dict[str, Sequence[str]] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        self.asked.append(reference)
        found = self.shown.get((kind, reference))
        if isinstance(found, Exception):
            raise found
        return found

    def names(self, known: Known) -> Sequence[str]:
        return self.names_of.get(known.reference, ())

    def owner(self, row: Row) -> UUID | None:
        self.looked_up.append(row.number)
        return self.owners.get(row.number)

    def told(self, row: Row, known: Known | None) -> TheirRecord:
        reference = known.reference if known else f"row {row.number}"
        return self.both.theirs(row.kind, reference, row.amount.amount, state=row.state, at=row.at)


@pytest.fixture
def both() -> Iterator[ComparedBooks]:
    made = ComparedBooks()
    yield made
    made.world.close()


@pytest.fixture
def by_name(both: ComparedBooks) -> ByName:
    return ByName(both)


def books(by_name: ByName, *report: Row | Unread, **changes: Any) -> OneByOne:
    both = by_name.both
    given: dict[str, Any] = {
        "unlisted": by_name,
        "rows": both.rows,
        "report": report,
        "tell": lambda what, number: both.told.append((what, number)),
    } | changes
    return OneByOne(**given)


def listed(made: OneByOne, both: ComparedBooks) -> list[TheirRecord | Unread]:
    return [*made.records(both.period)]


def row(both: ComparedBooks, number: str = "1", kind: Kind = PAYMENT, **changes: Any) -> Row:
    given: dict[str, Any] = {
        "number": number,
        "kind": kind,
        "names": (f"ours {number}",),
        "amount": Money(1500, "EUR"),
        "state": State.DONE,
        "at": both.now,
        "said": "paid",
    } | changes
    return Row(**given)


def test_they_are_the_books_of_who_is_asked(both: ComparedBooks, by_name: ByName) -> None:
    made = books(by_name)
    assert (made.name, made.account, made.live) == ("stripe", "acct_1", False)
    by_name.live = True
    assert (made.live, made.names_orders, made.complete) == (True, True, False)


def test_payments_that_the_ledger_knows_are_asked_for_by_name(
    both: ComparedBooks, by_name: ByName
) -> None:
    both.paid("a", "pi_1")
    both.paid("b", "pi_2")
    both.paid("c", "pi_3")
    by_name.shown = {
        (PAYMENT, "pi_1"): both.theirs(PAYMENT, "pi_1"),
        (PAYMENT, "pi_2"): UNREAD,
        (PAYMENT, "pi_3"): NotShown(),
    }
    assert listed(books(by_name), both) == [both.theirs(PAYMENT, "pi_1"), UNREAD]
    assert by_name.asked == ["pi_1", "pi_2", "pi_3"]
    said = "asking for 3 payments by name"
    assert both.told == [(said, 1), (said, 2), (said, 3)]


@pytest.mark.parametrize(
    ("kind", "state", "counts"),
    [
        (PAYMENT, State.DONE, True),
        (PAYMENT, State.UNDER_WAY, False),
        (PAYMENT, State.FAILED, False),
        (REFUND, State.DONE, True),
        (REFUND, State.UNDER_WAY, True),
        (REFUND, State.FAILED, True),
    ],
)
def test_of_payments_those_count_that_came_and_of_refunds_all(
    both: ComparedBooks, by_name: ByName, kind: Kind, state: State, counts: bool
) -> None:
    found = listed(books(by_name, row(both, kind=kind, state=state)), both)
    assert len(found) == counts


@pytest.mark.parametrize(
    ("later", "counts"),
    [(-DAY, True), (-DAY - INSTANT, False), (DAY - INSTANT, True), (DAY, False)],
)
def test_what_lies_in_the_period_counts(
    both: ComparedBooks, by_name: ByName, later: Any, counts: bool
) -> None:
    for kind in (PAYMENT, REFUND):
        found = listed(books(by_name, row(both, kind=kind, at=both.now + later)), both)
        assert len(found) == counts


@pytest.mark.parametrize(("days", "asked"), [(7, ["pi_1"]), (9, ["pi_1"]), (9.1, [])])
def test_what_was_begun_up_to_eight_days_before_a_period_is_asked_for(
    both: ComparedBooks, by_name: ByName, days: float, asked: list[str]
) -> None:
    both.paid()
    both.world.clock.pass_(days=days)
    listed(books(by_name), both)
    assert by_name.asked == asked


def test_without_a_report_nothing_is_found_that_is_not_known(
    both: ComparedBooks, by_name: ByName
) -> None:
    assert listed(books(by_name, report=None), both) == []


def test_what_cannot_be_read_of_a_report_is_told_and_the_rest_as_well(
    both: ComparedBooks, by_name: ByName
) -> None:
    found = listed(books(by_name, UNREAD, row(both)), both)
    assert found == [UNREAD, both.theirs(PAYMENT, "row 1")]


def test_a_row_that_carries_our_name_is_the_payment_of_that_name_once(
    both: ComparedBooks, by_name: ByName
) -> None:
    both.paid()
    by_name.names_of = {"pi_1": ("ours 1",)}
    by_name.shown = {(PAYMENT, "pi_1"): both.theirs(PAYMENT, "pi_1")}
    found = listed(books(by_name, row(both), row(both, names=("x", "ours 1"))), both)
    assert found == [both.theirs(PAYMENT, "pi_1")]


def test_a_name_is_one_of_a_kind_of_things(both: ComparedBooks, by_name: ByName) -> None:
    both.paid()
    by_name.names_of = {"pi_1": ("ours 1",)}
    found = listed(books(by_name, row(both, kind=REFUND)), both)
    assert found == [both.theirs(REFUND, "row 1")]


def test_names_that_the_provider_tells_are_ours_as_well(
    both: ComparedBooks, by_name: ByName
) -> None:
    both.paid()
    by_name.shown = {(PAYMENT, "pi_1"): both.theirs(PAYMENT, "pi_1", names=("ours 1",))}
    (found,) = listed(books(by_name, row(both)), both)
    assert isinstance(found, TheirRecord)
    assert found.reference == "pi_1"


def test_what_was_asked_for_is_newer_than_a_report_unless_the_money_differs(
    both: ComparedBooks, by_name: ByName
) -> None:
    both.paid()
    by_name.names_of = {"pi_1": ("ours 1",)}
    earlier = both.now - INSTANT
    by_name.shown = {(PAYMENT, "pi_1"): both.theirs(PAYMENT, "pi_1")}
    assert listed(books(by_name, row(both, at=earlier)), both) == [both.theirs(PAYMENT, "pi_1")]
    other = row(both, at=earlier, amount=Money(1499, "EUR"))
    assert listed(books(by_name, other), both) == [both.theirs(PAYMENT, "pi_1", 1499, at=earlier)]
    by_name.shown = {(PAYMENT, "pi_1"): UNREAD}
    assert listed(books(by_name, row(both)), both) == [both.theirs(PAYMENT, "pi_1")]


def test_the_order_of_an_old_payment_is_looked_up_by_the_name_in_its_row(
    both: ComparedBooks, by_name: ByName
) -> None:
    order = both.paid()
    both.world.clock.pass_(days=20)
    by_name.names_of = {"pi_1": ("ours 1",)}
    made = books(by_name, row(both), row(both, "2"))
    by_name.owners = {"1": order.id}
    found = listed(made, both)
    assert [one.reference for one in found] == ["pi_1", "row 2"]
    # Nobody waits for that: only the long list tells how far it is.
    assert both.told == []
    assert by_name.asked == ["pi_1"]


def test_whose_a_row_is_that_is_known_is_not_looked_up(
    both: ComparedBooks, by_name: ByName
) -> None:
    both.paid()
    by_name.names_of = {"pi_1": ("ours 1",)}
    made = books(by_name, row(both), row(both, "2"))
    listed(made, both)
    assert by_name.looked_up == ["2"]


def test_what_was_learnt_first_stays(both: ComparedBooks, by_name: ByName) -> None:
    both.paid("a", "pi_1")
    order = both.paid("b", "pi_2")
    both.world.clock.pass_(days=1)
    by_name.names_of = {"pi_1": ("ours 1",), "pi_2": ("ours 1", "ours 2")}
    by_name.owners = {"3": order.id}
    made = books(by_name)
    listed(made, both)
    assert made.told(row(both)).reference == "pi_2"
    made.told(row(both, "3"))
    assert made.told(row(both)).reference == "pi_2"


def test_one_thing_is_told_as_the_report_has_it_and_asked_for_once_otherwise(
    both: ComparedBooks, by_name: ByName
) -> None:
    by_name.shown = {(PAYMENT, "pi_9"): both.theirs(PAYMENT, "pi_9")}
    made = books(by_name, row(both))
    listed(made, both)
    assert made.record(PAYMENT, "row 1") == both.theirs(PAYMENT, "row 1")
    assert by_name.asked == []
    assert made.record(PAYMENT, "pi_9") == made.record(PAYMENT, "pi_9")
    assert by_name.asked == ["pi_9"]


@pytest.mark.parametrize(
    ("complete", "report", "kind", "shown"),
    [
        (False, (), REFUND, False),
        (True, (UNREAD,), REFUND, False),
        (True, None, REFUND, True),
        (True, (), REFUND, True),
        (False, (), PAYMENT, True),
    ],
)
def test_that_there_is_no_refund_only_a_whole_report_can_say(
    by_name: ByName, complete: bool, report: Any, kind: Kind, shown: bool
) -> None:
    made = books(by_name, report=report, complete=complete)
    if shown:
        assert made.record(kind, "x") is None
    else:
        with pytest.raises(NotShown):
            made.record(kind, "x")


def test_a_refund_that_is_shown_is_told_whatever_the_report(
    both: ComparedBooks, by_name: ByName
) -> None:
    by_name.shown = {(REFUND, "re_1"): both.theirs(REFUND, "re_1")}
    assert books(by_name).record(REFUND, "re_1") == both.theirs(REFUND, "re_1")


def test_refunds_are_known_by_name_and_not_asked_for_ahead(
    both: ComparedBooks, by_name: ByName
) -> None:
    order = both.paid()
    about: Any = {"payment": next(iter(order.attempts)), "amount": Money(500, "EUR")}
    both.record(order, Refunded(**about, provider_reference="re_1"), uuid4())
    by_name.names_of = {"re_1": ("ours 1",)}
    found = listed(books(by_name, row(both, kind=REFUND)), both)
    assert found == [both.theirs(REFUND, "re_1")]
    assert by_name.asked == ["pi_1"]


def test_other_books_are_not_asked_about(both: ComparedBooks, by_name: ByName) -> None:
    both.paid()
    other = replace(by_name, account="acct_2")
    assert listed(books(other), both) == []
    assert other.asked == by_name.asked == []
