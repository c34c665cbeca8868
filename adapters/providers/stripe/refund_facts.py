"""What is told of one refund. Its state says which facts hold, whichever event carried it."""

from collections.abc import Sequence

from adapters.providers.stripe.fields import (
    Json,
    code,
    group,
    money,
    name,
    news_id,
    reference,
)
from adapters.providers.stripe.metadata import Origin, Told, of_refund, report
from ledger.inbox.report import Fact, Report
from ledger.order.stamps import CreateRefundSuccess, Refunded, RefundFailed
from ledger.payments.message import BadMessage

LOST = ("failed", "canceled")
WAITING = ("pending", "requires_action")
_MOST_TRIES = 1000


def changed(refund: Json, told: Told) -> Sequence[Report]:
    """Accepted, settled or failed.

    A settled refund was accepted, so both are told: it makes no difference which events come.
    """
    origin = of_refund(refund, about=name(refund, "id"))
    payment = payment_of(refund)
    amount = money(refund, "amount")
    return [
        report(fact, origin, told=told, reference=payment, amount=amount, currency=amount.currency)
        for fact in _facts(refund, origin)
    ]


def charged_back(charge: Json, told: Told) -> Sequence[Report]:
    """`charge.refunded` counts cumulatively, which tells no refund from another.

    Older API versions list the refunds: those are read. The rest is looked up: see `untold`.
    """
    return [told_one for refund in _listed(charge) for told_one in changed(refund, told)]


def untold(charge: Json) -> str | None:
    """The payment of a charge of which more went back than the refunds in it tell of."""
    told = [money(one, "amount") for one in _listed(charge) if name(one, "status") not in LOST]
    gone = money(charge, "amount_refunded")
    if sum(one.amount for one in told) >= gone.amount:
        return None
    return reference(charge, "payment_intent") or name(charge, "id")


def _listed(charge: Json) -> Sequence[Json]:
    listed = group(charge, "refunds").get("data") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadMessage("refunds is not a list of objects")
    return listed


def payment_of(thing: Json) -> str:
    """The payment that a refund or dispute is about, as its `Paid` names it."""
    payment = reference(thing, "payment_intent") or reference(thing, "charge")
    if payment is None:
        raise BadMessage("payment_intent is missing")
    return payment


def try_number(refund: Json) -> int:
    """Which of our tries this is. Refunds that we did not ask for are their own first try."""
    text = group(refund, "metadata").get("try_number")
    if not isinstance(text, str) or not (text.isascii() and text.isdigit() and len(text) <= 4):
        return 1
    return min(max(int(text), 1), _MOST_TRIES)


def require_waiting(status: str) -> None:
    """Raises `BadMessage` at a word that is not Stripe's yet: nobody shall guess what it means."""
    if status not in WAITING:
        raise BadMessage("the status of the refund is a new one")


def _facts(refund: Json, origin: Origin) -> Sequence[Fact]:
    refund_id, amount, status = name(refund, "id"), money(refund, "amount"), name(refund, "status")
    payment = origin.attempt or news_id(payment_of(refund))
    if status in LOST:
        why = code(refund.get("failure_reason"), status)
        lost = RefundFailed(payment=payment, amount=amount, provider_reference=refund_id, code=why)
        return [lost]
    accepted = CreateRefundSuccess(
        payment=payment,
        amount=amount,
        provider_reference=refund_id,
        try_number=try_number(refund),
    )
    if status != "succeeded":
        require_waiting(status)
        return [accepted]
    return [accepted, Refunded(payment=payment, amount=amount, provider_reference=refund_id)]
