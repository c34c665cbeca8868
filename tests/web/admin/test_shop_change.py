"""A whole shop cancelled or moved from its page: seen first, named once more, then done."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.kits.back_office import entered
from tests.kits.pages import World

AT = "/admin/shops/winterfest/change"


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "admin")
    return made


def press(world, code=200, **typed):
    answer = world.browser.post(AT, data=typed)
    assert answer.status_code == code, text_of(answer)
    return answer


def text_of(answer) -> str:
    main = answer.text[answer.text.index("<main") :] if "<main" in answer.text else answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def sure(world, code=303, **typed):
    version = str(world.shops.newest("winterfest").version)
    return press(world, code, **{"sure": "1", "name": "winterfest", "version": version, **typed})


CANCEL = {"act": "cancel", "reason.en": "The hall has burnt down.", "reason.fi": "Halli paloi."}
MOVE = {"act": "move", "starts_at": "2027-03-12T12:00", "reason.en": "Snow."}


def test_what_a_cancellation_would_do_is_shown_and_nothing_is_done(world):
    world.a_paid_order()
    before = world.store.head()
    shown = text_of(press(world, **CANCEL))
    assert "Nothing has been done yet" in shown
    assert "The hall has burnt down." in shown
    assert "€70.00" in shown
    assert world.store.head() == before


def test_it_is_cancelled_by_whoever_types_its_name(world):
    assert sure(world, **CANCEL).location.endswith("change?done=1")
    assert world.shops.newest("winterfest").cancelled.reason["fi"] == "Halli paloi."
    told = text_of(world.browser.get(f"{AT}?done=1"))
    assert "Nothing is sold any more." in told
    assert "Cancel the whole shop" not in told
    head = world.store.head()
    assert "The shop is cancelled already" not in text_of(sure(world, **CANCEL))
    assert world.store.head() == head


def test_another_name_does_nothing(world):
    refused = text_of(sure(world, 422, **{**CANCEL, "name": "winter"}))
    assert "Type winterfest, so that it is no mistake." in refused
    assert world.shops.newest("winterfest").cancelled is None


def test_a_shop_that_changed_since_is_looked_at_again(world):
    page = press(world, **CANCEL).text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    world.shops.move(
        "winterfest",
        starts_at=datetime(2027, 5, 1, tzinfo=UTC),
        reason={"en": "Snow."},
        refunds_until=None,
        actor="test",
        at=world.clock(),
    )
    answer = sure(world, 409, **{**CANCEL, "version": version})
    assert "has changed since you looked at it" in text_of(answer)
    assert world.shops.newest("winterfest").cancelled is None


def test_it_is_moved_in_its_own_time_zone_once(world):
    shown = text_of(press(world, **MOVE, refunds_until="2027-03-01T12:00"))
    assert "12 March 2027 at 12:00" in shown
    sure(world, **MOVE, refunds_until="2027-03-01T12:00")
    moved = world.shops.newest("winterfest")
    assert moved.terms.starts_at == datetime(2027, 3, 12, 10, tzinfo=UTC)
    assert moved.change.stamp.refunds_until == datetime(2027, 3, 1, 10, tzinfo=UTC)
    head = world.store.head()
    sure(world, **MOVE, refunds_until="2027-03-01T12:00")
    assert world.store.head() == head
    assert "It begins on" in text_of(world.browser.get(AT))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"act": "cancel"}, "Say why"),
        ({"act": "cancel", "reason.en": "x" * 600}, "Say why"),
        ({**MOVE, "starts_at": ""}, "Enter a day and a time."),
        ({**MOVE, "starts_at": "soon"}, "Enter a day and a time."),
        ({**MOVE, "starts_at": "2020-01-01T12:00"}, "one that lies ahead"),
        ({**MOVE, "starts_at": "2027-02-12T12:00"}, "another time"),
        ({**MOVE, "refunds_until": "never"}, "or leave it empty"),
        ({**MOVE, "refunds_until": "2028-01-01T12:00"}, "not after the new start"),
        ({**MOVE, "starts_at": "9999-12-31T23:59-14:00"}, "Enter a day and a time."),
    ],
)
def test_what_cannot_be_is_told_at_its_field(world, typed, said):
    before = world.store.head()
    assert said in text_of(press(world, 422, **typed))
    assert world.store.head() == before


def test_only_admins_of_the_shop_see_it(world):
    for role, shop in (("staff", None), ("auditor", None), ("admin", "elsewhere")):
        world.browser = entered(world, role, shop=shop)
        assert world.browser.get(AT).status_code == 403
        press(world, 403, **CANCEL)
    world.browser = entered(world, "staff")
    assert AT not in world.browser.get("/admin/shops/winterfest/catalogue").text
