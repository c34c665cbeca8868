"""The morning of the event over HTTP: ten devices, each ticket scanned by two of them at once.

`./run bench checkin [--devices 10] [--tickets 800] [--without-pretix]`

Nobody may be let in twice: every ticket is valid once and used once, and the ledger says the same.
Wanted are 1,000 scans a minute with a p99 below 150 ms on two cores. Then pretix, in an environment
of its own, redeems tickets of its own in the same way on the same PostgreSQL; or it is absent.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from psycopg.conninfo import conninfo_to_dict

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.keys.ticket_codes import drawn
from ledger.kernel.money import Money
from ledger.order.attendance import day_of
from ledger.order.commands import PlaceOrder, StartLetter, Wanted
from ledger.order.letters_due import letters_due
from ledger.order.stamps import Letter, ReceiptSent, TicketCheckedIn
from ledger.shop.shop import spec_of
from tests.benchmarks.command import a_server, report_of
from tests.benchmarks.measuring import Figures, ratio, report, summary, table_of
from tests.benchmarks.onsale_pretix import EVENT
from tests.benchmarks.onsale_pretix import NAME as PRETIX
from tests.benchmarks.shop_processes import Running, open_shop, per_request
from tests.benchmarks.wire import Answer, Wire
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.real_pretix import Pretix, PretixAbsent, running_pretix
from tests.kits.worlds import ADA

DOOR = "/api/v1/shops/winterfest/door"
PER_ORDER, MOST_TICKETS, WARM_UP = 4, 20_000, 40
# Tickets of pretix for each of ours: it is asked for long enough, and not longer.
SLOWER = 6
# Scans a minute and milliseconds that are wanted of ours, on two cores.
WANTED_A_MINUTE, WANTED_P99 = 1_000, 150
# One scan of a code by a device, by its number: the word that it is answered with.
_PARTS = ("web", "worker", "postgresql")
Scan = Callable[[Wire, str, int], Awaitable[str]]


def tickets_of(house: Running, many: int) -> list[str]:
    """So many free tickets, issued as their letter would have brought them; their codes."""
    parts = house.works.parts
    shop = parts.shops.newest("winterfest")
    spec = spec_of(shop)
    entry = replace(spec.products[-1], slug="entry", price=Money(0, "EUR"), tickets=1)
    sold = replace(spec, products=(*spec.products, entry))
    parts.shops.import_shop(sold, actor="benchmark", at=parts.clock())
    return [code for _ in range(0, many, PER_ORDER) for code in _issued(house)][:many]


def _issued(house: Running) -> Sequence[str]:
    parts, at = house.works.parts, house.works.parts.clock()
    command = PlaceOrder(
        correlation_id=uuid4(),
        actor="benchmark",
        at=at,
        order=uuid4(),
        lines=(Wanted(product="entry", quantity=PER_ORDER),),
        customer=ADA,
        language="en",
        email_index=parts.keyring.blind_index(ADA.email),
        request_digest="digest",
        accounts={},
    )
    order = parts.orders.place("winterfest", command)
    (due,) = (one for one in letters_due(order) if one.letter is Letter.PAID)
    codes = drawn(order.tickets_wanted, keyed_hash=parts.keyring.keyed_hash)
    letter: dict[str, Any] = {"letter": Letter.PAID, "try_number": 1}
    claim = StartLetter(
        correlation_id=due.correlation_id, actor="benchmark", at=at, tickets=codes, **letter
    )
    parts.orders.handle(order.id, claim)
    sent = ReceiptSent(**letter, message_id=f"<{order.id}>", body_hash="none")
    parts.orders.record(order.id, sent, correlation_id=due.correlation_id, actor="benchmark")
    return [one.code for one in codes]


def at_the_doors(
    port: int, codes: Sequence[str], devices: int, scan: Scan, *, a_minute: int = 0
) -> tuple[Figures, Counter[str]]:
    """Each code twice, by two devices at about the same time; how long each scan waited.

    With `a_minute` the devices together scan so often; else as fast as they are answered.
    """
    pause = 60 * devices / a_minute if a_minute else 0.0
    doubled = [code for code in codes for _ in range(2)]
    near = sorted(range(len(doubled)), key=lambda at: at + random.randint(0, devices))
    queue, waits, words = iter([doubled[at] for at in near]), list[float](), Counter[str]()

    async def device(number: int) -> None:
        wire = Wire(port, f"10.0.0.{number}")
        at = time.monotonic() + pause * random.random()
        for code in queue:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            at, began = at + pause, time.perf_counter()
            words[await scan(wire, code, number)] += 1
            waits.append(time.perf_counter() - began)
        wire.close()

    async def everybody() -> None:
        await asyncio.gather(*(device(number) for number in range(1, devices + 1)))

    began = time.monotonic()
    asyncio.run(everybody())
    return summary(waits, seconds=time.monotonic() - began), words


def ours(house: Running, many: int, devices: int) -> tuple[Figures, Figures]:
    """Ours, as fast as it goes and as often as is wanted.

    Raises `AssertionError` where somebody was let in twice, or not at all.
    """
    codes = tickets_of(house, many + WARM_UP)
    token = house.works.tokens.add("bench", role="door", shop="winterfest", expires_at=None)
    house.at_rest()

    async def scan(wire: Wire, code: str, number: int) -> str:
        body = {
            "scan": str(uuid4()),
            "door": "main",
            "code": code,
            "sent_at": datetime.now(UTC).isoformat(),
        }
        answer = await wire.post(
            f"{DOOR}/check-ins",
            json.dumps(body).encode(),
            Authorization=f"Bearer {token}",
            Door_Device=f"device-{number}",
        )
        return _word(answer, "result", 200)

    at_the_doors(house.port, codes[many:], devices, scan)
    house.at_rest()
    before = house.spent()
    half = many // 2
    figures, words = at_the_doors(house.port, codes[:half], devices, scan)
    spent = per_request(before, house.spent(), 2 * half)
    often, more = at_the_doors(
        house.port, codes[half:many], devices, scan, a_minute=WANTED_A_MINUTE
    )
    assert words + more == {"valid": many, "used": many}, (words, more)
    house.at_rest()
    stamped = Counter(
        one.stamp.ticket for one in _stamps(house) if isinstance(one.stamp, TicketCheckedIn)
    )
    assert len(stamped) == len(codes), len(stamped)
    assert set(stamped.values()) == {1}
    today = day_of(datetime.now(UTC), "Europe/Helsinki")
    counted = house.works.parts.views.count_door("winterfest", today)
    entered = sum(one.entered for one in counted)
    assert entered == len(codes), entered
    return {**figures, **{f"{name.lower()}_ms": of for name, of in spent.items()}}, often


def _stamps(house: Running) -> Sequence[Any]:
    found: list[Any] = []
    after = 0
    while batch := house.works.parts.store.feed(after, limit=2_000):
        found += batch
        after = batch[-1].position
    return found


def _word(answer: Answer, name: str, *statuses: int) -> str:
    assert answer.status in statuses, f"{answer.status} {answer.text[:300]}"
    return str(json.loads(answer.body)[name])


# -- pretix beside us ---------------------------------------------------------------------------


def theirs(server: EmbeddedPostgres, many: int, devices: int, *, processes: int) -> Figures | str:
    """The same by pretix's own call for it; or why there is no pretix."""
    server.create_database(PRETIX)
    known = conninfo_to_dict(server.url(PRETIX, role=OWNER))
    database = {
        "backend": "postgresql",
        "name": PRETIX,
        "user": OWNER,
        "host": str(known["host"]),
        "port": "5432",
    }
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        try:
            port, place = ports_in_a_row(1), Path(folder)
            with running_pretix(place, port=port, database=database, processes=processes) as pretix:
                return _redeemed(pretix, port, max(many // SLOWER, 8), devices)
        except PretixAbsent as absent:
            return str(absent)


def _redeemed(pretix: Pretix, port: int, many: int, devices: int) -> Figures:
    secrets, checkin_list = _sold_there(pretix, many)

    async def scan(wire: Wire, code: str, number: int) -> str:
        body = {"secret": code, "lists": [checkin_list], "nonce": uuid4().hex, "force": False}
        answer = await wire.post(
            "/api/v1/organizers/org/checkinrpc/redeem/",
            json.dumps(body).encode(),
            Authorization=f"Token {pretix.token}",
        )
        return _word(answer, "status", 200, 201, 400)

    at_the_doors(port, secrets[:4], devices, scan)
    figures, words = at_the_doors(port, secrets[4:], devices, scan)
    assert set(words) <= {"ok", "error"}, words
    return figures


def _sold_there(pretix: Pretix, many: int) -> tuple[list[str], int]:
    """An event with so many tickets and a check-in list: their secrets, and its id."""
    dates = {"date_from": "2035-02-12T12:00:00Z", "timezone": "Europe/Helsinki"}
    named = {"name": {"en": "Winterfest"}, "slug": "sale", "currency": "EUR"}
    pretix.ask("events/", {**named, **dates, "plugins": []})
    entry = {"name": {"en": "entry"}, "default_price": "0.00", "admission": True}
    item = pretix.ask("events/sale/items/", entry)["id"]
    pretix.ask("events/sale/quotas/", {"name": "all", "size": 100_000, "items": [item]})
    told = {"name": "Door", "all_products": True, "limit_products": []}
    checkin_list: int = pretix.ask("events/sale/checkinlists/", told)["id"]
    secrets: list[str] = []
    while len(secrets) < many + 4:
        order = pretix.ask(
            f"{EVENT.removeprefix('/api/v1/organizers/org/')}/orders/",
            {
                "email": "ada@example.org",
                "locale": "en",
                "sales_channel": "web",
                "status": "p",
                "payment_provider": "free",
                "fees": [],
                "positions": [{"item": item, "variation": None, "answers": []}] * PER_ORDER,
            },
        )
        secrets += [one["secret"] for one in order["positions"]]
    return secrets, checkin_list


# -- told ---------------------------------------------------------------------------------------


def run(server: EmbeddedPostgres, *, devices: int, tickets: int, pretix: bool) -> dict[str, Any]:
    """Ours, then pretix by itself."""
    with open_shop(server, "checkin", seats=100_000) as house:
        figures, often = ours(house, tickets, devices)
        processes = len(house.trees["web"].children())
    found = theirs(server, tickets, devices, processes=processes) if pretix else "not asked"
    beside = None if isinstance(found, str) else found
    fast = {
        "case": "check-in over HTTP, each ticket by two devices",
        "callers": devices,
        "ours": figures,
        "peers": {PRETIX: beside},
        "limit": None,
        "ratio": {PRETIX: ratio(figures, beside)} if beside else {},
    }
    wanted = {
        "case": f"the same, {WANTED_A_MINUTE:,} a minute",
        "callers": devices,
        "ours": often,
        "peers": {},
        "limit": None,
        "ratio": {},
    }
    return {
        "rows": [fast, wanted],
        "pretix_absent": found if isinstance(found, str) else "",
    }


def table(result: dict[str, Any]) -> str:
    """For people."""
    row, often = result["rows"]
    a_minute, p99 = 60 * row["ours"]["per_second"], often["ours"]["p99_ms"]
    spent = ", ".join(f"{name} {row['ours'][f'{name}_ms']}" for name in _PARTS)
    lines = [
        table_of(result),
        f"  milliseconds of processor for one scan: {spent}",
        f"  {a_minute:,.0f} scans a minute, wanted {WANTED_A_MINUTE:,}",
        f"  p99 at {WANTED_A_MINUTE:,} a minute {p99:.0f} ms, wanted below {WANTED_P99}",
        "  nobody was let in twice",
    ]
    if result["pretix_absent"]:
        lines.append(f"pretix: absent ({result['pretix_absent']})")
    return "\n".join(lines)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--devices", type=int, default=10)
    asked.add_argument("--tickets", type=int, default=800)
    asked.add_argument("--without-pretix", action="store_true")
    asked.add_argument("--runs", type=int, default=1)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    if not 0 < options.tickets <= MOST_TICKETS:
        asked.error(f"--tickets: 1 to {MOST_TICKETS}")
    with a_server() as server:
        told = run(
            server,
            devices=options.devices,
            tickets=options.tickets,
            pretix=not options.without_pretix,
        )
    result = report_of("checkin", told, runs=1)
    print(table(result))
    report(result, options.json)


if __name__ == "__main__":
    main()
