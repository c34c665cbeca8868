"""Where providers bring news: kept whatever it says, and before the provider is answered."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

import structlog
from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ledger.inbox.ports import AskingDoor, InHand, WebhookDoor, refunds_in_doubt
from ledger.payments.provider import BadMessage, Message, ProviderAway
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.metrics import metrics
from web.http.problems import ProblemRaised
from web.wiring.parts import intake


def take_in(message: Message) -> None:
    """Keep and understand what we asked a provider for."""
    kept = InHand(intake(parts()).keep(message))
    understand(parts().doors[message.provider], message.provider, message.body, message=kept)
    count(message.provider, "kept")
    if kept.done:
        parts().inbox.mark(kept.evidence.id, "done")


def keep_report(provider: str, name: str, body: bytes) -> None:
    """Keep a report that was asked for; brought again it is kept once. Nothing is stamped by it."""
    if parts().inbox.find(provider, name, body) is not None:
        return
    parts().inbox.keep(
        provider,
        provider,
        body=body,
        headers={},
        verdict="signed",
        provider_event_id=name,
        received_at=now(),
        done=True,
    )


def understand(door: WebhookDoor, name: str, body: bytes, *, message: InHand) -> None:
    """Stamp what a message says. Nothing that goes wrong is the provider's: it is kept anyway."""
    try:
        reports, looked_up = door.reread(body), refunds_in_doubt(door, body) is not None
        message.one_fact = len(reports) == 1 and not looked_up
        told = intake(parts()).stamp_patiently(reports, message.evidence.hash)
        # What has to be looked up waits for the worker: a provider shall not wait for itself.
        message.done = told and not looked_up
        if not message.done:
            count(name, "waiting")
    except Exception as error:
        count(name, "waiting")
        _log.error(
            "webhook waits",
            door=name,
            inbox=str(message.evidence.id),
            kind=type(error).__name__,
        )


def count(name: str, result: str) -> None:
    """One more message at this door."""
    metrics().webhooks.labels(name, result).inc()


webhooks = Blueprint("webhooks", __name__)
_log = structlog.get_logger("web.inbox.webhooks")
# Of what nobody signed one in so many is told in the log, and none is kept.
_SAMPLED = 100


@webhooks.post("/webhooks/stripe")
def stripe() -> Response:
    """Stripe's events."""
    return come_in("stripe", request.get_data())


@webhooks.get("/webhooks/paytrail/<shop>/<order>/redirect")
def paytrail_brings_back(shop: str, order: str) -> Answer:
    """The customer, back from Paytrail: they bring the news, and go on to their order's page."""
    come_in("paytrail", _target())
    found = order_in(shop, order)
    return redirect(url_for("orders.page", shop=shop, order=found.id, paid=1), 303)


@webhooks.get("/webhooks/paytrail/<shop>/<order>/<any(callback, refund):kind>")
def paytrail(shop: str, order: str, kind: str) -> Response:
    """Paytrail's callbacks. What they say stands in their address, of which the query is signed."""
    return come_in("paytrail", _target())


@webhooks.post("/webhooks/paytrail/reports/<address>")
def paytrail_report(address: str) -> Response:
    """A report that `reconcile` asked for; it waits for it in the inbox, and reads it there."""
    reported, body = parts().reported.get("paytrail"), request.get_data()
    if reported is None:
        raise ProblemRaised("not-found")
    try:
        name = reported.by_report.accept(address, body, dict(request.headers), now=now())
    except BadMessage as unreadable:
        raise _turned_away("paytrail", unreadable) from None
    count("paytrail", "kept")
    keep_report("paytrail", name, body)
    return Response(status=200)


@webhooks.post("/webhooks/sumup")
def sumup() -> Response:
    """SumUp's messages. They only say which checkout changed: SumUp itself is asked what it is."""
    door, body = parts().doors.get("sumup"), request.get_data()
    if not isinstance(door, AskingDoor):
        raise ProblemRaised("not-found")
    _check(door, "sumup", body, dict(request.headers))
    try:
        subject = door.subject(body)
    except BadMessage:
        # It was signed: kept as it came, and a case.
        return come_in("sumup", body)
    if subject is not None:
        if not door.signed(dict(request.headers)):
            _slow_strangers_down(subject)
        _ask(door, subject)
    return Response(status=200)


def _slow_strangers_down(subject: str) -> None:
    """Anybody may name a checkout: how often that makes us ask SumUp is bounded for everybody.

    Whoever invents names does not use up what the others may ask.
    """
    known = parts().views.order_of("sumup", subject) is not None
    kinds = ((f"sumup/{subject}", 20), ("sumup/known", 1200)) if known else (("sumup/unknown", 60),)
    if not all(parts().limits.hit(key, per_seconds=60, limit=most) for key, most in kinds):
        raise ProblemRaised("too-many-requests")


def _ask(door: AskingDoor, subject: str) -> None:
    try:
        message = door.ask(subject)
    except ProviderAway as away:
        _log.warning("provider away", door=door.provider, reason=str(away))
        text = "The provider does not answer. Please tell us again later."
        raise ProblemRaised("unavailable", detail=text) from None
    if message is None:
        count(door.provider, "nothing")
    else:
        take_in(message)


def _target() -> bytes:
    return request.path.encode() + b"?" + request.query_string


def come_in(name: str, body: bytes) -> Response:
    """200 as soon as the message is kept; what went wrong after that is tried again later.

    A message that is the provider's and says nothing that we can read is kept, too: the worker
    opens a case for it.
    """
    door = parts().doors.get(name)
    if door is None:
        raise ProblemRaised("not-found")
    headers = dict(request.headers)
    _check(door, name, body, headers)
    with _in_hand(door, name, body, headers) as message:
        understand(door, name, body, message=message)
    count(name, "kept")
    return Response(status=200)


def _check(door: WebhookDoor, name: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        door.check(body, headers, now=now())
    except BadMessage as unreadable:
        raise _turned_away(name, unreadable) from None


def _turned_away(name: str, unreadable: BadMessage) -> ProblemRaised:
    """Counted, and one in so many told; the problem that whoever brought it is answered."""
    count(name, "unreadable")
    so_far = next(metrics().unreadable)
    if so_far % _SAMPLED == 1:
        _log.warning("unreadable webhook", door=name, reason=str(unreadable), so_far=so_far)
    text = "This is not a message of the provider, signed lately."
    return ProblemRaised("bad-request", detail=text)


def _in_hand(
    door: WebhookDoor, name: str, body: bytes, headers: Mapping[str, str]
) -> AbstractContextManager[InHand]:
    """Committed when the block ends. Headers that hold secrets of ours do not come this way.

    What comes by GET says it all in its address; its headers are of the customer's browser.
    """
    return parts().inbox.in_hand(
        door.provider,
        name,
        body=body,
        headers=headers if request.method == "POST" else {},
        verdict="signed",
        provider_event_id=door.event_id(body),
        received_at=now(),
    )
