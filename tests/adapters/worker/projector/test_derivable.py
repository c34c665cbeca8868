"""The views that commands are handed: compared and rebuilt by name."""

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.views.order_words import WordTable
from adapters.worker.feed import Feed
from adapters.worker.projector.views import DerivableViews, UnknownProjection
from adapters.worker.reactors.order_words import WordFinder
from tests.kits.histories import write
from tests.kits.projector import project


@pytest.fixture
def derivable(ledger, owned, database):
    write(ledger, orders=5)
    project(ledger, owned)
    connections = Connections(database.app)
    words = WordFinder(ledger=ledger, table=WordTable(connections), feed=Feed(ledger, shared=True))
    made = DerivableViews(connections, store=ledger, url=database.app, words=words)
    yield made
    made.close()


def test_a_damaged_view_is_named_and_rebuilt_alone(derivable, ledger, database):
    with psycopg.connect(database.app) as connection:
        connection.execute("delete from views.order_pages")
        connection.execute("update views.refund_eligibility set fee = fee + 1")
    assert {one.projection for one in derivable.diff()} == {"order_pages", "refund_eligibility"}
    assert derivable.rebuild(["order_pages"]) == ledger.head()[0]
    assert {one.projection for one in derivable.diff()} == {"refund_eligibility"}
    derivable.rebuild()
    assert [*derivable.diff()] == []


def test_a_name_that_no_projection_has_is_refused(derivable):
    with pytest.raises(UnknownProjection, match="nonsense; there are order_pages"):
        derivable.rebuild(["nonsense"])
