"""The waiting list for programs: asked, confirmed by the letter's code, looked at, bought, left."""

from typing import Any

import pytest

from ledger.audit.verify import verify
from ledger.waiting_list.place import PlaceState
from tests.kits.pages import MEMBER, World
from tests.web.api.test_openapi import schema
from tests.web.pages.test_waiting_list import offered, waits

LINE = "/api/v1/shops/winterfest/waiting-list"
WISH = {"product": "weekend", "email": "ada@example.org", "quantity": 2, "language": "fi"}


@pytest.fixture
def world() -> World:
    return waits(World())


def post(world: World, what: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = world.browser.post(f"{LINE}{what}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def joined(world: World) -> dict[str, Any]:
    """A place whose address was proven by its letter; what shows whose it is."""
    post(world, "", WISH, 202)
    asked, code = world.place_post.letters[-1]
    assert (asked.quantity, asked.language) == (2, "fi")
    told = post(world, "/confirm", {"code": code})
    schema("PlaceInLine").validate(told)
    assert told == post(world, "/confirm", {"code": code}), "again it tells how it stands"
    return {"place": told["place"], "code": told["code"]}


def test_nobody_waits_before_the_letter_came_back_and_the_answer_is_the_same_for_all(world: World):
    first = post(world, "", WISH, 202)
    assert not world.parts.views.places("winterfest")
    known = joined(world)
    assert post(world, "", WISH, 202) == first
    told = post(world, "/place", known)
    assert (told["state"], told["ahead"], told["order"]) == ("waiting", 0, None)


def test_held_seats_are_bought_by_whoever_has_the_place(world: World):
    known = joined(world)
    offered(world, f"/winterfest/place/{known['place']}/{known['code']}")
    told = post(world, "/place", known)
    assert (told["state"], bool(told["held_until"])) == ("held", True)
    body = {"customer": MEMBER, "lines": [{"product": "weekend", "quantity": 2}], "hold": known}
    bought: Any = world.browser.post("/api/v1/shops/winterfest/orders", json=body)
    assert bought.status_code == 201, bought.text
    after = post(world, "/place", known)
    assert (after["state"], after["order"]) == ("used", bought.json["order"]["id"])
    assert verify(world.store.stored()) == ()


def test_it_is_left_once_and_by_nobody_else(world: World):
    known = joined(world)
    post(world, "/leave", {**known, "code": "x" * 40}, 404)
    assert post(world, "/leave", known)["state"] == "left"
    assert world.parts.views.places("winterfest") == []
    assert post(world, "/place", known)["state"] == PlaceState.LEFT


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"product": "no"}, {"quantity": 0}, {"quantity": 10_000}]
)
def test_what_nobody_can_wait_for_is_refused(world: World, wrong: dict[str, Any]):
    answer = world.browser.post(LINE, json={**WISH, **wrong})
    assert 400 <= answer.status_code < 500
    assert not world.place_post.letters
