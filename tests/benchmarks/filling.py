"""A ledger as a busy shop leaves it: a thousand orders are under way at any time."""

from random import Random
from typing import Any
from uuid import UUID

from adapters.store.ledger import StampLedger
from ledger.kernel.events import Draft
from ledger.kernel.store import Append, Appended
from tests.kits.histories import ident, story

UNDER_WAY, PER_COMMIT = 1_000, 200
News = list[tuple[UUID, Any]]


def fill(ledger: StampLedger, *, orders: int, seed: int = 1) -> None:
    """The stories of many orders, as their stamps would come: mixed, but near each other."""
    random = Random(seed)
    open_orders: dict[UUID, tuple[int, News]] = {}
    to_come = orders
    while to_come or open_orders:
        while to_come and len(open_orders) < UNDER_WAY:
            open_orders[ident(random)] = (0, story(random))
            to_come -= 1
        _move(ledger, open_orders, random.sample([*open_orders], min(PER_COMMIT, len(open_orders))))


def _move(
    ledger: StampLedger, open_orders: dict[UUID, tuple[int, News]], chosen: list[UUID]
) -> None:
    appends = []
    for stream in chosen:
        version, news = open_orders.pop(stream)
        (cause, stamp), rest = news[0], news[1:]
        draft = Draft(stream=stream, stamp=stamp, correlation_id=cause, actor="test")
        appends.append(Append(drafts=[draft], expected={stream: version}))
        if rest:
            open_orders[stream] = (version + 1, rest)
    for outcome in ledger.append(*appends):
        assert isinstance(outcome, Appended), outcome
