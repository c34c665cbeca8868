"""What was ever seen of movements on accounts, in memory."""

from collections.abc import Mapping, Sequence, Set


class MemoryStatementMarks:
    """For as long as the process lives."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}

    def add(self, marks: Mapping[str, Set[str]]) -> None:
        """What is there already changes nothing."""
        for key, own in marks.items():
            self._known.setdefault(key, set()).update(own)

    def known(self, keys: Sequence[str]) -> Mapping[str, Set[str]]:
        """All that is known of these."""
        return {key: frozenset(self._known.get(key, ())) for key in keys}
