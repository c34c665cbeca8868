"""What a case answers to a wish: the right stamp, the right refusal, the right silence."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.case import Case, fold_case
from ledger.cases.decide import AssignMoney, CloseCase, RetryCase, ReturnMoney, actions, decide_case
from ledger.cases.stamps import (
    Action,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRequested,
    Severity,
)
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import CaseClosed, CaseNeedsOtherAction, UnknownCase

CASE, WISH, OTHER, ORDER = (UUID(int=number) for number in range(1, 5))
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
PRICE = Money(7000, "EUR")
STRAY = CaseOpened(
    kind=CaseKind.UNMATCHED_MONEY,
    severity=Severity.CRITICAL,
    text="nobody's money",
    provider="stripe",
    payment_reference="pi_9",
    amount=PRICE,
)
TOO_MUCH = replace(STRAY, kind=CaseKind.OVERPAID, order=ORDER)
CLOSED = CaseResolved(action=Action.CLOSE, order=None, reason="the payer rang")
SENT_BACK = replace(CLOSED, action=Action.RETURN)
ASKED = CaseReturnRequested(
    provider="stripe",
    payment_reference="pi_9",
    amount=PRICE,
    try_number=1,
    reason="the payer rang",
)
ACCEPTED = CaseReturnAccepted(amount=PRICE, provider_reference="re_1", try_number=1)
FAILED = CaseReturnFailed(amount=PRICE, provider_reference="re_1", code="closed")


def case_of(*stamps: Any) -> Case:
    return fold_case(
        CASE,
        [
            Recorded(
                stream=CASE,
                version=number,
                position=number,
                recorded_at=NOON,
                stamp=stamp,
                correlation_id=WISH,
                actor="token:desk",
            )
            for number, stamp in enumerate(stamps, start=1)
        ],
    )


def wish(kind: Any, *, under: UUID = OTHER, **more: Any) -> Any:
    return kind(correlation_id=under, actor="token:desk", at=NOON, reason="the payer rang", **more)


@pytest.mark.parametrize(
    ("stamps", "possible"),
    [
        ((), ()),
        ((STRAY,), (Action.ASSIGN, Action.RETURN, Action.CLOSE)),
        ((replace(STRAY, amount=None),), (Action.CLOSE,)),
        ((replace(STRAY, payment_reference=""),), (Action.CLOSE,)),
        ((TOO_MUCH,), (Action.RETURN, Action.CLOSE)),
        ((replace(TOO_MUCH, provider="manual"),), (Action.CLOSE,)),
        ((replace(STRAY, kind=CaseKind.REFUND_REFUSED),), (Action.RETRY, Action.CLOSE)),
        ((replace(STRAY, kind=CaseKind.DISPUTE),), (Action.CLOSE,)),
        ((STRAY, CLOSED), ()),
        ((CLOSED,), ()),
        ((STRAY, ASKED, ACCEPTED, SENT_BACK), ()),
        (
            (STRAY, ASKED, ACCEPTED, SENT_BACK, FAILED),
            (Action.ASSIGN, Action.RETURN, Action.CLOSE),
        ),
    ],
)
def test_what_can_be_done_about_a_case(stamps, possible):
    assert actions(case_of(*stamps)) == possible


def test_a_case_that_nobody_opened_is_unknown():
    with pytest.raises(UnknownCase):
        decide_case(wish(CloseCase), case_of())


def test_an_open_case_is_closed():
    assert decide_case(wish(CloseCase), case_of(STRAY)) == (CLOSED,)
    assert decide_case(wish(CloseCase), case_of(TOO_MUCH)) == (replace(CLOSED, order=ORDER),)


def test_the_same_wish_again_is_silence_and_another_is_refused():
    closed = case_of(STRAY, CLOSED)
    assert decide_case(wish(CloseCase, under=WISH), closed) == ()
    with pytest.raises(CaseClosed):
        decide_case(wish(CloseCase), closed)


def test_money_is_assigned_to_the_order_that_is_named():
    (stamp,) = decide_case(wish(AssignMoney, order=ORDER), case_of(STRAY))
    assert stamp == CaseResolved(action=Action.ASSIGN, order=ORDER, reason="the payer rang")


def test_nobody_s_money_is_asked_back_first_and_an_order_s_is_for_its_order():
    assert decide_case(wish(ReturnMoney), case_of(STRAY)) == (ASKED,)
    (stamp,) = decide_case(wish(ReturnMoney), case_of(TOO_MUCH))
    assert stamp == CaseResolved(action=Action.RETURN, order=ORDER, reason="the payer rang")


def test_a_return_that_failed_is_asked_for_with_the_next_number():
    back = case_of(STRAY, ASKED, ACCEPTED, SENT_BACK, FAILED)
    assert decide_case(wish(ReturnMoney), back) == (replace(ASKED, try_number=2),)


def test_while_a_return_is_under_way_nothing_else_is_done():
    with pytest.raises(CaseNeedsOtherAction) as told:
        decide_case(wish(CloseCase), case_of(STRAY, ASKED))
    assert told.value.actions == ()


def test_what_is_not_possible_is_refused_with_what_is():
    with pytest.raises(CaseNeedsOtherAction) as told:
        decide_case(wish(RetryCase), case_of(STRAY))
    assert told.value.actions == ("assign", "return", "close")
