"""Each kind of letter can be shown of a shop that has sold nothing yet."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.order.decisions.place import AT_A_PROVIDER
from ledger.order.letter_samples import SAMPLE_ORDER, sample_letter
from ledger.order.letters_due import how_to_pay_id, owed
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.order.status import Status, status
from ledger.shop.shop import Shop
from ledger.shop.stamps import PaymentLetter
from tests.kits.spec import NOON
from tests.kits.worlds import SPEC, WEEKEND, World

FREE = replace(SPEC, products=(replace(WEEKEND, price=Money(0, "EUR")),))
EMPTY = replace(SPEC, products=())
# Of the others something was told before: a refund that failed after all, tickets, a holder's.
OWED = [one for one in Letter if one not in (Letter.CORRECTION, Letter.TICKET, Letter.TICKET_VOID)]


def shop(spec: Any = SPEC) -> Shop:
    world = World(spec)
    found = world.shops.get(world.slug)
    world.close()
    return found


@pytest.fixture(scope="module")
def winterfest() -> Shop:
    return shop()


def sampled(of: Shop, letter: Letter, **more: Any) -> tuple[Order, Any]:
    return sample_letter(of, letter, language="fi", at=NOON, **more)


@pytest.mark.parametrize("letter", OWED)
def test_the_sample_is_an_order_that_owes_the_letter(winterfest: Shop, letter: Letter) -> None:
    order, cause = sampled(winterfest, letter)
    assert (cause, letter) in [(one.correlation_id, one.letter) for one in owed(order)]


@pytest.mark.parametrize("letter", Letter)
def test_it_is_for_two_of_the_dearest_product_in_the_readers_language(
    winterfest: Shop, letter: Letter
) -> None:
    order, _ = sampled(winterfest, letter)
    (line,) = order.terms.lines
    told = (line.product, line.quantity, line.unit_price, line.tickets)
    assert told == ("weekend", 2, Money(3500, "EUR"), 1)
    assert (order.terms.total, order.terms.language) == (Money(7000, "EUR"), "fi")
    assert (order.number, order.placed_at) == (423, NOON)


def test_who_is_asked_to_pay_has_not_paid(winterfest: Shop) -> None:
    order, cause = sampled(winterfest, Letter.HOW_TO_PAY)
    assert cause == how_to_pay_id(order)
    assert not order.received
    assert status(order) is Status.NOT_STARTED
    assert sampled(winterfest, Letter.PAID)[0].terms.payment_letter is None


def test_a_correction_is_of_a_refund_that_failed_after_all(winterfest: Shop) -> None:
    order, cause = sampled(winterfest, Letter.CORRECTION)
    assert order.refunds[cause].failed_late
    assert sampled(winterfest, Letter.REFUNDED)[0].refunds[cause].was_accepted


def test_a_shop_that_reminds_nobody_can_still_see_how_it_would_ask(winterfest: Shop) -> None:
    asked = sampled(winterfest, Letter.HOW_TO_PAY)[0].terms.payment_letter
    assert asked == PaymentLetter(after=AT_A_PROVIDER)
    never = replace(SPEC, preferences=replace(SPEC.preferences, remind_unpaid=False))
    asked = sampled(shop(never), Letter.HOW_TO_PAY)[0].terms.payment_letter
    assert asked == PaymentLetter(after=0)


def test_who_is_told_of_another_start_comes_later(winterfest: Shop) -> None:
    order, _ = sampled(winterfest, Letter.MOVED)
    assert order.starts_at > order.terms.starts_at


def test_a_receipt_has_its_number(winterfest: Shop) -> None:
    order, cause = sampled(winterfest, Letter.PAID)
    posting = order.postings[cause, Letter.PAID]
    assert (posting.number, posting.state, posting.last_try) == (17, "started", 1)


def test_a_holders_ticket_is_sent_on_and_a_void_one_was_taken_back(winterfest: Shop) -> None:
    held, cause = sampled(winterfest, Letter.TICKET)
    assert held.holders[1].correlation_id == cause
    gone, cause = sampled(winterfest, Letter.TICKET_VOID)
    assert not gone.holders
    assert [one.correlation_id for one in gone.sendings] == [cause]


def test_a_letter_to_buyers_is_about_their_order_or_news(winterfest: Shop) -> None:
    for about_order in (True, False):
        order, cause = sampled(winterfest, Letter.BUYERS, about_order=about_order)
        assert order.mailings[cause].about_order is about_order


def test_where_everything_is_free_the_receipt_is_of_the_order_itself() -> None:
    order, cause = sampled(shop(FREE), Letter.PAID)
    assert cause == order.free_confirmed == SAMPLE_ORDER
    assert order.postings[cause, Letter.PAID].number == 17


def test_a_shop_that_sells_nothing_yet_has_a_sample_all_the_same() -> None:
    order, _ = sampled(shop(EMPTY), Letter.PAID)
    (line,) = order.terms.lines
    assert (line.product, line.unit_price) == ("sample", Money(1000, "EUR"))
    assert order.received == Money(2000, "EUR")
