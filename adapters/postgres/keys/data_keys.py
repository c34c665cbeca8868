"""Wrapped data keys in schema `keys`, and what of them and of kept messages does not open."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from typing import Any
from uuid import UUID

from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import SealBroken, Wrapping
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.binary import ByteaColumn, digest
from adapters.postgres.working.inbox import opened
from adapters.store.recorder import WrappedKey
from ledger.audit.check_tree import EvidenceFault
from ledger.inbox.ports import Tampered

Run = Callable[..., list[tuple[Any, ...]]]


class PostgresKeys:
    """The key store of a ledger in PostgreSQL, on its recorder's connections."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def of_subject(self, subject: UUID) -> WrappedKey | None:
        return next((WrappedKey(*row) for row in self._run("read_key_of_subject", subject)), None)

    def by_ids(self, key_ids: Sequence[UUID]) -> Sequence[WrappedKey]:
        return [WrappedKey(*row) for row in self._run("read_keys", [*key_ids])]

    def add(self, keys: Iterable[WrappedKey]) -> None:
        """Outside of a commit of the ledger."""
        rows = [*keys]
        self._run(
            "insert_keys",
            [key.key_id for key in rows],
            [key.subject for key in rows],
            ByteaColumn([key.wrapped for key in rows]),
            [digest(key.wrapped) for key in rows],
        )

    def add_first(self, key: WrappedKey) -> None:
        """Unless its subject has one already."""
        told = digest(key.wrapped)
        self._run("insert_first_key", key.key_id, key.subject, key.wrapped, told)

    def check(self, wrapping: Wrapping) -> None:
        """Raises `SealBroken` when data keys are under a master key that is not known."""
        for key in self.page(UUID(int=0), limit=1):
            wrapping.unwrap(key)

    def count(self) -> int:
        """How many data keys there are."""
        ((number,),) = self._run("count_keys")
        return int(number)

    def page(self, after: UUID, *, limit: int) -> Sequence[WrappedKey]:
        """The next keys by key id."""
        return [WrappedKey(*row) for row in self._run("read_keys_after", after, limit)]

    def replace(self, pairs: Sequence[tuple[WrappedKey, WrappedKey]]) -> None:
        """Each former by its renewed one, unless it changed or was destroyed meanwhile."""
        self._run(
            "renew_keys",
            [former.key_id for former, _ in pairs],
            ByteaColumn([former.wrapped for former, _ in pairs]),
            ByteaColumn([renewed.wrapped for _, renewed in pairs]),
        )


_PAGE, _FIRST, _PATIENCE = 200, UUID(int=0), 10.0


class EvidenceAudit:
    """It meets the port `ledger.audit.check_tree.KeptBesideStamps`."""

    def __init__(self, url: str, *, keyring: Keyring, wrapping: Wrapping) -> None:
        self._url, self._keyring, self._wrapping = url, keyring, wrapping

    def faults(self, until: int) -> Iterator[EvidenceFault]:
        with closing(Connections(self._url, readers=1)) as connections:

            def run(name: str, *parameters: Any) -> list[tuple[Any, ...]]:
                return connections.rows(name, *parameters, patience=_PATIENCE, unhurried=True)

            yield from self._missing(run, until)
            yield from self._keys_of_streams(run, until)
            yield from self._keys(run)
            yield from self._messages(run)

    def _missing(self, run: Run, until: int) -> Iterator[EvidenceFault]:
        for position, stream, missing in run("audit_evidence_missing", until):
            text = f"the message that it was read from ({missing[:16]}…) is not kept"
            yield EvidenceFault(position=position, stream=stream, text=text)

    def _keys_of_streams(self, run: Run, until: int) -> Iterator[EvidenceFault]:
        for position, stream, subject in run("audit_keys_of_streams", until):
            text = "its data key is gone, and no erasure is stamped"
            if subject is not None:
                text = f"its sealed part names the data key of {subject}"
            yield EvidenceFault(position=position, stream=stream, text=text)

    def _keys(self, run: Run) -> Iterator[EvidenceFault]:
        for (subject,) in run("audit_keys_of_nobody"):
            yield EvidenceFault(text=f"a data key of {subject}, which is no stream and no message")
        keys, after = PostgresKeys(lambda name, *given: [*run(name, *given)]), _FIRST
        while page := keys.page(after, limit=_PAGE):
            for key in page:
                try:
                    self._wrapping.unwrap(key)
                except SealBroken:
                    ((position,),) = run("audit_key_place", key.subject)
                    text = f"the data key of {key.subject} does not open"
                    yield EvidenceFault(position=position, stream=key.subject, text=text)
            after = page[-1].key_id

    def _messages(self, run: Run) -> Iterator[EvidenceFault]:
        after = _FIRST
        while page := run("inbox_all", after, _PAGE):
            with suppress(SealBroken):  # told below, of the one message that it concerns
                self._keyring.fetch(sealed for _, sealed, *_ in page)
            for id, sealed, key_id, *beside in page:
                text = self._fault(run, id, sealed, key_id=key_id, beside=beside)
                if text:
                    place = [*run("audit_evidence_places", beside[-1]), (None, None)][0]
                    yield EvidenceFault(position=place[0], stream=place[1], text=text)
            after = page[-1][0]

    def _fault(
        self, run: Run, id: UUID, sealed: bytes, *, key_id: UUID, beside: Sequence[Any]
    ) -> str:
        try:
            message = opened(self._keyring, id, sealed, key_id=key_id, beside=beside)
        except (Tampered, SealBroken) as error:
            return f"a kept message was tampered with: {error}"
        if message is None and not run("inbox_erased", beside[-1], id)[0][0]:
            return f"the key of kept message {id} is gone, and no erasure is stamped"
        return ""
