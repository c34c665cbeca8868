"""What is told of one payment, refund or dispute: the same fact, whichever object tells it."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from adapters.providers.stripe.fields import (
    PROVIDER,
    Json,
    code,
    currency,
    group,
    money,
    name,
    news_id,
    reference,
    text_or_none,
)
from adapters.providers.stripe.metadata import Origin, Told, of_payment, of_refund, report
from ledger.inbox.ports import Fact, Report
from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)
from ledger.payments.provider import BadMessage

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


class Ending(StrEnum):
    """How a dispute stands, as far as its money goes."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


_ENDINGS = {
    "needs_response": Ending.OPEN,
    "under_review": Ending.OPEN,
    "won": Ending.WON,
    "lost": Ending.LOST,
    # While a lost one is appealed, its money stays away.
    "appeal_needs_response": Ending.LOST,
    "appeal_under_review": Ending.LOST,
}


def disputed(dispute: Json, told: Told) -> Sequence[Report]:
    """One that is closed was open, so both are told: a lost event makes no difference."""
    ending = ending_of(dispute)
    if ending is None:
        return []
    ended = [] if ending is Ending.OPEN else [_closed(dispute, won=ending is Ending.WON)]
    return [_of_dispute(fact, dispute, told=told) for fact in (_opened(dispute), *ended)]


def ending_of(dispute: Json) -> Ending | None:
    """None where no money is in question. Raises `BadMessage` at a word that is not Stripe's yet.

    An inquiry (`warning_…`) only asks. One that was prevented took money only if Stripe says so.
    https://docs.stripe.com/api/disputes/object
    """
    status = name(dispute, "status")
    if status.startswith("warning"):
        return None
    if status == "prevented":
        return Ending.LOST if withdrawn(dispute) else None
    if status not in _ENDINGS:
        raise BadMessage("the status of the dispute is a new one")
    return _ENDINGS[status]


def withdrawn(dispute: Json) -> bool:
    """Whether a dispute has taken money from our account, all movements together."""
    moves = moves_of(dispute)
    amounts: list[int] = [one["amount"] for one in moves if type(one.get("amount")) is int]
    if len(amounts) < len(moves):
        raise BadMessage("a balance transaction has no amount")
    return sum(amounts) < 0


def moves_of(dispute: Json) -> Sequence[Json]:
    """What a dispute moved on our account, once and again."""
    moves = dispute.get("balance_transactions") or []
    if not isinstance(moves, list) or not all(isinstance(one, dict) for one in moves):
        raise BadMessage("balance_transactions is not a list of objects")
    return moves


def _opened(dispute: Json) -> Fact:
    return Disputed(
        payment=news_id(payment_of(dispute)),
        amount=money(dispute, "amount"),
        provider_reference=name(dispute, "id"),
    )


def _closed(dispute: Json, *, won: bool) -> Fact:
    return DisputeClosed(
        payment=news_id(payment_of(dispute)), provider_reference=name(dispute, "id"), won=won
    )


def _of_dispute(fact: Fact, dispute: Json, *, told: Told) -> Report:
    amount = money(dispute, "amount")
    return report(
        fact,
        Origin(order=None, attempt=None, correlation_id=news_id(name(dispute, "id"))),
        told=told,
        reference=payment_of(dispute),
        amount=amount,
        currency=amount.currency,
    )
