import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.cursors import PostgresCursors
from adapters.worker.reactors.follow_orders import MemoryCursor


@pytest.fixture(params=["memory", "postgres"])
def cursors(request):
    if request.param == "memory":
        yield MemoryCursor()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresCursors(connections)
    connections.close()


def test_a_cursor_begins_at_nothing_and_never_goes_back(cursors):
    assert cursors.load("following") == 0
    cursors.store("following", 7)
    cursors.store("following", 3)
    assert cursors.load("following") == 7
    assert cursors.load("another") == 0
