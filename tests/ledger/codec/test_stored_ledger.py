"""Ledgers that were stored by earlier code are read, proven, folded and shown as then (SPEC O3)."""

from pathlib import Path

import pytest

from adapters.keys.key_ring import Keyring
from adapters.store.mapper import StampMapper, restore
from adapters.store.rows import plain
from ledger.codec import STORED, encode, unframe
from ledger.kernel.events import declared
from ledger.proof.leaf import stamp_bytes
from ledger.proof.merkle import leaf_hash
from tests.kits.stored_ledger import MASTER, loaded, opened, read, told

KEPT = sorted((Path(__file__).parents[2] / "stored").glob("*.json.gz"))


@pytest.fixture(params=KEPT, ids=lambda path: path.name, scope="module")
def stored(request):
    return read(request.param)


def test_there_is_one():
    assert KEPT


def test_every_leaf_is_the_hash_of_its_row(stored):
    for row in stored.rows:
        hashed = stamp_bytes(
            stored.ledger,
            row.position,
            stream=row.stream,
            version=row.version,
            type=row.type,
            recorded_at=row.recorded_at,
            correlation_id=row.correlation_id,
            numbers=row.numbers,
            state=row.state,
        )
        assert leaf_hash(hashed) == row.leaf, row.position


def test_every_stamp_is_written_again_as_the_same_bytes_under_the_same_identity(stored):
    recorder = loaded(stored)
    mapper = StampMapper(Keyring(MASTER, ledger=stored.ledger, store=recorder.keys))
    for row in recorder.read_positions(0, limit=len(stored.rows)):
        found, (schema, sealed, body) = mapper.open(row), unframe(row.state)
        again = encode(found)
        assert (again.type, again.occurrence) == (row.topic, row.occurrence)
        # What binds whole preferences binds the fields that a later version added, too.
        assert again.binding == row.binding or schema < STORED[row.topic][1]
        if schema == STORED[row.topic][1]:
            assert (again.schema, again.body) == (schema, body)
        assert (again.private is not None) is bool(sealed)


def test_a_stamp_read_without_its_sealed_part_lacks_that_and_nothing_else(stored):
    for row, one in zip(
        loaded(stored).read_positions(0, limit=len(stored.rows)),
        opened(stored).feed(0, limit=len(stored.rows)),
        strict=True,
    ):
        bare = restore(plain(row)).stamp
        for name in type(bare).__annotations__:
            sealed = name in declared(type(bare)).sealed
            assert getattr(bare, name) == (None if sealed else getattr(one.stamp, name))


def test_it_is_proven_folded_and_shown_as_it_was(stored):
    said = told(opened(stored))
    assert {*stored.told["verify"].split()} <= {*said["verify"].split()}
    known = {name: one for name, one in said.items() if name != "verify"}
    kept = {name: one for name, one in stored.told.items() if name in known}
    assert kept == {name: known[name] for name in kept}
    assert {"replay", "letters"} < kept.keys()
