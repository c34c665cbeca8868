"""One payment at a provider is money of one order, or of one case, whoever says so (law 3)."""

from hashlib import sha256
from uuid import UUID

from ledger.kernel.events import derived
from ledger.kernel.store import PaymentClaim
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt


def payment_id(provider: str, account: str, reference: str) -> UUID:
    """What a payment is called in the whole ledger.

    >>> payment_id("acme", "acct_1", "pi_1")
    UUID('172b1a35-0fa7-fa72-1c68-0333660dfdde')
    """
    named = f"{provider}\n{account}\n{reference}".encode("utf-8", "replace")
    return UUID(bytes=sha256(named).digest()[:16])


def claim_of(attempt: Attempt) -> PaymentClaim | None:
    """What a payment that came, or is authorized, claims.

    Bank transfers have an identity of their own (`ledger.payments.mark_paid`).
    """
    kept = attempt.authorization
    known = attempt.received is not None or (kept is not None and kept.amount is not None)
    if not known or attempt.provider == MANUAL or not attempt.reference:
        return None
    payment = payment_id(attempt.provider, attempt.account, attempt.reference)
    return PaymentClaim(payment=payment, holder=attempt.correlation_id)


def claims_between(before: Order, after: Order) -> tuple[PaymentClaim, ...]:
    """The payments that an order counts after some stamps, and did not count before."""
    if before.attempts == after.attempts:
        return ()
    counted = {claim_of(one) for one in before.attempts.values()}
    claims = (claim_of(one) for one in after.attempts.values())
    return tuple(one for one in claims if one is not None and one not in counted)


def second_claim(cause: UUID, provider: str, reference: str) -> UUID:
    """The correlation id of a payment that was told under this cause, and is not its money."""
    return derived(cause, f"second claim/{provider}/{reference}")
