"""What is kept is understood at once; what goes wrong with that is tried again by the worker."""

import structlog

from ledger.inbox.ports import Evidence, WebhookDoor, refunds_in_doubt
from ledger.payments.message import Message
from web.http.addresses import now
from web.http.current import parts
from web.http.metrics import metrics
from web.wiring.parts import intake

_log = structlog.get_logger("web.inbox.webhooks")


def take_in(message: Message) -> None:
    """Keep and understand what we asked a provider for."""
    kept = intake(parts()).keep(message)
    understand(parts().doors[message.provider], message.provider, message.body, kept=kept)


def keep_report(provider: str, name: str, body: bytes) -> None:
    """Keep a report that was asked for; brought again it is kept once. Nothing is stamped by it."""
    if parts().inbox.find(provider, name, body) is not None:
        return
    kept = parts().inbox.keep(
        provider,
        provider,
        body=body,
        headers={},
        verdict="signed",
        provider_event_id=name,
        received_at=now(),
    )
    parts().inbox.mark(kept.id, "done")


def understand(door: WebhookDoor, name: str, body: bytes, *, kept: Evidence) -> None:
    """Stamp what a kept message says. It is kept, so nothing that goes wrong is the provider's."""
    count(name, "kept")
    try:
        told = intake(parts()).stamp_patiently(door.reread(body), kept.hash)
        # What has to be looked up waits for the worker: a provider shall not wait for itself.
        if told and refunds_in_doubt(door, body) is None:
            parts().inbox.mark(kept.id, "done")
        else:
            count(name, "waiting")
    except Exception as error:
        count(name, "waiting")
        _log.error("webhook waits", door=name, inbox=str(kept.id), kind=type(error).__name__)


def count(name: str, result: str) -> None:
    """One more message at this door."""
    metrics().webhooks.labels(name, result).inc()
