"""The inbox in memory, for tests that need no database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from adapters.keys.evidence import Message, OpenedMessage, Waiting, evidence_hash, packed, unpacked
from ledger.inbox.ports import Evidence, InHand


class MemoryInbox:
    """Keeps messages in the order they came, unsealed."""

    def __init__(self) -> None:
        self._messages: dict[UUID, tuple[Waiting, bytes]] = {}
        self.states: dict[UUID, str] = {}

    def keep(
        self,
        provider: str,
        door: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        verdict: str,
        provider_event_id: str | None,
        received_at: datetime,
        done: bool = False,
    ) -> Evidence:
        """Keep one message as it came."""
        kept = Evidence(uuid4(), evidence_hash(body))
        waiting = Waiting(
            id=kept.id,
            received_at=received_at,
            provider=provider,
            door=door,
            verdict=verdict,
            provider_event_id=provider_event_id,
            hash=kept.hash,
            attempts=0,
        )
        self._messages[kept.id] = waiting, packed(headers, body)
        self.states[kept.id] = "done" if done else "waiting"
        return kept

    @contextmanager
    def in_hand(
        self,
        provider: str,
        door: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        verdict: str,
        provider_event_id: str | None,
        received_at: datetime,
    ) -> Iterator[InHand]:
        """Kept at once: nobody dies in memory. What became of it is noted when the block ends."""
        message = InHand(
            self.keep(
                provider,
                door,
                body=body,
                headers=headers,
                verdict=verdict,
                provider_event_id=provider_event_id,
                received_at=received_at,
            )
        )
        try:
            yield message
        finally:
            if message.done:
                self.mark(message.evidence.id, "done")

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        """The message that was kept under this name with this body, if it was."""
        wanted = provider, provider_event_id, evidence_hash(body)
        for one, _ in self._messages.values():
            if (one.provider, one.provider_event_id, one.hash) == wanted:
                return Evidence(one.id, one.hash)
        return None

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """Say what became of a message; what is done stays done."""
        if self.states.get(id, "done") == "done":
            return
        waiting, content = self._messages[id]
        self._messages[id] = replace(waiting, attempts=waiting.attempts + 1), content
        self.states[id] = state

    def unfinished(self, limit: int = 100) -> Sequence[Waiting]:
        """What still waits to be interpreted, the oldest first."""
        waiting = [one for one, _ in self._messages.values() if self.states[one.id] == "waiting"]
        return sorted(waiting, key=lambda one: (one.received_at, one.id))[:limit]

    def archive(self, since: datetime | None = None) -> Iterator[Waiting]:
        """Every message received since a moment, the oldest first."""
        everything = sorted(
            (one for one, _ in self._messages.values()), key=lambda one: (one.received_at, one.id)
        )
        return iter([one for one in everything if since is None or one.received_at >= since])

    def named(self, provider: str, provider_event_id: str) -> Waiting | None:
        """The first message that was kept under this name, whatever it says."""
        wanted = provider, provider_event_id
        kept = (one for one in self.archive() if (one.provider, one.provider_event_id) == wanted)
        return next(kept, None)

    def opened_since(self, since: datetime, until: datetime) -> Iterator[OpenedMessage]:
        """Every message received since and until then that can be opened."""
        for one in self.archive(since):
            message = self.open(one.id)
            if message is not None and one.received_at <= until:
                waits = self.states[one.id] == "waiting"
                yield OpenedMessage(id=one.id, hash=one.hash, body=message.body, waits=waits)

    def uncited(self, until: datetime, limit: int) -> Sequence[UUID]:
        """None: this inbox does not know what stamps cite."""
        return []

    def open(self, id: UUID) -> Message | None:
        """A message as it came; None when there is none."""
        found = self._messages.get(id)
        return unpacked(found[1]) if found else None
