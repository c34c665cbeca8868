"""Endpoints of integrators: add, try, replay, change the secret, remove. Pages and commands."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import structlog

from ledger.cases.stamps import Action, CaseKind, CaseResolved
from ledger.kernel.events import derived
from ledger.order.stamps import OrderPlaced
from ledger.webhooks.endpoint import (
    BOTH_SECRETS,
    MOST_ENDPOINTS,
    Answer,
    Endpoint,
    unknown_kinds,
)
from projections.order_events import KINDS, EventKind
from projections.order_json import moment
from web.wiring.parts import Parts

TEST = "webhook.test"
EVENT_KINDS = tuple(str(kind) for kind in EventKind)
_OVER = CaseResolved(action=Action.SETTLED)
_log = structlog.get_logger("webhooks")


class EndpointWrong(ValueError):
    """Such an endpoint is not added; `fault` is a word that says why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def add(
    parts: Parts,
    *,
    shop: str,
    url: str,
    kinds: Sequence[str],
    personal: bool,
    actor: str,
    after: int | None = None,
) -> Endpoint:
    """A new endpoint with its secret: of what comes from now on, or after a position.

    Raises `EndpointWrong`, `UnknownShop`.
    """
    parts.shops.get(shop)
    url = url.strip()
    if fault := parts.send_webhook.fault(url):
        raise EndpointWrong(fault)
    if unknown_kinds(kinds, EVENT_KINDS):
        raise EndpointWrong("unknown-kind")
    if len(parts.webhooks.listed([shop])) >= MOST_ENDPOINTS:
        raise EndpointWrong("too-many")
    head = parts.store.head()[0]
    endpoint = Endpoint(
        id=uuid4(),
        shop=shop,
        url=url,
        secret=parts.send_webhook.fresh_secret(),
        kinds=tuple(dict.fromkeys(kinds)),
        personal=personal,
        made_at=parts.clock(),
        made_by=actor,
        position=head if after is None else min(after, head),
    )
    parts.webhooks.add(endpoint)
    _told("added", endpoint, actor, personal=personal)
    return endpoint


def rotate(parts: Parts, endpoint: Endpoint, *, actor: str) -> Endpoint:
    """The endpoint with a new secret. For a day the one before it signs, too."""
    rotated = replace(
        endpoint,
        secret=parts.send_webhook.fresh_secret(),
        former=endpoint.secret,
        former_until=parts.clock() + BOTH_SECRETS,
    )
    parts.webhooks.set_secrets(rotated)
    _told("rotated", endpoint, actor)
    return rotated


def test(parts: Parts, endpoint: Endpoint) -> Answer:
    """What came of sending an event that means nothing, at once and once."""
    event = uuid4()
    document = {
        "type": TEST,
        "timestamp": moment(parts.clock()),
        "data": {"id": str(event), "position": None, "shop": endpoint.shop},
    }
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return parts.send_webhook(endpoint, event, body)


def replay(parts: Parts, endpoint: Endpoint, *, after: int, actor: str) -> None:
    """All events after a position go out again, in their order, as the same events."""
    parts.webhooks.replay(endpoint.id, after=after)
    _told("replayed", endpoint, actor, after=after)


def replay_one(parts: Parts, endpoint: Endpoint, position: int, *, actor: str) -> bool:
    """The event at a position goes out again; False if none of this shop is there."""
    found = parts.store.feed(position - 1, limit=1) if position > 0 else ()
    if not found or type(found[0].stamp) not in KINDS:
        return False
    first = parts.store.read(found[0].stream)[0].stamp
    if not isinstance(first, OrderPlaced) or first.shop_slug != endpoint.shop:
        return False
    order = found[0].stream
    parts.webhooks.replay_one(endpoint.id, position, order=order, now=parts.clock())
    _told("replayed_one", endpoint, actor, position=position)
    return True


def enable(parts: Parts, endpoint: Endpoint, *, actor: str) -> None:
    """One that was switched off is tried again, with what waits first."""
    parts.webhooks.enable(endpoint.id, now=parts.clock())
    settle(parts, endpoint.id)
    _told("enabled", endpoint, actor)


def remove(parts: Parts, endpoint: Endpoint, *, actor: str) -> None:
    """It is told nothing more."""
    parts.webhooks.remove(endpoint.id)
    settle(parts, endpoint.id)
    _told("removed", endpoint, actor)


def settle(parts: Parts, endpoint: UUID) -> None:
    """The cases that tell of an endpoint that was switched off are over: nobody need close them."""
    for one in parts.views.cases("open"):
        if one.kind == CaseKind.WEBHOOK_DISABLED and _is_about(parts, one.stream, endpoint):
            parts.cases.stamp(
                one.stream,
                lambda now: (_OVER,) if now.state == "open" else (),
                correlation_id=derived(one.stream, "settled"),
                actor="ledger",
            )


def _is_about(parts: Parts, case: UUID, endpoint: UUID) -> bool:
    opened = parts.cases.get(case).opened
    return opened is not None and opened.about == str(endpoint)


def _told(what: str, endpoint: Endpoint, actor: str, **more: object) -> None:
    """Into the log: never the address, which may hold a secret."""
    _log.info(f"endpoint_{what}", endpoint=str(endpoint.id), shop=endpoint.shop, by=actor, **more)
