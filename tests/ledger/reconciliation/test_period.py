"""One period of one provider: who is asked for what, what is told of it, and what is taken in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.cases.stamps import CaseOpened
from ledger.kernel.money import Money
from ledger.order.stamps import Authorized, Paid, Refunded
from ledger.payments.provider import Message
from ledger.reconciliation.compare import Statement, StatementLine, Verdict
from ledger.reconciliation.records import Kind, Period, Row, State, TheirRecord, Unread
from tests.kits.compared_books import DAY, GARBLED, INSTANT, ComparedBooks

PAYMENT, REFUND, DISPUTE = Kind.PAYMENT, Kind.REFUND, Kind.DISPUTE
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
UNREAD = Unread(kind="payment", reference="pi_1", why="it has no amount")


@pytest.fixture
def both() -> Iterator[ComparedBooks]:
    made = ComparedBooks()
    yield made
    made.world.close()


def verdicts(statement: Statement) -> list[tuple[str, str, str]]:
    return [(one.either.kind, one.either.reference, one.verdict) for one in statement.lines]


def test_what_agrees_is_counted_and_no_line(both: ComparedBooks) -> None:
    both.paid()
    both.books.listed = [both.theirs(PAYMENT, "pi_1")]
    statement = both.reconciliation().statement()
    assert (statement.counts, statement.lines, statement.clean) == ({Verdict.MATCHED: 1}, [], True)
    assert both.books.asked == []


def test_payments_are_compared_before_refunds_and_these_before_disputes(
    both: ComparedBooks,
) -> None:
    news = both.news_of_payment(both.placed(), "pi_2")
    both.books.listed = [both.theirs(one, one, message=news) for one in (DISPUTE, REFUND, PAYMENT)]
    statement = both.reconciliation().statement()
    assert [one.either.kind for one in statement.lines] == [PAYMENT, REFUND, DISPUTE]


def test_the_provider_is_asked_for_its_records_once(both: ComparedBooks) -> None:
    both.paid()
    both.books.listed = [both.theirs(PAYMENT, "pi_1", 1499)]
    made = both.reconciliation()
    found = [verdicts(made.statement()) for _ in range(2)]
    assert found == [[("payment", "pi_1", "amount_differs")]] * 2
    assert both.books.looks == 1


def test_how_far_it_is_is_told_from_one(both: ComparedBooks) -> None:
    both.paid("a", "pi_1")
    both.paid("b", "pi_2")
    both.books.listed = [both.theirs(PAYMENT, "pi_1"), UNREAD]
    both.reconciliation().statement()
    theirs, ours = "reading the provider's books", "reading our books"
    assert both.told == [(theirs, 1), (theirs, 2), (ours, 1), (ours, 2)]


def test_what_cannot_be_read_is_told_and_not_missed(both: ComparedBooks) -> None:
    both.paid()
    both.books.listed = [UNREAD]
    statement = both.reconciliation().statement()
    assert (statement.unread, statement.lines, both.books.asked) == ([UNREAD], [], [])
    assert not statement.clean


@pytest.mark.parametrize(
    "other", [replace(UNREAD, kind="refund"), replace(UNREAD, reference="pi_2")]
)
def test_ours_is_asked_for_by_name_where_another_thing_cannot_be_read(
    both: ComparedBooks, other: Unread
) -> None:
    both.paid()
    both.books.listed = [other]
    statement = both.reconciliation().statement()
    assert verdicts(statement) == [("payment", "pi_1", "missing_there")]
    assert both.books.asked == [(PAYMENT, "pi_1")]


def test_what_is_shown_and_cannot_be_read_is_told(both: ComparedBooks) -> None:
    both.paid()
    both.books.shown[PAYMENT, "pi_1"] = UNREAD
    statement = both.reconciliation().statement()
    assert (statement.unread, statement.lines) == ([UNREAD], [])


def test_what_the_order_had_before_the_period_is_found_by_its_name(both: ComparedBooks) -> None:
    order = both.paid()
    both.world.clock.pass_(days=5)
    both.books.listed = [both.theirs(PAYMENT, "pi_1")]
    (line,) = both.reconciliation().statement().lines
    assert (line.verdict, line.order) == (Verdict.TIMING, order.id)
    # Without its name it is nobody's that we know of.
    both.views.clear()
    (line,) = both.reconciliation().statement().lines
    assert (line.verdict, line.order) == (Verdict.MISSING_HERE, None)


def test_what_is_under_way_is_asked_for_however_old(both: ComparedBooks) -> None:
    ready, done = both.placed("ready"), both.paid("done")
    (attempt,) = ready.attempts
    kept = Authorized(amount=Money(1500, "EUR"), provider="stripe", provider_reference="pi_9")
    both.record(ready, kept, attempt)
    both.world.clock.pass_(days=5)
    both.reconciliation().statement()
    assert both.books.asked == []
    both.books.shown[PAYMENT, "pi_9"] = both.theirs(PAYMENT, "pi_9", state=State.FAILED)
    statement = both.reconciliation(waiting=(done.id, ready.id)).statement()
    assert both.books.asked == [(PAYMENT, "pi_9")]
    assert verdicts(statement) == [("payment", "pi_9", "state_differs")]


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [(DAY, DAY, True), (0 * DAY, INSTANT, True), (-INSTANT, DAY, False), (DAY, 0 * DAY, False)],
)
def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(
    both: ComparedBooks, since: Any, until: Any, seen: bool
) -> None:
    both.paid()
    period = Period(since=both.now - since, until=both.now + until)
    statement = both.reconciliation(period=period).statement()
    assert bool(statement.lines) is seen


def test_an_order_whose_money_did_not_move_is_not_read(both: ComparedBooks) -> None:
    both.paid()
    both.world.clock.pass_(days=5)
    both.placed("another")
    both.reconciliation().statement()
    assert both.told == []


def test_what_no_order_has_tells_the_order_that_it_names(both: ComparedBooks) -> None:
    order = both.placed()
    news = both.news_of_payment(order, "pi_2")
    both.books.listed = [both.theirs(PAYMENT, "pi_2", message=news)]
    (line,) = both.reconciliation().statement().lines
    assert (line.verdict, line.order, line.mendable) == (Verdict.MISSING_HERE, order.id, True)


def paid(reference: str) -> Paid:
    return Paid(amount=Money(1500, "EUR"), provider="stripe", provider_reference=reference)


def order_of(both: ComparedBooks, theirs: TheirRecord) -> UUID | None:
    line = both.reconciliation().line(theirs)
    assert isinstance(line, StatementLine)
    return line.order


def test_an_order_that_is_not_named_is_found_by_what_the_news_is_about(
    both: ComparedBooks,
) -> None:
    order = both.paid()
    attempt = next(iter(order.attempts))
    fact = Refunded(payment=attempt, amount=Money(500, "EUR"), provider_reference="re_1")
    about = both.report(None, fact, uuid4(), reference="pi_1")
    theirs = both.theirs(REFUND, "re_1", 500, message=both.news("re_1", about))
    assert order_of(both, theirs) == order.id


def test_orders_seen_in_this_run_are_known_before_the_views_show_them(
    both: ComparedBooks,
) -> None:
    order = both.paid(views=False)
    made = both.reconciliation()
    made.statement()
    message = both.news("n", both.report(None, paid("pi_1"), uuid4()))
    line = made.line(both.theirs(REFUND, "re_1", message=message))
    assert isinstance(line, StatementLine)
    assert line.order == order.id
    # Another provider's object of the same name is not theirs.
    message = both.news("o", both.report(None, paid("pi_1"), uuid4(), provider="paytrail"))
    line = made.line(both.theirs(REFUND, "re_2", message=message))
    assert isinstance(line, StatementLine)
    assert line.order is None


def test_another_providers_object_is_looked_for_in_the_views(both: ComparedBooks) -> None:
    other = both.placed()
    both.views["paytrail", "pi_1"] = other.id
    message = both.news("o", both.report(None, paid("pi_1"), uuid4(), provider="paytrail"))
    assert order_of(both, both.theirs(REFUND, "re_2", message=message)) == other.id


def test_news_that_cannot_be_read_is_told_with_its_name(both: ComparedBooks) -> None:
    message = Message(provider="stripe", name="pi_3", body=GARBLED)
    both.books.listed = [both.theirs(PAYMENT, "pi_3", message=message)]
    statement = both.reconciliation().statement()
    assert statement.unread == [Unread(kind="payment", reference="pi_3", why="nobody can read it")]
    assert statement.lines == []


def test_an_old_record_that_nothing_can_mend_concerns_no_period(both: ComparedBooks) -> None:
    both.paid()
    both.world.clock.pass_(days=5)
    long_ago = both.now - 5 * DAY
    both.books.listed = [both.theirs(PAYMENT, "pi_1", at=long_ago)]
    assert both.reconciliation().statement().counts == {}
    both.books.listed = [both.theirs(PAYMENT, "pi_1", state=State.FAILED, at=long_ago)]
    assert both.reconciliation().statement().counts == {Verdict.STATE_DIFFERS: 1}


# What is taken in.


def test_news_that_never_came_is_taken_in_and_known_before_the_views_show_it(
    both: ComparedBooks,
) -> None:
    order = both.placed()
    theirs = both.theirs(PAYMENT, "pi_2", message=both.news_of_payment(order, "pi_2"))
    both.books.listed = [theirs]
    made = both.reconciliation()
    assert made.commit(made.statement()) == 1
    assert both.world.orders.get(order.id).confirmed
    assert [*both.archive.states.values()] == ["done"]
    line = made.line(theirs)
    assert isinstance(line, StatementLine)
    assert (line.verdict, line.order) == (Verdict.MATCHED, order.id)
    assert made.commit(made.statement()) == 0
    assert both.reconciliation().statement().counts == {Verdict.MATCHED: 1}


def test_only_the_lines_that_news_can_mend_are_taken_in(both: ComparedBooks) -> None:
    both.paid("a", "pi_1")
    both.paid("b", "pi_2")
    both.books.listed = [both.theirs(PAYMENT, "pi_1", at=both.now - 2 * DAY)]
    made = both.reconciliation()
    statement = made.statement()
    assert verdicts(statement) == [
        ("payment", "pi_1", "timing"),
        ("payment", "pi_2", "missing_there"),
    ]
    assert made.commit(statement) == 0
    assert both.archive.kept == {}


def test_news_that_turns_out_unreadable_is_kept_and_does_not_count(both: ComparedBooks) -> None:
    message = both.news_of_payment(both.placed(), "pi_3")
    both.books.listed = [both.theirs(PAYMENT, "pi_3", message=message)]
    made = both.reconciliation()
    statement = made.statement()
    garbled = both.theirs(PAYMENT, "pi_4", message=replace(message, body=GARBLED))
    statement.lines.append(replace(statement.lines[0], theirs=garbled))
    assert made.commit(statement) == 1
    assert len(both.archive.kept) == 2


def test_money_that_is_nobodys_becomes_a_case_and_no_orders(both: ComparedBooks) -> None:
    news = both.news("pi_2", both.report(None, paid("pi_2"), uuid4()))
    both.books.listed = [both.theirs(PAYMENT, "pi_2", message=news)]
    made = both.reconciliation()
    assert made.commit(made.statement()) == 1
    assert [type(one) for one in both.world.cases_opened()] == [CaseOpened]
    assert verdicts(made.statement()) == [("payment", "pi_2", "open_case")]


# What a payout names.


def row(kind: Kind = PAYMENT, reference: str = "pi_1", cents: int = 1500) -> Row:
    return Row(
        number="1",
        kind=kind,
        names=(),
        amount=Money(cents, "EUR"),
        state=State.DONE,
        at=NOON,
        said="paid",
        reference=reference,
    )


def test_a_row_is_compared_by_its_own_amount_with_what_was_listed(both: ComparedBooks) -> None:
    both.paid()
    both.books.listed = [both.theirs(PAYMENT, "pi_1")]
    made = both.reconciliation()
    made.statement()
    found = [made.paid_out(row(cents=cents)) for cents in (1500, 1499)]
    assert [one.verdict for one in found if isinstance(one, StatementLine)] == [
        Verdict.MATCHED,
        Verdict.AMOUNT_DIFFERS,
    ]
    assert both.books.asked == []


def test_a_row_that_was_not_listed_is_asked_for(both: ComparedBooks) -> None:
    both.paid()
    both.books.shown[PAYMENT, "pi_1"] = both.theirs(PAYMENT, "pi_1")
    found = both.reconciliation().paid_out(row())
    assert isinstance(found, StatementLine)
    assert (found.verdict, both.books.asked) == (Verdict.MATCHED, [(PAYMENT, "pi_1")])


def test_a_row_that_the_books_do_not_have_cannot_be_read(both: ComparedBooks) -> None:
    found = both.reconciliation().paid_out(row(REFUND, "re_1"))
    why = "a payout names it, and the provider's books do not have it"
    assert found == Unread(kind="refund", reference="re_1", why=why)


def test_a_row_that_the_books_cannot_tell_is_told_as_they_do(both: ComparedBooks) -> None:
    both.books.shown[PAYMENT, "pi_1"] = UNREAD
    assert both.reconciliation().paid_out(row()) == UNREAD
