"""People's data in the back office: looked for, given, erased after one has seen it; once."""

import io
import json
import re
import zipfile
from html import unescape
from uuid import uuid4

import pytest
from click.testing import CliRunner

from ledger.news.reader import NewsReaders
from ledger.staff.invitation import StaffInvitation
from ledger.staff.role import Grant, Role
from tests.kits.back_office import entered
from tests.kits.pages import MEMBER, World, address, hidden
from web.cli.persons import erase, export


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "admin")
    return made


def looked_at(world: World):
    return world.browser.post("/admin/privacy", data={"email": MEMBER["email"]})


def erased(world: World, page: str, **more: str):
    fields = {"email": MEMBER["email"], "digest": hidden(page, "digest"), "ground": "asked"}
    return world.browser.post("/admin/privacy/erase", data={**fields, **more})


def over(world: World):
    """An order of somebody whose event is long over."""
    order = world.a_paid_order()
    later(world, days=200)
    return order


def later(world: World, *, days: int) -> None:
    """Whoever was signed in signs in again."""
    world.clock.pass_by(days=days)
    world.browser = entered(world, "admin")


def test_what_is_open_is_told_and_nothing_can_be_pressed(world):
    order = world.an_order()
    page = looked_at(world)
    assert f"#{order.number:06d}" in page.text
    assert "The order waits for its money" in page.text
    assert 'name="digest"' not in page.text
    refused = erased(world, '<input name="digest" value="x">')
    assert (refused.status_code, "Nothing was erased" in refused.text) == (412, True)
    assert world.orders.get(order.id).terms.customer is not None


def test_whoever_is_over_is_erased_once_and_the_page_says_so(world):
    order = over(world)
    page = looked_at(world)
    done = erased(world, page.text)
    assert (done.status_code, "Erased for ever." in done.text) == (200, True)
    assert world.orders.get(order.id).terms.customer is None
    again = looked_at(world)
    assert "This person was erased on" in again.text
    assert 'name="digest"' not in again.text
    office = world.browser.get(f"/admin/orders/{order.id}").text
    assert "The person of this order was erased" in office
    assert MEMBER["last_name"] not in office


@pytest.mark.parametrize(
    ("language", "words"), [("en", "was erased"), ("fi", "poistettiin"), ("sv", "raderades")]
)
def test_the_order_s_page_says_it_in_its_readers_language(world, language, words):
    order = over(world)
    erased(world, looked_at(world).text)
    page = world.app.test_client().get(f"{address(order)}?lang={language}")
    text = unescape(re.sub(r"<[^>]+>", " ", page.text))
    assert page.status_code == 200
    assert text.count(words) >= 2  # on top, and in the story
    assert MEMBER["email"] not in page.text


def test_what_has_moved_since_it_was_shown_is_not_erased(world):
    order = over(world)
    page = looked_at(world).text
    world.an_order()
    moved = erased(world, page)
    assert (moved.status_code, "Something has moved" in moved.text) == (412, True)
    assert world.orders.get(order.id).terms.customer is not None


def test_the_archive_holds_what_is_known_and_nothing_of_others(world):
    order = over(world)
    answer = world.browser.post("/admin/privacy/archive", data={"email": MEMBER["email"]})
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        told = json.loads(held.read("data.json"))
    (one,) = told["orders"]
    assert (one["id"], one["customer"]["email"]) == (str(order.id), MEMBER["email"])
    assert one["kept"]["person_until"].startswith("203")


def test_an_invitation_that_waits_is_told_given_and_erased(world):
    world.parts.office.invitations.keep(
        invited := StaffInvitation(
            id=uuid4(),
            email="eve@example.org",
            email_index=world.parts.keyring.blind_index("eve@example.org"),
            grant=Grant(role=Role.STAFF, shop="winterfest"),
            language="en",
            invited_by="staff:ada",
            made_at=world.clock(),
        ),
        b"h",
    )
    page = world.browser.post("/admin/privacy", data={"email": invited.email})
    assert "Invitations to the back office" in page.text
    answer = world.browser.post("/admin/privacy/archive", data={"email": invited.email})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        (told,) = json.loads(held.read("data.json"))["invitations"]
    assert (told["email"], told["role"], told["shop"]) == (invited.email, "staff", "winterfest")
    assert "staff:ada" not in str(told)
    command = CliRunner().invoke(export, ["--email", invited.email], obj=lambda: world.parts)
    assert json.loads(command.stdout)["invitations"] == [told]
    fields = {"email": invited.email, "digest": hidden(page.text, "digest"), "ground": "asked"}
    done = world.browser.post("/admin/privacy/erase", data=fields)
    assert (done.status_code, "Erased for ever." in done.text) == (200, True)
    assert world.parts.office.invitations.listed(world.clock()) == []
    again = world.browser.post("/admin/privacy", data={"email": invited.email})
    assert "Nothing is held of this address." in again.text


def test_the_command_erases_an_invitation_that_waits(world):
    world.parts.office.invitations.keep(
        invited := StaffInvitation(
            id=uuid4(),
            email="fay@example.org",
            email_index=world.parts.keyring.blind_index("fay@example.org"),
            grant=Grant(role=Role.STAFF),
            language="en",
            invited_by="staff:ada",
            made_at=world.clock(),
        ),
        b"i",
    )
    for state in ("erased", "unknown"):
        done = CliRunner().invoke(
            erase, ["--email", invited.email, "--json"], obj=lambda: world.parts
        )
        assert (done.exit_code, json.loads(done.stdout)["state"]) == (0, state), done.output
    assert world.parts.office.invitations.listed(world.clock()) == []


def test_what_was_chosen_about_news_is_in_the_data(world):
    order = over(world)
    readers, shop, index = NewsReaders(world.store), order.terms.shop, order.terms.email_index
    world.browser = entered(world, "admin")
    for wanted, events in ((False, 1), (True, 2)):
        readers.choose(shop, index, wanted=wanted, order=order.id, actor="customer")
        answer = world.browser.post("/admin/privacy/archive", data={"email": MEMBER["email"]})
        with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
            (told,) = json.loads(held.read("data.json"))["news"]
        assert (told["shop"], told["wanted"], len(told["events"])) == ("winterfest", wanted, events)


def test_whose_contact_was_corrected_to_somebody_else_is_not_told_of_them(world):
    """The wrong address was a stranger's: they may be erased, and read nothing of the order."""
    order = over(world)
    typed = {
        "first_name": "Bea",
        "last_name": "Berg",
        "email": "bea@example.org",
        "reason": "a slip",
        "version": str(order.version),
        "key": "6f6f0d3c-4f19-4a55-8a0e-1e5a8c6ddc05",
        "sure": "1",
    }
    world.browser = entered(world, "staff")
    assert world.browser.post(f"/admin/orders/{order.id}/contact", data=typed).status_code == 303
    world.browser = entered(world, "admin")
    answer = world.browser.post("/admin/privacy/archive", data={"email": MEMBER["email"]})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        told = held.read("data.json").decode()
    assert "bea" not in told.casefold()
    assert [one["number"] for one in json.loads(told)["orders_of_others_now"]] == [order.number]


def test_whoever_is_due_is_shown_before_they_are_erased(world):
    order = over(world)
    later(world, days=3 * 366)
    shown = world.browser.post("/admin/privacy/due", data={})
    assert "1 would be erased." in shown.text
    assert not world.orders.get(order.id).erased
    done = world.browser.post("/admin/privacy/due", data={"sure": "1"})
    assert "1 was erased." in done.text
    assert world.orders.get(order.id).erased
    assert "Nobody is due." in world.browser.post("/admin/privacy/due", data={}).text


def test_an_admin_of_one_shop_may_not(world):
    world.browser = entered(world, "admin", shop="winterfest")
    assert world.browser.get("/admin/privacy").status_code == 403
    assert looked_at(world).status_code == 403
