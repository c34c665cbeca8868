"""A real dump, restored after more was sold: no number and no reference is given a second time."""

import json
import subprocess
from base64 import b64encode
from dataclasses import replace
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from adapters.embedded_postgres import APP, OWNER
from adapters.embedded_postgres.places import find_binaries
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.resume import resume
from ledger.audit.verify import verify
from ledger.order.commands import MarkPaid
from ledger.order.stamps import Paid
from ledger.shop.stamps import shop_id
from tests.kits.worlds import SPEC, World
from web.cli.main import stampledger

LARGE = replace(SPEC, quotas={"weekend": 50, "friday": 2})


def run(program: str, *arguments: object) -> None:
    command = [str(one) for one in (find_binaries(18) / program, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def restored(postgres_server):
    name = f"restored_{uuid4().hex[:12]}"
    postgres_server.create_database(name)
    yield name
    postgres_server.drop_database(name)


def world_at(url: str) -> World:
    made = World(LARGE, make=lambda clock: PostgresStampRecorder(url, clock=clock))
    made.shops._directory = lambda: [shop_id(SPEC.slug)]
    return made


def test_what_was_given_after_the_backup_is_not_given_again(
    postgres_server, database, restored, tmp_path
):
    world, dump = world_at(database.app), tmp_path / "ledger.dump"
    given = [world.place("one"), world.place("two")]
    run("pg_dump", "--format=custom", f"--file={dump}", database.owner)
    given += [world.place(f"after {number}") for number in range(5)]
    world.close()

    run("pg_restore", f"--dbname={postgres_server.url(restored, role=OWNER)}", dump)
    again = world_at(postgres_server.url(restored, role=APP))
    resume(again.store, again.shops, gap=5, correlation_id=uuid4(), actor="cli")
    sold = [again.place(f"later {number}") for number in range(3)]
    assert [one.number for one in sold] == [8, 9, 10]
    for name in ("number", "payment_reference"):
        values = [getattr(one, name) for one in given + sold]
        assert len(set(values)) == len(values)
    assert verify(again.store.stored()) == ()
    again.close()


@pytest.fixture
def typed(database, tmp_path):
    """The command as people type it, ninety days from now, after the worlds of these tests."""
    clock = tmp_path / "clock"
    clock.write_text(str(90 * 86_400))
    settings = {
        "STAMPLEDGER_DATABASE_URL": database.app,
        "STAMPLEDGER_MASTER_KEY": b64encode(bytes(32)).decode(),
        "STAMPLEDGER_CLOCK_FILE": str(clock),
    }

    def run_it(*words: str) -> Result:
        words = ("ledger", "resume", *words)
        return CliRunner(env=settings).invoke(stampledger, words, catch_exceptions=False)

    return run_it


def test_the_list_of_what_to_look_at_is_of_now_though_no_worker_runs(database, typed):
    world = world_at(database.app)
    order = world.place("one")
    world.close()
    done = typed("--json")
    assert done.exit_code == 1, done.output
    (listed,) = json.loads(done.output)["orders_that_time_out"]
    assert (listed["id"], listed["number"]) == (str(order.id), "#000001")


def test_orders_whose_cancellation_nobody_else_would_know_are_named(database, typed):
    world = world_at(database.app)
    by_hand, at_stripe, waiting = (world.place(name) for name in ("one", "two", "three"))
    cash = MarkPaid(
        correlation_id=uuid4(),
        actor="token:till",
        at=world.clock(),
        reason="cash at the desk",
        version=by_hand.version,
    )
    world.orders.handle(by_hand.id, cash)
    paid = Paid(amount=at_stripe.due, provider="stripe", provider_reference="pi_1")
    (attempt,) = at_stripe.attempts
    world.orders.record(at_stripe.id, paid, correlation_id=attempt, actor="stripe")
    world.close()
    listed = json.loads(typed("--json").output)
    assert [one["id"] for one in listed["orders_known_here_alone"]] == [str(by_hand.id)]
    assert [one["id"] for one in listed["orders_that_time_out"]] == [str(waiting.id)]
    assert (
        "Only letters and bank statements know: 1\n  #000001"
        in typed("--run", listed["run"]).output
    )


def test_a_run_that_was_broken_off_knows_how_old_the_backup_is(database, typed):
    world = world_at(database.app)
    world.place("one")
    world.close()
    first = json.loads(typed("--json").output)
    again = json.loads(typed("--json", "--run", first["run"]).output)
    assert (len(first["gaps"]), again["gaps"]) == (3, [])
    assert again["backup_of"] == first["backup_of"] is not None


def test_series_and_orders_are_named_as_people_call_them(database, typed):
    world = world_at(database.app)
    world.place("one")
    world.close()
    told = typed().output
    for words in (f"order numbers of {SPEC.slug}", "payment references", "1001", "#000001"):
        assert words in told
