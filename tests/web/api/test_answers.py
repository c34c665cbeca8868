"""Answers and tickets sent on over the API; names for badges, by whoever may have them."""

import csv
from io import StringIO
from uuid import UUID

import pytest

from tests.kits.asking_shop import ask
from tests.kits.back_office import entered
from tests.kits.pages import MEMBER, World, hidden, press

SHOP = "/api/v1/shops/winterfest"
EVIL = {"name": "Ada", "wishes": '=HYPERLINK("http://x")'}


@pytest.fixture(scope="module")
def world():
    world = World()
    ask(world)
    return world


def place(world, *answers, **changes):
    line = {"product": "weekend", "quantity": 2, "answers": [*answers]}
    body = {"customer": MEMBER, "lines": [line], **changes}
    return world.browser.post(f"{SHOP}/orders", json=body)


def paid(world, *answers):
    answer = place(world, *answers)
    assert answer.status_code == 201, answer.text
    order = world.orders.get(UUID(answer.json["order"]["id"]))
    return world.issue(world.pay(order))


def token(world, role):
    secret = f"token-of-{role}"
    world.parts.tokens.add(secret, name=role, role=role, shop=None, expires_at=None)
    return {"Authorization": f"Bearer {secret}"}


def test_a_list_of_products_says_what_is_asked(world):
    products = world.browser.get(f"{SHOP}/products?language=fi").json["products"]
    (weekend,) = (one for one in products if one["slug"] == "weekend")
    assert [one["slug"] for one in weekend["questions"]] == ["name", "mail", "meal", "wishes"]
    assert weekend["questions"][2]["choices"][1] == {"slug": "vegan", "label": "Vegaani"}


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ((), "required"),
        (({"name": "Ada"},), "required"),
        (({"name": "Ada"}, {"name": "\x00"}), "characters"),
        (({"name": "Ada"}, {"name": "B"}, {"name": "C"}), "choice"),
        (({"name": "Ada", "nothing": "x"}, {"name": "B"}), "choice"),
    ],
)
def test_an_order_needs_the_answers_that_are_needed_and_takes_no_others(world, answers, rule):
    size = world.store.head()[0]
    answer = place(world, *answers)
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/answers-invalid"
    assert answer.json["rule"] == rule
    assert world.store.head()[0] == size


@pytest.mark.parametrize("bad", ["x", 1, [["x"]], [{"name": 5}], [{"name": None}], {"name": "x"}])
def test_whatever_is_no_list_of_answers_is_refused(world, bad):
    line = {"product": "weekend", "quantity": 1, "answers": bad}
    answer = world.browser.post(f"{SHOP}/orders", json={"customer": MEMBER, "lines": [line]})
    assert answer.status_code == 422


def test_they_are_changed_with_the_order_s_address_and_read_by_ticket_sales_alone(world):
    order = paid(world, {"name": "Ada"}, {"name": "Bea"})
    address = f"{SHOP}/orders/{order.id}/answers"
    body = {"tickets": [{"ticket": 1, "answers": {"name": "Eve", "meal": "vegan"}}]}
    key = {"Idempotency-Key": "one"}
    for _ in range(2):
        assert world.browser.post(address, json=body, headers=key).status_code == 200
    other = {"tickets": [{"ticket": 1, "answers": {"name": "Dan"}}]}
    assert world.browser.post(address, json=other, headers=key).status_code == 422
    assert world.orders.get(order.id).answers[1] == {"name": "Eve", "meal": "vegan"}
    shown = world.browser.get(f"{SHOP}/orders/{order.id}")
    assert "Eve" not in shown.text
    assert world.browser.get(address).status_code == 401


@pytest.mark.parametrize("ticket", ["0", "3", "x", "99999", "-1"])
def test_a_ticket_that_there_is_not_is_not_sent(world, ticket):
    order = paid(world, {"name": "Ada"}, {"name": "Bea"})
    to = f"{SHOP}/orders/{order.id}/tickets/{ticket}"
    answer = world.browser.post(f"{to}/send", json={"email": "bea@example.org"})
    assert answer.status_code == 409
    assert world.browser.post(f"{to}/take-back", json={}).status_code == 409


def test_a_ticket_is_sent_on_and_taken_back_once_for_each_key(world):
    order = paid(world, {"name": "Ada"}, {"name": "Bea"})
    to = f"{SHOP}/orders/{order.id}/tickets/2"
    for _ in range(2):
        answer = world.browser.post(
            f"{to}/send", json={"email": "bea@example.org"}, headers={"Idempotency-Key": "a"}
        )
        assert answer.status_code == 200
    assert len(world.orders.get(order.id).sendings) == 1
    assert "bea@example.org" not in answer.text
    assert world.browser.post(f"{to}/take-back", json={}).status_code == 200
    assert not world.orders.get(order.id).holders


def test_badges_hold_no_formula_and_every_answer(world):
    paid(world, EVIL, {"name": "Bea", "meal": "vegan"})
    staff = entered(world, "staff", shop="winterfest")
    text = staff.get("/admin/shops/winterfest/badges.csv").text
    rows = [*csv.DictReader(StringIO(text))]
    evil = next(row for row in rows if row["answer_wishes"])
    assert evil["answer_wishes"].startswith("'=")
    assert evil["name"] == "Ada"
    assert {row["answer_meal"] for row in rows} >= {"Vegan", ""}
    page = staff.get("/admin/shops/winterfest/badges")
    assert page.status_code == 200
    assert "Bea" in page.text
    auditor = entered(world, "auditor", shop="winterfest")
    assert auditor.get("/admin/shops/winterfest/badges.csv").status_code == 403
    assert world.browser.get(f"{SHOP}/badges.csv").status_code == 401


def test_staff_see_and_correct_them_with_a_reason(world):
    order = paid(world, {"name": "Ada"}, {"name": "Bea"})
    staff = entered(world, "staff", shop="winterfest", email="s@winterfest.example")
    assert "Bea" in staff.get(f"/admin/orders/{order.id}").text
    page = staff.get(f"/admin/orders/{order.id}/answers").text
    assert 'name="answer.2.name"' in page
    told = {"answer.1.name": "Ada", "answer.2.name": "", "reason": "asked to", "sure": "1"}
    known = {name: hidden(page, name) for name in ("version", "key")}
    done = press(staff, page, f"/admin/orders/{order.id}/answers", **told, **known)
    assert done.status_code == 303, done.text
    assert world.orders.get(order.id).answers[2] == {}
    wrong = {**told, "answer.1.meal": "steak", "version": known["version"], "key": known["key"]}
    assert press(staff, page, f"/admin/orders/{order.id}/answers", **wrong).status_code in (
        409,
        422,
    )


def test_an_admin_fills_in_what_is_asked(world):
    world.another_shop("summerfest")
    admin = entered(world, "admin")
    address = "/admin/shops/summerfest/products/weekend/questions"
    page = admin.get(address).text
    typed = {
        "version": hidden(page, "version"),
        "q0.kind": "choice",
        "q0.slug": "meal",
        "q0.needed": "later",
        "q0.label.en": "Meal",
        "q0.choices": "all | Everything",
        "answers_until": "2027-02-01T12:00",
        "reason": "the cook wants to know",
        "sure": "1",
    }
    few = press(admin, page, address, **typed)
    assert few.status_code == 422
    assert "at least two answers" in few.text
    two = {**typed, "q0.choices": "all | Everything\nvegan | Vegan | Vegaani"}
    assert press(admin, page, address, **two).status_code == 303
    asked = world.shops.newest("summerfest").asks("weekend")
    assert [one.slug for one in asked.asked] == ["meal"]
    assert asked.asked[0].choices[1].label == {"en": "Vegan", "fi": "Vegaani"}
    assert asked.until is not None
    assert asked.until.isoformat() == "2027-02-01T10:00:00+00:00"
