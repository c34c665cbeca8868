"""What the day of the sale came to, for people."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.onsale_pretix import NAME as PRETIX

# The leanest peer that we know (FastAPI, asyncpg, SQL by hand), in milliseconds of web and
# PostgreSQL together: measured once on another machine, so an aim, and no peer of this run.
LEAN_ELSEWHERE: dict[str, float] = {
    "product list, API": 0.9,
    "free order": 5.8,
    "paid order": 9.3,
    "order, API": 1.7,
    "payment news": 3.9,
}


def paid_orders_per_second(rows: Sequence[dict[str, Any]], *, cores: int) -> int:
    """What all cores can take of placing and of news of the payment: by processor time alone.

    The worker follows when it can; what it takes then is told in its own columns.
    """
    costs = {row["case"]: row["ours"]["request_ms"] for row in rows}
    each = costs["paid order"] + costs["payment news"]
    return round(1000 * cores / each) if each else 0


def table(result: dict[str, Any]) -> str:
    """For people."""
    head = ("web", "PG", "both", "worker", "PG later", "p50", "p99", "lean", "pretix")
    lines = ["milliseconds of processor for one request; p50 and p99 in ms of waiting, 32 at once"]
    lines.append("".join(f"{name:>9}" for name in head))
    for row in result["rows"]:
        us, lean = row["ours"], LEAN_ELSEWHERE.get(row["case"])
        theirs = row["peers"].get(PRETIX, {}).get("request_ms")
        names = ["web", "postgresql", "request", "worker", "postgresql_later", "p50", "p99"]
        told = [*(us[f"{name}_ms"] for name in names), lean, theirs]
        lines.append(
            "".join(f"{'–' if one is None else one:>9}" for one in told) + f"  {row['case']}"
        )
    lines.append("lean: measured elsewhere, web and PostgreSQL; pretix: here, the same")
    if result["pretix_absent"]:
        lines.append(f"pretix: absent ({result['pretix_absent']})")
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
