"""Many people at once: each costs as much as one of few, what is done is kept, the rest goes on."""

from collections import Counter
from itertools import islice
from uuid import UUID, uuid4

import pytest

from ledger.grants.grantee import GrantState
from ledger.grants.people_file import read_people
from ledger.shop.stamps import shop_id
from tests.kits.pages import World
from web.actions.grants import for_each, take_over
from web.actions.wish import Wish


def wish(world: World) -> Wish:
    return Wish(correlation_id=uuid4(), actor="staff", at=world.clock())


def listed(world: World, many: int) -> list[UUID]:
    """So many people on the list."""
    rows = "".join(f"p{number}@example.org,grant\n" for number in range(many))
    shop = world.parts.shops.get("winterfest")
    told = take_over(
        world.parts, shop, read_people(f"email,kind\n{rows}".encode()), wish(world), dry=False
    )
    return [one.grantee for one in told if one.grantee is not None]


def counted(world: World, calls: Counter[str]) -> None:
    """Every call of the ledger is counted from here on."""
    for name in ("read", "append", "feed", "find"):
        plain = getattr(world.store, name)

        def call(*given, plain=plain, name=name, **more):
            calls[name] += 1
            return plain(*given, **more)

        setattr(world.store, name, call)


@pytest.mark.parametrize("action", ["invite", "confirm", "issue"])
def test_each_of_many_costs_as_much_as_each_of_few(action: str):
    costs = []
    for many in (5, 40):
        world, calls = World(), Counter[str]()
        people = listed(world, many)
        shop = world.parts.shops.get("winterfest")
        counted(world, calls)
        told = [*for_each(world.parts, shop, people, action, wish(world), reason="x")]
        assert len(told) == many
        costs.append({name: number / many for name, number in calls.items()})
    assert costs[0] == costs[1]
    assert costs[0]["read"] <= 4, costs
    assert costs[0].get("append", 0) <= 1, costs


def test_what_was_done_before_it_was_broken_off_is_kept_and_a_second_run_does_the_rest():
    world = World()
    people = listed(world, 6)
    shop = world.parts.shops.get("winterfest")

    def run(some: int) -> list[str]:
        told = for_each(world.parts, shop, people, "confirm", wish(world), reason="")
        return [one.outcome for one in islice(told, some)]

    assert run(2) == ["done", "done"]
    states = [world.parts.grantees.get(one).state for one in people]
    assert states.count(GrantState.CONFIRMED) == 2
    assert run(6) == ["nothing"] * 2 + ["done"] * 4
    others = [world.parts.grantees.place(shop_id("winterfest"), "nobody"), *people]
    strange = [
        one.outcome
        for one in for_each(world.parts, shop, others, "confirm", wish(world), reason="")
    ]
    assert strange == ["unknown-grantee", *["nothing"] * 6], "one who is not there keeps none"
