"""Kept messages that are read again wait for what they need, which may be told in a later one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.inbox.ports import Report
from ledger.inbox.receive import Intake
from ledger.inbox.replay_inbox import InboxReplay, Meaning
from tests.kits.worlds import World
from tests.ledger.inbox.test_replay_inbox import find, news


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message of the archive, whose body names what it reports."""

    body: bytes
    received_at: datetime
    id: UUID = field(default_factory=uuid4)
    provider: str = "stripe"
    door: str = "stripe"
    verdict: str = "signed"
    hash: str = "ab" * 32


@dataclass
class Shelf:
    messages: Sequence[Kept]
    done: list[bytes] = field(default_factory=list)

    def archive(self, since: datetime | None) -> Iterator[Kept]:
        yield from self.messages

    def open(self, id: UUID) -> Kept | None:
        return next(one for one in self.messages if one.id == id)

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        self.done += [one.body for one in self.messages if one.id == id and state == "done"]


@dataclass
class Door:
    reports: dict[str, Report]

    def reread(self, body: bytes) -> Sequence[Report]:
        return [self.reports[body.decode()]]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def replayed(world: World, *names: str, commit: bool) -> tuple[Shelf, list[Meaning]]:
    shelf = Shelf([Kept(body=name.encode(), received_at=world.clock()) for name in names])
    door: Any = Door(news(world))
    nowhere: Any = None
    intake = Intake(
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: find(world, provider, reference),
        archive=nowhere,
        doors={"stripe": door},
        clock=world.clock,
    )
    run = InboxReplay(shelf=shelf, intake=intake, commit=commit).run(None)
    return shelf, [one.meaning for one in run]


def test_a_refund_waits_for_its_payment_and_is_no_case(world: World) -> None:
    shelf, meanings = replayed(world, "settled", "paid", commit=True)
    assert meanings == [Meaning.NEW, Meaning.NEW]
    assert shelf.done == [b"paid", b"settled"]
    assert world.stamps()[-2:] == ["Paid", "Refunded"]
    assert world.cases_opened() == []


def test_only_what_nothing_explains_is_a_case_in_the_end(world: World) -> None:
    replayed(world, "settled", commit=True)
    assert [one.kind for one in world.cases_opened()] == ["unmatched_money"]


def test_who_only_looks_changes_nothing(world: World) -> None:
    shelf, meanings = replayed(world, "settled", "paid", commit=False)
    assert meanings == [Meaning.NEW, Meaning.NEW]
    assert shelf.done == []
    assert "Paid" not in world.stamps()
