"""The one place that makes payment pages at Stripe (SPEC P2)."""

from typing import Any

import stripe

from adapters.stripe_payments.client import no_answer, refusal
from adapters.stripe_payments.fetched import message
from adapters.stripe_payments.fields import PROVIDER, Json, group, moment, name
from adapters.stripe_payments.origin import of_payment
from adapters.stripe_payments.payment_news import LATER
from ledger.capabilities import NotPayable, units
from ledger.doors import Unreadable
from ledger.payment_pages import Page, PageState
from ledger.payments import PaymentAnswer, PaymentAsk
from ledger.reconciling.records import ProviderAway
from ledger.stamps import CreatePaymentFailure, CreatePaymentSuccess, Line

_LOCALES = ("en", "fi", "sv")


def create(client: stripe.StripeClient, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
    """Make a page. Under one key Stripe gives the same page, as long as we ask the same."""
    try:
        session = client.v1.checkout.sessions.create(
            params=_params(ask, try_number), options={"idempotency_key": ask.idempotency_key}
        )
    except NotPayable:
        return CreatePaymentFailure(code="amount_not_payable", try_number=try_number)
    except stripe.StripeError as error:
        code = refusal(error)
        if code is None:
            return no_answer(error)
        return CreatePaymentFailure(code=code, try_number=try_number)
    if not session.url:
        return CreatePaymentFailure(code="no_page", try_number=try_number)
    return CreatePaymentSuccess(
        provider_reference=session.id,
        redirect_url=session.url,
        expires_at=moment({"expires_at": session.expires_at}, "expires_at"),
        try_number=try_number,
    )


def expire(client: stripe.StripeClient, session_id: str) -> bool:
    """Close a page; True if it is closed without money, whoever closed it."""
    try:
        client.v1.checkout.sessions.expire(session_id)
    except stripe.InvalidRequestError:
        return _is_expired(client, session_id)
    except stripe.StripeError:
        return False
    return True


def page(client: stripe.StripeClient, session_id: str) -> Page | None:
    """A page as Stripe has it; None when it has none. Raises `ProviderAway`."""
    asked: Any = {"expand": ["payment_intent.latest_charge"]}
    try:
        return _page(client.v1.checkout.sessions.retrieve(session_id, params=asked).to_dict())
    except stripe.StripeError as error:
        if error.http_status == 404:
            return None
        raise ProviderAway(no_answer(error).reason) from None
    except Unreadable as error:
        raise ProviderAway(f"a page of Stripe's cannot be read: {error}") from None


def _page(session: Json) -> Page:
    origin, state = of_payment(session, about=name(session, "id")), name(session, "status")
    told = {"expired": "checkout.session.expired", "complete": "checkout.session.completed"}
    event = told.get(state)
    news = event and message(session, event_type=event, happened=_paid_at(session))
    return Page(
        state=PageState(state) if event else PageState.OPEN,
        order=origin.order,
        attempt=origin.attempt,
        news=news or None,
    )


def _paid_at(session: Json) -> object:
    """When the customer paid, or promised to; a page itself only tells when it was made."""
    return group(group(session, "payment_intent"), "latest_charge").get("created")


def _is_expired(client: stripe.StripeClient, session_id: str) -> bool:
    try:
        return client.v1.checkout.sessions.retrieve(session_id).status == "expired"
    except stripe.StripeError:
        return False


def _params(ask: PaymentAsk, try_number: int) -> Any:
    metadata = {
        "order": str(ask.order),
        "order_number": str(ask.order_number),
        "shop": ask.shop,
        "correlation_id": str(ask.correlation_id),
        "try_number": str(try_number),
    }
    later: dict[str, str] = {"capture_method": LATER} if ask.capture_later else {}
    params = {
        "mode": "payment",
        "client_reference_id": str(ask.order),
        "metadata": metadata | ({"capture": LATER} if later else {}),
        "payment_intent_data": {"metadata": metadata, **later},
        "line_items": _items(ask),
        "success_url": ask.return_url,
        "cancel_url": ask.return_url,
        "expires_at": int(ask.expires_at.timestamp()),
        "locale": ask.language if ask.language in _LOCALES else "auto",
    }
    return params | ({"customer_email": ask.email} if ask.email else {})


def _items(ask: PaymentAsk) -> list[dict[str, Any]]:
    """The order's lines; one line for the whole where they are not what is asked for."""
    if sum(line.unit_price.amount * line.quantity for line in ask.lines) == ask.amount.amount:
        return [_item(line, ask.language) for line in ask.lines]
    price = {
        "currency": ask.amount.currency.lower(),
        "unit_amount": units(PROVIDER, ask.amount),
        "product_data": {"name": f"{ask.shop} {ask.order_number}"},
    }
    return [{"price_data": price, "quantity": 1}]


def _item(line: Line, language: str) -> dict[str, Any]:
    product = {
        "name": line.title.get(language) or line.title.get("en") or line.product,
        "metadata": {
            "product": line.product,
            "revision": str(line.revision),
            "vat_percent": line.vat_percent,
        },
    }
    price = {
        "currency": line.unit_price.currency.lower(),
        "unit_amount": units(PROVIDER, line.unit_price),
        "product_data": product,
    }
    return {"price_data": price, "quantity": line.quantity}
