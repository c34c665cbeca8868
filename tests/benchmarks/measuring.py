"""How fast callers get through: rates and waits, as rows of a result."""

import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

Figures = dict[str, float]


def measure(work: Callable[[], object], callers: int, *, seconds: float) -> Figures:
    """Let threads call `work` one time after the other, and count."""
    until = time.monotonic() + seconds
    waits: list[list[float]] = [[] for _ in range(callers)]

    def call(mine: list[float]) -> None:
        while time.monotonic() < until:
            began = time.perf_counter()
            work()
            mine.append(time.perf_counter() - began)

    threads = [threading.Thread(target=call, args=[mine]) for mine in waits]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    sorted_waits = sorted(wait for mine in waits for wait in mine)
    return {
        "per_second": round(len(sorted_waits) / took),
        "p50_ms": _percentile(sorted_waits, 0.50),
        "p99_ms": _percentile(sorted_waits, 0.99),
    }


def median_of(runs: Sequence[Figures]) -> Figures:
    """The middle one, figure by figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def ratio(ours: Figures, other: Figures) -> float:
    """How many times as fast."""
    return round(ours["per_second"] / max(other["per_second"], 1), 2)


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {
        "python": platform.python_version(),
        "processor": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
    }


def _percentile(sorted_waits: Sequence[float], share: float) -> float:
    return round(sorted_waits[int(len(sorted_waits) * share)] * 1000, 2)
