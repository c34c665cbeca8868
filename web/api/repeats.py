"""The same key again: what was answered the first time, rebuilt from stamps (CONTRACT)."""

from collections.abc import Sequence

from ledger.kernel.events import Recorded
from ledger.kernel.idempotency_key import granted
from ledger.order.evolve import fold
from ledger.order.order import Order

_OURS = "ledger"


def answered_before(history: Sequence[Recorded[object]], request: str | None) -> Order | None:
    """The order as it was answered to this request; None when nothing was granted to it.

    Raises `KeyReused` when something else was.
    """
    first = granted(history, request)
    if first is None:
        return None
    return fold(history[first].stream, history[: _end(history, first)])


def _end(history: Sequence[Recorded[object]], first: int) -> int:
    """What we did because of it belongs to the answer; news that came later does not."""
    begun, end = history[first], first + 1
    while end < len(history) and _belongs(history[end], begun):
        end += 1
    return end


def _belongs(one: Recorded[object], begun: Recorded[object]) -> bool:
    asked = one.correlation_id == begun.correlation_id and one.actor == begun.actor
    return asked or one.actor == _OURS
