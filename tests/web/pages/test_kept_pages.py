"""The shop's page is drawn once for many, and each visitor has tokens of their own in it."""

import pytest

from tests.kits.pages import World, hidden


@pytest.fixture
def world() -> World:
    return World()


def page(world: World, **headers: str) -> str:
    """What a new visitor sees."""
    answer = world.app.test_client().get("/winterfest/", headers=headers)
    assert answer.status_code == 200
    return str(answer.text)


def test_no_two_visitors_have_a_token_in_common(world: World):
    first, second = page(world), page(world)
    for name in ("csrf_token", "key"):
        assert hidden(first, name) != hidden(second, name)
    bare = [
        one.replace(hidden(one, "csrf_token"), "").replace(hidden(one, "key"), "")
        for one in (first, second)
    ]
    assert bare[0] == bare[1]
    assert "\0" not in first + second


def test_each_language_has_its_own(world: World):
    assert page(world) != page(world, **{"Accept-Language": "fi"})
    assert '<html lang="fi">' in page(world, **{"Accept-Language": "fi"})
    assert '<html lang="en">' in page(world)


def test_the_list_of_shops_is_told_by_its_tag(world: World):
    first = world.browser.get("/")
    known = {"If-None-Match": first.headers["ETag"]}
    assert world.browser.get("/", headers=known).status_code == 304
    swedish = world.browser.get("/?lang=sv", headers=known)
    assert swedish.status_code == 200
    assert '<html lang="sv">' in swedish.text


def test_what_somebody_brings_along_is_never_shown_to_anybody_else(world: World):
    known, kept = world.app.test_client(), world.app.extensions["kept_answers"]
    known.set_cookie("account", "somebody")
    for path in ("/winterfest/", "/winterfest/?buy.weekend=2", "/"):
        assert known.get(path).status_code == 200
    assert len(kept) == 0
    assert page(world)
    assert len(kept) == 1


def test_a_shop_that_sells_nothing_just_now_is_shown_again_and_again(world: World):
    world.shops.cancel("winterfest", reason={"en": "The hall burned down."}, actor="test")
    first = page(world)
    assert "csrf_token" not in first
    assert page(world) == first
