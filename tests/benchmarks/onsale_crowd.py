"""Buyers who come so many at a time, over connections that last."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from tests.benchmarks.wire import Wire

AT_ONCE = 32


class Comer(Protocol):
    """Whoever comes over a wire."""

    wire: Wire


One = TypeVar("One", bound=Comer)


async def all_once(buyers: Sequence[One], act: Callable[[One], Awaitable[object]]) -> None:
    """Each once, 32 at a time."""

    shared: list[Wire | None] = [None] * AT_ONCE
    waiting = iter(buyers)

    async def line(place: int) -> None:
        for buyer in waiting:
            kept = shared[place]
            if kept is not None:
                buyer.wire.take_over(kept)
            await act(buyer)
            shared[place] = buyer.wire

    await gather(*(line(place) for place in range(AT_ONCE)))
    for wire in shared:
        if wire is not None:
            wire.close()
