"""Figures that the processes of one web server count together, whichever of them is asked."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, multiprocess, values
from prometheus_client.registry import Collector

# Where the library looks for its folder; it has no other way to be told.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_figures() -> Iterator[None]:
    """While this lasts, what processes count that are forked from here is kept in files.

    They outlive a process that died: no counter goes back.
    """
    folder, ours = tempfile.mkdtemp(prefix="stampledger-figures-"), os.getpid()
    os.environ[_FOLDER] = folder
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # as shipped
    try:
        yield
    finally:
        if os.getpid() == ours:  # a process that was forked leaves this block, too
            shutil.rmtree(folder, ignore_errors=True)


def together(own: CollectorRegistry, others: Iterable[Collector]) -> CollectorRegistry:
    """What all processes counted, and what any of them would tell; our own where we are alone."""
    if _FOLDER not in os.environ:
        return own
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # as shipped
    for one in others:
        registry.register(one)
    return registry
