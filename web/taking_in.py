"""What is kept is understood at once; what goes wrong with that is tried again by the worker."""

from collections.abc import Sequence

import structlog

from ledger.doors import Evidence, WebhookDoor
from ledger.intake import FETCHED, Message
from ledger.receiving import receive
from ledger.reports import Report
from web.addresses import now
from web.current import parts
from web.metrics import metrics

_log = structlog.get_logger("web.webhooks")


def take_in(message: Message) -> None:
    """Keep and understand what we asked a provider for. The same state again is kept once."""
    kept = parts().inbox.find(message.provider, message.name, message.body)
    if kept is None:
        kept = parts().inbox.keep(
            message.provider,
            message.provider,
            body=message.body,
            headers={},
            verdict=FETCHED,
            provider_event_id=message.name,
            received_at=now(),
        )
    understand(parts().doors[message.provider], message.provider, message.body, kept=kept)


def understand(door: WebhookDoor, name: str, body: bytes, *, kept: Evidence) -> None:
    """Stamp what a kept message says. It is kept, so nothing that goes wrong is the provider's."""
    count(name, "kept")
    try:
        _stamp(door.reread(body), kept.hash)
        parts().inbox.mark(kept.id, "done")
    except Exception as error:
        count(name, "waiting")
        _log.error("webhook waits", door=name, inbox=str(kept.id), kind=type(error).__name__)


def count(name: str, result: str) -> None:
    """One more message at this door."""
    metrics().webhooks.labels(name, result).inc()


def _stamp(reports: Sequence[Report], evidence: str) -> None:
    for report in reports:
        receive(
            report,
            orders=parts().orders,
            cases=parts().cases,
            find=parts().views.order_of,
            evidence=evidence,
            at=now(),
        )
