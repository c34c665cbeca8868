"""What a caller asked under a key of its own: the same key asks the same thing, or nothing."""

from collections.abc import Sequence
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.kernel.refusals import KeyReused


def request_of(key: UUID, digest: str) -> str:
    """A key within its scope, and the keyed digest of what was asked under it.

    >>> request_of(UUID(int=7), "d1")
    '00000000-0000-0000-0000-000000000007/d1'
    """
    return f"{key}/{digest}"


def granted(history: Sequence[Recorded[object]], request: str | None) -> int | None:
    """Where in a stream this request was granted; None if it was not.

    Raises `KeyReused` where another one stands under its key.
    """
    if request is None:
        return None
    key = request.partition("/")[0]
    for at, one in enumerate(history):
        if one.request is not None and one.request.partition("/")[0] == key:
            if one.request != request:
                raise KeyReused
            return at
    return None
