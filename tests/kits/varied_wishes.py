"""A wish with one of its fields told otherwise: what a decider has to look at each of them for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ledger.kernel.money import Money
from ledger.order.commands import OrderCommand
from ledger.order.order import Order
from ledger.order.stamps import Pieces

_ELSE = UUID(int=7)
_SPAN = timedelta(days=3)
# They look like a payment reference and an account.
_REFERENCE, _ACCOUNT = "RF18 5390 0754 7035", "FI21 1234 5600 0007 85"


def variations(command: OrderCommand, order: Order) -> Iterator[tuple[str, OrderCommand]]:
    """Each with the name of the field and what it says now; what cannot be made is left out."""
    for name in command.__dataclass_fields__:
        for other in _others(name, getattr(command, name), order):
            try:
                yield f"{name}={other!r}", replace(command, **{name: other})
            except (TypeError, ValueError, AssertionError):
                continue


def _others(name: str, value: Any, order: Order) -> Iterator[Any]:
    match name:
        case "correlation_id":
            yield from (*order.attempts, *order.refunds, *filter(None, (order.cancelled,)))
        case "version" | "seen":
            yield from (None, 0, order.version, order.version - 1)
        case "payment":
            yield from (None, _ELSE, *order.attempts)
        case "pieces":
            some = ((0, 1), (0, 2), (0, 3), (1, 1))
            yield from ((Pieces(line=line, quantity=many),) for line, many in some)
            yield ()
        case "amount" | "quote":
            yield from _sums(order)
        case "ticket":
            yield from (0, 1, 2, 3)
        case _:
            yield from _by_kind(value)


def _sums(order: Order) -> Iterator[Money | None]:
    yield None
    for cents in (0, 1, 3500, 6999, 7000, 7001):
        yield Money(cents, order.currency)


def _by_kind(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case str():
            yield from ("", " ", "other", _REFERENCE, _ACCOUNT)
        case datetime():
            yield from (value - _SPAN, value + _SPAN, datetime(2028, 1, 1, tzinfo=UTC))
        case int():
            yield from (value - 1, value + 1)
        case UUID():
            yield uuid5(_ELSE, str(value))
        case tuple():
            yield from ((), value[:1])
