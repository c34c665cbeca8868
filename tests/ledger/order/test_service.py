"""Orders through a store: conflicts are retried, repeats are silent, the full is told."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.store.ledger import LatelyInMemory
from ledger.cases.service import Cases
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.refusals import Busy, KeyReused, NotEnoughSeats, NotPayable, UnknownOrder
from ledger.kernel.store import Append, Appended, Conflict, Outcome
from ledger.order.commands import CancelOrder, RefundPayment, RequestCancellation, RequestPayment
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers, payment_reference, series_of
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import CreatePaymentSuccess, Paid, ReceiptSendStarted
from ledger.payments.provider import NoAnswer, PaymentAsk, RefundAsk, start_payment, start_refund
from ledger.shop.service import Shops
from ledger.shop.stamps import shop_id
from tests.kits.spec import LINK, PLACED, SHOP
from tests.kits.worlds import SPEC, World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


class Rivalry:
    """A store in which somebody else is faster, so many times."""

    def __init__(self, world: World, times: int) -> None:
        self.store, self.left = world.store, times

    def read(self, stream: UUID, *, after: int = 0) -> Sequence[Any]:
        return self.store.read(stream, after=after)

    def read_what_can_be(self, stream: UUID) -> Any:
        return self.store.read_what_can_be(stream)

    def find(self, correlation_id: UUID, kind: type[Any], *, occurrence: str = "") -> Any:
        return self.store.find(correlation_id, kind, occurrence=occurrence)

    def append(self, *appends: Append) -> Sequence[Outcome]:
        if self.left:
            self.left -= 1
            return [Conflict(stream=uuid4(), expected=1, actual=2) for _ in appends]
        return self.store.append(*appends)


def contested(world: World, times: int) -> Orders:
    store = Rivalry(world, times)
    return Orders(store, Shops(store), Cases(store))


def test_a_placed_order_is_numbered_and_holds_its_seats(world: World) -> None:
    order = world.place()
    assert (order.number, order.payment_reference) == (1, payment_reference(2027, 1))
    assert world.place("second", ("friday", 1)).number == 2


def test_what_a_service_answers_is_what_a_reader_finds(world: World) -> None:
    """It folds on what it appended, and does not read that again; a reader has nothing to go on."""
    order, reader = world.place(), Orders(world.store, world.shops, world.cases)
    assert order == world.orders.get(order.id) == reader.get(order.id)
    (attempt,) = order.attempts
    fact = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    paid = world.orders.record(order.id, fact, correlation_id=attempt, actor="provider:stripe")
    assert paid.version == order.version + 1
    assert paid == world.orders.get(order.id) == reader.get(order.id)
    asked = RequestCancellation(
        correlation_id=uuid4(), actor="visitor", at=world.clock(), code="code"
    )
    assert world.orders.handle(order.id, asked) == world.orders.get(order.id)
    assert world.orders.get(order.id) == reader.get(order.id)


class Counted(Rivalry):
    """A store that tells how many stamps were read of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world, 0)
        self.stamps = 0

    def read(self, stream: UUID, *, after: int = 0) -> Sequence[Any]:
        found = super().read(stream, after=after)
        self.stamps += len(found)
        return found


def test_of_an_order_that_is_remembered_only_what_others_did_since_is_read(world: World) -> None:
    """Several processes over one ledger: none ever shows an order as it was before."""
    store = Counted(world)
    here = Orders(store, world.shops, world.cases, lately=LatelyInMemory())
    order = world.place()
    assert here.get(order.id) == order
    store.stamps = 0
    assert here.get(order.id) == order
    assert store.stamps == 0
    (attempt,) = order.attempts
    money = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    paid = world.orders.record(order.id, money, correlation_id=attempt, actor="provider:stripe")
    assert here.get(order.id) == paid
    assert store.stamps == paid.version - order.version
    assert here.get(order.id).received == order.due


def test_who_was_erased_by_another_process_is_read_anew(world: World) -> None:
    """What was opened before its key was destroyed is shown by nobody."""
    store = Counted(world)
    here = Orders(store, world.shops, world.cases, lately=LatelyInMemory())
    order = world.place()
    known = here.get(order.id)
    assert known.terms.customer is not None
    stamp = Erased(subject=order.id, ground=Ground.ASKED)
    draft = Draft(stream=order.id, stamp=stamp, correlation_id=uuid4(), actor="test")
    (done,) = world.store.append(Append(drafts=[draft], expected={order.id: known.version}))
    assert isinstance(done, Appended)
    store.stamps = 0
    gone = here.get(order.id)
    assert (gone.erased, gone.terms.customer) == (True, None)
    assert gone == Orders(world.store, world.shops, world.cases).get(order.id)
    assert store.stamps > gone.version, "what came since, and then all of it"


def test_what_others_did_meanwhile_is_looked_up_before_anything_else_is_said(world: World) -> None:
    """Two processes over one ledger: the first remembers the order as it placed it."""
    order = world.place()
    (attempt,) = order.attempts
    elsewhere = Orders(world.store, world.shops, world.cases, lately=LatelyInMemory())
    money = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    paid = elsewhere.record(order.id, money, correlation_id=attempt, actor="provider:stripe")
    again = world.orders.record(order.id, money, correlation_id=attempt, actor="provider:stripe")
    assert again == paid


def test_a_refusal_is_never_from_memory(world: World) -> None:
    order = world.place()
    (attempt,) = order.attempts
    elsewhere = Orders(world.store, world.shops, world.cases)
    money = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    elsewhere.record(order.id, money, correlation_id=attempt, actor="provider:stripe")
    refund = RefundPayment(
        correlation_id=uuid4(), actor="staff", at=world.clock(), reason="a wish of theirs"
    )
    assert world.orders.handle(order.id, refund) == elsewhere.get(order.id)


def test_an_order_is_remembered_for_half_a_minute_and_many_push_out_the_longest_unread() -> None:
    now = [0.0]
    lately = LatelyInMemory(most=2, now=lambda: now[0])
    one, other, third = (Order(id=uuid4()) for _ in range(3))
    lately.put(one)
    lately.put(other)
    now[0] = 29.0
    assert lately.get(one.id) is one
    lately.put(third)
    assert lately.get(other.id) is None
    assert lately.get(one.id) is one
    now[0] = 30.0
    assert lately.get(one.id) is None
    assert lately.get(third.id) is third
    lately.drop(third.id)
    assert lately.get(third.id) is None


def test_the_same_order_again_is_the_first_one(world: World) -> None:
    first = world.place()
    assert world.place() == first
    assert world.place(order=world.id("under another id")).id == first.id
    assert world.store.head()[0] == first.position


def test_the_same_key_for_something_else_is_refused(world: World) -> None:
    world.place()
    with pytest.raises(KeyReused):
        world.place(request_digest="another")


def test_a_repeat_after_the_catalogue_changed_is_still_the_first_order(world: World) -> None:
    first = world.place()
    dearer = replace(SPEC.products[0], price=Money(9900, "EUR"))
    for products in ((dearer,), (replace(dearer, price=Money(0, "EUR")),), SPEC.products[1:]):
        spec = replace(SPEC, products=products)
        world.shops.import_shop(spec, actor="test", at=world.clock())
        assert world.place() == first
        with pytest.raises(KeyReused):
            world.place(request_digest="another")


def test_too_few_seats_name_the_product_and_leave_nothing_behind(world: World) -> None:
    world.place("first", ("weekend", 4))
    size, _ = world.store.head()
    with pytest.raises(NotEnoughSeats) as refused:
        world.place("second", ("friday", 1), ("weekend", 2))
    assert refused.value.product == "weekend"
    assert world.store.head()[0] == size
    world.place("third", ("friday", 2))


def test_the_last_seat_is_sold_once(world: World) -> None:
    def buy(number: int) -> bool:
        try:
            world.place(f"order {number}", ("weekend", 1))
        except NotEnoughSeats:
            return False
        return True

    with ThreadPoolExecutor(8) as buyers:
        assert sum(buyers.map(buy, range(20))) == 5


def test_a_conflict_is_read_again_and_decided_again(world: World) -> None:
    orders = contested(world, 20)
    order = orders.place("winterfest", world.order_command("order"))
    assert order.version == 2


def test_when_it_never_ends_the_caller_is_told(world: World) -> None:
    world.place()
    with pytest.raises(Busy):
        contested(world, 1000).handle(world.id("order"), cancel(world))


def cancel(world: World) -> CancelOrder:
    under = world.id("cancel")
    return CancelOrder(correlation_id=under, actor="test", at=world.clock(), reason="sold twice")


def test_a_wish_for_an_unknown_order_is_refused(world: World) -> None:
    for stranger in (world.id("nobody"), shop_id("winterfest")):
        with pytest.raises(UnknownOrder):
            world.orders.get(stranger)
        with pytest.raises(UnknownOrder):
            world.orders.handle(stranger, cancel(world))


def test_a_refused_wish_stamps_nothing(world: World) -> None:
    world.place("free", ("volunteer", 1))
    before = world.stamps("free")
    asked = RequestPayment(
        correlation_id=world.id("again"),
        actor="visitor",
        at=world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    with pytest.raises(NotPayable):
        world.orders.handle(world.id("free"), asked)
    assert world.stamps("free") == before


def test_a_contradiction_is_a_case_and_never_a_second_stamp(world: World) -> None:
    (attempt,) = world.place().attempts
    for cents in (7000, 6999, 6999):
        fact = Paid(amount=Money(cents, "EUR"), provider="stripe", provider_reference="pi_1")
        world.orders.record(world.id("order"), fact, correlation_id=attempt, actor="test")
    assert world.stamps().count("Paid") == 1
    assert len(world.cases_opened()) == 1


# Around a provider


class Desk:
    """A provider that remembers what it was asked, and answers as it is told."""

    name, account, live = "stripe", "acct_1", False

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[PaymentAsk | RefundAsk] = []

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.asked.append(ask)
        return self.answers.pop(0)

    recover_payment = create_payment

    def refund(self, ask: RefundAsk) -> Any:
        self.asked.append(ask)
        return self.answers.pop(0)

    def find_refund(self, ask: RefundAsk) -> Any:
        return None

    def expire_payment(self, reference: str) -> bool:
        return True


def test_no_answer_stamps_nothing_and_the_same_key_asks_again(world: World) -> None:
    (attempt,) = world.place().attempts
    page = CreatePaymentSuccess(
        provider_reference="cs_1", redirect_url="https://pay.example", expires_at=world.clock()
    )
    desk = Desk(NoAnswer("time-out"), page)
    for _ in range(3):
        world.clock.pass_(hours=1)
        start_payment(
            world.orders, desk, world.id("order"), attempt, return_url="https://shop.example"
        )
    first, second = desk.asked
    assert first == second
    assert first.idempotency_key == f"{attempt}/payment/1"
    assert world.stamps()[-1] == "CreatePaymentSuccess"


def test_a_refund_is_asked_with_a_key_of_its_own_intent(world: World) -> None:
    from tests.ledger.order.test_next_step import accepted, cancel, told
    from tests.ledger.order.test_next_step import attempt as attempt_of

    world.place()
    told(
        world,
        Paid(amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1"),
        attempt_of(world),
    )
    cancel(world)
    from ledger.payments.provider import Accepted

    desk = Desk(NoAnswer("time-out"), Accepted(outcome=accepted(world)))
    wish = world.id("wish")
    for _ in range(3):
        start_refund(world.orders, desk, world.id("order"), wish, at=world.clock())
    assert [ask.idempotency_key for ask in desk.asked] == [f"{wish}/refund/1"] * 2
    assert world.stamps()[-2:] == ["Cancelled", "SeatsReleased"]


# Numbers


def test_which_stamps_draw_numbers():
    assert series_of(PLACED) == (order_numbers(SHOP), PAYMENT_REFERENCES)
    assert series_of(LINK) == ()


def test_only_the_first_try_of_a_receipt_draws_a_number():
    from ledger.order.stamps import Letter

    resent = ReceiptSendStarted(letter=Letter.PAID, try_number=2)
    first = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=SHOP)
    assert series_of(resent) == ()
    assert series_of(first) == (f"receipts/{SHOP}",)


def test_payment_references_carry_a_check_digit():
    for number in (1, 42, 9_999_999):
        digits = payment_reference(2027, number)
        weights = [1, *([7, 3, 1] * 4)]
        weighed = sum(int(d) * w for d, w in zip(reversed(digits), weights, strict=False))
        assert (len(digits), weighed % 10) == (12, 0)


def test_whoever_read_slowly_does_not_replace_what_is_newer() -> None:
    lately = LatelyInMemory()
    newer = Order(id=uuid4(), version=3)
    lately.put(newer)
    lately.put(Order(id=newer.id, version=2))
    assert lately.get(newer.id) is newer
    newest = Order(id=newer.id, version=4)
    lately.put(newest)
    assert lately.get(newer.id) is newest
