"""The inbox in PostgreSQL: every message is kept before anyone is told that it came."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from adapters.evidence import Message, Waiting, evidence_hash, packed, unpacked
from adapters.keys import Keyring
from adapters.postgres.connections import Connections
from adapters.postgres.views import EVERY, Lane
from adapters.shared_trips import SharedTrips
from ledger.doors import Evidence

_PAGE = 200
_FIRST = UUID(int=0)


class PostgresInbox:
    """Messages in `ledger.inbox`, each under a key of its own; marks in `working.inbox_marks`.

    Raises `ledger.appends.LedgerUnavailable` when the database stays away for `patience` seconds.
    """

    def __init__(
        self, url: str, *, keyring: Keyring, connections: int = 4, patience: float = 5.0
    ) -> None:
        self._keyring, self._patience = keyring, patience
        self._connections = Connections(url, readers=connections, wait=patience)
        self._trips = SharedTrips(self._keep)

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
    ) -> Evidence:
        """Seal and commit one message, with its key, as it came. Messages share commits."""
        kept = Evidence(uuid4(), evidence_hash(body))
        sealed, key = self._keyring.seal_evidence(kept.id, packed(headers, body))
        envelope = (received_at, provider, door, verdict, provider_event_id, kept.hash, sealed)
        self._trips.hand_in((key.key_id, kept.id, key.wrapped, *envelope))
        return kept

    def _keep(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._run("inbox_keep", *map(list, zip(*rows, strict=True)))

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        """The message that was kept under this name with this body, if it was."""
        digest = evidence_hash(body)
        rows = self._run("inbox_find", provider, provider_event_id, digest)
        return Evidence(rows[0][0], digest) if rows else None

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """Say what became of a message; what is done stays done."""
        self._run("inbox_mark", id, state, error)

    def unfinished(
        self, limit: int = 100, *, doors: Lane = EVERY, offset: int = 0
    ) -> Sequence[Waiting]:
        """What still waits to be interpreted, the oldest first."""
        rows = self._run("inbox_unfinished", limit, *doors.chosen, offset)
        return [_listed(row, attempts=row[7]) for row in rows]

    def archive(self, since: datetime | None = None) -> Iterator[Waiting]:
        """Every message received since a moment, the oldest first, page by page."""
        after = since or datetime.min.replace(tzinfo=UTC), _FIRST
        while rows := self._run("inbox_archive", *after, _PAGE):
            for row in rows:
                yield _listed(row, attempts=0)
            after = rows[-1][1], rows[-1][0]

    def named(self, provider: str, provider_event_id: str) -> Waiting | None:
        """The first message that was kept under this name, whatever it says."""
        rows = self._run("inbox_named", provider, provider_event_id)
        return _listed(rows[0], attempts=0) if rows else None

    def open(self, id: UUID) -> Message | None:
        """A message as it came; None when its key was destroyed, or there is none."""
        for (sealed,) in self._run("inbox_sealed", id):
            plaintext = self._keyring.open_evidence(id, sealed)
            return None if plaintext is None else unpacked(plaintext)
        return None

    def close(self) -> None:
        self._connections.close()

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connections.rows(name, *parameters, patience=self._patience)


def _listed(row: tuple[Any, ...], *, attempts: int) -> Waiting:
    return Waiting(
        id=row[0],
        received_at=row[1],
        provider=row[2],
        door=row[3],
        verdict=row[4],
        provider_event_id=row[5],
        hash=row[6],
        attempts=attempts,
    )
