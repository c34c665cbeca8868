"""The one place that makes payment pages at Paytrail."""

from datetime import datetime
from decimal import Decimal

from adapters.providers.http import Answer, Json, Lost, never_done, no_answer
from adapters.providers.paytrail.client import (
    PaytrailClient,
    code_of,
    is_refusal,
    transaction_in,
)
from adapters.providers.paytrail.references import CURRENCY, stamp_of_payment
from ledger.order.stamps import CreatePaymentFailure, CreatePaymentSuccess, Line
from ledger.payments.ask_once import Once
from ledger.payments.provider import (
    BadMessage,
    NoAnswer,
    PaymentAnswer,
    PaymentAsk,
    for_person,
    page_address,
)

# The published schema's limit, in cents; the prose has no other.
MOST = 99_999_999
_LANGUAGES = {"en": "EN", "fi": "FI", "sv": "SV"}
_LONGEST_TITLE = 1000


def create(
    client: PaytrailClient, ask: PaymentAsk, *, try_number: int, hooks: str, once: Once
) -> PaymentAnswer:
    """Make a page, if nobody has asked for it before: a stamp serves once.

    `hooks` is the address that Paytrail tells of this order at.
    """
    hindrance = _hindrance(ask)
    if hindrance:
        return CreatePaymentFailure(code=hindrance, try_number=try_number)
    if not once.take(ask.idempotency_key):
        return NoAnswer("it was asked for before, and the answer has not come")
    try:
        answer = client.post("/payments", _wish(ask, try_number=try_number, hooks=hooks))
        return _read(answer, expires_at=ask.expires_at, try_number=try_number)
    except (Lost, BadMessage) as trouble:
        if never_done(trouble):
            once.give_back(ask.idempotency_key)
        return no_answer(trouble)


def _hindrance(ask: PaymentAsk) -> str:
    """What Paytrail cannot take, known without asking."""
    if ask.amount.currency != CURRENCY:
        return "currency_not_supported"
    if not ask.email:
        return "email_missing"
    return "" if ask.amount.amount <= MOST else "amount_too_large"


def _read(answer: Answer, *, expires_at: datetime, try_number: int) -> PaymentAnswer:
    if is_refusal(answer):
        return CreatePaymentFailure(code=code_of(answer), try_number=try_number)
    transaction = transaction_in(answer.content)
    try:
        href = page_address(answer.content.get("href"))
    except BadMessage:
        href = ""
    if answer.status not in (200, 201) or not href or transaction is None:
        reason = f"an answer ({answer.status}) without a page"
        return NoAnswer(reason, person=for_person(answer.status))
    return CreatePaymentSuccess(
        provider_reference=transaction,
        redirect_url=href,
        expires_at=expires_at,
        try_number=try_number,
    )


def _wish(ask: PaymentAsk, *, try_number: int, hooks: str) -> Json:
    return {
        "stamp": stamp_of_payment(ask, try_number=try_number),
        "reference": ask.payment_reference or str(ask.order_number),
        "amount": ask.amount.amount,
        "currency": CURRENCY,
        "language": _LANGUAGES.get(ask.language, "EN"),
        "items": _items(ask),
        "customer": {"email": ask.email},
        "redirectUrls": {"success": f"{hooks}/redirect", "cancel": f"{hooks}/redirect"},
        "callbackUrls": {"success": f"{hooks}/callback", "cancel": f"{hooks}/callback"},
    }


def _items(ask: PaymentAsk) -> list[Json]:
    """The order's lines; one line for the whole where they are not what is asked for."""
    if sum(line.unit_price.amount * line.quantity for line in ask.lines) == ask.amount.amount:
        return [_item(line, ask.language) for line in ask.lines]
    code = f"{ask.shop}-{ask.order_number}"
    whole = {"unitPrice": ask.amount.amount, "units": 1, "vatPercentage": 0, "productCode": code}
    return [whole]


def _item(line: Line, language: str) -> Json:
    title = line.title.get(language) or line.title.get("en") or line.product
    return {
        "unitPrice": line.unit_price.amount,
        "units": line.quantity,
        "vatPercentage": float(Decimal(line.vat_percent)),
        "productCode": line.product,
        "description": title[:_LONGEST_TITLE],
    }
