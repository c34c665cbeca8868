"""What staff are told to do about news without its order fits what the news says of money."""

from uuid import uuid4

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.bind import Unbound
from ledger.inbox.ports import Fact, Report
from ledger.inbox.receive import case_for
from ledger.kernel.money import Money
from ledger.order import stamps
from web.cli.cases import advice


def told(fact: Fact, reason: str, *, amount: Money | None = None) -> CaseOpened:
    report = Report(
        provider="stripe",
        account="acct_1",
        live=False,
        order=None,
        attempt=None,
        correlation_id=uuid4(),
        fact=fact,
        currency="EUR",
        amount=amount,
        reference="pi_1",
        occurred_at=None,
    )
    return case_for(report, Unbound(reason))


PENDING = stamps.PaymentPending(provider_reference="cs_1")
KEPT = stamps.Authorized(amount=Money(100, "EUR"), provider="stripe", provider_reference="pi_1")
FAILED = stamps.PaymentFailed(provider_reference="pi_1", code="card_declined")


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (told(FAILED, "no order of ours is named"), "No money moved."),
        (told(PENDING, "no order of ours is named"), "Money may still come"),
        (
            told(PENDING, "the page was completed, and asked for no money"),
            "a page that asked for nothing",
        ),
        (told(KEPT, "no order of ours is named", amount=Money(100, "EUR")), "reserved, not taken"),
    ],
)
def test_the_advice_says_of_money_what_the_news_says(opened: CaseOpened, said: str):
    assert opened.kind is CaseKind.UNBOUND_FACT
    assert said in advice(opened)


def test_nobody_says_that_no_money_moved_of_a_message_that_nobody_could_read():
    opened = CaseOpened(
        kind=CaseKind.UNBOUND_FACT,
        severity=Severity.CRITICAL,
        text="A message of the provider could not be understood: status is a new one.",
    )
    assert "It may tell of money" in advice(opened)
    assert "unreadable-message" in advice(opened)
    assert "No money moved" not in advice(opened)


def test_a_payout_that_failed_is_seen_to_at_the_provider():
    opened = CaseOpened(
        kind=CaseKind.CONTRADICTION,
        severity=Severity.WARNING,
        text="A payout was told as paid, and failed",
        about="payout/po_1",
    )
    assert "Correct the bank account at the provider" in advice(opened)
