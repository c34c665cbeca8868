"""Law 14: kept messages and data keys are what stamps say that they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ledger.audit.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFault:
    """What is wrong with a key or a message, and the first stamp that it concerns, if one does."""

    text: str
    position: int | None = None
    stream: UUID | None = None


class KeptBesideStamps(Protocol):
    """Evidence and data keys as they are stored, with what is wrong about each."""

    def faults(self, until: int) -> Iterable[EvidenceFault]:
        """Of what stamps up to a position need, and of what nobody needs."""
        ...


def evidence_findings(kept: KeptBesideStamps, *, until: int) -> Iterator[Finding]:
    """Each kept message against its hash, none missing; each data key against its stream."""
    for fault in kept.faults(until):
        yield Finding(law="14", position=fault.position, stream=fault.stream, text=fault.text)
