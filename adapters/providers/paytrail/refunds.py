"""Money back through Paytrail: posted at most once, because no key protects a second post."""

from adapters.providers.http import Answer, Json, Lost, never_done, no_answer
from adapters.providers.paytrail.client import (
    PaytrailClient,
    code_of,
    is_refusal,
    transaction_in,
)
from adapters.providers.paytrail.references import stamp_of_refund
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.payments.ask_once import Once
from ledger.payments.provider import (
    Accepted,
    BadMessage,
    NoAnswer,
    RefundAnswer,
    RefundAsk,
    for_person,
)

_STANDS = ("ok", "pending")


def create(client: PaytrailClient, ask: RefundAsk, *, hooks: str, once: Once) -> RefundAnswer:
    """Ask for a refund, if nobody has asked before; what never left us may be asked again."""
    if not once.take(ask.idempotency_key):
        return unknown()
    path, wish = f"/payments/{ask.payment_reference}/refund", _wish(ask, hooks)
    try:
        return _read(client.post(path, wish, transaction=ask.payment_reference), ask)
    except (Lost, BadMessage) as trouble:
        if never_done(trouble):
            once.give_back(ask.idempotency_key)
        return no_answer(trouble)


def unknown() -> NoAnswer:
    """Paytrail has no look-up by our stamp: its callback tells, or a person asks."""
    return NoAnswer("it was asked for before; only Paytrail's callback can tell what came of it")


def _wish(ask: RefundAsk, hooks: str) -> Json:
    return {
        "amount": ask.amount.amount,
        "refundStamp": stamp_of_refund(ask),
        "refundReference": str(ask.correlation_id),
        "callbackUrls": {"success": f"{hooks}/refund", "cancel": f"{hooks}/refund"},
    }


def _read(answer: Answer, ask: RefundAsk) -> RefundAnswer:
    """201 with the status "fail" is a failure (SPEC P10)."""
    if is_refusal(answer):
        return CreateRefundFailure(code=code_of(answer), try_number=ask.try_number)
    status, transaction = answer.content.get("status"), transaction_in(answer.content)
    if answer.status not in (200, 201):
        reason = f"an answer ({answer.status}) that is neither yes nor no"
        return NoAnswer(reason, person=for_person(answer.status))
    if status == "fail":
        return CreateRefundFailure(code="fail", try_number=ask.try_number)
    if status not in _STANDS or transaction is None:
        return NoAnswer("an answer that tells no refund")
    outcome = CreateRefundSuccess(
        payment=ask.payment,
        amount=ask.amount,
        provider_reference=transaction,
        try_number=ask.try_number,
    )
    settled = Refunded(payment=ask.payment, amount=ask.amount, provider_reference=transaction)
    return Accepted(outcome=outcome, settled=settled if status == "ok" else None)
