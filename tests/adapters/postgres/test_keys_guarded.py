"""Data keys are evidence: the application adds them, and loses none but with the stamp ERASED."""

from contextlib import closing
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from tests.contract.given import append, stamp

STREAM, OTHER = UUID(int=5), UUID(int=6)
ERASED = (
    "insert into ledger.stamps (position, stream, version, type, recorded_at, state, leaf)"
    " values (%s, %s, 9, %s, now(), '{}', sha256('x'))"
)


@pytest.fixture
def keyed(database):
    """A ledger with a stamp and a data key in each of two streams."""
    with closing(PostgresStampRecorder(database.app)) as recorder:
        ring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
        for stream in (STREAM, OTHER):
            recorder.commit([append(stamp(stream))])
            recorder.keys.add([ring.make_key(stream)[0]])
    return database


@pytest.fixture
def app(keyed):
    with psycopg.connect(keyed.app) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "update keys.data_keys set wrapped = wrapped",
        "update keys.data_keys set subject = gen_random_uuid()",
        "truncate keys.data_keys",
        "alter table keys.data_keys disable trigger all",
    ],
)
def test_the_application_rewrites_and_empties_nothing(app, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_a_key_without_an_erasure_stays(app):
    with pytest.raises(errors.RestrictViolation, match="ERASED"):
        app.execute("delete from keys.data_keys where subject = %s", [STREAM])


def test_an_erasure_takes_the_key_of_its_own_stream_only(app):
    app.execute(ERASED, [3, STREAM, "ERASED"])
    app.execute("delete from keys.data_keys where subject = %s", [STREAM])
    with pytest.raises(errors.RestrictViolation, match="ERASED"):
        app.execute("delete from keys.data_keys where subject = %s", [OTHER])


@pytest.mark.parametrize("name", ["CANCELLED", "erased", "ERASED "])
def test_no_other_stamp_is_an_erasure(app, name):
    app.execute(ERASED, [3, STREAM, name])
    with pytest.raises(errors.RestrictViolation, match="ERASED"):
        app.execute("delete from keys.data_keys where subject = %s", [STREAM])


def test_an_erasure_of_before_is_none_of_now(app):
    app.execute(ERASED, [3, STREAM, "ERASED"])
    app.commit()
    with pytest.raises(errors.RestrictViolation, match="ERASED"):
        app.execute("delete from keys.data_keys where subject = %s", [STREAM])


@pytest.mark.parametrize(
    "statement",
    [
        "delete from keys.data_keys",
        "truncate keys.data_keys",
        "update keys.data_keys set subject = gen_random_uuid()",
        "update keys.data_keys set key_id = gen_random_uuid()",
    ],
)
def test_not_even_the_owner_loses_or_swaps_a_key(keyed, statement):
    with (
        psycopg.connect(keyed.owner) as owner,
        pytest.raises(errors.RestrictViolation),
    ):
        owner.execute(statement)


def test_a_key_of_another_size_is_none(keyed):
    with psycopg.connect(keyed.owner) as owner, pytest.raises(errors.DataCorrupted):
        owner.execute("update keys.data_keys set wrapped = wrapped || wrapped")


@pytest.mark.parametrize("name", ["insert", "select"])
def test_what_the_application_needs_it_may(app, name):
    statements = {
        "insert": "insert into keys.data_keys select gen_random_uuid(), %s, wrapped, now()"
        " from keys.data_keys limit 1",
        "select": "select from keys.data_keys where subject = %s",
    }
    app.execute(statements[name], [uuid4()])
