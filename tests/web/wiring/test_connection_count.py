"""How many connections a process needs is written down, and true."""

import base64
import re
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.connections import Connections
from tests.contract.given import first
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

GUIDE = Path("docs/how-to/deploy.md")
# Of the worker: it listens for hints, and one session owns the projections.
OWN = 2


def told(process: str) -> int:
    found = re.search(rf"^\| {re.escape(process)} \| (\d+) \|$", GUIDE.read_text(), re.MULTILINE)
    assert found, process
    return int(found[1])


@pytest.mark.parametrize(
    ("process", "readers", "more"), [("`serve --processes 1`", 16, 0), ("a command", 8, 0)]
)
def test_as_many_as_the_guide_says(database, monkeypatch, process, readers, more):
    assert told("`worker`") == told("a command") + OWN
    made: list[Connections] = []
    settings = read_settings(
        {
            "STAMPLEDGER_DATABASE_URL": database.app,
            "STAMPLEDGER_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        }
    )
    real = Connections.__init__

    def noted(self, *given, **named):
        made.append(self)
        real(self, *given, **named)

    monkeypatch.setattr(Connections, "__init__", noted)
    with assembled(settings, readers=readers) as works, ExitStack() as busy:
        works.ledger._stamps.commit([first()])
        for connections in made:
            for _ in range(connections._readers):
                busy.enter_context(connections.reading())
        with psycopg.connect(database.owner) as owner:
            count = "select count(*) from pg_stat_activity where application_name = 'stampledger'"
            ((open_now,),) = owner.execute(f"{count} and datname = current_database()")
    assert open_now + more == told(process)
