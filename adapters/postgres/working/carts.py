"""Carts in PostgreSQL: the same for every process, and still there after a restart."""

from datetime import datetime

import msgspec

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.cart.cart import KEPT, Cart


class PostgresCarts:
    """By the hash of the browser's own word. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def read(self, id_hash: bytes) -> tuple[int, Cart]:
        """The cart and its version; an empty one of version 0 if there is none."""
        with self._connections.asking() as connection:
            row = connection.execute(statement("read_cart"), [id_hash]).fetchone()
        return (row[0], _decoded(row[1])) if row else (0, Cart())

    def keep(self, id_hash: bytes, cart: Cart, *, version: int, at: datetime) -> bool:
        """Keep a cart in place of the version that was read; False if somebody was faster."""
        content = msgspec.json.encode(cart).decode()
        values = [id_hash, version, content, at, at + KEPT]
        with self._connections.asking() as connection:
            return bool(connection.execute(statement("keep_cart"), values).fetchall())


def _decoded(content: str) -> Cart:
    """A cart is no evidence: one that another release wrote and we cannot read is empty."""
    try:
        return msgspec.json.decode(content, type=Cart)
    except msgspec.ValidationError:
        return Cart()
