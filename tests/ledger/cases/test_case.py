"""A case as its stamps say, and its service: opened once, asked and told once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.cases.attention import LONGEST_SNOOZE, SnoozeCase, decide_attention
from ledger.cases.case import Case, case_id
from ledger.cases.decide import CloseCase, ReturnMoney
from ledger.cases.stamps import (
    Action,
    CaseAlarmRaised,
    CaseAlarmStarted,
    CaseKind,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRefused,
    Severity,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign
from ledger.kernel.refusals import CaseClosed, PaymentHeld, SnoozeOutOfRange, UnknownCase
from tests.kits.audit import paid, pay
from tests.kits.spec import PLACED
from tests.kits.worlds import World
from tests.ledger.cases.test_decide_case import (
    ACCEPTED,
    ASKED,
    CASE,
    CLOSED,
    FAILED,
    NOON,
    ORDER,
    PRICE,
    SENT_BACK,
    STRAY,
    case_of,
    wish,
)

ANOTHERS = replace(FAILED, provider_reference="re_9")
REFUSED = CaseReturnRefused(code="charge_disputed", try_number=1)


@pytest.mark.parametrize(
    ("stamps", "word", "broken", "unanswered"),
    [
        ((STRAY,), "none", False, False),
        ((STRAY, ASKED), "unknown", False, True),
        ((STRAY, ASKED, ACCEPTED), "accepted", False, False),
        ((STRAY, ASKED, REFUSED), "failed", False, False),
        ((STRAY, ASKED, REFUSED, replace(ASKED, try_number=2)), "unknown", False, True),
        ((STRAY, ASKED, ACCEPTED, FAILED), "failed", True, False),
        (
            (STRAY, ASKED, ACCEPTED, replace(FAILED, provider_reference="re_9")),
            "accepted",
            False,
            False,
        ),
        ((STRAY, ASKED, REFUSED, ACCEPTED), "failed", True, False),
        ((STRAY, ASKED, FAILED), "unknown", True, True),
    ],
)
def test_what_became_of_money_on_its_way_back(stamps, word, broken, unanswered):
    returned = case_of(*stamps).returned
    assert (returned.word, returned.broken, returned.unanswered) == (word, broken, unanswered)


def test_news_of_a_return_is_known_once_it_stands():
    before, after = case_of(STRAY, ASKED).returned, case_of(STRAY, ASKED, ACCEPTED, FAILED).returned
    for fact in (ACCEPTED, FAILED):
        assert not before.knows(fact)
        assert after.knows(fact)
    assert not after.knows(replace(ACCEPTED, try_number=2))
    assert not after.knows(replace(FAILED, provider_reference="re_9"))
    refused = case_of(STRAY, ASKED, REFUSED).returned
    assert refused.knows(REFUSED)
    assert not before.knows(REFUSED)
    assert not refused.knows(replace(REFUSED, try_number=2))


@pytest.mark.parametrize(
    ("stamps", "state"),
    [
        ((STRAY,), "open"),
        ((STRAY, CLOSED), "resolved"),
        ((STRAY, ASKED, SENT_BACK), "resolved"),
        ((STRAY, ASKED, ACCEPTED, SENT_BACK), "resolved"),
        ((STRAY, ASKED, ACCEPTED, SENT_BACK, FAILED), "open"),
        ((STRAY, ASKED, ACCEPTED, CLOSED, FAILED), "resolved"),
    ],
)
def test_a_case_whose_return_failed_afterwards_is_open_again(stamps, state):
    assert case_of(*stamps).state == state


@pytest.mark.parametrize(
    ("stamps", "alarming"),
    [
        ((), False),
        ((STRAY,), True),
        ((replace(STRAY, severity=Severity.WARNING),), False),
        ((STRAY, CLOSED), False),
        ((STRAY, CaseAlarmStarted(try_number=1)), True),
        ((STRAY, CaseAlarmRaised(try_number=1, channels=("mail",), failed=("sms",))), True),
        ((STRAY, CaseAlarmRaised(try_number=1, channels=("mail",), failed=())), False),
    ],
)
def test_a_critical_case_alarms_until_people_were_told_or_it_is_over(stamps, alarming):
    assert case_of(*stamps).alarming is alarming


def test_who_was_told_by_which_channels():
    part = CaseAlarmRaised(try_number=1, channels=("mail",), failed=("sms",))
    rest = CaseAlarmRaised(try_number=2, channels=("sms",), failed=())
    failed = CaseAlarmRaised(try_number=3, channels=(), failed=("mail",))
    alarm = case_of(STRAY, CaseAlarmStarted(try_number=1), part, rest, failed).alarm
    assert (alarm.tries, alarm.told, alarm.raised) == (1, frozenset({"mail", "sms"}), True)
    assert alarm.started_at == NOON


def test_the_order_of_a_case_is_its_own_or_the_one_its_money_was_for():
    assert case_of(STRAY).about_order is None
    assert case_of(STRAY, CLOSED).about_order is None
    assert case_of(replace(STRAY, order=ORDER)).about_order == ORDER
    assert case_of(STRAY, replace(CLOSED, order=ORDER)).about_order == ORDER
    assert case_of().about_order is None


def test_what_a_payer_wrote_and_why_is_erased():
    gone = Erased(subject=CASE, ground=Ground.ASKED)
    case = case_of(replace(STRAY, payer_reference="for Ada"), CLOSED, gone)
    assert case.erased
    assert case.opened == STRAY
    assert case.resolved == replace(CLOSED, reason=None)
    assert case_of(gone).erased
    with pytest.raises(Foreign):
        case_of(PLACED)


@pytest.mark.parametrize("over", [timedelta(0), timedelta(microseconds=1)])
def test_a_case_is_put_aside_for_at_most_92_days(over):
    assert timedelta(days=92) == LONGEST_SNOOZE
    command = wish(SnoozeCase, until=NOON + LONGEST_SNOOZE + over)
    if over:
        with pytest.raises(SnoozeOutOfRange):
            decide_attention(command, case_of(STRAY))
    else:
        assert decide_attention(command, case_of(STRAY))


# The service.


@pytest.fixture
def world() -> World:
    return World()


def opened(world: World, **changes: Any) -> UUID:
    told = replace(STRAY, account="acct_1", **changes)
    return world.cases.open(told, correlation_id=ORDER, actor="provider:stripe", evidence="ab" * 32)


def command(kind: Any, **told: Any) -> Any:
    said = {"correlation_id": uuid4(), "actor": "staff:ada", "at": NOON, "reason": "the payer rang"}
    return kind(**{**said, **told})


def test_a_case_of_one_cause_and_kind_is_opened_once(world):
    first = opened(world)
    assert first == opened(world, text="otherwise") == case_id(ORDER, CaseKind.UNMATCHED_MONEY)
    case = world.cases.get(first)
    assert (case.version, case.evidence) == (1, "ab" * 32)
    assert case.opened is not None
    assert case.opened.text == STRAY.text
    assert opened(world, kind=CaseKind.OVERPAID) != first
    assert world.cases.get(uuid4()).opened is None
    order = world.place().id
    assert world.cases.get(order) == Case(id=order)


def test_a_case_keeps_a_payment_from_every_order_unless_it_is_ones(world):
    world.place("one")
    kept = replace(STRAY, account="acct_1", payment_reference="pi_9")
    world.cases.open(kept, correlation_id=ORDER, actor="test", keeps_payment="pi_9")
    pay(world, "one", paid(reference="pi_9"))
    assert world.orders.get(world.id("one")).received.amount == 0
    world.place("two")
    pay(world, "two", paid(reference="pi_8"))
    late = replace(kept, payment_reference="pi_8")
    case = world.cases.open(late, correlation_id=CASE, actor="test", keeps_payment="pi_8")
    assert world.cases.get(case).opened is not None
    assert world.orders.get(world.id("two")).received == PRICE


def test_a_wish_is_fulfilled_once_and_only_of_an_open_case(world):
    case = opened(world)
    with pytest.raises(UnknownCase):
        world.cases.handle(uuid4(), command(CloseCase))
    closing = command(CloseCase)
    resolved = world.cases.handle(case, closing)
    assert (resolved.state, resolved.resolved_by, resolved.version) == ("resolved", "staff:ada", 2)
    assert (resolved.resolved_under, resolved.resolved_at) == (
        closing.correlation_id,
        world.clock(),
    )
    with pytest.raises(CaseClosed):
        world.cases.handle(case, command(CloseCase))


def test_the_same_request_again_changes_nothing(world):
    case = opened(world)
    request = f"{UUID(int=5)}/d1"
    assert not world.cases.granted(case, request)
    for _ in range(2):
        done = world.cases.handle(case, command(CloseCase, request=request))
        assert (done.state, done.version) == ("resolved", 2)
    assert world.cases.granted(case, request)
    assert not world.cases.granted(case, None)


def test_only_what_asks_a_provider_has_the_time_of_who_asks(world):
    at = NOON - timedelta(days=1)
    case = opened(world, payment_reference="pi_9")
    world.cases.handle(case, command(ReturnMoney, at=at))
    asked = world.store.read(case)[-1]
    assert (type(asked.stamp), asked.occurred_at) == (type(ASKED), at)
    assert world.cases.get(case).returned.requested_at == at
    other = opened(world, kind=CaseKind.OVERPAID)
    world.cases.handle(other, command(CloseCase, at=at))
    assert world.store.read(other)[-1].occurred_at is None


def test_money_that_an_order_counts_is_not_sent_back(world):
    world.place("one")
    pay(world, "one", paid(reference="pi_9"))
    case = opened(world, payment_reference="pi_9")
    with pytest.raises(PaymentHeld):
        world.cases.handle(case, command(ReturnMoney))
    assert world.cases.handle(case, command(CloseCase)).state == "resolved"


def test_news_of_a_return_is_told_once_and_otherwise_again_is_an_alarm(world):
    case = opened(world, payment_reference="pi_9")
    world.cases.handle(case, command(ReturnMoney))
    for _ in range(2):
        told = world.cases.record(case, ACCEPTED, actor="provider:stripe", evidence="cd" * 32)
        assert (told.returned.word, told.version) == ("accepted", 3)
    assert world.store.read(case)[-1].evidence == "cd" * 32
    assert len(world.cases_opened()) == 1
    world.cases.record(case, replace(ACCEPTED, amount=PRICE * 2), actor="provider:stripe")
    alarm = world.cases_opened()[-1]
    assert (alarm.kind, alarm.severity, alarm.order) == (
        CaseKind.CONTRADICTION,
        Severity.CRITICAL,
        None,
    )
    assert (alarm.amount, alarm.provider_reference) == (PRICE * 2, "re_1")
    assert alarm.text.startswith("CaseReturnAccepted was reported again")


def test_what_is_over_settles_its_case_once(world):
    assert not world.cases.settle(uuid4(), actor="worker")
    case = opened(world)
    for _ in range(2):
        assert world.cases.settle(case, actor="worker")
        settled = world.cases.get(case)
        assert (settled.resolved, settled.version) == (CaseResolved(action=Action.SETTLED), 2)


def test_facts_have_tries_and_names():
    again = CaseReturnAccepted(amount=PRICE, provider_reference="re_2", try_number=2)
    returned = case_of(STRAY, ASKED, ACCEPTED, replace(ASKED, try_number=2), again).returned
    assert (returned.last_try, returned.names) == (2, {1: "re_1", 2: "re_2"})
    failed = CaseReturnFailed(amount=PRICE, provider_reference="re_1", code="closed")
    both = case_of(STRAY, ASKED, ACCEPTED, replace(ASKED, try_number=2), again, failed).returned
    assert both.stands, "one of the two still stands"
