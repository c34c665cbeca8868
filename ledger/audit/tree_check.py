"""Whether the tree over the rows is the one that every commit signed off (law 14)."""

from collections.abc import Iterable, Iterator, Mapping

from ledger.audit.finding import Finding
from ledger.audit.rows import StoredCommit, StoredRow
from ledger.tree import EMPTY_ROOT, Frontier, node_hash

_HASH = 32


class TreeCheck:
    """Grows the tree leaf by leaf.

    After a difference it goes on from what the commit says, so that one difference is one
    finding, in the commit where it is.
    `known` are tree heads kept elsewhere, root by size: against them a cut tail is found.
    """

    def __init__(self, commits: Iterator[StoredCommit], *, known: Mapping[int, bytes]) -> None:
        self._commits = commits
        self._commit: StoredCommit | None = next(self._commits, None)
        self._size, self._hashes = 0, list[bytes]()
        self._known = known
        self._ended = 0

    def at(self, row: StoredRow) -> Iterable[Finding]:
        """Findings of the commits that end with this row."""
        self._grow(row.leaf)
        ending = self._commit is not None and self._commit.last <= row.position
        return self._found(row) if ending or row.position in self._known else ()

    def _grow(self, leaf: bytes) -> None:
        """In place: each subtree that fills up melts into the one before."""
        hashes, filled = self._hashes, self._size
        hashes.append(leaf)
        while filled & 1:
            right = hashes.pop()
            hashes[-1] = node_hash(hashes[-1], right)
            filled >>= 1
        self._size += 1

    def _found(self, row: StoredRow) -> Iterator[Finding]:
        if self._size == row.position:
            yield from self._against_known(row)
        while self._commit is not None and self._commit.last <= row.position:
            yield from self._ends(self._commit, row)
            self._ended, self._commit = self._commit.last, next(self._commits, None)

    def _against_known(self, row: StoredRow) -> Iterator[Finding]:
        root = self._known.get(row.position)
        if root is not None and root != self.root:
            text = "the tree up to here is not the one that was kept elsewhere"
            yield Finding(law="14", position=row.position, stream=None, text=text)

    def _ends(self, commit: StoredCommit, row: StoredRow) -> Iterator[Finding]:
        for text in self._faults(commit, row):
            yield Finding(law="14", position=commit.last, stream=None, text=text)
        self._resume(commit)

    def _faults(self, commit: StoredCommit, row: StoredRow) -> Iterator[str]:
        where = f"the commit of positions {commit.first} to {commit.last}"
        if commit.first != self._ended + 1 or commit.last < commit.first:
            yield f"{where} does not follow the one that ends at {self._ended}"
        if commit.root != self.root:
            yield f"{where} has another root than the rows up to its end"
        elif commit.frontier != b"".join(self._hashes):
            yield f"{where} has another frontier than the rows up to its end"
        if row.position == commit.last and commit.recorded_at != row.recorded_at:
            yield f"{where} has another time than its rows"

    def _resume(self, commit: StoredCommit) -> None:
        """From the commit's own frontier, where it is one; else from the tree that we have."""
        kept = commit.frontier
        if self._size == commit.last and kept == b"".join(self._hashes):
            return
        hashes = [kept[start : start + _HASH] for start in range(0, len(kept), _HASH)]
        try:
            stored = Frontier(commit.last, tuple(hashes))
        except ValueError:
            return
        if stored.root() == commit.root:
            self._size, self._hashes = commit.last, hashes

    def at_end(self, last: int) -> Iterator[Finding]:
        """Rows that no commit covers, commits whose rows are gone, heads that are missing."""
        if self._ended < last:
            yield _about(last, f"no commit covers positions {self._ended + 1} to {last}")
        if self._commit is not None:
            yield _about(self._commit.last, f"rows {last + 1} to {self._commit.last} are gone")
        for size in sorted(self._known):
            if size > last:
                yield _about(
                    size, f"the ledger once had {size} rows and has {last}: its tail is cut"
                )

    @property
    def root(self) -> bytes:
        """The root over all rows so far."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in self._hashes[-2::-1]:
            root = node_hash(left, root)
        return root


def _about(position: int, text: str) -> Finding:
    return Finding(law="14", position=position, stream=None, text=text)
