"""What is asked of the world outside once only, whoever tries."""

from hashlib import sha256

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement


class PostgresOnce:
    """A key is taken when this returns: the row is committed before anyone outside is asked."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def take(self, key: str) -> bool:
        """True for the first asker only."""
        with self._connections.asking() as connection:
            return bool(connection.execute(statement("take_once"), [_hashed(key)]).fetchall())

    def give_back(self, key: str) -> None:
        """Nothing was asked after all: somebody may take the key again."""
        with self._connections.asking() as connection:
            connection.execute(statement("give_back_once"), [_hashed(key)])


def _hashed(key: str) -> bytes:
    return sha256(key.encode()).digest()
