"""What the day of the sale came to, for people."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.onsale_lean import NAME as LEAN
from tests.benchmarks.onsale_pretix import NAME as PRETIX

# What is aimed at: half of what the leanest peer takes, in every row.
AIM = 2.0


def paid_orders_per_second(rows: Sequence[dict[str, Any]], *, cores: int) -> int:
    """What all cores can take of placing and of news of the payment: by processor time alone.

    The worker follows when it can; what it takes then is told in its own columns.
    """
    costs = {row["case"]: row["ours"]["request_ms"] for row in rows}
    each = costs["paid order"] + costs["payment news"]
    return round(1000 * cores / each) if each else 0


def table(result: dict[str, Any]) -> str:
    """For people."""
    head = ("web", "PG", "both", "worker", "PG later", "p50", "p99", "lean", "× ours", "pretix")
    lines = ["milliseconds of processor for one request; p50 and p99 in ms of waiting, 32 at once"]
    lines.append("".join(f"{name:>9}" for name in head))
    names = ("web", "postgresql", "request", "worker", "postgresql_later", "p50", "p99")
    for row in result["rows"]:
        lean, pretix = (row["peers"].get(one, {}).get("request_ms") for one in (LEAN, PRETIX))
        told = [
            *(row["ours"][f"{name}_ms"] for name in names),
            lean,
            row["ratio"].get(LEAN),
            pretix,
        ]
        lines.append(
            "".join(f"{'–' if one is None else one:>9}" for one in told) + f"  {row['case']}"
        )
    lines.append(
        f"lean, pretix: web and PostgreSQL; × ours: lean by ours, of which {AIM} is the aim"
    )
    lines += [f"{name}: absent ({why})" for name, why in result["absent"].items()]
    rate = result["paid_orders_per_second"]
    lines.append(f"paid orders a second by these costs, all cores, no provider: {rate}")
    rush = result["rush"]
    lines.append(
        f"{rush['buyers']} buyers for {rush['seats']} seats in {rush['seconds']} s:"
        f" {rush['outcomes']}, {rush['held']} held and {rush['sold']} sold,"
        f" connections made again {rush['asked_again']}"
    )
    spent = ", ".join(f"{part} {of}" for part, of in rush["milliseconds_per_buyer"].items())
    lines.append(f"milliseconds of processor for one buyer: {spent}")
    for name, waits in rush["pages"].items():
        lines.append(f"{waits['p50_ms']:>9.0f} {waits['p99_ms']:>9.0f}  {name}, p50 and p99 in ms")
    return "\n".join(lines)
