"""Buyers who come so many at a time, over connections that last."""

import sys
from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Protocol, TypeVar

from tests.benchmarks.wire import Wire

AT_ONCE = 32
# Files of the driver besides the connections of its buyers.
_OTHERS = 100


def most_at_once() -> int:
    """How many connections this process may have at most."""
    _, hard = getrlimit(RLIMIT_NOFILE)
    return sys.maxsize if hard == RLIM_INFINITY else hard - _OTHERS


def make_room(connections: int) -> None:
    """Let this process have so many; what it started before keeps what it was given.

    Raises `ValueError` where the system allows fewer.
    """
    soft, hard = getrlimit(RLIMIT_NOFILE)
    if RLIM_INFINITY != soft < connections + _OTHERS:
        setrlimit(RLIMIT_NOFILE, (connections + _OTHERS, hard))


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
