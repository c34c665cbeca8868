"""People are invited to the back office by letter: once, in time; nobody learns who they are."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.staff.role import Grant, Role
from ledger.staff.stamps import member_id
from tests.kits.back_office import PASSWORD, employed, entered, let_in
from tests.kits.pages import World
from tests.web.admin.test_orders import text_of
from web.actions import staff, staff_invitations
from web.actions.staff_invitations import listed

EVE = "eve@example.org"


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "admin", shop="winterfest", email="ada@example.org")
    return made


def invite(world: World, email: str = EVE, **more: str) -> Any:
    typed = {"email": email, "role": "staff", "shop": "winterfest", "language": "fi", **more}
    return world.browser.post("/admin/people", data=typed)


def link(world: World) -> str:
    """The address in the letter that went out last."""
    (_, url, _) = world.staff_post.sent[-1]
    return url.removeprefix("http://localhost")


def grants_of(world: World, email: str = EVE) -> frozenset[Grant]:
    return world.parts.staff.get(member_id(world.parts.keyring.blind_index(email))).grants


def test_a_letter_goes_out_and_nothing_is_stamped_before_it_is_accepted(world):
    head = world.parts.store.head()
    page = text_of(invite(world))
    assert f"A letter is on its way to {EVE}." in page
    assert "/admin/welcome/" not in page
    assert world.parts.store.head() == head
    (sent,) = world.staff_post.sent
    assert (sent[0].email, sent[0].language, sent[2]) == (EVE, "fi", "ada@example.org")


def test_once_invited_no_form_is_filled_in_and_times_have_a_zone(world):
    page = invite(world).text
    assert f'value="{EVE}"' not in page
    assert not re.search(r"<option selected[^>]*>Suomi", page)
    zone = "Times are given in the time zone Europe/Helsinki."
    assert zone in page
    assert zone in world.app.test_client().get(link(world)).text


def test_a_newcomer_accepts_and_chooses_a_password(world):
    invite(world)
    browser = world.app.test_client()
    assert "Ticket sales" in text_of(browser.get(link(world)))
    assert grants_of(world) == frozenset()  # looking is not accepting: mail scanners look
    welcome = browser.post(link(world)).headers["Location"]
    assert grants_of(world) == {Grant(role=Role.STAFF, shop="winterfest")}
    entered_at = browser.post(welcome, data={"password": PASSWORD}).headers["Location"]
    assert browser.get(entered_at).status_code == 200
    assert browser.post(link(world)).status_code == 404


def test_whoever_belongs_gets_the_same_letter_and_no_way_to_another_password(world):
    known = employed(world, "admin", email="boss@example.org")
    staff.choose_password(world.parts, known.id, PASSWORD)
    nobody, somebody = text_of(invite(world)), text_of(invite(world, "boss@example.org"))
    assert (
        nobody.replace(EVE, "X").split("Invited, and")[0]
        == (somebody.replace("boss@example.org", "X").split("Invited, and")[0])
    )
    answer = world.app.test_client().post(link(world))
    assert answer.headers["Location"] == "/admin/sign-in?invited=1"
    assert Grant(role=Role.STAFF, shop="winterfest") in grants_of(world, "boss@example.org")


def _a_week_later(world: World) -> None:
    world.clock.pass_by(days=8)


def _withdrawn(world: World) -> None:
    (one,) = listed(world.parts)
    world.browser.post(f"/admin/people/invitations/{one.id}/withdraw")


def _sent_again(world: World) -> None:
    (one,) = listed(world.parts)
    world.browser.post(f"/admin/people/invitations/{one.id}/send")


def _its_inviter_gone(world: World) -> None:
    ada = staff.member_of(world.parts, "ada@example.org")
    staff.remove(world.parts, ada.id, actor="test")


def _erased(world: World) -> None:
    world.parts.office.invitations.forget(world.parts.keyring.blind_index(EVE))


@pytest.mark.parametrize(
    "happens", [_a_week_later, _withdrawn, _sent_again, _its_inviter_gone, _erased]
)
def test_a_link_counts_no_more(world, happens: Callable[[World], None]):
    invite(world)
    before = link(world)
    happens(world)
    browser = world.app.test_client()
    assert (browser.get(before).status_code, browser.post(before).status_code) == (404, 404)
    assert grants_of(world) == frozenset()


def test_the_newer_letter_counts(world):
    invite(world)
    _sent_again(world)
    assert world.app.test_client().post(link(world)).status_code == 303


def test_who_waits_is_seen_by_who_decides_about_them(world):
    invite(world)
    assert EVE in text_of(world.browser.get("/admin/people"))
    other = entered(world, "admin", shop="summerfest", email="cy@example.org")
    assert EVE not in text_of(other.get("/admin/people"))
    (one,) = listed(world.parts)
    for what in ("send", "withdraw"):
        assert other.post(f"/admin/people/invitations/{one.id}/{what}").status_code == 403
    assert invite(world, role="admin", shop="*").status_code == 403


def test_a_letter_that_is_not_taken_invites_nobody(world):
    world.staff_post.refuses = True
    answer = invite(world)
    assert (answer.status_code, listed(world.parts)) == (502, [])
    assert "nobody was invited" in text_of(answer)


def test_a_kill_between_role_and_link_leaves_a_way_in(world, monkeypatch):
    invite(world)
    monkeypatch.setattr(world.parts.office.invitations, "remove", _killed)
    with pytest.raises(KeyboardInterrupt):
        staff_invitations.accept(world.parts, link(world).rpartition("/")[2])
    monkeypatch.undo()
    welcome = world.app.test_client().post(link(world)).headers["Location"]
    assert re.search(r"/admin/welcome/[\w-]{43}$", welcome)


def _killed(*_: object) -> bool:
    raise KeyboardInterrupt


def test_two_presses_are_one(world):
    invite(world)
    code = link(world).rpartition("/")[2]
    assert staff_invitations.accept(world.parts, code) is not None
    assert staff_invitations.accept(world.parts, code) is None


def test_whoever_is_signed_in_as_somebody_else_stays_so(world):
    invite(world)
    bea = employed(world, "staff", shop="winterfest", email="bea@example.org")
    browser = let_in(world, bea.id)
    browser.post(link(world))
    assert "bea@example.org" in browser.get("/admin/security").text
