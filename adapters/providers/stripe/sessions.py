"""The one place that makes payment pages at Stripe (SPEC P2)."""

from typing import Any

import stripe

from adapters.providers.stripe.client import TROUBLES, asked, no_answer, posted, refusal
from adapters.providers.stripe.events import message, unread
from adapters.providers.stripe.facts import LATER
from adapters.providers.stripe.fields import PROVIDER, Json, link, moment, name
from adapters.providers.stripe.metadata import of_payment
from ledger.order.stamps import CreatePaymentFailure, CreatePaymentSuccess, Line
from ledger.payments.capabilities import AmountNotTaken, units
from ledger.payments.payment_pages import Page, PageState, unreadable
from ledger.payments.provider import BadMessage, PaymentAnswer, PaymentAsk, ProviderAway

_LOCALES = ("en", "fi", "sv")
_LONGEST_NAME = 250


def create(client: stripe.StripeClient, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
    """Make a page. Under one key Stripe gives the same page, as long as we ask the same.

    What Stripe refuses may be a mere courtesy of ours: it is left out, and asked once more under a
    key of its own, which is the same after a restart, too (SPEC P16).
    """
    try:
        needed, courtesies = _params(ask, try_number), _courtesies(ask)
    except AmountNotTaken:
        return CreatePaymentFailure(code="amount_not_payable", try_number=try_number)
    answer = _create(client, ask, needed | courtesies, try_number)
    if not isinstance(answer, CreatePaymentFailure):
        return answer
    return _create(client, ask, needed, try_number, under="/plain")


def _create(
    client: stripe.StripeClient, ask: PaymentAsk, params: Any, try_number: int, *, under: str = ""
) -> PaymentAnswer:
    key = ask.idempotency_key + under
    try:
        session = posted(client, "/v1/checkout/sessions", params, key=key)
        return CreatePaymentSuccess(
            provider_reference=name(session, "id"),
            redirect_url=link(session, "url"),
            expires_at=moment(session, "expires_at"),
            try_number=try_number,
        )
    except TROUBLES as error:
        code = refusal(error)
        if code is None:
            return no_answer(error)
        return CreatePaymentFailure(code=code, try_number=try_number)


def expire(client: stripe.StripeClient, session_id: str) -> bool:
    """Close a page; True if it is closed without money, whoever closed it."""
    try:
        return _is_expired(asked(lambda: client.v1.checkout.sessions.expire(session_id)))
    except stripe.InvalidRequestError:
        return _found_expired(client, session_id)
    except TROUBLES:
        return False


def page(client: stripe.StripeClient, session_id: str) -> Page | None:
    """A page as Stripe has it; None when it has none. Raises `ProviderAway`.

    One that cannot be read is not known to be closed, and its news is that nobody can read it.
    """
    with_intent: Any = {"expand": ["payment_intent.latest_charge"]}
    session = None
    try:
        session = asked(
            lambda: client.v1.checkout.sessions.retrieve(session_id, params=with_intent)
        )
        return _page(session)
    except stripe.StripeError as error:
        if error.http_status == 404:
            return None
        raise ProviderAway(no_answer(error).reason) from None
    except BadMessage:
        return unreadable(unread(session, session_id))


def _page(session: Json) -> Page:
    if name(session, "object") != "checkout.session":
        raise BadMessage("another kind of object")
    origin, state = of_payment(session, about=name(session, "id")), name(session, "status")
    told = {"expired": "checkout.session.expired", "complete": "checkout.session.completed"}
    event = told.get(state)
    if event is None and state != PageState.OPEN:
        raise BadMessage("the status of the page is a new one")
    news = event and message(session, event_type=event, happened=_paid_at(session))
    return Page(
        state=PageState(state),
        order=origin.order,
        attempt=origin.attempt,
        news=news or None,
    )


def _paid_at(session: Json) -> object:
    """When the customer paid, or promised to; a page itself only tells when it was made."""
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return charge.get("created") if isinstance(charge, dict) else None


def _found_expired(client: stripe.StripeClient, session_id: str) -> bool:
    try:
        return _is_expired(asked(lambda: client.v1.checkout.sessions.retrieve(session_id)))
    except TROUBLES:
        return False


def _is_expired(session: Json) -> bool:
    return session.get("status") == "expired"


def _params(ask: PaymentAsk, try_number: int) -> dict[str, Any]:
    """What has to be asked: whose it is, and one line for the whole."""
    metadata = {
        "order": str(ask.order),
        "order_number": str(ask.order_number),
        "shop": ask.shop,
        "correlation_id": str(ask.correlation_id),
        "try_number": str(try_number),
    }
    later: dict[str, str] = {"capture_method": LATER} if ask.capture_later else {}
    return {
        "mode": "payment",
        "client_reference_id": str(ask.order),
        "metadata": metadata | ({"capture": LATER} if later else {}),
        "payment_intent_data": {"metadata": metadata, **later},
        "line_items": [_whole(ask)],
        "success_url": ask.return_url,
        "cancel_url": ask.return_url,
        "expires_at": int(ask.expires_at.timestamp()),
    }


def _courtesies(ask: PaymentAsk) -> dict[str, Any]:
    """What makes paying nicer, and must not decide whether people can pay."""
    email = {"customer_email": ask.email} if ask.email else {}
    language = ask.language if ask.language in _LOCALES else "auto"
    return {"line_items": _items(ask), "locale": language} | email


def _items(ask: PaymentAsk) -> list[dict[str, Any]]:
    """The order's lines; one line for the whole where they are not what is asked for."""
    if sum(line.unit_price.amount * line.quantity for line in ask.lines) == ask.amount.amount:
        return [_item(line, ask.language) for line in ask.lines]
    return [_whole(ask)]


def _whole(ask: PaymentAsk) -> dict[str, Any]:
    price = {
        "currency": ask.amount.currency.lower(),
        "unit_amount": units(PROVIDER, ask.amount),
        "product_data": {"name": f"{ask.shop} {ask.order_number}"},
    }
    return {"price_data": price, "quantity": 1}


def _item(line: Line, language: str) -> dict[str, Any]:
    title = line.title.get(language) or line.title.get("en") or line.product
    product = {
        "name": title[:_LONGEST_NAME],
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
