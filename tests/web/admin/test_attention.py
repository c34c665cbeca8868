"""A case is put aside, handed over, and tells who looks at it; searches are kept under names."""

import re
from uuid import UUID, uuid4

import pytest

from tests.kits.back_office import employed, entered
from tests.kits.pages import World
from tests.web.admin.test_desk import money_of_nobody
from tests.web.admin.test_orders import form_of, found, rows, text_of
from tests.web.admin.test_orders import press as act


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "staff", email="ada@example.org")
    return made


def listed(world, state="") -> list[str]:
    page = world.browser.get("/admin/cases", query_string={"state": state}).text
    return re.findall(r'/admin/cases/([0-9a-f-]{36})"', page)


def snooze(world, case, **typed):
    return world.browser.post(f"/admin/cases/{case}/snooze", data=typed)


def hand(world, case, to):
    return world.browser.post(f"/admin/cases/{case}/hand", data={"to": to})


def test_a_case_is_put_aside_and_is_back_by_itself(world):
    case = money_of_nobody(world)
    answer = snooze(world, case, **{"for": "week", "snooze_reason": "the bank looks"})
    shown = text_of(world.browser.get(answer.headers["Location"]))
    assert "It is back by itself at" in shown
    assert "by ada@example.org: the bank looks" in shown
    assert (listed(world), listed(world, "asleep")) == ([], [case])
    assert "critical" not in world.browser.get("/admin/").text.partition("</header>")[0]
    world.clock.pass_by(days=8)
    world.browser = entered(world, "staff", email="ada@example.org")
    assert (listed(world), listed(world, "asleep")) == ([case], [])


def test_it_is_back_in_the_morning_of_the_shops_day(world):
    order = world.an_order()
    case = money_of_nobody(world, order=order.id)
    snooze(world, case, day="2027-02-01", snooze_reason="ask again")
    until = world.cases.get(UUID(case)).snooze.until
    assert until.isoformat() == "2027-02-01T08:00:00+02:00"


def test_it_is_taken_up_again(world):
    case = money_of_nobody(world)
    snooze(world, case, **{"for": "day", "snooze_reason": "x"})
    answer = snooze(world, case, **{"for": "now"})
    assert "It is back on the desk." in text_of(world.browser.get(answer.headers["Location"]))
    assert listed(world) == [case]


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"for": "day"}, 422, "Say why it waits"),
        ({"snooze_reason": "x"}, 422, "Say until when"),
        ({"snooze_reason": "x", "day": "2027-13-01"}, 422, "Say until when"),
        ({"snooze_reason": "x", "day": "0001-01-01"}, 422, "Say until when"),
        ({"snooze_reason": "x", "day": "2001-01-01"}, 409, "a time to come"),
        ({"snooze_reason": "x", "day": "9999-12-31"}, 422, "Say until when"),
    ],
)
def test_every_no_to_a_snooze_says_what_to_do(world, typed, status, sentence):
    answer = snooze(world, money_of_nobody(world), **typed)
    assert (answer.status_code, sentence in text_of(answer)) == (status, True)


def test_somebody_looks_after_it(world):
    case = money_of_nobody(world)
    bea = employed(world, "staff", email="bea@example.org")
    page = world.browser.get(hand(world, case, "me").headers["Location"])
    assert "ada@example.org looks after it now." in text_of(page)
    assert listed(world, "mine") == [case]
    hand(world, case, bea.actor)
    assert listed(world, "mine") == []
    assert "bea@example.org" in text_of(world.browser.get("/admin/cases"))
    hand(world, case, "")
    assert world.cases.get(UUID(case)).keeper == ""


def test_it_is_handed_to_nobody_who_cannot_resolve_it(world):
    case = money_of_nobody(world)
    door = employed(world, "door", email="door@example.org")
    for to in (door.actor, "staff:nobody", "x" * 600):
        answer = hand(world, case, to)
        assert (answer.status_code, "Choose somebody else" in text_of(answer)) == (422, True)


def test_two_who_look_see_each_other(world):
    case = money_of_nobody(world)
    assert "just now" not in text_of(world.browser.get(f"/admin/cases/{case}"))
    bea = entered(world, "staff", email="bea@example.org")
    assert "ada@example.org looks at this just now." in text_of(bea.get(f"/admin/cases/{case}"))
    asked = world.browser.get(f"/admin/cases/{case}/lookers")
    assert "bea@example.org looks at this just now." in text_of(asked)
    world.clock.pass_by(minutes=5)
    assert "just now" not in text_of(world.browser.get(f"/admin/cases/{case}/lookers"))


def label(world, order, word, action="label"):
    fields = {**form_of(world, order, action), "reason": word}
    return act(world, order, action, **fields, sure="1")


def test_orders_are_labelled_and_found_by_it(world):
    first, second = world.an_order(), world.an_order()
    assert label(world, first, "Crew ").status_code == 303
    assert "crew" in text_of(world.browser.get(f"/admin/orders/{first.id}"))
    number = f"#{first.number:06d}"
    assert rows(world, label="CREW") == rows(world, label="crew", q="virt") == [number]
    assert rows(world, label="crew", q=f"#{second.number}") == rows(world, label="cre") == []
    assert rows(world, label="x" * 41) == []
    line = world.browser.get("/admin/orders.csv?label=crew").text.splitlines()
    assert len(line) == 2
    label(world, first, "crew", action="unlabel")
    assert rows(world, label="crew") == []


def test_many_orders_are_labelled_at_once(world):
    orders = [world.an_order() for _ in range(3)]
    typed = {"action": "label", "reason": "group", "order": [str(one.id) for one in orders]}
    page = world.browser.post("/admin/orders/selected", data=typed).text
    typed["key"] = found(r'name="key" value="([^"]+)"', page)
    world.browser.post("/admin/orders/selected", data={**typed, "sure": "1"})
    assert {world.orders.get(one.id).labels for one in orders} == {("group",)}


def keep(world, **typed):
    return world.browser.post("/admin/views", data=typed, follow_redirects=True)


def test_a_search_is_kept_and_found_again(world):
    world.an_order()
    page = keep(world, name="Unpaid", status="PENDING", label="crew")
    assert "The search is kept." in text_of(page)
    address = found(r'href="(/admin/orders\?[^"]+)">Unpaid', page.text)
    assert "status=PENDING" in address
    bea = entered(world, "staff", email="bea@example.org")
    assert "Unpaid" not in text_of(bea.get("/admin/orders"))


def test_a_shared_search_is_everybodys_and_its_owners_to_remove(world):
    keep(world, name="Ours", q="virt", **{"for": "winterfest"})
    bea = entered(world, "staff", shop="winterfest", email="bea@example.org")
    page = bea.get("/admin/orders").text
    assert "Ours" in page
    view = str(world.parts.office.saved_views.listed("", ["winterfest"])[0].id)
    assert bea.post(f"/admin/views/{view}/remove").status_code == 403
    other = entered(world, "staff", shop="summerfest", email="cy@example.org")
    assert other.post(f"/admin/views/{view}/remove").status_code == 404
    gone = world.browser.post(f"/admin/views/{view}/remove", follow_redirects=True)
    assert "not kept any more" in text_of(gone)
    assert "Ours" not in bea.get("/admin/orders").text


def test_an_admin_of_the_shop_tidies_up(world):
    keep(world, name="Ours", **{"for": "winterfest"})
    view = str(world.parts.office.saved_views.listed("", ["winterfest"])[0].id)
    admin = entered(world, "admin", shop="winterfest", email="root@example.org")
    assert admin.post(f"/admin/views/{view}/remove").status_code == 303


def test_a_search_without_a_name_or_in_a_strangers_shop_is_not_kept(world):
    for name in ("", " ", "x" * 61, "a\x00b"):
        assert "Give the search a name" in text_of(keep(world, name=name))
    stranger = entered(world, "staff", shop="summerfest", email="cy@example.org")
    asked = stranger.post("/admin/views", data={"name": "Spy", "for": "winterfest"})
    assert asked.status_code == 403
    assert world.browser.post(f"/admin/views/{uuid4()}/remove").status_code == 404
