"""Law 14: the tree over the rows is the one signed off; kept messages are what stamps say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from ledger.audit.findings import Finding, Found
from ledger.audit.raw_rows import RawCommit, Vertebra
from ledger.proof.merkle import EMPTY_ROOT, Frontier

RANK = 100
_HASH = 32
_NODE = b"\x01"


class TreeCheck:
    """Grows the tree leaf by leaf.

    After a difference it goes on from what the commit says, so that one difference is one
    finding, in the commit where it is.
    `known` are tree heads kept elsewhere, root by size: against them a cut tail is found.
    """

    def __init__(self, *, known: Mapping[int, bytes]) -> None:
        self._known = known
        self._ended = self._size = 0
        # The roots of the full subtrees, the largest first: each as the left half of a node that
        # is about to be hashed, and all of them as they are stored. `_last` is the smallest.
        self._lefts, self._frontier, self._last = list[bytes](), b"", b""

    def take(self, rows: Sequence[Vertebra], commits: Sequence[RawCommit]) -> list[Found]:
        """Findings of the commits that end with these rows: of all that end where they end."""
        found: list[Found] = []
        left, known = iter(commits), self._known
        commit = next(left, None)
        for row in rows:
            self._grow(row[4])
            position = row[0]
            if position in known:
                found += self._against_known(position)
            while commit is not None and commit[1] <= position:
                if faults := self._faults(commit, row):
                    found += [(position, RANK, _of_commit(commit, one)) for one in faults]
                    self._resume(commit)
                self._ended, commit = commit[1], next(left, None)
        return found

    def _grow(self, last: bytes) -> None:
        """In place: each subtree that fills up melts into the one before."""
        lefts, filled = self._lefts, self._size
        while filled & 1:
            last = sha256(lefts.pop() + last).digest()
            filled >>= 1
        self._frontier = self._frontier[: _HASH * len(lefts)] + last
        lefts.append(_NODE + last)
        self._last, self._size = last, self._size + 1

    def _against_known(self, position: int) -> Iterator[Found]:
        if self._size == position and self._known[position] != self.root:
            text = "the tree up to here is not the one that was kept elsewhere"
            yield position, RANK, _about(position, text)

    def _faults(self, commit: RawCommit, row: Vertebra) -> list[str]:
        first, last, at, frontier, root = commit
        found = []
        if first != self._ended + 1 or last < first:
            found.append(f"does not follow the one that ends at {self._ended}")
        if root != self.root:
            found.append("has another root than the rows up to its end")
        elif frontier != self._frontier or last != self._size:
            found.append("has another frontier than the rows up to its end")
        if row[0] == last and at != row[2]:
            found.append("has another time than its rows")
        return found

    def _resume(self, commit: RawCommit) -> None:
        """From the commit's own frontier, where it is one; else from the tree that we have."""
        _, last, _, kept, root = commit
        hashes = [kept[start : start + _HASH] for start in range(0, len(kept), _HASH)]
        try:
            stored = Frontier(last, tuple(hashes))
        except ValueError:
            return
        if stored.root() == root:
            self._size, self._frontier = last, kept
            self._lefts, self._last = [_NODE + one for one in hashes], hashes[-1]

    def at_end(self, last: int, *, signed: int) -> Iterator[Finding]:
        """Rows that no commit covers, commits whose rows are gone, heads that are missing.

        `last` is the position of the last row, `signed` where the last commit ends, or 0.
        """
        if self._ended < last:
            yield _about(last, f"no commit covers positions {self._ended + 1} to {last}")
        if signed > last:
            yield _about(signed, f"rows {last + 1} to {signed} are gone: their commits still stand")
        for size in sorted(self._known):
            if size > last:
                yield _about(
                    size, f"the ledger once had {size} rows and has {last}: its tail is cut"
                )

    @property
    def root(self) -> bytes:
        """The root over all rows so far."""
        if not self._lefts:
            return EMPTY_ROOT
        root = self._last
        for left in self._lefts[-2::-1]:
            root = sha256(left + root).digest()
        return root


def _of_commit(commit: RawCommit, text: str) -> Finding:
    first, last, *_ = commit
    return _about(last, f"the commit of positions {first} to {last} {text}")


def _about(position: int, text: str) -> Finding:
    return Finding(law="14", position=position, stream=None, text=text)


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
