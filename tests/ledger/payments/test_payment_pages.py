"""Pages are looked at and closed; what they tell is taken in, and money under way is left alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.payments.payment_pages import OpenPages, Page, PageState, open_attempts
from ledger.payments.provider import BadMessage, Message, ProviderAway
from tests.kits.worlds import World


@dataclass
class Pages:
    """A provider's pages, by their names; whether one can be closed is told beforehand."""

    stand: dict[str, PageState | Exception] = field(default_factory=dict)
    news: dict[str, Message] = field(default_factory=dict)
    unclosable: set[str] = field(default_factory=set)
    closed: list[str] = field(default_factory=list)
    closes_pages: bool = True

    def page(self, reference: str) -> Page | None:
        state = self.stand.get(reference, PageState.OPEN)
        if isinstance(state, Exception):
            raise state
        news = self.news.get(reference)
        return Page(state=state, order=None, attempt=None, news=news)

    def expire_payment(self, reference: str) -> bool:
        self.closed.append(reference)
        return reference not in self.unclosable


@dataclass
class Taken:
    """An intake that keeps what it was given, and whose order it was said to be."""

    news: list[tuple[Message, UUID | None]] = field(default_factory=list)

    def find(self, provider: str, reference: str) -> UUID | None:
        return None

    def take(
        self, message: Message, *, find: Callable[[str, str], UUID | None] | None = None
    ) -> object:
        assert find is not None
        self.news.append((message, find("stripe", "page 1")))
        return None


@pytest.fixture
def order() -> Iterator[Order]:
    """Three attempts: the first has its page, the second's money is under way, the third is new."""
    world = World()
    placed = world.place()
    (attempt,) = placed.attempts.values()

    def tried(number: int, **more: Any) -> Attempt:
        return replace(
            attempt,
            correlation_id=uuid5(placed.id, str(number)),
            session=f"page {number}",
            redirect_url=f"https://pay.example/{number}",
            **more,
        )

    attempts = [tried(1), tried(2, pending_at=world.clock()), tried(3)]
    yield replace(placed, attempts={one.correlation_id: one for one in attempts})
    world.close()


def first(order: Order) -> Attempt:
    return next(iter(order.attempts.values()))


def pages_at(provider: Pages, taken: Taken | None = None) -> OpenPages:
    known: Any = {"stripe": provider}
    return OpenPages(providers=known, looked_at=known, intake=taken or Taken())


def names(attempts: Any) -> list[str]:
    return [one.session for one in attempts]


def test_what_a_page_tells_is_taken_in_as_news_of_its_order(order: Order) -> None:
    news, taken = Message(provider="stripe", name="evt", body=b"{}"), Taken()
    provider = Pages(news={"page 1": news}, stand={"page 1": PageState.COMPLETE})
    assert pages_at(provider, taken).look(order, first(order)) is PageState.COMPLETE
    assert taken.news == [(news, order.id)]


@pytest.mark.parametrize("trouble", [ProviderAway("cut"), BadMessage("not JSON")], ids=repr)
def test_where_nobody_answers_nothing_is_known(order: Order, trouble: Exception) -> None:
    pages = pages_at(Pages(stand={"page 1": trouble}))
    assert pages.look(order, first(order)) is None


def test_once_the_newest_has_its_page_the_older_is_closed_but_not_money_under_way(
    order: Order,
) -> None:
    provider = Pages()
    assert names(pages_at(provider).close_replaced(order)) == []
    assert provider.closed == ["page 1"]


def test_a_replaced_page_that_stays_open_is_told(order: Order) -> None:
    provider = Pages(unclosable={"page 1"})
    assert names(pages_at(provider).close_replaced(order)) == ["page 1"]


@pytest.mark.parametrize("stands", [PageState.EXPIRED, PageState.COMPLETE])
def test_a_page_that_is_over_cannot_bring_money_that_we_do_not_know_of(
    order: Order, stands: PageState
) -> None:
    provider = Pages(unclosable={"page 1"}, stand={"page 1": stands})
    assert pages_at(provider).close(order, first(order))


def test_where_pages_close_only_by_themselves_an_open_one_is_the_one_to_pay_on(
    order: Order,
) -> None:
    provider = Pages(closes_pages=False, stand={"page 1": PageState.EXPIRED})
    at = first(order).requested_at
    found = pages_at(provider).cannot_be_closed(order, at)
    assert found is not None
    assert found.session == "page 3"
    assert pages_at(Pages()).cannot_be_closed(order, at) is None


def test_only_a_page_that_was_made_and_is_open_may_bring_money(order: Order) -> None:
    one, two, three = order.attempts.values()
    changed = [replace(one, session=""), replace(two, expired=True), three]
    found = replace(order, attempts={each.correlation_id: each for each in changed})
    assert names(open_attempts(order)) == ["page 1", "page 2", "page 3"]
    assert names(open_attempts(found)) == ["page 3"]


def test_until_the_newest_has_its_page_no_older_one_is_closed(order: Order) -> None:
    *older, newest = order.attempts.values()
    begun = [*older, replace(newest, session="", redirect_url="")]
    asked = replace(order, attempts={one.correlation_id: one for one in begun})
    provider = Pages()
    assert pages_at(provider).close_replaced(asked) == ()
    assert provider.closed == []


def test_a_page_whose_time_is_over_is_no_open_one(order: Order) -> None:
    provider, at = Pages(closes_pages=False), first(order).requested_at
    over = [replace(one, expires_at=at) for one in order.attempts.values()]
    ended = replace(order, attempts={one.correlation_id: one for one in over})
    pages = pages_at(provider)
    assert pages.cannot_be_closed(ended, at) is None
    found = pages.cannot_be_closed(ended, at - timedelta(microseconds=1))
    assert found is not None
    assert found.session == "page 1"
