"""Money back through SumUp: posted at most once, and proven only by the transaction's events."""

from collections.abc import Sequence

from adapters.sumup_payments.amounts import minor, number
from adapters.sumup_payments.client import Client, Json, Lost, error_code
from ledger.doors import Unreadable
from ledger.once import Once
from ledger.payments import Accepted, NoAnswer, RefundAnswer, RefundAsk
from ledger.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded

_REFUSED = (400, 404, 409, 422)
_SETTLED = ("REFUNDED", "SUCCESSFUL", "PAID_OUT", "RECONCILED")
_LOST = "FAILED"


def create(client: Client, ask: RefundAsk, *, merchant: str, once: Once) -> RefundAnswer:
    """Ask for a refund, if nobody has asked before.

    A refund that this ledger does not know stands in the way: afterwards nobody could tell
    which of the two is ours. A person reconciles first.
    """
    if not once.take(ask.idempotency_key):
        return _answered(find(client, ask, merchant=merchant))
    try:
        if any(_status(one) != _LOST for one in _events(client, ask, merchant=merchant)):
            once.give_back(ask.idempotency_key)
            return CreateRefundFailure(code="refunded_elsewhere", try_number=ask.try_number)
    except (Lost, Unreadable) as trouble:
        once.give_back(ask.idempotency_key)
        return NoAnswer(str(trouble))
    return _post(client, ask, merchant=merchant, once=once)


def find(client: Client, ask: RefundAsk, *, merchant: str) -> RefundAnswer | None:
    """The refund of this amount that the ledger does not know yet; None when there is none."""
    try:
        events = _events(client, ask, merchant=merchant)
        ours = [
            one for one in events if minor(one.get("amount"), ask.amount.currency) == ask.amount
        ]
    except (Lost, Unreadable) as trouble:
        return NoAnswer(str(trouble))
    standing = [one for one in ours if _status(one) != _LOST]
    return next((_told(one, ask) for one in (*standing, *ours)), None)


def events_in(transaction: Json) -> Sequence[Json]:
    """The refunds of a transaction, as SumUp tells them."""
    listed = transaction.get("transaction_events") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Unreadable("transaction_events is not a list of objects")
    return [one for one in listed if one.get("event_type") == "REFUND"]


def reference_of(event: Json) -> str:
    """SumUp's name of a refund: the number of its event."""
    number = event.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unreadable("an event has no number")
    return str(number)


def _post(client: Client, ask: RefundAsk, *, merchant: str, once: Once) -> RefundAnswer:
    path = f"/v1.0/merchants/{merchant}/payments/{ask.payment_reference}/refunds"
    try:
        answer = client.post(path, {"amount": number(ask.amount)})
    except Lost as lost:
        if not lost.done:
            once.give_back(ask.idempotency_key)
        return NoAnswer(str(lost))
    if answer.status in _REFUSED:
        code = error_code(answer, "not_refundable")
        return CreateRefundFailure(code=code, try_number=ask.try_number)
    return _answered(find(client, ask, merchant=merchant))


def _answered(found: RefundAnswer | None) -> RefundAnswer:
    return found or NoAnswer("SumUp was asked, and shows no refund yet")


def _events(client: Client, ask: RefundAsk, *, merchant: str) -> Sequence[Json]:
    """The refunds of the payment that the ledger does not know."""
    path = f"/v2.1/merchants/{merchant}/transactions"
    answer = client.get(path, id=ask.payment_reference)
    if answer.status != 200 or not isinstance(answer.content, dict):
        raise Lost(f"an answer ({answer.status}) without a transaction")
    return [one for one in events_in(answer.content) if reference_of(one) not in ask.known]


def _status(event: Json) -> str:
    return str(event.get("status"))


def _told(event: Json, ask: RefundAsk) -> RefundAnswer:
    if _status(event) == _LOST:
        return CreateRefundFailure(code="failed", try_number=ask.try_number)
    reference = reference_of(event)
    outcome = CreateRefundSuccess(
        payment=ask.payment,
        amount=ask.amount,
        provider_reference=reference,
        try_number=ask.try_number,
    )
    settled = Refunded(payment=ask.payment, amount=ask.amount, provider_reference=reference)
    return Accepted(outcome=outcome, settled=settled if _status(event) in _SETTLED else None)
