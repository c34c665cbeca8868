"""Lines of a statement: whom they concern, what mends them, and what they add up to."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.reconciliation.compare import FINDINGS, Statement, StatementLine, Verdict
from ledger.reconciliation.records import Kind, State, Unread, name_in
from tests.ledger.reconciliation.test_reconcile import LONG_AGO, OURS, PERIOD, THEIRS

NAMED = UUID(int=8)


def line(verdict: Verdict = Verdict.TIMING, **sides: Any) -> StatementLine:
    given: dict[str, Any] = {"theirs": THEIRS, "ours": OURS} | sides
    return StatementLine(verdict=verdict, **given)


def test_these_verdicts_ask_for_somebody():
    assert sorted(FINDINGS) == [
        "amount_differs",
        "missing_here",
        "missing_there",
        "open_case",
        "state_differs",
    ]


def test_a_line_is_of_the_order_that_has_it_or_else_of_the_named_one():
    assert line(named=NAMED).order == OURS.order
    assert line(ours=None, named=NAMED).order == NAMED
    assert line(ours=None).order is None


def test_a_line_is_told_as_they_have_it_or_else_as_we_do():
    assert line().either == THEIRS
    assert line(ours=None).either == THEIRS
    assert line(theirs=None).either == OURS


LATE = {"at": LONG_AGO}


@pytest.mark.parametrize(
    ("verdict", "theirs", "ours", "mendable", "concerns"),
    [
        (Verdict.MISSING_HERE, {}, None, True, True),
        (Verdict.MISSING_HERE, LATE, None, True, True),
        (Verdict.MISSING_THERE, None, {}, False, True),
        (Verdict.MISSING_THERE, None, LATE, False, False),
        (Verdict.TIMING, LATE, {}, False, True),
        (Verdict.TIMING, {}, LATE, False, True),
        (Verdict.TIMING, LATE, LATE, False, False),
        (Verdict.TIMING, LATE, LATE | {"state": State.UNDER_WAY}, True, True),
        (Verdict.STATE_DIFFERS, LATE, LATE | {"state": State.FAILED}, True, True),
        # Another amount long ago was told of then.
        (Verdict.AMOUNT_DIFFERS, LATE, LATE | {"amount": Money(1, "EUR")}, True, False),
        (Verdict.AMOUNT_DIFFERS, {}, {"amount": Money(1, "EUR")}, True, True),
        (Verdict.MATCHED, LATE, LATE | {"state": State.FAILED}, False, False),
        (Verdict.OPEN_CASE, LATE, None, False, False),
        (Verdict.RESOLVED_CASE, LATE, None, False, False),
    ],
)
def test_what_news_can_mend_and_whom_it_concerns(verdict, theirs, ours, mendable, concerns):
    one = line(
        verdict,
        theirs=None if theirs is None else replace(THEIRS, **theirs),
        ours=None if ours is None else replace(OURS, **ours),
    )
    assert (one.mendable, one.concerns(PERIOD)) == (mendable, concerns)


def test_what_matched_is_counted_and_what_did_not_is_kept():
    statement = Statement(period=PERIOD)
    for verdict in (Verdict.MATCHED, Verdict.TIMING, Verdict.OPEN_CASE, Verdict.TIMING):
        statement.add(line(verdict))
    assert statement.counts == {Verdict.MATCHED: 1, Verdict.TIMING: 2, Verdict.OPEN_CASE: 1}
    assert [one.verdict for one in statement.lines] == ["timing", "open_case", "timing"]
    assert [one.verdict for one in statement.findings] == ["open_case"]
    assert not statement.clean


def test_a_statement_is_clean_without_findings_and_unread_things():
    statement = Statement(period=PERIOD)
    statement.add(line(Verdict.TIMING))
    assert statement.clean
    unread = Unread(kind="payment", reference="pi_1", why="?")
    for one in (unread, unread, replace(unread, kind="refund")):
        statement.leave(one)
    assert statement.unread == [unread, replace(unread, kind="refund")]
    assert not statement.clean


def test_payments_less_refunds_and_disputes_by_currency():
    statement = Statement(period=PERIOD)
    for kind, theirs, ours, currency in [
        (Kind.PAYMENT, 1000, 900, "EUR"),
        (Kind.PAYMENT, 70, 70, "SEK"),
        (Kind.REFUND, 300, 200, "EUR"),
        (Kind.DISPUTE, 50, 60, "EUR"),
    ]:
        statement.add(
            line(
                theirs=replace(THEIRS, kind=kind, amount=Money(theirs, currency)),
                ours=replace(OURS, kind=kind, amount=Money(ours, currency)),
            )
        )
    net = {key: (one.theirs.amount, one.ours.amount) for key, one in statement.net.items()}
    assert net == {"EUR": (650, 640), "SEK": (70, 70)}


def test_what_a_person_settled_stands_in_our_books_too():
    statement = Statement(period=PERIOD)
    statement.add(line(Verdict.RESOLVED_CASE, ours=None))
    (one,) = statement.sums.values()
    assert one.theirs == one.ours == THEIRS.amount


@pytest.mark.parametrize(
    ("kind", "state", "moved"),
    [
        (Kind.PAYMENT, State.DONE, True),
        (Kind.PAYMENT, State.UNDER_WAY, False),
        (Kind.PAYMENT, State.FAILED, False),
        (Kind.REFUND, State.UNDER_WAY, True),
        (Kind.REFUND, State.FAILED, False),
        (Kind.DISPUTE, State.UNDER_WAY, True),
    ],
)
def test_money_counts_once_it_is_taken_or_promised(kind, state, moved):
    statement = Statement(period=PERIOD)
    statement.add(line(ours=None, theirs=replace(THEIRS, kind=kind, state=state)))
    assert bool(statement.sums) is moved


@pytest.mark.parametrize("moment", ["since", "until"])
def test_a_period_has_its_first_moment_and_not_its_last(moment):
    assert (getattr(PERIOD, moment) in PERIOD) is (moment == "since")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("pi_1", "pi_1"),
        ("p" * 100, "p" * 100),
        ("p" * 101, ""),
        ("p\n1", ""),
        ("", ""),
        (7, "7"),
        (10**18 - 1, "9" * 18),
        (10**18, ""),
        (-(10**18), ""),
        (True, ""),
        (1.5, ""),
        (None, ""),
    ],
)
def test_a_name_is_short_and_can_be_shown(value, name):
    assert name_in({"id": value}, "id") == name
    assert name_in({"id": value, "other": "x"}, "id", "other") == (name or "x")
