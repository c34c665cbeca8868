"""Threads, locks and connections do not survive a fork: who owns some makes new ones after it."""

import os
from collections.abc import Callable
from weakref import WeakMethod


def after_fork(forget: Callable[[], None]) -> None:
    """Call a bound method in every forked child, as long as its object lives."""
    method = WeakMethod(forget)

    def call() -> None:
        bound = method()
        if bound is not None:
            bound()

    os.register_at_fork(after_in_child=call)
