"""Payments that name nobody: the pages that the ledger knows tell whose they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import CreateRefundSuccess, PaymentFailed
from ledger.payments.payment_pages import Page, PageState
from ledger.payments.provider import Message
from ledger.reconciliation.by_pages import ByPages
from ledger.reconciliation.records import Kind, TheirRecord, Unread
from tests.kits.compared_books import GARBLED, ComparedBooks

PAYMENT, REFUND = Kind.PAYMENT, Kind.REFUND
UNREAD = Unread(kind=PAYMENT, reference="pi_7", why="it has no amount")


@dataclass
class ShownPages:
    """Pages by their name, and which ones were looked at."""

    news: dict[str, Message | None] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)

    def page(self, reference: str) -> Page | None:
        self.looked.append(reference)
        if reference not in self.news:
            return None
        return Page(state=PageState.COMPLETE, order=None, attempt=None, news=self.news[reference])


@pytest.fixture
def both() -> Iterator[ComparedBooks]:
    made = ComparedBooks()
    yield made
    made.world.close()


@pytest.fixture
def pages() -> ShownPages:
    return ShownPages()


def books(both: ComparedBooks, pages: ShownPages) -> ByPages:
    def tell(what: str, number: int) -> None:
        both.told.append((what, number))

    return ByPages(
        books=both.books, pages=pages, rows=both.rows, reports=both.intake.reports, tell=tell
    )


def listed(both: ComparedBooks, pages: ShownPages) -> list[Any]:
    return [*books(both, pages).records(both.period)]


def waits(both: ComparedBooks, name: str, session: str) -> Order:
    """An order with a payment page, as far as the ledger knows not paid."""
    order = both.placed(name)
    both.page(order, session)
    return order


def nameless(both: ComparedBooks, reference: str) -> TheirRecord:
    """A payment whose own news tells no order."""
    order = both.placed(f"of {reference}")
    news = both.news_of_payment(order, reference)
    (report,) = both.door.means[news.body]
    both.door.means[b"nameless " + news.body] = [
        both.report(None, report.fact, report.correlation_id)
    ]
    message = Message(provider="stripe", name=reference, body=b"nameless " + news.body)
    return both.theirs(PAYMENT, reference, message=message)


def test_they_are_the_books_beneath(both: ComparedBooks, pages: ShownPages) -> None:
    made = books(both, pages)
    assert (made.name, made.account, made.live) == ("stripe", "acct_1", False)
    both.books.live = True
    assert (made.live, made.names_orders) == (True, True)
    both.books.shown[REFUND, "re_1"] = UNREAD
    assert (made.record(REFUND, "re_1"), made.record(PAYMENT, "re_1")) == (UNREAD, None)


def test_a_payment_is_told_in_the_words_of_its_page(both: ComparedBooks, pages: ShownPages) -> None:
    order = waits(both, "a", "cs_1")
    news = both.news_of_payment(order, "pi_1")
    pages.news["cs_1"] = news
    both.books.listed = [nameless(both, "pi_1"), nameless(both, "pi_2")]
    first, second = listed(both, pages)
    assert (first.message, first.reference) == (news, "pi_1")
    assert second == both.books.listed[1]
    # Once for all payments.
    assert (pages.looked, both.told) == (["cs_1"], [("looking at payment pages", 1)])


def test_no_page_is_looked_at_where_every_payment_tells_whose_it_is(
    both: ComparedBooks, pages: ShownPages
) -> None:
    order = waits(both, "a", "cs_1")
    both.books.listed = [
        both.theirs(PAYMENT, "pi_1", message=both.news_of_payment(order, "pi_1")),
        both.theirs(REFUND, "re_1"),
        UNREAD,
        both.theirs(PAYMENT, "pi_2", message=Message(provider="stripe", name="n", body=GARBLED)),
    ]
    assert listed(both, pages) == both.books.listed
    assert pages.looked == []


def test_pages_whose_payment_is_known_are_passed_over(
    both: ComparedBooks, pages: ShownPages
) -> None:
    paid = both.placed("paid")
    both.page(paid, "cs_1")
    (attempt,) = paid.attempts
    news = both.news_of_payment(paid, "pi_1")
    both.record(paid, both.door.means[news.body][0].fact, attempt)
    waits(both, "b", "cs_2")
    both.books.listed = [nameless(both, "pi_9")]
    assert listed(both, pages) == both.books.listed
    assert pages.looked == ["cs_2"]
    assert both.told == [("looking at payment pages", number) for number in (1, 2)]


def test_a_refund_is_no_page(both: ComparedBooks, pages: ShownPages) -> None:
    order = both.placed()
    (attempt,) = order.attempts
    back = CreateRefundSuccess(
        payment=attempt, amount=Money(500, "EUR"), provider_reference="re_1", try_number=1
    )
    both.record(order, back, uuid4())
    both.books.listed = [nameless(both, "pi_9")]
    assert listed(both, pages) == both.books.listed
    assert (pages.looked, both.told) == ([], [])


@pytest.mark.parametrize(("days", "looked"), [(9, ["cs_1"]), (9.1, [])])
def test_pages_made_up_to_eight_days_before_a_period_are_looked_at(
    both: ComparedBooks, pages: ShownPages, days: float, looked: list[str]
) -> None:
    waits(both, "a", "cs_1")
    both.world.clock.pass_(days=days)
    both.books.listed = [nameless(both, "pi_9")]
    listed(both, pages)
    assert pages.looked == looked


def test_a_page_that_has_no_news_or_tells_of_no_payment_tells_nothing(
    both: ComparedBooks, pages: ShownPages
) -> None:
    order = waits(both, "a", "cs_1")
    waits(both, "b", "cs_2")
    failed = PaymentFailed(provider_reference="pi_9", code="declined")
    pages.news = {
        "cs_1": both.news("n", both.report(order, failed, uuid4())),
        "cs_2": None,
    }
    both.books.listed = [nameless(both, "pi_9")]
    assert listed(both, pages) == both.books.listed
    assert pages.looked == ["cs_1", "cs_2"]


def test_a_page_that_cannot_be_read_is_told_after_all_payments(
    both: ComparedBooks, pages: ShownPages
) -> None:
    waits(both, "a", "cs_1")
    pages.news["cs_1"] = Message(provider="stripe", name="n", body=GARBLED)
    both.books.listed = [nameless(both, "pi_9"), both.theirs(REFUND, "re_1")]
    unread = Unread(kind="payment", reference="cs_1", why="nobody can read it")
    assert listed(both, pages) == [*both.books.listed, unread]
