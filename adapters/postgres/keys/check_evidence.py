"""Kept messages and data keys, each tried: what does not open, or is missing, or is nobody's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from typing import Any
from uuid import UUID

from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import SealBroken, Wrapping
from adapters.postgres.connections import Connections
from adapters.postgres.keys.data_keys import PostgresKeys
from adapters.postgres.working.inbox import opened
from ledger.audit.check_evidence import EvidenceFault
from ledger.inbox.ports import Tampered

Run = Callable[..., Sequence[tuple[Any, ...]]]
_PAGE, _FIRST, _PATIENCE = 200, UUID(int=0), 10.0


class EvidenceAudit:
    """It meets the port `ledger.audit.check_evidence.KeptBesideStamps`."""

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
        for position, stream, digest in run("audit_evidence_missing", until):
            text = f"the message that it was read from ({digest[:16]}…) is not kept"
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
        if message is None and not run("inbox_erased", beside[-1])[0][0]:
            return f"the key of kept message {id} is gone, and no erasure is stamped"
        return ""
