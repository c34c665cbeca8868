"""The same key again: what was answered the first time, rebuilt from stamps (CONTRACT)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from ledger.commands import OrderCommand
from ledger.order.decide import decide
from ledger.order.evolve import fold
from ledger.order.state import Order
from ledger.recorded import Recorded
from ledger.refusals import KeyReused, Refusal

_OURS = "ledger"


def answered_before(history: Sequence[Recorded], command: OrderCommand) -> Order | None:
    """The order as it was answered under this identity; None when nothing was granted under it.

    The same wish, asked of the order as it stood then, gives the stamps that stand there. Raises
    `KeyReused` when it gives others.
    """
    first = _first(history, command.correlation_id)
    if first is None:
        return None
    order_id = history[first].stream
    wished = _decided(command, fold(order_id, history[:first]))
    stands = [one.stamp for one in history[first : first + len(wished)]]
    if not wished or not all(_same(*pair) for pair in zip(wished, stands, strict=False)):
        raise KeyReused
    return fold(order_id, history[: _end(history, first + len(wished), command)])


def _first(history: Sequence[Recorded], cause: UUID) -> int | None:
    return next((at for at, one in enumerate(history) if one.correlation_id == cause), None)


def _decided(command: OrderCommand, order: Order) -> Sequence[object]:
    try:
        return decide(command, order)
    except Refusal:
        return ()


def _same(wished: Any, stands: Any) -> bool:
    """A reason that was erased since is nobody's to compare."""
    if getattr(stands, "reason", "") is None:
        wished = replace(wished, reason=None)
    return bool(wished == stands)


def _end(history: Sequence[Recorded], end: int, command: OrderCommand) -> int:
    """What we did because of it belongs to the answer; news that came later does not."""
    while end < len(history) and _belongs(history[end], command):
        end += 1
    return end


def _belongs(one: Recorded, command: OrderCommand) -> bool:
    asked = one.correlation_id == command.correlation_id and one.actor == command.actor
    return asked or one.actor == _OURS
