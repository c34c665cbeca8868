"""Money back through SumUp: posted at most once, and proven only by the transaction's events."""

from collections.abc import Sequence

from adapters.providers.http import Json, Lost, never_done, no_answer
from adapters.providers.sumup import transactions
from adapters.providers.sumup.books import transaction
from adapters.providers.sumup.client import SumupClient, error_code
from adapters.providers.sumup.references import minor, number
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.payments.ask_once import Once
from ledger.payments.provider import Accepted, BadMessage, NoAnswer, RefundAnswer, RefundAsk
from ledger.reconciliation.records import State

_REFUSED = (400, 404, 409, 422)
_LOST = "FAILED"


def create(client: SumupClient, ask: RefundAsk, *, merchant: str, once: Once) -> RefundAnswer:
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
    except (Lost, BadMessage) as trouble:
        once.give_back(ask.idempotency_key)
        return no_answer(trouble)
    return _post(client, ask, merchant=merchant, once=once)


def find(client: SumupClient, ask: RefundAsk, *, merchant: str) -> RefundAnswer | None:
    """The refund of this amount that the ledger does not know yet; None when there is none."""
    try:
        events = _events(client, ask, merchant=merchant)
        ours = [
            one for one in events if minor(one.get("amount"), ask.amount.currency) == ask.amount
        ]
    except (Lost, BadMessage) as trouble:
        return no_answer(trouble)
    standing = [one for one in ours if _status(one) != _LOST]
    return next((_told(one, ask) for one in (*standing, *ours)), None)


def _post(client: SumupClient, ask: RefundAsk, *, merchant: str, once: Once) -> RefundAnswer:
    path = f"/v1.0/merchants/{merchant}/payments/{ask.payment_reference}/refunds"
    try:
        answer = client.post(path, {"amount": number(ask.amount)})
    except (Lost, BadMessage) as trouble:
        if never_done(trouble):
            once.give_back(ask.idempotency_key)
        return no_answer(trouble)
    if answer.status in _REFUSED:
        code = error_code(answer, "not_refundable")
        return CreateRefundFailure(code=code, try_number=ask.try_number)
    return _answered(find(client, ask, merchant=merchant))


def _answered(found: RefundAnswer | None) -> RefundAnswer:
    return found or NoAnswer("SumUp was asked, and shows no refund yet")


def _events(client: SumupClient, ask: RefundAsk, *, merchant: str) -> Sequence[Json]:
    """The refunds of the payment that the ledger does not know."""
    found = transaction(client, ask.payment_reference, merchant=merchant)
    if found is None:
        raise Lost("SumUp does not know the transaction")
    refunds = transactions.events(found, transactions.REFUND)
    return [one for one in refunds if _name(one, ask) not in ask.known]


def _name(event: Json, ask: RefundAsk) -> str:
    return transactions.event_name(ask.payment_reference, event)


def _status(event: Json) -> str:
    return str(event.get("status"))


def _told(event: Json, ask: RefundAsk) -> RefundAnswer:
    if _status(event) == _LOST:
        return CreateRefundFailure(code="failed", try_number=ask.try_number)
    reference = _name(event, ask)
    outcome = CreateRefundSuccess(
        payment=ask.payment,
        amount=ask.amount,
        provider_reference=reference,
        try_number=ask.try_number,
    )
    settled = Refunded(payment=ask.payment, amount=ask.amount, provider_reference=reference)
    return Accepted(
        outcome=outcome, settled=settled if transactions.state_of(event) is State.DONE else None
    )
