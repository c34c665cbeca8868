"""Fixtures: a ledger, its views, and the session that owns them."""

from collections.abc import Iterator

import pytest

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.owner import OwnedViews
from adapters.postgres.views.queries import Views
from adapters.store.ledger import StampLedger
from projections.all import PROJECTIONS
from tests.conftest import Database


@pytest.fixture
def ledger(database: Database) -> Iterator[StampLedger]:
    recorder = PostgresStampRecorder(database.app)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    made = StampLedger(recorder, keyring=keyring)
    yield made
    made.close()


@pytest.fixture
def views(database: Database) -> Iterator[Views]:
    made = Views.at(database.app)
    yield made
    made.close()


@pytest.fixture
def owned(database: Database) -> Iterator[OwnedViews]:
    made = OwnedViews.take(database.app, "projections", projections=PROJECTIONS.values())
    assert made is not None
    yield made
    made.close()
