"""A process of the projector: answers questions until nobody asks any more."""

import os
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.rebuild import ShadowViews
from adapters.postgres.views.tables import TableChange, table_changes
from adapters.process_settings import few_collections
from adapters.store.readers import ClosedLedger
from adapters.worker.feed import Feed
from adapters.worker.projector.processes import NotPlain, Question
from projections.engine.projection import Projection

# Who sells goes first: a shop is at work while its projections are derived again.
_MODESTY = 5


def serve(pipe: Connection) -> None:
    """First where the ledger is and what to derive from it; then questions."""
    url, projections = pipe.recv()
    ledger = ClosedLedger(PostgresStampRecorder(url, readers=1))
    views = ShadowViews.at(url, "", projections=projections)
    feed = Feed(ledger)
    with few_collections(), suppress(EOFError, OSError):
        while True:
            pipe.send(_answer(pipe.recv(), feed, views, projections))


def _answer(
    question: Question, feed: Feed, views: ShadowViews, projections: Collection[Projection]
) -> Sequence[TableChange] | None:
    """None where something stumbles: whoever asked looks itself, and finds what it is."""
    try:
        derived = question.derived(feed, views)
        if any(one.poison for one in derived.values()):
            raise NotPlain
        return table_changes(projections, derived)
    except Exception:
        return None


if __name__ == "__main__":
    os.nice(_MODESTY)
    serve(Connection(int(sys.argv[1])))
