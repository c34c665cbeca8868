"""News without metadata is stamped as if it had some, once its attempt is known."""

from datetime import UTC, datetime
from uuid import uuid4

from ledger.inbox.bind import rebound
from ledger.inbox.ports import Fact, Report
from ledger.kernel.money import Money
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import AuthorizationExpired, Authorized, Disputed, Paid, Refunded, Voided

NOW = datetime(2027, 2, 12, 10, tzinfo=UTC)
PRICE = Money(7000, "EUR")
ATTEMPT = Attempt(
    correlation_id=uuid4(),
    provider="stripe",
    account="",
    live=False,
    asked=PRICE,
    requested_at=NOW,
    reference="pi_1",
)


def report(fact: Fact) -> Report:
    return Report(
        provider="stripe",
        account="",
        live=False,
        order=None,
        attempt=None,
        correlation_id=uuid4(),
        fact=fact,
        currency="EUR",
        amount=PRICE,
        reference="pi_1",
        occurred_at=NOW,
    )


def test_a_payment_gets_the_correlation_id_of_its_attempt():
    bare = report(Paid(amount=PRICE, provider="stripe", provider_reference="pi_1"))
    known = rebound(bare, ATTEMPT)
    assert known.correlation_id == known.attempt == ATTEMPT.correlation_id
    assert known.fact == bare.fact


def test_so_does_news_of_its_authorization():
    facts: tuple[Fact, ...] = (
        Authorized(amount=PRICE, provider="stripe", provider_reference="pi_1"),
        Voided(provider_reference="pi_1"),
        AuthorizationExpired(provider_reference="pi_1"),
    )
    for fact in facts:
        known = rebound(report(fact), ATTEMPT)
        assert known.correlation_id == known.attempt == ATTEMPT.correlation_id


def test_refunds_and_disputes_keep_their_own_and_name_the_payment():
    for kind in (Refunded, Disputed):
        bare = report(kind(payment=uuid4(), amount=PRICE, provider_reference="re_1"))
        known = rebound(bare, ATTEMPT)
        assert known.correlation_id == bare.correlation_id
        assert known.fact == kind(
            payment=ATTEMPT.correlation_id, amount=PRICE, provider_reference="re_1"
        )


def test_what_named_its_attempt_stays_as_it_is():
    bare = report(Paid(amount=PRICE, provider="stripe", provider_reference="pi_1"))
    known = rebound(bare, ATTEMPT)
    assert rebound(known, ATTEMPT) is known
