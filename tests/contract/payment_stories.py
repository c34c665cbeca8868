"""What any payment provider must come through: one story per function, told at a counter."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tests.contract.counter import FEE, PRICE, Counter
from tests.stand_ins import till

Story = Callable[[Counter], None]


@dataclass(frozen=True)
class Told:
    """A story, and what a provider must be able to do for it."""

    story: Story
    needs: frozenset[str]

    @property
    def name(self) -> str:
        return self.story.__name__

    @property
    def grace(self) -> int | None:
        """Seconds until money is captured, in the shop that the story happens in."""
        return GRACE if till.RESERVES in self.needs else None


GRACE = 3600
STORIES: list[Told] = []


def story(*needs: str) -> Callable[[Story], Story]:
    def keep(function: Story) -> Story:
        STORIES.append(Told(function, frozenset(needs)))
        return function

    return keep


def paid(counter: Counter, name: str = "order") -> UUID:
    """An order whose money came and was told."""
    order = counter.place(name)
    counter.till.pay(counter.page(order))
    counter.tell()
    if counter.status(order) != "PAID":
        # The page's own news was lost: the worker looks at the provider's books.
        counter.pass_()
        counter.work()
    assert counter.status(order) == "PAID"
    return order


@story()
def a_payment(counter: Counter) -> None:
    order = paid(counter)
    counter.come_to_rest()
    assert counter.shown(order)["money"]["received"] == PRICE
    assert len(counter.receipts(order)) == 1
    assert counter.cases() == []


@story()
def a_decline_and_another_try(counter: Counter) -> None:
    order = counter.place()
    counter.till.decline(counter.page(order))
    counter.tell()
    assert counter.status(order) in ("PENDING", "FAILED")
    counter.pay_again(order)
    counter.till.pay(counter.page(order))
    counter.tell()
    assert counter.status(order) == "PAID"
    assert counter.cases() == []


@story(till.SAME_PAGE_AGAIN)
def a_decline_and_another_try_at_the_same_page(counter: Counter) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.decline(page)
    counter.tell()
    counter.till.pay(page)
    counter.tell()
    assert counter.status(order) == "PAID"
    assert counter.cases() == []


@story(till.CAN_BE_ASKED)
def the_browser_comes_back_before_the_provider_tells(counter: Counter) -> None:
    order = counter.place()
    counter.till.pay(counter.page(order))
    news = counter.till.news()
    counter.come_back(order)
    assert counter.status(order) == "PAID"
    counter.tell(*news)
    assert len(counter.receipts(order)) == 1


@story(till.CAN_BE_ASKED, till.SAME_PAGE_AGAIN)
def declined_and_then_paid_at_the_same_page_before_the_provider_tells(counter: Counter) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.decline(page)
    counter.tell()
    waiting = counter.come_back(order)
    assert "We are waiting for the confirmation" in waiting
    assert "Nothing was charged" not in waiting
    assert "Try again" not in waiting
    counter.till.pay(page)
    news = counter.till.news()
    assert "your order is paid" in counter.come_back(order)
    counter.tell(*news)
    assert len(counter.receipts(order)) == 1
    assert counter.cases() == []


@story(till.CAN_BE_ASKED)
def the_script_of_the_page_asks_before_the_provider_tells(counter: Counter) -> None:
    order = counter.place()
    counter.till.pay(counter.page(order))
    news = counter.till.news()
    assert counter.status(order) == "PENDING"
    assert counter.asked(order) == "PAID"
    counter.tell(*news)
    assert len(counter.receipts(order)) == 1


@story(till.CAN_BE_ASKED)
def paying_again_finds_that_it_was_paid(counter: Counter) -> None:
    order = counter.place()
    counter.till.pay(counter.page(order))
    news = counter.till.news()
    counter.pay_again(order)
    assert counter.status(order) == "PAID"
    assert counter.till.pages_made(str(order)) == 1
    counter.tell(*news)
    assert "overpaid" not in counter.shown(order)["flags"]
    assert counter.cases() == []


@story(till.CAN_BE_ASKED, till.LATER)
def a_payment_that_took_days_is_seen_by_who_comes_back(counter: Counter) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.pay_later(page)
    counter.tell()
    assert "Your payment is under way" in counter.come_back(order)
    counter.till.settle(page, ok=True)
    news = counter.till.news()
    assert "your order is paid" in counter.come_back(order)
    counter.tell(*news)


@story(till.LATER)
def a_payment_that_takes_days(counter: Counter) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.pay_later(page)
    counter.tell()
    assert counter.status(order) == "PENDING"
    assert counter.shown(order)["money"]["received"] == 0
    counter.till.settle(page, ok=True)
    counter.tell()
    assert counter.status(order) == "PAID"


@story(till.LATER)
def a_payment_that_fails_after_days(counter: Counter) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.pay_later(page)
    counter.tell()
    counter.till.settle(page, ok=False)
    counter.tell()
    assert counter.status(order) == "FAILED"
    assert counter.receipts(order) == []


@story(till.EXPIRES)
def a_page_that_expires(counter: Counter) -> None:
    order = counter.place()
    counter.till.expire(counter.page(order))
    counter.tell()
    assert counter.status(order) == "FAILED"
    counter.pay_again(order)
    counter.till.pay(counter.page(order))
    counter.tell()
    assert counter.status(order) == "PAID"


@story()
def two_pages_and_both_are_paid(counter: Counter) -> None:
    order = counter.place()
    first = counter.page(order)
    counter.till.decline(first)
    counter.tell()
    counter.pay_again(order)
    second = counter.page(order)
    counter.till.pay(second)
    counter.tell()
    assert counter.status(order) == "PAID"
    assert counter.till.held(second) == PRICE


@story()
def a_refund(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    assert counter.cancel(order) in ("accepted", "unknown")
    counter.come_to_rest()
    assert counter.till.refunds_made(page) == 1
    assert counter.till.held(page) == FEE
    assert counter.status(order) in ("REFUNDED", "REFUND_REQUESTED")
    assert len(counter.receipts(order)) == 2


@story()
def a_refund_that_is_refused(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.till.refuse_next_refund()
    assert counter.cancel(order) == "failed"
    counter.come_to_rest()
    assert counter.status(order) == "REFUND_FAILED"
    assert counter.till.refunds_made(page) == 0
    assert counter.shown(order)["money"]["refunded"] == 0
    assert counter.cases() == ["refund_refused"]


@story(till.SAYS_FAILED)
def a_refund_answered_with_yes_that_has_failed(counter: Counter) -> None:
    order = paid(counter)
    counter.till.fail_next_refund()
    assert counter.cancel(order) == "failed"
    counter.come_to_rest()
    assert counter.status(order) == "REFUND_FAILED"
    assert counter.till.held(counter.page(order)) == PRICE


@story(till.SETTLES_LATER)
def a_refund_that_settles_later(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.till.hold_next_refund()
    counter.cancel(order)
    counter.tell()
    assert counter.status(order) == "REFUND_REQUESTED"
    counter.till.conclude_refunds(page, ok=True)
    counter.come_to_rest()
    assert counter.status(order) == "REFUNDED"
    assert len(counter.receipts(order)) == 2


@story(till.SETTLES_LATER)
def a_refund_that_fails_later(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.till.hold_next_refund()
    counter.cancel(order)
    counter.till.conclude_refunds(page, ok=False)
    counter.come_to_rest()
    assert counter.status(order) == "REFUND_FAILED"
    assert counter.till.held(page) == PRICE
    assert counter.cases() == ["refund_failed"]


@story(till.FAILS_AFTER_SETTLED)
def a_refund_that_fails_after_it_was_settled(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.cancel(order)
    counter.tell()
    assert counter.status(order) == "REFUNDED"
    counter.till.conclude_refunds(page, ok=False)
    counter.tell()
    counter.come_to_rest()
    assert counter.status(order) == "REFUND_FAILED"
    assert counter.cases() == ["refund_failed"]


@story(till.REFUNDS_OUTSIDE)
def a_refund_of_a_part_made_in_the_dashboard(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.till.refund_outside(page, 1000)
    counter.tell()
    assert counter.status(order) == "PARTIALLY_REFUNDED"
    counter.till.refund_outside(page, 500)
    counter.tell()
    counter.come_to_rest()
    assert counter.shown(order)["money"]["refunded"] == 1500


@story()
def the_answer_to_a_page_is_lost(counter: Counter) -> None:
    counter.till.lose_answer("payment")
    order = counter.place()
    for number in range(3):
        counter.pass_()
        counter.work()
        counter.pay_again(order, f"again {number}")
        if counter.pages(order):
            break
    counter.till.pay(counter.page(order))
    counter.tell()
    counter.come_to_rest()
    assert counter.status(order) == "PAID"
    assert counter.till.held(counter.page(order)) == PRICE
    assert counter.cases() == []


@story()
def the_provider_is_down_when_a_page_is_asked(counter: Counter) -> None:
    counter.till.go_down("payment")
    order = counter.place()
    assert counter.status(order) in ("PENDING", "FAILED", "NOT_STARTED")
    counter.pass_()
    counter.work()
    counter.pay_again(order)
    counter.till.pay(counter.page(order))
    counter.tell()
    assert counter.status(order) == "PAID"


@story(till.SIGNS_ANSWERS)
def somebody_else_answers(counter: Counter) -> None:
    counter.till.forge_answer("payment")
    order = counter.place()
    assert counter.pages(order) == []
    for number in range(3):
        counter.pass_()
        counter.work()
        counter.pay_again(order, f"again {number}")
    counter.till.pay(counter.page(order))
    counter.tell()
    counter.till.forge_answer("refund")
    assert counter.cancel(order) == "unknown"
    counter.come_to_rest()
    assert counter.till.refunds_made(counter.page(order)) == 1


@story()
def the_answer_to_a_refund_is_lost(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    counter.till.lose_answer("refund")
    assert counter.cancel(order) == "unknown"
    assert counter.status(order) == "REFUND_REQUESTED"
    counter.come_to_rest()
    assert counter.till.refunds_made(page) == 1
    assert counter.till.held(page) == FEE
    assert counter.status(order) == "REFUNDED"
    assert len(counter.receipts(order)) == 2


@story()
def two_orders_side_by_side(counter: Counter) -> None:
    first, second = counter.place("first"), counter.place("second")
    for order in (first, second):
        counter.till.pay(counter.page(order))
    counter.tell()
    counter.cancel(first)
    counter.come_to_rest()
    assert counter.status(second) == "PAID"
    assert counter.till.held(counter.page(second)) == PRICE
    assert counter.till.held(counter.page(first)) == FEE


def authorized(counter: Counter) -> UUID:
    """An order whose money is reserved."""
    order = counter.place()
    counter.till.pay(counter.page(order))
    counter.tell()
    assert counter.status(order) == "AUTHORIZED"
    assert counter.till.held(counter.page(order)) == 0
    return order


@story(till.RESERVES)
def an_authorization_that_is_captured(counter: Counter) -> None:
    order = authorized(counter)
    counter.work()
    assert counter.status(order) == "AUTHORIZED"
    counter.pass_(GRACE)
    counter.work()
    counter.tell()
    assert counter.status(order) == "PAID"
    assert counter.till.held(counter.page(order)) == PRICE
    assert len(counter.receipts(order)) == 1


@story(till.RESERVES)
def an_authorization_that_is_given_up_in_time(counter: Counter) -> None:
    order = authorized(counter)
    answer = counter.change_mind(order)
    assert (answer.status_code, answer.json["payment_action"]) == (200, "voided")
    counter.tell()
    counter.pass_(GRACE)
    counter.work()
    assert counter.status(order) == "CANCELLED"
    assert counter.till.held(counter.page(order)) == 0
    again = counter.change_mind(order)
    assert (again.status_code, again.json["payment_action"]) == (200, "none")


@story(till.RESERVES)
def an_authorization_that_is_given_up_too_late(counter: Counter) -> None:
    order = authorized(counter)
    counter.pass_(GRACE)
    counter.work()
    assert counter.change_mind(order).status_code == 409
    counter.tell()
    assert counter.status(order) == "PAID"


@story(till.RESERVES)
def the_answer_to_a_capture_is_lost(counter: Counter) -> None:
    order = authorized(counter)
    counter.till.lose_answer("capture")
    counter.pass_(GRACE)
    counter.work()
    counter.come_to_rest()
    assert counter.status(order) == "PAID"
    assert counter.till.held(counter.page(order)) == PRICE


@story(till.RESERVES)
def the_answer_to_a_void_is_lost(counter: Counter) -> None:
    order = authorized(counter)
    counter.till.lose_answer("void")
    assert counter.change_mind(order).status_code == 200
    counter.come_to_rest()
    assert counter.status(order) == "CANCELLED"
    assert counter.till.held(counter.page(order)) == 0
    assert counter.cases() == []


@story(till.RESERVES)
def an_authorization_that_lapses(counter: Counter) -> None:
    order = authorized(counter)
    counter.pass_(8 * 24 * 3600)
    counter.till.catch_up()
    counter.tell()
    counter.come_to_rest()
    assert counter.till.held(counter.page(order)) == 0
    assert counter.shown(order)["money"]["received"] == 0
    assert counter.status(order) != "PAID"
