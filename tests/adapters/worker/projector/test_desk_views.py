"""The desk as the tables have it: what was put aside is a list of its own, until it is back."""

from datetime import timedelta
from uuid import UUID, uuid4

from ledger.cases.stamps import CaseHanded, CaseKind, CaseOpened, CaseSnoozed, Severity
from tests.kits.histories import WHEN
from tests.kits.projector import append, project

MONDAY = WHEN + timedelta(days=2)
ADA = "staff:ada"
LISTS = ("open", "asleep", "resolved")


def opened(ledger) -> UUID:
    case = uuid4()
    one = CaseOpened(kind=CaseKind.UNBOUND_FACT, severity=Severity.CRITICAL, text="news")
    append(ledger, case, one)
    return case


def on_desk(views, at, *, keeper=None) -> list[list[UUID]]:
    return [
        [one.stream for one in views.desk(state, [], homeless=True, at=at, limit=10, keeper=keeper)]
        for state in LISTS
    ]


def counted(views, at) -> int:
    return sum(one.many for one in views.count_desk([], homeless=True, at=at))


def test_what_was_put_aside_is_back_by_itself(ledger, owned, views):
    case = opened(ledger)
    append(ledger, case, CaseSnoozed(until=MONDAY), version=1)
    project(ledger, owned)
    assert (on_desk(views, WHEN), counted(views, WHEN)) == ([[], [case], []], 0)
    assert (on_desk(views, MONDAY), counted(views, MONDAY)) == ([[case], [], []], 1)
    assert [one.stream for one in views.cases("open")] == [case]  # metrics and commands count it


def test_everybody_finds_theirs(ledger, owned, views):
    mine, other = opened(ledger), opened(ledger)
    append(ledger, mine, CaseHanded(to=ADA), version=1)
    project(ledger, owned)
    assert on_desk(views, WHEN, keeper=ADA) == [[mine], [], []]
    assert {*on_desk(views, WHEN)[0]} == {mine, other}
