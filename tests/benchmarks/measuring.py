"""How fast callers get through: rates and waits, as rows of a result."""

import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
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
    return summary([wait for mine in waits for wait in mine], seconds=took)


def summary(waits: Sequence[float], *, seconds: float) -> Figures:
    """What so many waits in so much time come to."""
    sorted_waits = sorted(waits)
    return {
        "per_second": round(len(sorted_waits) / seconds),
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


def table_of(result: Mapping[str, Any]) -> str:
    """For people: how many times as fast as each peer, then what was counted."""
    lines = []
    for row in result["rows"]:
        lines.append(f"{row['case']}, {row['callers']} callers")
        lines.append(_line("", "ours", row["ours"]))
        limit = [("limit", row["limit"])] if row["limit"] else []
        for name, figures in [*row["peers"].items(), *limit]:
            times = row["ratio"].get(name)
            lines.append(_line(f"{times}x" if times else "", name, figures))
    return "\n".join(lines)


def _line(times: str, name: str, figures: Figures | None) -> str:
    if figures is None:
        return f"  {times:>8}  {name}: absent"
    told = [share for share in ("p50", "p99") if figures.get(f"{share}_ms") is not None]
    waits = "".join(f"  {share} {figures[f'{share}_ms']:.2f} ms" for share in told)
    return f"  {times:>8}  {figures['per_second']:>9,.0f}/s  {name}{waits}"


def report(result: Mapping[str, Any], target: Path | None) -> None:
    """Write the result for programs, if they asked for it."""
    if target is not None:
        target.write_text(json.dumps(result, indent=2))


def _percentile(sorted_waits: Sequence[float], share: float) -> float:
    if not sorted_waits:
        return 0.0
    return round(sorted_waits[int(len(sorted_waits) * share)] * 1000, 2)
