"""The worker issues tickets once, with their letter, and sends the same again (R4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.smtp import Delivery, Sent, Unknown
from adapters.mail.tickets.press import Press
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from ledger.kernel.events import Draft
from ledger.kernel.store import Append
from ledger.order.commands import ResendLetter
from ledger.order.order import Order
from ledger.order.stamps import ReceiptSendStarted, TicketsIssued
from tests.kits import worlds
from tests.kits.audit import pay
from tests.kits.worker import World
from tests.kits.worker_fakes import Killed


@dataclass
class Mailbox:
    """Keeps whole letters. Its answers come in turn, then it takes everything."""

    answers: list[Delivery | BaseException] = field(default_factory=list)
    came: list[RenderedLetter] = field(default_factory=list)

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        self.came.append(letter)
        return answer

    def rest(self) -> None:
        """Nothing was kept."""


def sends(world: World, mailbox: Mailbox) -> None:
    """A worker with real letters runs until nothing moves any more, some minutes later."""
    made = world.letters()
    post = replace(
        made.post,
        mail=mailbox,
        render=lambda order, due, number: render(
            order,
            due.letter,
            correlation_id=due.correlation_id,
            number=number,
            base_url="https://tickets.example",
            files=Press().attachments,
        ),
    )
    replace(made, post=post).run()
    world.clock.forward(minutes=6)


def issued(world: World) -> list[TicketsIssued]:
    return [one.stamp for one in world.stamps() if isinstance(one.stamp, TicketsIssued)]


def test_they_stand_right_before_the_claim_of_their_letter():
    world, mailbox = World(), Mailbox()
    order = world.placed_and_paid()
    sends(world, mailbox)
    kinds = [type(one.stamp) for one in world.orders.history(order.id)]
    assert kinds.index(TicketsIssued) + 1 == kinds.index(ReceiptSendStarted)
    (letter,) = mailbox.came
    assert [one.name for one in letter.attachments] == ["tickets.pdf", "event.ics"]


@pytest.mark.parametrize("fate", [Unknown("lost"), Killed()], ids=["unknown", "killed"])
def test_whatever_became_of_the_first_try_the_next_brings_the_same(fate):
    world, mailbox = World(), Mailbox([fate])
    order = world.placed_and_paid()
    if isinstance(fate, Killed):
        with pytest.raises(Killed):
            sends(world, mailbox)
        world.clock.forward(minutes=6)
    for _ in range(3):
        sends(world, mailbox)
    assert len(issued(world)) == 1
    assert {one.attachments for one in mailbox.came} == {mailbox.came[-1].attachments}
    assert world.orders.get(order.id).valid_tickets


def test_sent_again_by_staff_the_letter_brings_the_same_bytes():
    world, mailbox = World(), Mailbox()
    order = world.placed_and_paid()
    sends(world, mailbox)
    wish = ResendLetter(
        correlation_id=order.id, actor="staff", at=world.clock(), reason="she lost it"
    )
    world.orders.handle(order.id, wish)
    sends(world, mailbox)
    first, second = mailbox.came
    assert first.attachments == second.attachments
    assert len(issued(world)) == 1


@pytest.fixture(params=["memory", "postgres"])
def world(request: pytest.FixtureRequest) -> Iterator[worlds.World]:
    if request.param == "memory":
        made = worlds.World()
    else:
        url = request.getfixturevalue("database").app
        made = worlds.World(make=lambda clock: PostgresStampRecorder(url, clock=clock))
    yield made
    made.close()


def issue(world: worlds.World, order: Order, *hashes: str) -> None:
    stamp = TicketsIssued(hashes=hashes)
    draft = Draft(stream=order.id, stamp=stamp, correlation_id=order.id, actor="worker")
    world.store.append(Append(drafts=[draft], expected={order.id: order.version}))


def paid(world: worlds.World, name: str) -> Order:
    world.place(name, ("friday", 1))
    pay(world, name)
    return world.orders.get(world.id(name))


def test_codes_that_differ_are_nobody_else_s(world):
    issue(world, paid(world, "one"), "abc")
    issue(world, paid(world, "other"), "abd")
    assert verify(world.store.stored()) == ()


def test_a_code_that_is_somebody_else_s_is_found_where_it_stands_second(world):
    issue(world, paid(world, "one"), "abc")
    issue(world, paid(world, "other"), "abc")
    assert [(one.law, one.position) for one in verify(world.store.stored())] == [
        ("3", world.store.head()[0])
    ]
