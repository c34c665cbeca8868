"""The one place that makes payment pages at SumUp, looks at them and closes them."""

from datetime import datetime, timedelta

from adapters.providers.http import Answer, Json, Lost, no_answer
from adapters.providers.sumup.client import SumupClient, error_code
from adapters.providers.sumup.references import minor, moment, name, number, reference_of
from ledger.order.stamps import CreatePaymentFailure, CreatePaymentSuccess
from ledger.payments.provider import BadMessage, NoAnswer, PaymentAnswer, PaymentAsk, page_address

CHECKOUTS = "/v0.1/checkouts"
# How long SumUp shows a hosted page: SumUp's guide "Hosted Checkout".
_SHOWN = timedelta(minutes=30)
_REFUSED = (400, 404, 422)
_KNOWN_ALREADY = 409


def create(
    client: SumupClient, ask: PaymentAsk, *, try_number: int, merchant: str, hook: str
) -> PaymentAnswer:
    """Make a page, or find the one that was made under this reference before."""
    reference = reference_of(ask, try_number=try_number)
    try:
        answer = client.post(CHECKOUTS, _wish(ask, reference, merchant=merchant, hook=hook))
        if answer.status == _KNOWN_ALREADY:
            return _made_before(client, ask, reference, try_number=try_number)
        if answer.status in _REFUSED:
            code = error_code(answer, "invalid_request")
            return CreatePaymentFailure(code=code, try_number=try_number)
        return _page(_object(answer), ask, try_number=try_number)
    except (Lost, BadMessage) as trouble:
        return no_answer(trouble)


def fetch(client: SumupClient, checkout: str) -> Json | None:
    """A checkout as it is; None when there is none. Raises `Lost` and `BadMessage`."""
    answer = client.get(f"{CHECKOUTS}/{checkout}")
    return None if answer.status == 404 else _object(answer)


def close(client: SumupClient, checkout: str) -> bool:
    """Close a page; True if it is closed without money, whoever closed it."""
    try:
        if client.delete(f"{CHECKOUTS}/{checkout}").status == 200:
            return True
        found = fetch(client, checkout)
        return found is not None and found.get("status") == "EXPIRED"
    except (Lost, BadMessage):
        return False


def _made_before(
    client: SumupClient, ask: PaymentAsk, reference: str, *, try_number: int
) -> PaymentAnswer:
    listed = client.get(CHECKOUTS, checkout_reference=reference).content
    found = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("checkout_reference") == reference
    ]
    if not found:
        return NoAnswer("SumUp knows the reference, and shows no checkout")
    if found[0].get("status") == "EXPIRED":
        return CreatePaymentFailure(code="page_expired", try_number=try_number)
    if found[0].get("status") == "PAID":
        return _paid_before(found[0], ask, try_number=try_number)
    return _page(found[0], ask, try_number=try_number)


def _paid_before(checkout: Json, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
    """Nobody is sent to pay there again: the order's own page looks at it, and sees the payment."""
    return CreatePaymentSuccess(
        provider_reference=name(checkout.get("id"), "id"),
        redirect_url=ask.return_url,
        expires_at=ask.expires_at,
        try_number=try_number,
    )


def _page(checkout: Json, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
    href = page_address(checkout.get("hosted_checkout_url"))
    if minor(checkout.get("amount"), str(checkout.get("currency"))) != ask.amount:
        return CreatePaymentFailure(code="amount_differs", try_number=try_number)
    return CreatePaymentSuccess(
        provider_reference=name(checkout.get("id"), "id"),
        redirect_url=href,
        expires_at=min(ask.expires_at, _shown_until(checkout, ask.expires_at)),
        try_number=try_number,
    )


def _shown_until(checkout: Json, otherwise: datetime) -> datetime:
    """Thirty minutes after it was made, where SumUp tells when that was."""
    made = moment(checkout.get("date"))
    return made + _SHOWN if made is not None else otherwise


def _wish(ask: PaymentAsk, reference: str, *, merchant: str, hook: str) -> Json:
    return {
        "checkout_reference": reference,
        "amount": number(ask.amount),
        "currency": ask.amount.currency,
        "merchant_code": merchant,
        "description": f"{ask.shop} {ask.payment_reference or ask.order_number}",
        "return_url": hook,
        "redirect_url": ask.return_url,
        "valid_until": ask.expires_at.isoformat(timespec="seconds"),
        "hosted_checkout": {"enabled": True},
    }


def _object(answer: Answer) -> Json:
    if answer.status not in (200, 201) or not isinstance(answer.content, dict):
        raise BadMessage(f"an answer ({answer.status}) without a checkout")
    return answer.content
