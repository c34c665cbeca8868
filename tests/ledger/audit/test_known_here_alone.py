"""After a restored backup: when it was made, and of which orders nobody outside knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.audit import resume as resuming
from ledger.audit.resume import backup_of, known_here_alone, resume
from ledger.kernel.events import Recorded
from ledger.shop.stamps import shop_id
from tests.kits.audit import force
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    CONFIRMED_FREE,
    FREE,
    HANDED_BACK,
    OPENING,
    PAGE,
    PAID,
    PENDING,
    PLACED,
    REFUND_ASKED,
    REFUNDED,
    history,
)
from tests.kits.worlds import SPEC, World

RUN = UUID(int=77)


@pytest.fixture
def world() -> Any:
    made = World()
    made.shops._directory = lambda: [shop_id(SPEC.slug)]
    yield made
    made.close()


def test_a_backup_is_as_old_as_its_newest_stamp(world):
    assert backup_of(world.store, world.shops, RUN) is None
    world.place("one")
    newest = world.clock.pass_(hours=1)
    force(world, PENDING, cause=UUID(int=5), order="one")
    world.clock.pass_(days=3)
    assert backup_of(world.store, world.shops, RUN) is None, "nothing was resumed"
    resume(world.store, world.shops, gap=10, correlation_id=RUN, actor="cli")
    world.clock.pass_(days=3)
    world.place("two")
    assert backup_of(world.store, world.shops, RUN) == newest
    assert backup_of(world.store, world.shops, UUID(int=78)) is None, "of another run"


def test_a_shop_is_read_anew_once_its_series_went_on(world):
    before = world.shops.get(SPEC.slug).version
    stamped = resume(world.store, world.shops, gap=10, correlation_id=RUN, actor="cli")
    assert world.shops.get(SPEC.slug).version == before + len(stamped) == before + 3


BY_HAND = (PLACED, replace(ASKED, provider="manual"), replace(PAID, provider="manual"))
ONLINE = (PLACED, ASKED, PAGE, PAID)


class Paid:
    """Orders in pages, each with its history."""

    def __init__(self, *stacks: Sequence[Any]) -> None:
        self.histories = {
            UUID(int=number): self.of(UUID(int=number), stack)
            for number, stack in enumerate(stacks, 1)
        }
        self.pages = list[tuple[UUID, int]]()

    def of(self, stream: UUID, stack: Sequence[Any]) -> Sequence[Recorded[object]]:
        return [replace_stream(one, stream) for one in history(*stack)]

    def ids(self, after: UUID, limit: int) -> Sequence[UUID]:
        self.pages.append((after, limit))
        return [one for one in sorted(self.histories) if one > after][:limit]

    def read_opened(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded[object]]]:
        return {one: self.histories[one] for one in ids}


def replace_stream(one: Recorded[object], stream: UUID) -> Recorded[object]:
    return Recorded(
        stream,
        one.version,
        one.position,
        one.recorded_at,
        one.stamp,
        one.correlation_id,
        one.actor,
        numbers=one.numbers,
    )


def alone(*stacks: Sequence[Any], backup: Any = None) -> list[int]:
    """Which of these orders nobody outside may know to be cancelled, counted from 1."""
    paid: Any = Paid(*stacks)
    return [one.id.int for one in known_here_alone(paid, paid.ids, backup_of=backup)]


@pytest.mark.parametrize(
    ("stack", "known"),
    [
        ((FREE, CONFIRMED_FREE), True),
        (BY_HAND, True),
        (ONLINE, False),
        ((*BY_HAND, CANCELLED), False),
        ((FREE, CONFIRMED_FREE, CANCELLED), False),
        ((PLACED, ASKED, PAGE), True),
        ((*BY_HAND, HANDED_BACK), True),
        ((*ONLINE, REFUND_ASKED, REFUNDED), False),
        ([], False),
    ],
)
def test_of_what_was_free_or_came_by_hand_nobody_else_knows(stack, known):
    assert alone(stack) == ([1] if known else [])


def test_what_had_begun_before_the_backup_is_not_asked_about():
    instant = timedelta(microseconds=1)
    assert alone(BY_HAND, backup=OPENING - instant) == [1]
    assert alone(BY_HAND, backup=OPENING) == []
    assert alone(BY_HAND, backup=OPENING + instant) == []


def test_orders_are_read_in_pages_to_the_last(monkeypatch):
    monkeypatch.setattr(resuming, "_PAGE", 2)
    paid: Any = Paid(BY_HAND, ONLINE, BY_HAND, BY_HAND, BY_HAND)
    found = [one.id.int for one in known_here_alone(paid, paid.ids, backup_of=None)]
    assert found == [1, 3, 4, 5]
    assert paid.pages == [(UUID(int=at), 2) for at in (0, 2, 4, 5)]
