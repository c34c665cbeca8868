"""What the back office keeps beside the ledger is kept alike in memory and in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.presence import PostgresPresence
from adapters.postgres.working.saved_views import PostgresSavedViews
from adapters.postgres.working.staff_invitations import PostgresInvitations
from ledger.staff.invitation import StaffInvitation, invitation_id
from ledger.staff.role import Grant, Role
from ledger.staff.saved_view import MOST_VIEWS, SavedView
from tests.kits.office import memory_office
from web.wiring.office import Office

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
LATELY = NOON - timedelta(minutes=2)


class Turned:
    """Seals by turning the bytes around, so that a test sees that it was asked."""

    def seal_note(self, subject: UUID, plaintext: bytes) -> bytes:
        return subject.bytes + plaintext[::-1]

    def open_note(self, subject: UUID, sealed: bytes) -> bytes | None:
        return sealed[16:][::-1] if sealed[:16] == subject.bytes else None


@pytest.fixture(scope="module")
def postgres(module_database: Any) -> Iterator[Office]:
    connections = Connections(module_database.app)
    yield Office(
        presence=PostgresPresence(connections),
        saved_views=PostgresSavedViews(connections, seal=Turned()),
        invitations=PostgresInvitations(connections, seal=Turned()),
    )
    connections.close()


@pytest.fixture(params=["memory", "postgres"])
def office(request: Any, postgres: Office) -> Office:
    return postgres if request.param == "postgres" else memory_office()


def test_who_looks_is_seen_by_the_others_for_a_while(office: Office):
    case, other = uuid4(), uuid4()
    look = office.presence.look
    assert look(case, "staff:ada", at=NOON, since=LATELY) == {}
    assert look(case, "staff:bea", at=NOON, since=LATELY) == {"staff:ada": NOON}
    later = NOON + timedelta(minutes=1)
    assert look(case, "staff:ada", at=later, since=LATELY) == {"staff:bea": NOON}
    assert look(other, "staff:bea", at=later, since=LATELY) == {}
    assert look(case, "staff:bea", at=later, since=later) == {"staff:ada": later}
    much_later = NOON + timedelta(hours=2)
    assert look(case, "staff:cy", at=much_later, since=much_later) == {}


def kept(office: Office, **more: Any) -> SavedView:
    fields: dict[str, Any] = {"owner": f"staff:{uuid4()}", "name": "unpaid", **more}
    view = SavedView(id=uuid4(), filters={"status": "PENDING", "q": "mäk"}, made_at=NOON, **fields)
    assert office.saved_views.keep(view)
    return view


def test_a_search_is_kept_for_its_owner(office: Office):
    mine = kept(office)
    assert office.saved_views.listed(mine.owner, []) == [mine]
    assert office.saved_views.listed("staff:somebody-else", ["winterfest"]) == []


def test_a_search_is_shared_with_a_shop(office: Office):
    shop = f"shop-{uuid4()}"
    shared = kept(office, shop=shop)
    assert office.saved_views.listed("staff:somebody-else", [shop]) == [shared]
    assert office.saved_views.listed("staff:somebody-else", ["another"]) == []
    assert office.saved_views.listed(shared.owner, [shop]) == [shared]
    office.saved_views.remove(shared.id)
    assert office.saved_views.listed(shared.owner, [shop]) == []


def test_nobody_keeps_more_than_they_find_again(office: Office):
    first = kept(office)
    for _ in range(MOST_VIEWS - 1):
        kept(office, owner=first.owner)
    assert not office.saved_views.keep(replace(first, id=uuid4()))
    assert len(office.saved_views.listed(first.owner, [])) == MOST_VIEWS


def test_what_somebody_looked_for_is_not_in_the_clear(postgres: Office, module_database: Any):
    view = kept(postgres, name="Makinen")
    with psycopg.connect(module_database.app) as connection:
        asked = "select sealed from working.saved_views where id = %s"
        ((sealed,),) = connection.execute(asked, [view.id]).fetchall()
    assert b"Makinen" not in sealed


def invitation(**more: Any) -> StaffInvitation:
    index, grant = str(uuid4()), Grant(role=Role.STAFF, shop="winterfest")
    one = StaffInvitation(
        id=invitation_id(index, grant),
        email="eve@example.org",
        email_index=index,
        grant=grant,
        language="fi",
        invited_by="staff:ada",
        made_at=NOON,
    )
    return replace(one, **more)


def test_an_invitation_waits_until_its_end(office: Office):
    one, code = invitation(), uuid4().bytes * 2
    office.invitations.keep(one, code)
    assert office.invitations.look(code, at=NOON) == one
    assert one in office.invitations.listed(NOON)
    assert office.invitations.look(code, at=one.ends_at) is None
    assert one not in office.invitations.listed(one.ends_at)
    assert office.invitations.look(uuid4().bytes * 2, at=NOON) is None


def test_the_newest_letter_counts(office: Office):
    one, former, code = invitation(), uuid4().bytes * 2, uuid4().bytes * 2
    later = replace(one, made_at=NOON + timedelta(days=1), invited_by="staff:bea")
    office.invitations.keep(one, former)
    office.invitations.keep(later, code)
    assert office.invitations.look(former, at=NOON) is None
    assert office.invitations.look(code, at=NOON) == later


def test_an_invitation_is_taken_back_once_and_forgotten_with_its_person(office: Office):
    one, other, code = invitation(), invitation(), uuid4().bytes * 2
    office.invitations.keep(one, code)
    office.invitations.keep(other, uuid4().bytes * 2)
    assert office.invitations.remove(one.id)
    assert not office.invitations.remove(one.id)
    office.invitations.forget(other.email_index)
    assert not {one, other} & {*office.invitations.listed(NOON)}
