"""The inbox in PostgreSQL: every message is kept before anyone is told that it came."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from adapters.keys.evidence import (
    Message,
    OpenedMessage,
    Waiting,
    envelope,
    evidence_hash,
    packed,
    unpacked,
)
from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import SealBroken
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.binary import ByteaColumn
from adapters.postgres.ledger.messages import columns_of
from adapters.postgres.views.lane import EVERY, Lane
from adapters.store.batched_calls import SharedTrips
from adapters.store.messages_in_hand import MessagesInHand
from adapters.store.recorder import SealedMessage, nothing
from ledger.inbox.ports import Evidence, InHand, Tampered

_PAGE = 200
_FIRST = UUID(int=0)
# What stands beside a message in the clear.
_Beside = tuple[datetime, str, str, str, str | None, str]


class PostgresInbox:
    """Messages in `ledger.inbox`, each under a key of its own; marks in `working.inbox_marks`.

    `taken_up` tells the ledger which messages are in hand. `after_keeping` is called when some were
    kept that wait to be read.
    Raises `LedgerUnavailable` when the database stays away for `patience` seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        keyring: Keyring,
        connections: int = 4,
        patience: float = 5.0,
        after_keeping: Callable[[], None] = nothing,
        taken_up: MessagesInHand | None = None,
    ) -> None:
        self._keyring, self._patience, self._after_keeping = keyring, patience, after_keeping
        self._taken_up = taken_up or MessagesInHand()
        self._connections = Connections(url, readers=connections, wait=patience)
        self._trips = SharedTrips(self._keep)
        self._marks = SharedTrips(self._mark_done)

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
        """Seal and commit one message, with its key, as it came. Messages share commits.

        One that is `done` waits for nobody: it is what was said, and nothing to be understood.
        """
        message = self._sealed(
            (received_at, provider, door, verdict, provider_event_id, evidence_hash(body)),
            packed(headers, body),
        )
        self._trips.hand_in(replace(message, done=done))
        return Evidence(message.id, message.evidence_hash)

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
        """A message that is kept when the block ends, by itself unless a stamp brought it along."""
        message = self._sealed(
            (received_at, provider, door, verdict, provider_event_id, evidence_hash(body)),
            packed(headers, body),
        )
        in_hand = InHand(Evidence(message.id, message.evidence_hash))
        with self._taken_up.taken(in_hand, message) as taken:
            try:
                yield in_hand
            finally:
                if taken.standing is None:
                    self._trips.hand_in(replace(message, done=in_hand.done))
        if in_hand.done and taken.standing and not taken.standing.done:
            self.mark(message.id, "done")

    def _sealed(self, beside: _Beside, plaintext: bytes) -> SealedMessage:
        id = uuid4()
        sealed, key = self._keyring.seal_evidence(id, plaintext, about=envelope(*beside))
        received_at, provider, door, verdict, provider_event_id, digest = beside
        return SealedMessage(
            id=id,
            key=key,
            received_at=received_at,
            provider=provider,
            door=door,
            verdict=verdict,
            provider_event_id=provider_event_id,
            evidence_hash=digest,
            sealed=sealed,
        )

    def _keep(self, messages: Sequence[SealedMessage]) -> None:
        self._run("inbox_keep", *map(_as_sent, columns_of(messages)))
        if not all(one.done for one in messages):
            self._after_keeping()

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        """The message that was kept under this name with this body, if it was."""
        digest = evidence_hash(body)
        rows = self._run("inbox_find", provider, provider_event_id, digest)
        return Evidence(rows[0][0], digest) if rows else None

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """Say what became of a message; what is done stays done. Messages share statements."""
        if state == "done" and error is None:
            self._marks.hand_in(id)
        else:
            self._run("inbox_mark", [id], state, error)

    def _mark_done(self, ids: Sequence[UUID]) -> None:
        self._run("inbox_mark", sorted(ids), "done", None)

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
        """A message as it came; None when it was erased, or there is none. Raises `Tampered`."""
        for sealed, key_id, *beside in self._run("inbox_sealed", id):
            message = opened(self._keyring, id, sealed, key_id=key_id, beside=beside)
            if message is None and not self._run("inbox_erased", beside[-1], id)[0][0]:
                raise Tampered(f"the key of message {id} is gone, and nobody erased it")
            return message
        return None

    def opened_since(self, since: datetime, until: datetime) -> Iterator[OpenedMessage]:
        """Every message received since and until then that can be opened, page by page.

        Raises `Tampered`.
        """
        after = since, _FIRST
        while rows := self._run("inbox_since", *after, until, _PAGE):
            self._keyring.fetch(row[1] for row in rows)
            for id, sealed, key_id, *beside, waits in rows:
                message = opened(self._keyring, id, sealed, key_id=key_id, beside=beside)
                if message is not None:
                    yield OpenedMessage(id=id, hash=beside[-1], body=message.body, waits=waits)
            after = rows[-1][3], rows[-1][0]

    def uncited(self, until: datetime, limit: int) -> Sequence[UUID]:
        """Messages received by then that no stamp cites, and that can be opened."""
        return [row[0] for row in self._run("inbox_uncited", until, limit)]

    def close(self) -> None:
        self._connections.close()

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connections.rows(name, *parameters, patience=self._patience)


def opened(
    keyring: Keyring, id: UUID, sealed: bytes, *, key_id: UUID, beside: Sequence[Any]
) -> Message | None:
    """One message, if it is what was kept; None if its key is not there. Raises `Tampered`."""
    if sealed[1:17] != key_id.bytes:
        raise Tampered(f"message {id} is sealed under another key than its own")
    try:
        plaintext = keyring.open_evidence(id, sealed, about=envelope(*beside))
    except SealBroken as error:
        raise Tampered(f"message {id} does not open: {error}") from error
    if plaintext is None:
        return None
    message = unpacked(plaintext)
    if evidence_hash(message.body) != beside[-1]:
        raise Tampered(f"message {id} is not the one that its hash names")
    return message


def _as_sent(column: list[Any]) -> list[Any] | ByteaColumn:
    return ByteaColumn(column) if isinstance(column[0], bytes) else column


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
