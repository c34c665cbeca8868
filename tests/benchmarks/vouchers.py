"""Vouchers issued a second, beside a loop of plain POSTs to the same stand-in.

`python -m tests.benchmarks.vouchers [--people 200] [--runs 3] [--json FILE]`

The worker's own way, over a ledger in memory: the code is stamped, the intent is stamped, pretix is
asked, its answer is checked and stamped. What stands in for pretix answers as fast as it can, so
what is measured is what we add. The peer posts the same bodies, and keeps nothing of it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2

from adapters.providers.pretix import shapes
from ledger.grants.keeper import VoucherAsk
from ledger.grants.stamps import GrantKind, GrantTerms, PriceMode
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, median_of, ratio, summary
from tests.kits.voucher_house import EVENT, VoucherHouse
from tests.kits.worker import World
from tests.stand_ins.pretix import BASE, PretixStandIn
from tests.stand_ins.serving import serving


@contextmanager
def standing_in() -> Iterator[PretixStandIn]:
    """A pretix that forgets nothing and answers at once."""
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


def ours(people: int) -> Figures:
    """One worker, one person after the other."""
    with standing_in() as pretix:
        world = World()
        house = VoucherHouse(
            ledger=world.store, clock=world.clock, base=pretix.url, token=pretix.token
        )
        house.set_up()
        ids = [house.confirmed(f"p{number}@example.org").id for number in range(people)]
        waits, began = [], time.perf_counter()
        for one in ids:
            start = time.perf_counter()
            house.fulfilment.act(one)
            waits.append(time.perf_counter() - start)
        took = time.perf_counter() - began
        assert len(pretix.made) == people
    return summary(waits, seconds=took)


def plain(people: int) -> Figures:
    """The same bodies, posted in a loop."""
    terms = GrantTerms(mode=PriceMode.SET, value="0.00")
    ask = VoucherAsk(
        voucher=uuid4(), code="A" * 30, kind=GrantKind.GRANT, terms=terms, destination=EVENT
    )
    with standing_in() as pretix, httpx2.Client(base_url=pretix.url) as client:
        told = {"Authorization": f"Token {pretix.token}"}
        waits, began = [], time.perf_counter()
        for number in range(people):
            body = shapes.wish(replace(ask, voucher=uuid4(), code=f"PLAIN{number:025d}"))
            start = time.perf_counter()
            answer = client.post(f"{BASE}vouchers/", json=body, headers=told)
            waits.append(time.perf_counter() - start)
            assert answer.status_code == 201
        took = time.perf_counter() - began
    return summary(waits, seconds=took)


def measured(_: object, *, people: int, runs: int) -> list[dict[str, Any]]:
    """Issued by the worker's way, beside the same bodies posted."""
    mine = median_of([ours(people) for _ in range(runs)])
    peer = median_of([plain(people) for _ in range(runs)])
    return [
        {
            "case": "issued at a pretix that answers at once",
            "callers": 1,
            "ours": mine,
            "peers": {"plain POSTs": peer},
            "limit": {},
            "ratio": {"plain POSTs": ratio(mine, peer)},
        }
    ]


if __name__ == "__main__":
    command("vouchers", measured, about=__doc__, defaults={"people": 200, "runs": 3})
