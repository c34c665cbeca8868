"""Alarms to a webhook: one small JSON document, posted once."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.worker.alarms import Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmWebhook:
    """Posts each alarm to one address, which may hold a secret. A repetition has the same key."""

    url: str = field(repr=False)
    seconds: float = 10.0
    name: str = "webhook"

    def tell(self, alarm: Alarm) -> bool:
        """Whether the other side answered 2xx. It goes where the operator said, not further."""
        try:
            answer = httpx.post(
                self.url,
                json=document(alarm),
                headers={"Idempotency-Key": str(alarm.case)},
                timeout=self.seconds,
                follow_redirects=False,
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.is_success


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
    }
