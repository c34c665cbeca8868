"""`waiting list`, `move` and `remove`, as they are typed."""

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger.waiting_list.place import PlaceState
from tests.kits.pages import World
from tests.web.pages.test_waiting_list import confirmed, offered, waits
from web.cli.waiting_list import waiting


@pytest.fixture
def world() -> World:
    return waits(World())


@pytest.fixture
def run(world: World) -> Any:
    def typed(*words: str) -> Result:
        return CliRunner().invoke(waiting, words, obj=lambda: world.parts)

    return typed


def test_the_line_is_told_moved_and_left(world: World, run: Any):
    ada, bea = (confirmed(world, f"{who}@example.org").split("/")[3] for who in ("ada", "bea"))
    told = json.loads(run("list", "winterfest", "--json").output)["places"]
    assert [(one["place"], one["state"]) for one in told] == [(ada, "waiting"), (bea, "waiting")]
    assert run("move", bea, "--to", "front", "--reason", "crew").output == "Moved to the front.\n"
    told = json.loads(run("list", "winterfest", "--json").output)["places"]
    assert [one["place"] for one in told] == [bea, ada]
    assert "waiting" in run("list", "winterfest").output
    assert run("remove", ada, "--reason", "asked").output == "Removed.\n"
    assert world.parts.waiting.get(UUID(ada)).state is PlaceState.LEFT
    assert run("remove", ada, "--reason", "again").exit_code != 0
    assert run("move", bea, "--to", "front", "--reason", " ").exit_code == 2
    assert run("list", "nowhere").exit_code != 0


def test_held_seats_are_told_until_when(world: World, run: Any):
    ada = confirmed(world)
    offered(world, ada)
    (told,) = json.loads(run("list", "winterfest", "--json").output)["places"]
    assert told["state"] == "held"
    assert told["held_until"]
