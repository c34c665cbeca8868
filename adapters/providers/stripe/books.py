"""What Stripe has on record of a period: objects, because its events reach back thirty days only.

https://docs.stripe.com/api/events
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import stripe

from adapters.providers.stripe.client import TROUBLES, asked, members, no_answer
from adapters.providers.stripe.events import message
from adapters.providers.stripe.facts import LOST, PAGE, Ending, ending_of, standing
from adapters.providers.stripe.fields import Json, group, moment, money, name, reference
from ledger.order.stamps import AuthorizationExpired, Authorized, Paid, Voided
from ledger.payments.provider import BadMessage, ProviderAway
from ledger.reconciliation.records import (
    LOOKBACK,
    Kind,
    Period,
    State,
    TheirRecord,
    Unread,
    name_in,
)

# A page may be open for a day before its payment begins.
_PAGE = timedelta(days=1)
_PAGE_SIZE = 100


_Found = TheirRecord | Unread


def records(client: stripe.StripeClient, period: Period, *, live: bool) -> Iterator[_Found]:
    """Payments with money taken or kept ready, refunds, disputes; raises `ProviderAway`."""
    v1 = client.v1
    try:
        # A slow payment or refund is filed by its beginning, and may have ended in the period.
        begun = Period(since=period.since - LOOKBACK, until=period.until)
        pages, unread = _pages(client, begun)
        yield from unread
        for intent in _all(v1.payment_intents, _created(begun)):
            yield from _readable(Kind.PAYMENT, intent, lambda one: _payment(one, pages))
        for refund in _all(v1.refunds, _created(begun)):
            yield from _readable(Kind.REFUND, refund, lambda one: [_refund(one, live=live)])
        for dispute in _all(v1.disputes, _created(period)):
            yield from _readable(Kind.DISPUTE, dispute, _dispute)
    except TROUBLES as error:
        raise ProviderAway(no_answer(error).reason) from None


def record(client: stripe.StripeClient, kind: Kind, known_as: str, *, live: bool) -> _Found | None:
    """One object by its id; None when Stripe does not know it. Raises `ProviderAway`."""
    try:
        return _one(client, kind, known_as, live=live)
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            return None
        raise ProviderAway(no_answer(error).reason) from None
    except stripe.StripeError as error:
        raise ProviderAway(no_answer(error).reason) from None
    except BadMessage as error:
        return Unread(kind=kind, reference=known_as, why=str(error))


def refunds_of(client: stripe.StripeClient, payment: str, *, live: bool) -> Iterator[_Found]:
    """Every refund of one payment; raises `ProviderAway`."""
    kind = "charge" if payment.startswith(("ch_", "py_")) else "payment_intent"
    try:
        for refund in _all(client.v1.refunds, {kind: payment}):
            yield from _readable(Kind.REFUND, refund, lambda one: [_refund(one, live=live)])
    except TROUBLES as error:
        raise ProviderAway(no_answer(error).reason) from None


def _readable(
    kind: Kind, thing: object, read: Callable[[Json], Iterable[TheirRecord]]
) -> Sequence[_Found]:
    """What one member of a list tells or, if it cannot be read, its name."""
    try:
        if not isinstance(thing, dict):
            raise BadMessage("it is no object")
        return [*read(thing)]
    except BadMessage as error:
        named = name_in(thing, "id", "payment_intent", "charge", "latest_charge")
        return [Unread(kind=kind, reference=named, why=str(error))]


def _one(
    client: stripe.StripeClient, kind: Kind, known_as: str, *, live: bool
) -> TheirRecord | None:
    if kind is Kind.PAYMENT:
        found = asked(lambda: client.v1.payment_intents.retrieve(known_as))
        pages, _ = _by_intent(_all(client.v1.checkout.sessions, {"payment_intent": known_as}))
        return next(_payment(found, pages), None)
    if kind is Kind.REFUND:
        return _refund(asked(lambda: client.v1.refunds.retrieve(known_as)), live=live)
    return next(_dispute(asked(lambda: client.v1.disputes.retrieve(known_as))), None)


def _all(endpoint: Any, wanted: Json) -> Iterator[object]:
    return members(lambda after: endpoint.list(params=wanted | {"limit": _PAGE_SIZE} | after))


def _created(period: Period) -> Json:
    since, until = int(period.since.timestamp()), int(period.until.timestamp())
    return {"created": {"gte": since, "lte": until}}


_Pages = tuple[Mapping[str, Json], Sequence[Unread]]


def _pages(client: stripe.StripeClient, period: Period) -> _Pages:
    wide = Period(since=period.since - _PAGE, until=period.until)
    return _by_intent(_all(client.v1.checkout.sessions, _created(wide)))


def _by_intent(sessions: Iterator[object]) -> _Pages:
    """The payment page that each intent came from, and those that nobody can read."""
    found, unread = dict[str, Json](), list[Unread]()
    for one in sessions:
        try:
            session = one if isinstance(one, dict) else {}
            intent, _ = reference(session, "payment_intent"), name(session, "id")
        except BadMessage as error:
            named = name_in(one, "id", "payment_intent")
            unread.append(Unread(kind=Kind.PAYMENT, reference=named, why=f"its page: {error}"))
        else:
            found |= {intent: session} if intent is not None else {}
    return found, unread


_TOLD: Mapping[type, tuple[State, str, str]] = {
    Paid: (State.DONE, "amount_received", "payment_intent.succeeded"),
    Authorized: (
        State.UNDER_WAY,
        "amount_capturable",
        "payment_intent.amount_capturable_updated",
    ),
    Voided: (State.FAILED, "amount", "payment_intent.canceled"),
    AuthorizationExpired: (State.FAILED, "amount", "payment_intent.canceled"),
}


def _payment(intent: Json, pages: Mapping[str, Json]) -> Iterator[TheirRecord]:
    """Told by the intent, with the page that bears it out, or by the page where it says more."""
    found = standing(intent)
    if found is None:
        return
    state, amount, event = _TOLD[type(found)]
    page = pages.get(name(intent, "id"))
    named = page is None or "correlation_id" in group(intent, "metadata")
    if page is None or named or state is not State.DONE or page.get("payment_status") == "unpaid":
        with_page = intent | ({PAGE: name(page, "id")} if page else {})
        news = message(with_page, event_type=event, happened=intent.get("created"))
    else:
        completed = "checkout.session.completed"
        news = message(page, event_type=completed, happened=intent.get("created"))
    yield TheirRecord(
        kind=Kind.PAYMENT,
        reference=name(intent, "id"),
        amount=money(intent, amount),
        state=state,
        at=moment(intent, "created"),
        message=news,
    )


def _refund(refund: Json, *, live: bool) -> TheirRecord:
    status = name(refund, "status")
    settled = State.DONE if status == "succeeded" else State.UNDER_WAY
    return TheirRecord(
        kind=Kind.REFUND,
        reference=name(refund, "id"),
        amount=money(refund, "amount"),
        state=State.FAILED if status in LOST else settled,
        at=moment(refund, "created"),
        # A refund does not say whether it is live; the key that it was listed with does.
        message=message(
            {"livemode": live} | refund, event_type="refund.updated", happened=refund.get("created")
        ),
    )


_DISPUTES = {
    Ending.OPEN: State.UNDER_WAY,
    Ending.WON: State.FAILED,
    Ending.LOST: State.DONE,
}


def _dispute(dispute: Json) -> Iterator[TheirRecord]:
    """An inquiry takes no money and is none."""
    ending = ending_of(dispute)
    if ending is None:
        return
    yield TheirRecord(
        kind=Kind.DISPUTE,
        reference=name(dispute, "id"),
        amount=money(dispute, "amount"),
        state=_DISPUTES[ending],
        at=moment(dispute, "created"),
        message=message(
            dispute, event_type="charge.dispute.closed", happened=dispute.get("created")
        ),
    )
