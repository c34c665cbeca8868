"""Whether the tree over the rows is the one that every commit signed off (law 14)."""

from collections.abc import Iterator, Mapping

from ledger.audit.finding import Finding
from ledger.audit.rows import LedgerRows, StoredCommit, StoredRow, all_commits
from ledger.tree import Frontier

_HASH = 32


class TreeCheck:
    """Grows the tree leaf by leaf.

    After a difference it goes on from what the commit says, so that one difference is one
    finding, in the commit where it is.
    `known` are tree heads kept elsewhere, root by size: against them a cut tail is found.
    """

    def __init__(self, ledger: LedgerRows, *, until: int, known: Mapping[int, bytes]) -> None:
        self._commits = all_commits(ledger, until=until)
        self._commit: StoredCommit | None = next(self._commits, None)
        self._tree, self._until, self._known = Frontier(), until, known
        self._ended = 0

    def at(self, row: StoredRow) -> Iterator[Finding]:
        """Findings of the commits that end with this row."""
        self._tree = self._tree.push(row.leaf)
        if self._tree.size == row.position:
            yield from self._against_known(row)
        while self._commit is not None and self._commit.last <= row.position:
            yield from self._ends(self._commit, row)
            self._ended, self._commit = self._commit.last, next(self._commits, None)

    def _against_known(self, row: StoredRow) -> Iterator[Finding]:
        root = self._known.get(row.position)
        if root is not None and root != self._tree.root():
            text = "the tree up to here is not the one that was kept elsewhere"
            yield Finding(law="14", position=row.position, stream=None, text=text)

    def _ends(self, commit: StoredCommit, row: StoredRow) -> Iterator[Finding]:
        for text in self._faults(commit, row):
            yield Finding(law="14", position=commit.last, stream=None, text=text)
        self._tree = _resumed(commit, self._tree)

    def _faults(self, commit: StoredCommit, row: StoredRow) -> Iterator[str]:
        where = f"the commit of positions {commit.first} to {commit.last}"
        if commit.first != self._ended + 1 or commit.last < commit.first:
            yield f"{where} does not follow the one that ends at {self._ended}"
        if commit.root != self._tree.root():
            yield f"{where} has another root than the rows up to its end"
        elif commit.frontier != b"".join(self._tree.hashes):
            yield f"{where} has another frontier than the rows up to its end"
        if row.position == commit.last and commit.recorded_at != row.recorded_at:
            yield f"{where} has another time than its rows"

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
        return self._tree.root()


def _about(position: int, text: str) -> Finding:
    return Finding(law="14", position=position, stream=None, text=text)


def _resumed(commit: StoredCommit, tree: Frontier) -> Frontier:
    """The commit's own frontier, where it is one; else the tree that we have."""
    kept = commit.frontier
    hashes = tuple(kept[start : start + _HASH] for start in range(0, len(kept), _HASH))
    try:
        stored = Frontier(commit.last, hashes)
    except ValueError:
        return tree
    return stored if stored.root() == commit.root else tree
