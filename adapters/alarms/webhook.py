"""Alarms to a webhook: one small JSON document, posted once."""

from dataclasses import dataclass, field
from threading import Timer
from typing import Any

import httpx2

from adapters.worker.reactors.alarms import Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmWebhook:
    """Posts each alarm to one address, which may hold a secret. A repetition has the same key."""

    url: str = field(repr=False)
    seconds: float = 10.0
    name: str = "webhook"

    def tell(self, alarm: Alarm) -> bool:
        """Whether the other side answered 2xx. It goes where the operator said, not further."""
        with httpx2.Client(timeout=self.seconds, follow_redirects=False) as client:
            # The time-out is between two bytes; whoever answers byte by byte is cut off, too.
            patience = Timer(2 * self.seconds, client.close)
            patience.daemon = True
            patience.start()
            try:
                return self._posted(client, alarm)
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError, RuntimeError):
                return False
            finally:
                patience.cancel()

    def _posted(self, client: httpx2.Client, alarm: Alarm) -> bool:
        headers = {"Idempotency-Key": str(alarm.case)}
        return client.post(self.url, json=document(alarm), headers=headers).is_success


def document(alarm: Alarm) -> dict[str, Any]:
    """The JSON of an alarm; amounts in minor units, times in RFC 3339."""
    return {
        "case": str(alarm.case),
        "kind": alarm.kind,
        "severity": "critical",
        "text": alarm.text,
        "provider": alarm.provider or None,
        "provider_reference": alarm.provider_reference or None,
        "amount": alarm.amount.amount if alarm.amount else None,
        "currency": alarm.amount.currency if alarm.amount else None,
        "opened_at": alarm.opened_at.isoformat().replace("+00:00", "Z"),
        "many": alarm.many,
        "cases": [str(one) for one in alarm.cases],
    }
