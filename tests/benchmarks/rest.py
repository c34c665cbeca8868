"""What web, worker and PostgreSQL spend while nothing happens, and how soon they are awake again.

`./run bench rest [--after 60] [--seconds 30] [--json FILE]`

Milliseconds of processor for each second, by part, once nothing has happened for so many seconds;
how often a thread woke, and transactions: these two are the same on a busy machine.
Then somebody buys: how long after the payment was recorded its letter was handed over.
"""

import asyncio
import time
from typing import Any

import psycopg

from adapters.embedded_postgres import EmbeddedPostgres
from tests.benchmarks.command import command
from tests.benchmarks.onsale import Buyer, visitor
from tests.benchmarks.shop_processes import Running, open_shop

PARTS = ("web", "worker", "PostgreSQL")
AIM, _PATIENCE = 5.0, 60.0
_LETTER = """
select extract(epoch from sent.recorded_at - paid.recorded_at)
from ledger.stamps paid
join ledger.stamps sent on sent.stream = paid.stream and sent.type = 'RECEIPT_SENT'
where paid.type = 'PAID' and paid.stream = %s
"""


def quiet(house: Running, *, after: int, seconds: int) -> dict[str, float]:
    """Milliseconds for each second, by part, after so many seconds of nothing; transactions."""
    time.sleep(after)
    before, slept, asked = house.spent(), house.wakeups(), transactions(house)
    began = time.monotonic()
    time.sleep(seconds)
    took, now, later = time.monotonic() - began, house.spent(), house.wakeups()
    spent = {name: round(1000 * (now[name] - before[name]) / took, 2) for name in before}
    woke = {f"{name}_wakeups": round((later[name] - slept[name]) / took, 1) for name in before}
    return spent | woke | {"transactions": round((transactions(house) - asked) / took, 1)}


def transactions(house: Running) -> int:
    """How many the database has had; what is not told yet it tells within a second."""
    with psycopg.connect(house.url) as connection:
        found = connection.execute(
            "select xact_commit + xact_rollback from pg_stat_database"
            " where datname = current_database()"
        ).fetchone()
    return int(found[0]) if found else 0


def first_letter(house: Running) -> float:
    """Seconds from the first payment after the rest to its letter."""
    buyer = Buyer(visitor(house.port))

    async def buys() -> None:
        await buyer.places("plenty")
        await buyer.told_of_payment()
        buyer.wire.close()

    asyncio.run(buys())
    until = time.monotonic() + _PATIENCE
    with psycopg.connect(house.url, autocommit=True) as connection:
        while time.monotonic() < until:
            for (took,) in connection.execute(_LETTER, [buyer.order]).fetchall():
                return float(took)
            time.sleep(0.05)
    raise AssertionError("no letter came")


def run(server: EmbeddedPostgres, *, after: int, seconds: int, runs: int) -> list[dict[str, Any]]:
    """One row. One run is enough: it is as long as it is asked to be."""
    with open_shop(server, "rest", seats=10) as house:
        house.at_rest()
        spent = quiet(house, after=after, seconds=seconds)
        woken = first_letter(house)
    total = round(sum(spent[part] for part in PARTS), 2)
    ours = {"ms_per_second": total, "letter_s": round(woken, 3), **spent}
    return [
        {"case": "at rest", "callers": 0, "ours": ours, "peers": {}, "limit": None, "ratio": {}}
    ]


def table(result: dict[str, Any]) -> str:
    """For people."""
    (row,) = result["rows"]
    ours = row["ours"]
    parts = ", ".join(f"{name} {ours[name]}" for name in PARTS)
    woke = ", ".join(f"{name} {ours[f'{name}_wakeups']}" for name in PARTS)
    return (
        f"milliseconds of processor a second at rest: {ours['ms_per_second']} ({parts}),"
        f" {ours['transactions']} transactions, aimed at {AIM}\n"
        f"wake-ups of threads a second: {woke}\n"
        f"the first letter afterwards came {1000 * ours['letter_s']:.0f} ms after its payment"
    )


if __name__ == "__main__":
    defaults = {"after": 60, "seconds": 30, "runs": 1}
    command("rest", run, about=__doc__, defaults=defaults, table=table)
