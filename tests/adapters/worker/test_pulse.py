"""The one look of a worker at rest sees whatever one of those that are watched would act on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.statements import statement
from tests.conftest import Database
from web.wiring.reactors import WATCHED

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
ASKED, JUST_NOW = NOW - timedelta(seconds=21), NOW - timedelta(seconds=19)
ID = "gen_random_uuid()"
CASES = (
    "insert into views.cases (stream, kind, severity, state, provider, provider_reference,"
    " opened_at, text, alarming, returning_since)"
    f" values ({ID}, 'poison_stamp', 'critical', 'open', '', '', %s, '', %s, %s)"
)
OUTBOX = f"insert into views.outbox values ({ID}, {ID}, 'paid', %s, %s, 0, now(), now(), %s)"
INTENT = f"insert into views.open_intents values ({ID}, 'refund', {ID}, 1, 'stripe', %s)"
UNPAID = f"insert into views.unpaid values ({ID}, %s)"
RESERVATION = f"insert into views.reservations values ({ID}, 'capture', {ID}, %s)"
PENDING = (
    f"insert into views.order_pages values ({ID}, 1, '', 'winterfest', 'paid', '{{}}', 'EUR', 1, 1,"
    " %s, 0, 0, 1, now(), 'en', '', '{}', 1)"
)


@pytest.fixture
def owner(module_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.owner) as connection:
        yield connection
        connection.rollback()


def due(owner: psycopg.Connection) -> set[str]:
    """For whom, as the statement says within the test's own transaction."""
    cursor = psycopg.RawCursor(owner)
    begun_before = NOW - timedelta(seconds=20)
    row = cursor.execute(statement("views_read_pulse"), [NOW, begun_before]).fetchone()
    assert row is not None
    assert row[:2] == (0, 0), "nothing was appended, and no rows were written"
    assert {*row[2]} <= {*WATCHED}
    return {*row[2]}


@pytest.mark.parametrize(
    ("whom", "row", "ripe", "unripe"),
    [
        ("timeouts", UNPAID, [BEFORE], [AFTER]),
        ("captures", RESERVATION, [BEFORE], [AFTER]),
        ("payments", INTENT, [ASKED], [JUST_NOW]),
        ("captures", INTENT, [ASKED], [JUST_NOW]),
        ("alarms", CASES, [ASKED, True, None], [ASKED, False, None]),
        ("returns", CASES, [NOW, False, ASKED], [NOW, False, JUST_NOW]),
        ("alarms", CASES, [ASKED, True, None], [JUST_NOW, True, None]),
        ("letters", OUTBOX, [True, "due", False], [True, "sent", False]),
        ("letters", OUTBOX, [True, "unknown", False], [True, "unknown", True]),
        ("letters", OUTBOX, [False, "started", False], [False, "due", False]),
        ("promises", PENDING, [1], [0]),
    ],
)
def test_what_is_due_is_seen_and_what_is_not_is_not(owner, whom, row, ripe, unripe):
    assert not due(owner)
    owner.execute(row, unripe)
    assert not due(owner)
    owner.execute(row, ripe)
    assert whom in due(owner)


def test_a_kept_message_is_seen_until_it_is_done(owner):
    owner.execute(
        "alter table working.inbox_marks drop constraint inbox_marks_inbox_id_fkey"
    )  # of this transaction alone
    owner.execute("insert into working.inbox_marks (inbox_id) values (gen_random_uuid())")
    assert due(owner) == {"inbox"}
    owner.execute("update working.inbox_marks set state = 'done'")
    assert not due(owner)


def test_only_those_are_watched_that_nothing_but_the_pulse_need_wake():
    """What calls of other programs, or of shops that follow a change, wait for is not in it."""
    assert {"webhooks", "shop_changes", "following", "projections"}.isdisjoint(WATCHED)
