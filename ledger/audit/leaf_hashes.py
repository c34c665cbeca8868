"""Leaf hashes of very many rows, computed again from what is stored of each."""

import struct
from collections.abc import Callable
from hashlib import sha256
from struct import Struct
from uuid import UUID

from ledger.audit.raw_rows import RawRow
from ledger.proof.leaf import HEAD, assembled

# From 1970, where leaves count from, to 2000, where rows do: in microseconds.
_UNTIL_2000 = 946_684_800_000_000
# Everything before the state in one go, for a type's name of a certain length; and that name.
_Plan = tuple[Callable[..., bytes], bytes]
_MOST_PLANS = 1_000


class LeafHashes:
    """Of one ledger. How a row of each type begins is worked out once."""

    def __init__(self, ledger: UUID) -> None:
        self._ledger, self._head = ledger.bytes, b"\x00" + HEAD + ledger.bytes
        self._plans: dict[str, _Plan] = {}

    def of(self, row: RawRow) -> bytes | None:
        """The leaf hash of a row; None for values that no committer could have hashed."""
        position, stream, version, type, at, cause, _, _, numbers, state, _ = row
        try:
            if cause is None or numbers:
                return self._of_any(row)
            pack, name = self._plans.get(type) or self._planned(type)
            size, at = len(state), at + _UNTIL_2000
            whole = pack(
                self._head, position, stream, version, len(name), name, at, 16, cause, 0, size
            )
            return sha256(whole + state).digest()
        except (ArithmeticError, TypeError, ValueError, struct.error):
            return None

    def _of_any(self, row: RawRow) -> bytes:
        position, stream, version, type, at, cause, _, _, numbers, state, _ = row
        name, at = type.encode(), at + _UNTIL_2000
        parts = (self._ledger, position, stream, version, name, at, cause, numbers or {}, state)
        return sha256(b"\x00" + assembled(*parts)).digest()

    def _planned(self, type: str) -> _Plan:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        name = type.encode()
        pack = Struct(f">{len(self._head)}sQ16sQI{len(name)}sqI16sII").pack
        self._plans[type] = pack, name
        return pack, name
