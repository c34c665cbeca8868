"""Each stamp of a case is a sentence to whoever looks after it, in every language."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from ledger.cases import stamps
from ledger.cases.stamps import CaseKind, CaseStamp, Severity
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.money import Money
from tests.kits.pages import World
from web.admin.case_words import case_stamp_in_words

SEVEN = Money(700, "EUR")
STAMPS: tuple[CaseStamp, ...] = (
    stamps.CaseOpened(kind=CaseKind.UNMATCHED_MONEY, severity=Severity.WARNING, text="Money"),
    stamps.CaseResolved(action="close"),
    stamps.CaseReturnRequested(provider="stripe", payment_reference="pi_1", amount=SEVEN),
    stamps.CaseReturnAccepted(amount=SEVEN, provider_reference="re_1"),
    stamps.CaseReturnRefused(code="expired_card"),
    stamps.CaseReturnFailed(amount=SEVEN, provider_reference="re_1", code="lost"),
    stamps.CaseAlarmStarted(try_number=1),
    stamps.CaseAlarmRaised(try_number=1, channels=("log", "email")),
    stamps.CaseAlarmRaised(try_number=1, channels=("log",), failed=("email",)),
    stamps.CaseSnoozed(until=datetime(2027, 2, 1, 8, tzinfo=UTC), reason="Bank is shut."),
    stamps.CaseSnoozed(),
    stamps.CaseHanded(to="staff"),
    stamps.CaseHanded(),
    Erased(subject=UUID(int=1), ground=Ground.ASKED),
)


def test_there_is_one_of_each_kind():
    assert {type(one) for one in STAMPS} == {*get_args(CaseStamp)}


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_no_two_say_the_same_and_none_says_nothing(language: str):
    with World().app.test_request_context(f"/?lang={language}"):
        said = [case_stamp_in_words(one) for one in STAMPS]
    assert all(one.endswith(".") for one in said)
    assert len({*said}) == len(said)


def test_what_matters_of_it_is_said():
    with World().app.test_request_context("/"):
        said = " ".join(map(case_stamp_in_words, STAMPS))
    for told in ("€7.00", "expired_card", "lost", "log, email", "1 February 2027", "stripe"):
        assert told in said
