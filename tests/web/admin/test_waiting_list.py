"""The waiting list in the back office: seen by who reads, moved and removed with a reason."""

from uuid import UUID

import pytest

from ledger.waiting_list.place import PlaceState
from tests.kits.back_office import csrf, entered
from tests.kits.pages import World
from tests.web.pages.test_waiting_list import confirmed, offered, waits

PAGE = "/admin/shops/winterfest/waiting-list"


@pytest.fixture
def world() -> World:
    return waits(World())


def test_staff_see_the_line_move_and_remove_with_a_reason(world: World):
    ada, bea = confirmed(world), confirmed(world, "bea@example.org")
    staff = entered(world, "staff", shop="winterfest")
    page = staff.get(PAGE).text
    assert page.index("ada@example.org") < page.index("bea@example.org")
    first, second = (world.parts.waiting.get(one) for one in _ids(ada, bea))
    token = csrf(page)
    without = staff.post(f"{PAGE}/{second.id}/move", data={"csrf_token": token, "to": "front"})
    assert without.status_code == 422
    moved = staff.post(
        f"{PAGE}/{second.id}/move", data={"csrf_token": token, "to": "front", "reason": "crew"}
    )
    assert moved.status_code == 303
    page = staff.get(PAGE).text
    assert page.index("bea@example.org") < page.index("ada@example.org")
    gone = staff.post(f"{PAGE}/{first.id}/remove", data={"csrf_token": token, "reason": "asked"})
    assert gone.status_code == 303
    assert world.parts.waiting.get(first.id).state is PlaceState.LEFT
    offered(world, bea)
    assert "Held until" in staff.get(PAGE).text


def test_an_auditor_reads_and_changes_nothing(world: World):
    confirmed(world)
    auditor = entered(world, "auditor", shop="winterfest")
    page = auditor.get(PAGE).text
    assert "ada@example.org" in page
    assert "Remove from the line" not in page


def test_a_quota_tells_whom_of_the_line_its_seats_are_held_for(world: World):
    ada, _ = confirmed(world), confirmed(world, "bea@example.org")
    staff = entered(world, "staff", shop="winterfest")
    quota = "/admin/shops/winterfest/quotas/weekend"
    assert "Held for the waiting list" not in staff.get(quota).text
    offered(world, ada)
    page = staff.get(quota).text
    assert "Held for the waiting list" in page
    assert "ada@example.org" in page
    assert "bea@example.org" not in page


def test_a_shop_that_is_sold_out_says_that_one_can_wait(world: World):
    offers = world.browser.get("/winterfest/").text
    assert "there is a waiting list" not in offers
    for product in world.shops.get("winterfest").products:
        world.take_all_but(0, product)
    assert "there is a waiting list" in world.browser.get("/winterfest/").text


def _ids(*addresses: str) -> list[UUID]:
    return [UUID(one.split("/")[3]) for one in addresses]
