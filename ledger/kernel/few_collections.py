"""Python looks for cycles seldom while millions of values without cycles come and go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Of objects made: a batch of stamps has a hundred thousand, and is gone before the next look.
_BETWEEN_LOOKS = 500_000
# The young are looked at after so many (in a few milliseconds), and all others more seldom still.
_YOUNG, _FEW, _SELDOM = 20_000, 20, 50


@contextmanager
def few_collections() -> Iterator[None]:
    """For as long as this lasts, in the whole process. What has cycles is still found."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _BETWEEN_LOOKS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def quick_collections() -> Iterator[None]:
    """The same for a process that serves for days and keeps much: nobody waits for a long look.

    What stands there already, the whole program, is not looked at again.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _FEW, _SELDOM)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
