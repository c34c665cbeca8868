"""Each kept message by itself when it is read again: what it comes to, and what is marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

import pytest

from ledger.cases.case import case_id
from ledger.cases.decide import CloseCase
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.ports import Report, Tampered, WebhookDoor
from ledger.inbox.receive import FETCHED, Intake
from ledger.inbox.replay_inbox import InboxReplay, Meaning, Reread, look_again
from ledger.order.stamps import Refunded, RefundFailed
from ledger.payments.provider import BadMessage
from tests.kits.worlds import World
from tests.ledger.inbox.test_receive import PAID, PRICE, report, tell

NOBODY = UUID(int=9)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message in the inbox, and what its door reads in it."""

    says: Sequence[Report] | None = ()
    verdict: str = "signed"
    door: str = "stripe"
    there: str = "yes"
    provider: str = "stripe"
    hash: str = "ab" * 32
    received_at: datetime = datetime(2027, 1, 10)  # noqa: DTZ001 (nobody looks at it)
    id: UUID = field(default_factory=uuid4)


@dataclass
class Opened:
    """The body of a message is its name here."""

    body: bytes


class Shelf:
    """An inbox whose messages are read again; `marked` is what became of them."""

    provider = "stripe"

    def __init__(self, *messages: Kept) -> None:
        self.messages = messages
        self.marked: list[tuple[UUID, str]] = []

    def archive(self, since: datetime | None) -> Iterator[Kept]:
        return iter(self.messages)

    def open(self, id: UUID) -> Opened | None:
        (one,) = (one for one in self.messages if one.id == id)
        if one.there == "tampered":
            raise Tampered
        return Opened(one.id.bytes) if one.there == "yes" else None

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        self.marked.append((id, state))

    def reread(self, body: bytes) -> Sequence[Report]:
        (one,) = (one for one in self.messages if one.id.bytes == body)
        if one.says is None:
            raise BadMessage("torn")
        return one.says


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def replayed(
    world: World, shelf: Shelf, *, commit: bool = False, known: UUID | None = None
) -> list[Reread]:
    intake = Intake(
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: known,
        archive=cast(Any, None),
        doors={"stripe": cast(WebhookDoor, shelf)},
        clock=world.clock,
    )
    return [*InboxReplay(shelf=cast(Any, shelf), intake=intake, commit=commit).run(None)]


@pytest.mark.parametrize("commit", [False, True])
@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        (Kept(), Meaning.SAME),
        (Kept(verdict=FETCHED), Meaning.SAME),
        (Kept(verdict="unsigned"), Meaning.UNTRUSTED),
        (Kept(door="paytrail"), Meaning.UNTRUSTED),
        (Kept(there="tampered"), Meaning.TAMPERED),
        (Kept(there="erased"), Meaning.ERASED),
        (Kept(says=None), Meaning.UNREADABLE),
    ],
    ids=lambda one: str(one) if isinstance(one, Meaning) else "",
)
def test_what_tells_nothing_new_changes_nothing(
    world: World, message: Kept, meaning: Meaning, commit: bool
) -> None:
    tell(world, report(world))
    known = [report(world)] if message.says is not None else None
    shelf, before = Shelf(replace(message, says=known)), world.store.head()
    (found,) = replayed(world, shelf, commit=commit)
    assert (found.message, found.meaning, found.facts) == (shelf.messages[0], meaning, ())
    assert (shelf.marked, world.store.head()) == ([], before)


def test_what_nobody_can_read_is_settled_once_its_case_was_resolved(world: World) -> None:
    message = Kept(says=None)
    opened = CaseOpened(kind=CaseKind.UNBOUND_FACT, severity=Severity.WARNING, text="torn")
    case = world.cases.open(opened, correlation_id=message.id, actor="web")
    assert case == case_id(message.id, CaseKind.UNBOUND_FACT)
    assert [one.meaning for one in replayed(world, Shelf(message))] == [Meaning.UNREADABLE]
    wish = CloseCase(correlation_id=NOBODY, actor="desk", at=world.clock(), reason="seen")
    world.cases.handle(case, wish)
    assert [one.meaning for one in replayed(world, Shelf(message))] == [Meaning.SETTLED]


@pytest.mark.parametrize("commit", [False, True])
def test_what_is_new_is_stamped_only_if_it_shall_be(world: World, commit: bool) -> None:
    shelf = Shelf(Kept(says=[report(world)]))
    (found,) = replayed(world, shelf, commit=commit)
    assert (found.meaning, found.facts) == (Meaning.NEW, ("Paid",))
    assert world.stamps().count("Paid") == commit
    assert shelf.marked == ([(shelf.messages[0].id, "done")] if commit else [])


def refund(world: World) -> Report:
    """News of a refund that names nothing of ours but the payment that it is of."""
    paid = report(world)
    fact = Refunded(payment=NOBODY, amount=PRICE, provider_reference="re_1")
    cause = uuid5(NOBODY, "re_1")
    return replace(
        paid, order=None, attempt=None, correlation_id=cause, fact=fact, reference="pi_1"
    )


def test_what_needs_a_later_message_waits_for_it(world: World) -> None:
    early, late = Kept(says=[refund(world)]), Kept(says=[report(world)])
    shelf = Shelf(early, late)
    found = replayed(world, shelf, commit=True)
    assert [(one.message, one.facts) for one in found] == [
        (late, ("Paid",)),
        (early, ("Refunded",)),
    ]
    assert shelf.marked == [(late.id, "done"), (early.id, "done")]
    assert world.stamps().count("Refunded") == 1
    assert world.cases_opened() == []


def test_what_needs_a_message_that_waits_itself_waits_for_both(world: World) -> None:
    settled = refund(world)
    failed = RefundFailed(
        payment=NOBODY, amount=PRICE, provider_reference="re_1", code="account_closed"
    )
    last = replace(settled, fact=failed, correlation_id=uuid5(NOBODY, "failed"), reference="re_1")
    told = [Kept(says=[one]) for one in (last, settled, report(world))]
    found = replayed(world, Shelf(*told), commit=True)
    assert [one.facts for one in found] == [("Paid",), ("Refunded",), ("RefundFailed",)]
    assert world.cases_opened() == []


def test_what_nothing_explains_is_a_case_in_the_end(world: World) -> None:
    stray, other = Kept(says=[refund(world)]), Kept(says=[])
    found = replayed(world, Shelf(stray, other), commit=True)
    assert [(one.message, one.meaning) for one in found] == [
        (other, Meaning.SAME),
        (stray, Meaning.NEW),
    ]
    assert len(world.cases_opened()) == 1


def test_an_order_that_the_views_know_is_found_by_them(world: World) -> None:
    tell(world, report(world))
    (found,) = replayed(
        world, Shelf(Kept(says=[refund(world)])), commit=True, known=world.id("order")
    )
    assert found.facts == ("Refunded",)
    assert world.cases_opened() == []


def looked_at(world: World, case: UUID, *reports: Report) -> str:
    return look_again(
        case,
        reports,
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: None,
        evidence="ab" * 32,
        at=world.clock(),
    ).state


def test_only_news_of_its_own_resolves_a_case(world: World) -> None:
    tell(world, report(world, live=True))
    feed = world.store.feed(0, limit=1000)
    (case,) = (one.stream for one in feed if isinstance(one.stamp, CaseOpened))
    other = world.place("other")
    (attempt,) = other.attempts
    fact = replace(PAID, provider_reference="pi_2")
    theirs = report(world, order=other.id, attempt=attempt, correlation_id=attempt, fact=fact)
    assert looked_at(world, case, theirs) == "open"
    assert world.stamps("other").count("Paid") == 1
    assert looked_at(world, case, report(world)) == "resolved"
    assert looked_at(world, case, report(world)) == "resolved"
