"""Moving projections in tests."""

from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import psycopg

from adapters.postgres.views.owner import OwnedViews
from adapters.store.ledger import StampLedger
from adapters.worker.projector.projector import Projector
from ledger.kernel.events import Draft
from ledger.kernel.store import Append, Appended
from ledger.order.order import Order
from projections.all import PROJECTIONS
from projections.engine.derive import Poison
from projections.engine.projection import Row
from projections.unpaid_orders import unpaid
from tests.kits.patience import PATIENCE

ALL = PROJECTIONS.values()


def comes_true(holds: Callable[[], object]) -> None:
    """PostgreSQL takes a moment to see that a session has gone."""
    until = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < until
        sleep(0.02)


def project(ledger: StampLedger, owned: OwnedViews, **options: Any) -> list[Poison]:
    """All that is due; returns what stopped lanes."""
    poison: list[Poison] = []
    Projector(ledger, owned, on_poison=poison.append, **options).run_once()
    return poison


def append(ledger: StampLedger, stream: UUID, *stamps: Any, version: int = 0) -> None:
    """Stamps of one stream, each under a correlation id of its own."""
    drafts = [
        Draft(stream=stream, stamp=stamp, correlation_id=uuid4(), actor="test") for stamp in stamps
    ]
    (outcome,) = ledger.append(Append(drafts=drafts, expected={stream: version}))
    assert isinstance(outcome, Appended)


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that readers see."""
    with psycopg.connect(url) as connection:
        return {
            name: sorted(connection.execute(f"select * from views.{name}"), key=repr)
            for name in PROJECTIONS
        }


def only_unpaid(order: Order) -> Sequence[Row]:
    """A translation with a flaw: it does not expect orders that wait for nothing."""
    return unpaid(order) or stumbling(order)


def stumbling(order: Order) -> Sequence[Row]:
    """A translation that fails."""
    raise ZeroDivisionError(order.id)
