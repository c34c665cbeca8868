"""The pictures of shops in PostgreSQL, under the hash that the shop's stamps carry."""

from collections.abc import Mapping
from threading import Lock

from cachetools import LRUCache

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement

# Pictures of a few hundred kilobytes; whoever buys asks for one once.
_KEPT = 32


class PostgresPictures:
    """By content: what is kept under a hash never changes. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._lately, self._lock = LRUCache[str, bytes](_KEPT), Lock()

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Keep bytes by their SHA-256 (hexadecimal); what is there already stays."""
        if not pictures:
            return
        hashes = [bytes.fromhex(name) for name in pictures]
        with self._connections.asking() as connection:
            connection.execute(statement("keep_picture"), [hashes, [*pictures.values()]])

    def read(self, hash: str) -> bytes | None:
        """The bytes of a hash; None where nobody kept any."""
        with self._lock:
            known = self._lately.get(hash)
        if known is not None:
            return known
        with self._connections.asking() as connection:
            row = connection.execute(statement("read_picture"), [bytes.fromhex(hash)]).fetchone()
        if row is None:
            return None
        content = bytes(row[0])
        with self._lock:
            self._lately[hash] = content
        return content
