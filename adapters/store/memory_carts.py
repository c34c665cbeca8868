"""Carts in memory, for tests that need no database."""

from datetime import datetime

from ledger.cart.cart import Cart


class MemoryCarts:
    """Keeps every cart until the process ends."""

    def __init__(self) -> None:
        self._carts: dict[bytes, tuple[int, Cart]] = {}

    def read(self, id_hash: bytes) -> tuple[int, Cart]:
        """The cart and its version; an empty one of version 0 if there is none."""
        return self._carts.get(id_hash, (0, Cart()))

    def keep(self, id_hash: bytes, cart: Cart, *, version: int, at: datetime) -> bool:
        """Keep a cart in place of the version that was read; False if somebody was faster."""
        if id_hash in self._carts and self._carts[id_hash][0] != version:
            return False
        self._carts[id_hash] = version + 1, cart
        return True
