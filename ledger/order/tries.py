"""How far one try to ask a provider has come."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class CallState(StrEnum):
    """Asked, then answered one way or the other."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"


Tries = Mapping[int, CallState]

_V = TypeVar("_V")


def last_try(tries: Mapping[int, _V]) -> int:
    """The number of the last try; 0 before the first."""
    return max(tries, default=0)


def waiting(tries: Tries) -> bool:
    """The last try has no answer."""
    return bool(tries) and tries[max(tries)] is CallState.REQUESTED


def turned_down(tries: Tries) -> bool:
    """The answer to the last try was no."""
    return bool(tries) and tries[max(tries)] is CallState.REFUSED
