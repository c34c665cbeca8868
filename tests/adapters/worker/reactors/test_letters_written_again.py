"""Whoever has the ledger and its key writes each letter again, and finds its hash (SPEC R7)."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.tickets.press import Press
from adapters.worker.reactors.deliver_letter import content_of
from ledger.kernel.events import Recorded
from ledger.order.commands import (
    AddressBuyer,
    CancelOrder,
    ResendLetter,
    SendTicket,
    TakeTicketBack,
)
from ledger.order.due import Due
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import (
    CreateRefundSuccess,
    Letter,
    ReceiptSendStarted,
    ReceiptSent,
    RefundFailed,
    StartMoved,
)
from tests.kits.ticket_codes import codes
from tests.kits.worker import PRICE, World

BASE = "https://tickets.example"


def written(order: Order, due: Due, number: int | None) -> RenderedLetter:
    return _written(order, due.letter, due.correlation_id, number)


def _written(order: Order, letter: Letter, cause: UUID, number: int | None) -> RenderedLetter:
    files = Press().attachments
    return render(order, letter, correlation_id=cause, number=number, base_url=BASE, files=files)


def a_world() -> World:
    world = World()
    world.render = written
    return world


def post(world: World, **later: float) -> None:
    """The letters that are due now, and after a while."""
    world.letters().run()
    world.clock.forward(**(later or {"minutes": 1}))
    world.letters().run()


def every_letter(world: World) -> None:
    world.place()
    post(world, hours=1)
    order = world.placed_and_paid()
    post(world)
    link = world.ask_for_link(order)
    post(world)
    world.confirm(order, link)
    post(world, minutes=5)
    attempt = next(iter(order.attempts))
    answer: dict[str, Any] = {"payment": attempt, "amount": PRICE, "provider_reference": "re_1"}
    record = partial(world.orders.record, order.id, correlation_id=link, actor="provider:stripe")
    record(CreateRefundSuccess(**answer))
    post(world)
    record(RefundFailed(**answer, code="closed"))
    post(world)
    _moved(world, world.placed_and_paid())
    _sent_on(world, world.placed_and_paid())
    _reached(world, world.placed_and_paid())
    gone = world.placed_and_paid()
    wish = CancelOrder(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="ill")
    world.orders.handle(gone.id, wish)
    post(world)


def _reached(world: World, order: Order) -> None:
    wish = AddressBuyer(
        correlation_id=uuid4(), actor="worker", at=world.clock(), mailing=uuid4(), about_order=False
    )
    world.orders.handle(order.id, wish)
    post(world)


def _moved(world: World, order: Order) -> None:
    before = order.terms.starts_at
    assert before is not None
    later = before + timedelta(days=30)
    move = StartMoved(move=uuid4(), before=before, starts_at=later, reason={"en": "Snow."})
    world.orders.record(order.id, move, correlation_id=uuid4(), actor="worker")
    post(world)


def _sent_on(world: World, order: Order) -> None:
    post(world)
    wish: dict[str, Any] = {"actor": "customer", "ticket": 1}
    fresh, next_one = codes(2, of=uuid4())
    sending = SendTicket(
        **wish,
        correlation_id=uuid4(),
        at=world.clock(),
        email="bea@example.org",
        email_index="b" * 64,
        language="sv",
        code="c" * 40,
        ticket_code=fresh,
    )
    world.orders.handle(order.id, sending)
    post(world)
    back = TakeTicketBack(**wish, correlation_id=uuid4(), at=world.clock(), ticket_code=next_one)
    world.orders.handle(order.id, back)
    post(world)


def of_stream(world: World, stream: UUID) -> list[Recorded]:
    return [*world.store.read(stream)]


def written_again(world: World, sent: Recorded) -> str:
    """The hash of a letter, from the stamps that there were when it was claimed."""
    told, history = sent.stamp, of_stream(world, sent.stream)
    claim = next(
        place
        for place, one in enumerate(history, start=1)
        if isinstance(one.stamp, ReceiptSendStarted)
        and (one.stamp.letter, one.stamp.try_number) == (told.letter, told.try_number)
        and one.correlation_id == sent.correlation_id
    )
    order = fold(sent.stream, history[:claim])
    number = order.postings[sent.correlation_id, told.letter].number
    again = _written(order, told.letter, sent.correlation_id, number)
    return world.keyring.keyed_hash(content_of(again))


def all_sent(world: World) -> list[Recorded]:
    return [one for one in world.stamps() if isinstance(one.stamp, ReceiptSent)]


def test_every_kind_of_letter_is_written_again_with_the_same_hash():
    world = a_world()
    every_letter(world)
    letters = all_sent(world)
    missing = set(Letter) - {one.stamp.letter for one in letters}
    assert not missing, f"let every_letter send {missing}, too"
    for one in letters:
        assert written_again(world, one) == one.stamp.body_hash, one.stamp.letter


def test_sent_again_it_is_the_same_letter_under_another_name():
    world = a_world()
    order = world.placed_and_paid()
    post(world, days=3)
    wish = ResendLetter(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="lost")
    world.orders.handle(order.id, wish)
    post(world)
    first, second = (one.stamp for one in all_sent(world))
    assert first.body_hash == second.body_hash
    assert first.message_id != second.message_id
