"""Python looks for cycles seldom while millions of values without cycles come and go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Of objects made: a batch of stamps has a hundred thousand, and is gone before the next look.
_BETWEEN_LOOKS = 500_000


@contextmanager
def few_collections() -> Iterator[None]:
    """For as long as this lasts, in the whole process. What has cycles is still found."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _BETWEEN_LOOKS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
