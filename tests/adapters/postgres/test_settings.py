"""Whatever a database, a role or the environment sets: what we say is what counts."""

from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from adapters.embedded_postgres import APP
from adapters.keys.key_ring import Keyring
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.sessions import COMMITTING, MIGRATING, OWNING, READING, Session, arguments
from adapters.postgres.views.order_words import WordTable
from adapters.postgres.working.inbox import PostgresInbox
from adapters.worker.feed import Feed
from adapters.worker.open_cases import Desk
from adapters.worker.projector.reactor import Projections
from adapters.worker.projector.views import DerivableViews
from adapters.worker.reactors.order_words import WordFinder
from ledger.audit.verify import verify
from ledger.order.stamps import OrderPlaced
from tests.contract.given import first
from tests.kits.worlds import World

MASTER = bytes(range(32))
# Each would, left alone, change what bytes or times mean, what is waited for, or what is allowed.
HOSTILE = {
    "datestyle": "German, DMY",
    "intervalstyle": "sql_standard",
    "timezone": "Pacific/Chatham",
    "timezone_abbreviations": "Australia",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "standard_conforming_strings": "off",
    "escape_string_warning": "on",
    "backslash_quote": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "client_encoding": "LATIN1",
    "search_path": "nowhere",
    "row_security": "off",
    "client_min_messages": "error",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "statement_timeout": "1ms",
    "lock_timeout": "1ms",
    "idle_session_timeout": "1ms",
    "idle_in_transaction_session_timeout": "1ms",
    "transaction_timeout": "20ms",
    "restrict_nonsystem_relation_kind": "view,foreign-table",
    "jit": "on",
    "jit_above_cost": "0",
    "plan_cache_mode": "force_generic_plan",
    "enable_indexscan": "off",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
}


ALL = ["all of them", "all of them, of the role"]
EACH = [pytest.param(name, marks=pytest.mark.slow) for name in HOSTILE]


@pytest.fixture(params=[*EACH, *ALL])
def hostile(request, database, postgres_server):
    chosen = HOSTILE if request.param.startswith("all") else [request.param]
    target = f"database {database.name}"
    if request.param.endswith("role"):
        target = f"role {APP} in database {database.name}"
    with postgres_server.admin() as admin:
        version = admin.info.server_version
        for name in chosen:
            if version < 170000 and name.startswith(("transaction_", "restrict_")):
                continue
            value = HOSTILE[name]
            values = value if name in ("datestyle", "search_path") else f"'{value}'"
            admin.execute(f"alter {target} set {name} = {values}")
    return database


def test_everything_goes_on(hostile):
    world = World(make=lambda clock: PostgresStampRecorder(hostile.app, clock=clock, patience=3))
    ledger, connections = world.store, Connections(hostile.app)
    order = world.place()
    placed = ledger.read(order.id)[0].stamp
    assert isinstance(placed, OrderPlaced)
    assert placed.customer is not None
    moved = Projections(store=ledger, url=hostile.app, desk=Desk(world.cases))
    moved.run()
    moved.close()
    words = WordFinder(ledger=ledger, table=WordTable(connections), feed=Feed(ledger, shared=True))
    views = DerivableViews(connections, store=ledger, url=hostile.app, words=words)
    assert [*views.diff()] == []
    assert views.unpaid_due(datetime(2040, 1, 1, tzinfo=UTC), 10) == [order.id]
    keeps_a_message(hostile, ledger.keyring)
    assert verify(ledger.stored()) == ()
    connections.close()
    world.close()


def keeps_a_message(database, ring):
    with closing(PostgresInbox(database.app, keyring=ring)) as inbox:
        body, at = bytes(range(256)), datetime(2026, 11, 29, 20, 0, 0, 5, tzinfo=UTC)
        kept = inbox.keep(
            "stripe",
            "stripe",
            body=body,
            headers={"x": "ä\\x41"},
            verdict="signed",
            provider_event_id="evt",
            received_at=at,
        )
        opened = inbox.open(kept.id)
        assert opened is not None
        assert (opened.body, opened.headers) == (body, {"x": "ä\\x41"})
        assert [one.received_at for one in inbox.unfinished()] == [at]


@pytest.mark.parametrize("hostile", ALL, indirect=True)
@pytest.mark.parametrize("settings", [READING, COMMITTING, OWNING, MIGRATING])
def test_what_was_said_is_what_a_session_has(hostile, settings, monkeypatch):
    monkeypatch.setenv("PGTZ", "Pacific/Chatham")
    monkeypatch.setenv("PGDATESTYLE", "German")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    monkeypatch.setenv("PGOPTIONS", "-c bytea_output=escape")
    with Session.opened(hostile.app, settings) as session:
        found = session.execute(
            "select name, setting, source from pg_settings"
            " where source in ('database', 'user', 'database user')"
        ).fetchall()
        harmless = {"jit_above_cost", "escape_string_warning", "plan_cache_mode"}
        assert {name for name, *_ in found} <= harmless | {"enable_indexscan"}
        assert session.info.encoding == "utf-8"
        assert session.execute("show datestyle").fetchone() == ("ISO, MDY",)
        assert session.execute("show timezone").fetchone() == ("UTC",)


def test_an_address_has_the_last_word_on_the_network_and_none_on_meaning(database):
    given = arguments(f"{database.app}?connect_timeout=7&client_encoding=latin1", READING)
    assert (given["connect_timeout"], given["client_encoding"]) == ("7", "UTF8")
    assert (given["tcp_user_timeout"], given["keepalives_count"]) == (3_000, 2)


def test_no_setting_turns_the_triggers_off(database, postgres_server):
    with closing(PostgresStampRecorder(database.app)) as recorder:
        recorder.commit([first()])
    with postgres_server.admin() as admin:
        admin.execute(f"alter database {database.name} set session_replication_role = replica")
    with (
        psycopg.connect(database.owner) as owner,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        owner.execute("delete from ledger.stamps")


def test_a_key_that_does_not_arrive_as_it_was_sent_is_refused(database):
    recorder = PostgresStampRecorder(database.app, patience=0.1)
    key, _ = Keyring(MASTER, ledger=recorder.ledger_id, store=recorder.keys).make_key(uuid4())
    with psycopg.connect(database.owner) as owner:
        owner.execute(
            "create function keys.mangled() returns trigger language plpgsql as"
            " $$ begin new.wrapped = '\\x00'; return new; end $$"
        )
        owner.execute(
            "create trigger mangled before insert on keys.data_keys"
            " for each row execute function keys.mangled()"
        )
    with pytest.raises(psycopg.errors.DataCorrupted):
        recorder.keys.add([key])
    recorder.close()
