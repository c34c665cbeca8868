"""What was ever seen of movements on accounts, in PostgreSQL. It only grows."""

from collections.abc import Mapping, Sequence, Set

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class PostgresStatementMarks:
    """By key. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, marks: Mapping[str, Set[str]]) -> None:
        """Committed when it returns; what is there already changes nothing."""
        rows = sorted((key, mark) for key, own in marks.items() for mark in own)
        columns = [key for key, _ in rows], [mark for _, mark in rows]
        with self._connections.asking() as connection:
            connection.execute(statement("insert_statement_marks"), columns)

    def known(self, keys: Sequence[str]) -> Mapping[str, Set[str]]:
        """All that is known of these."""
        found: dict[str, set[str]] = {key: set() for key in keys}
        with self._connections.asking() as connection:
            for key, mark in connection.execute(statement("read_statement_marks"), [[*keys]]):
                found[key].add(mark)
        return found
