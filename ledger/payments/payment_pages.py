"""Payment pages at their providers: looked at and closed, and what they tell is taken in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.kernel.refusals import Refusal
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.payments.provider import (
    BadMessage,
    Message,
    PaymentProvider,
    ProviderAway,
    Providers,
    newest,
)


class PageState(StrEnum):
    """How a payment page stands at its provider; complete means that the customer went through.

    One that nobody can read is not known to be closed.
    """

    OPEN = "open"
    EXPIRED = "expired"
    COMPLETE = "complete"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A payment page as its provider has it, with the order and attempt that it names.

    `news` is what its webhook would have brought; None while there is nothing to tell.
    """

    state: PageState
    order: UUID | None
    attempt: UUID | None
    news: Message | None = None


def unreadable(news: Message) -> Page:
    """A page that its provider shows and nobody can read: so says its news, which is kept."""
    return Page(state=PageState.UNREADABLE, order=None, attempt=None, news=news)


class MessageIntake(Protocol):
    """What looking needs of the inbox: what a page tells is kept and stamped."""

    @property
    def find(self) -> Callable[[str, str], UUID | None]:
        """The order of a provider's object, by provider and reference."""
        ...

    def take(
        self, message: Message, *, find: Callable[[str, str], UUID | None] | None = None
    ) -> object:
        """Keep a message and stamp what it says. `find` knows what the views may not show yet."""
        ...


class PageProvider(PaymentProvider, Protocol):
    """What looking needs of a provider: pages that can be looked at.

    `closes_pages` is False where a page only closes by itself.
    """

    closes_pages: bool

    def page(self, reference: str) -> Page | None:
        """A page by the provider's name of it; None when there is none.

        Raises `ledger.payments.provider.ProviderAway`.
        """
        ...


def open_attempts(order: Order) -> Sequence[Attempt]:
    """The attempts of an order whose pages may still bring money."""
    return [one for one in order.attempts.values() if one.open and one.session]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPages:
    """Pages that may still bring money. Nothing that looking or closing tells is thrown away.

    `looked_at` are the providers whose pages can be looked at; without any, no intake is needed.
    """

    providers: Providers
    looked_at: Mapping[str, PageProvider] = field(default_factory=dict)
    intake: MessageIntake | None = None

    def look(self, order: Order, attempt: Attempt) -> PageState | None:
        """How a page stands, with its news taken in; None when nobody tells us."""
        provider = self.looked_at.get(attempt.provider)
        if provider is None:
            return None
        try:
            page = provider.page(attempt.session)
            if page is not None and page.news is not None:
                self._take(page.news, order, attempt)
        except (ProviderAway, BadMessage, Refusal):
            return None
        return PageState.EXPIRED if page is None else page.state

    def close(self, order: Order, attempt: Attempt) -> bool:
        """Whether the page cannot bring money any more that we do not know of.

        One that cannot be closed since it was paid is a payment: looking takes it in.
        """
        provider = self.providers.get(attempt.provider)
        if provider is None:
            return True
        closed = provider.expire_payment(attempt.session)
        return self.look(order, attempt) in (PageState.EXPIRED, PageState.COMPLETE) or closed

    def close_all(self, order: Order) -> Sequence[Attempt]:
        """Close the order's pages, best effort; those that stay open may bring money late."""
        return [one for one in open_attempts(order) if not self.close(order, one)]

    def close_replaced(self, order: Order) -> Sequence[Attempt]:
        """Once the newest attempt has a page, an older one may bring money twice: it is closed.

        Those that stay open; if one brings money after all, that is a case. Money under way cannot
        be called back.
        """
        kept = newest(order)
        if kept is None or not kept.redirect_url:
            return ()
        older = [one for one in open_attempts(order) if one.correlation_id != kept.correlation_id]
        return [one for one in older if one.pending_at is None and not self.close(order, one)]

    def cannot_be_closed(self, order: Order, at: datetime) -> Attempt | None:
        """An attempt whose page is open, and stays open until its time is over."""
        for one in open_attempts(order):
            provider = self.looked_at.get(one.provider)
            lasting = one.expires_at is None or one.expires_at > at
            if provider is None or provider.closes_pages or not lasting or one.pending_at:
                continue
            if self.look(order, one) in (PageState.OPEN, None):
                return one
        return None

    def _take(self, news: Message, order: Order, attempt: Attempt) -> None:
        """The page is this order's, whatever it says and however far behind the views are."""
        intake = self.intake
        assert intake is not None, "whoever looks takes in"

        def find(provider: str, reference: str) -> UUID | None:
            ours = (provider, reference) == (attempt.provider, attempt.session)
            return order.id if ours else intake.find(provider, reference)

        intake.take(news, find=find)
