"""What sessions and intents tell of one payment: the same fact, whichever of them tells it."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.providers.stripe.fields import (
    PROVIDER,
    Json,
    code,
    currency,
    group,
    money,
    name,
    reference,
    text_or_none,
)
from adapters.providers.stripe.metadata import Told, of_payment, report
from ledger.inbox.report import Fact, Report
from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Voided,
)
from ledger.payments.message import BadMessage

# How Stripe, and our own metadata of a page, say that money is taken later.
LATER = "manual"
# Where we write down the page of an intent that we fetched with it. Stripe has no such field.
PAGE = "fetched_with_page"


def completed(session: Json, told: Told) -> Sequence[Report]:
    """The customer is through the page: paid now, or by a method that pays days later.

    `setup` or `subscription` are none of ours. A page that captures later only authorizes: what is
    taken afterwards, its intent tells.
    """
    status = name(session, "payment_status")
    if name(session, "mode") != "payment":
        return []
    if status == "no_payment_required":
        return _without_money(session, told)
    if group(session, "metadata").get("capture") == LATER:
        kept = _authorized(money(session, "amount_total"), _intent_of(session))
        return [_report(kept, session, told=told)]
    if status == "unpaid":
        pending = PaymentPending(provider_reference=name(session, "id"))
        return [_report(pending, session, told=told)]
    if status != "paid":
        raise BadMessage("payment_status is a new one")
    return settled(session, told)


def _without_money(session: Json, told: Told) -> Sequence[Report]:
    """Our orders at a provider cost something: a page that asked for nothing is for a person.

    A free page that names nothing of ours is somebody else's.
    """
    through = _report(PaymentPending(provider_reference=name(session, "id")), session, told=told)
    if through.order is None and through.attempt is None and not session.get("amount_subtotal"):
        return []
    return [replace(through, contradiction="the page was completed, and asked for no money")]


def settled(session: Json, told: Told) -> Sequence[Report]:
    """The session's money is there. The payment is named by its intent: that can be refunded."""
    amount = money(session, "amount_total")
    paid = Paid(amount=amount, provider=PROVIDER, provider_reference=_intent_of(session))
    return [_report(paid, session, told=told, amount=amount)]


def not_settled(session: Json, told: Told) -> Sequence[Report]:
    """A delayed payment failed. The session knows no charge, so the intent names the failure."""
    failed = PaymentFailed(provider_reference=_intent_of(session), code="async_payment_failed")
    return [_report(failed, session, told=told)]


def expired(session: Json, told: Told) -> Sequence[Report]:
    """The page closed."""
    fact = PaymentExpired(provider_reference=name(session, "id"))
    return [_report(fact, session, told=told)]


def succeeded(intent: Json, told: Told) -> Sequence[Report]:
    """The same fact as the session's: amount and reference agree."""
    amount = money(intent, "amount_received")
    paid = Paid(amount=amount, provider=PROVIDER, provider_reference=name(intent, "id"))
    return [_report(paid, intent, told=told, amount=amount)]


def came_to(intent: Json, told: Told) -> Sequence[Report]:
    """The payer's bank keeps the money ready, or that ended, or a part of it was taken.

    An intent of a page that closed had none.
    """
    found = standing(intent)
    if found is None:
        return []
    amount = found.amount if isinstance(found, Paid) else None
    return [_report(found, intent, told=told, amount=amount)]


def standing(intent: Json) -> Paid | Authorized | Voided | AuthorizationExpired | None:
    """What an intent has come to; None where nothing was authorized.

    Stripe lets uncaptured money go after seven days and calls that `automatic`; an intent whose
    page closed is `expired`. Whatever was captured is paid, even if more may be captured, or the
    rest was given up. https://docs.stripe.com/api/payment_intents/object
    """
    known_as, status = name(intent, "id"), name(intent, "status")
    if status == "succeeded" or intent.get("amount_received"):
        amount = money(intent, "amount_received")
        return Paid(amount=amount, provider=PROVIDER, provider_reference=known_as)
    if intent.get("capture_method") != LATER:
        return None
    if status == "requires_capture":
        return _authorized(money(intent, "amount_capturable"), known_as)
    if status != "canceled" or intent.get("cancellation_reason") == "expired":
        return None
    lapsed = intent.get("cancellation_reason") == "automatic"
    gone = AuthorizationExpired if lapsed else Voided
    return gone(provider_reference=known_as)


def _authorized(amount: Money, reference: str) -> Authorized:
    return Authorized(amount=amount, provider=PROVIDER, provider_reference=reference)


def declined(intent: Json, told: Told) -> Sequence[Report]:
    """One try was declined. Each try has a charge of its own, so each is a fact of its own."""
    error = group(intent, "last_payment_error")
    charge = reference(intent, "latest_charge") or reference(error, "charge")
    failed = PaymentFailed(
        provider_reference=charge or name(intent, "id"),
        code=code(error.get("decline_code"), error.get("code"), error.get("type")),
    )
    return [_report(failed, intent, told=told)]


def _intent_of(session: Json) -> str:
    intent = reference(session, "payment_intent")
    if intent is None:
        raise BadMessage("payment_intent is missing")
    return intent


def _report(fact: Fact, thing: Json, *, told: Told, amount: Money | None = None) -> Report:
    known_as = name(thing, "id")
    return report(
        fact,
        of_payment(thing, about=reference(thing, "payment_intent") or known_as),
        told=told,
        reference=known_as,
        amount=amount,
        currency=currency(thing),
        page=_page_of(thing),
    )


def _page_of(thing: Json) -> str:
    """A page is its own; of an intent that we fetched we wrote down the page beside it."""
    if name(thing, "object") == "checkout.session":
        return name(thing, "id")
    return text_or_none(thing, PAGE) or ""
