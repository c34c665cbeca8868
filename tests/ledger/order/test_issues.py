from ledger.cases.stamps import CaseKind
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.order.issues import troubles
from ledger.order.order import Order
from ledger.order.stamps import DisputeClosed, Disputed, Paid, Refunded, RefundFailed
from tests.kits.worker import PRICE, World


def kinds(order: Order) -> list[CaseKind]:
    return [one.kind for one in troubles(order)]


def test_an_order_that_is_paid_is_in_no_trouble():
    assert kinds(World().placed_and_paid()) == []


def test_an_order_that_was_never_placed_is_in_none():
    assert troubles(Order(id=derived(World().place().id, "nothing"))) == ()


def test_a_second_payment_is_too_much_until_it_goes_back():
    world = World()
    order = world.placed_and_paid(PRICE * 2)
    (payment,) = order.attempts
    (trouble,) = troubles(order)
    assert (trouble.kind, trouble.amount) == (CaseKind.OVERPAID, PRICE)
    back = Refunded(payment=payment, amount=PRICE, provider_reference="re_1")
    after = world.orders.record(
        order.id, back, correlation_id=derived(payment, "re_1"), actor="provider:stripe"
    )
    assert kinds(after) == []


def test_a_refund_that_failed_late_is_one_until_another_takes_its_place():
    world = World()
    order = world.placed_and_paid()
    (payment,) = order.attempts
    again = derived(payment, "re_2")
    done = Refunded(payment=payment, amount=PRICE, provider_reference="re_1")
    failed = RefundFailed(
        payment=payment, amount=PRICE, provider_reference="re_1", code="lost_card"
    )
    facts: list[Refunded | RefundFailed] = [done, failed]
    for fact in facts:
        order = world.orders.record(
            order.id, fact, correlation_id=derived(payment, "re_1"), actor="provider:stripe"
        )
    assert kinds(order) == [CaseKind.REFUND_FAILED]
    other = Refunded(payment=payment, amount=PRICE, provider_reference="re_2")
    order = world.orders.record(order.id, other, correlation_id=again, actor="provider:stripe")
    assert kinds(order) == []


def test_a_dispute_is_one_while_it_is_open():
    world = World()
    order = world.placed_and_paid()
    (payment,) = order.attempts
    cause = derived(payment, "dp_1")
    opened = Disputed(payment=payment, amount=PRICE, provider_reference="dp_1")
    order = world.orders.record(order.id, opened, correlation_id=cause, actor="provider:stripe")
    assert kinds(order) == [CaseKind.DISPUTE]
    closed = DisputeClosed(payment=payment, provider_reference="dp_1", won=True)
    order = world.orders.record(order.id, closed, correlation_id=cause, actor="provider:stripe")
    assert kinds(order) == []


def test_the_same_trouble_is_the_same_case():
    world = World()
    order = world.placed_and_paid(Money(1, "EUR"))
    first, again = troubles(order)[0], troubles(world.orders.get(order.id))[0]
    assert first.correlation_id == again.correlation_id
    assert isinstance(world.stamps()[-1].stamp, Paid)
