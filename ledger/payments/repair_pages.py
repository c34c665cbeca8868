"""Unpaid orders whose payment page is missing, over, nameless or unreadable get one that works."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ledger.kernel.refusals import NotPayable
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.service import Orders
from ledger.payments.payment_pages import (
    MessageIntake,
    OpenPages,
    Page,
    PageProvider,
    PageState,
    open_attempts,
)
from ledger.payments.provider import PAGE_LIFETIME, newest, payment_request, start_payment

# What the web has just begun is left to it.
_JUST_BEGUN = timedelta(seconds=20)
_ACTOR = "sessions regenerate"


class PageFault(StrEnum):
    """Why a page has to be replaced."""

    MISSING = "missing"
    EXPIRED = "expired"
    NAMELESS = "nameless"
    COMPLETE = "complete"
    UNREADABLE = "unreadable"
    FORCED = "forced"


class Repair(StrEnum):
    """What became of an order: its page was replaced, it turned out paid, or it must wait."""

    FOUND = "found"
    REGENERATED = "regenerated"
    PAID = "paid"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRepair:
    """Looks at one order at a time; only `replace` writes.

    `return_url` is where the provider sends the customer back to; `fresh` makes correlation ids.
    """

    orders: Orders
    intake: MessageIntake
    provider: PageProvider
    return_url: Callable[[Order], str]
    fresh: Callable[[], UUID]

    def fault(self, order: Order, *, at: datetime, force: bool = False) -> PageFault | None:
        """What is wrong with the newest page of an unpaid order; None if nothing is.

        Money under way is not unpaid, and orders of other providers are not looked at.
        """
        attempt = newest(order)
        if attempt is None or not self._ours(attempt):
            return None
        if not _unpaid(order) or _under_way(attempt, at):
            return None
        page = self.provider.page(attempt.session) if attempt.session else None
        return _fault(page, order, attempt) or (PageFault.FORCED if force else None)

    def replace(self, order: Order, *, at: datetime) -> Repair:
        """Close every page that is open, then make one; what turns out paid is treated as paid."""
        pages = OpenPages(
            providers={self.provider.name: self.provider},
            looked_at={self.provider.name: self.provider},
            intake=self.intake,
        )
        ours = [one for one in open_attempts(order) if self._ours(one)]
        if [one for one in ours if not pages.close(order, one)]:
            return Repair.LEFT
        order = self.orders.get(order.id)
        if not _unpaid(order) or any(_under_way(one, at) for one in order.attempts.values()):
            return Repair.PAID
        return self._minted(order, at)

    def _ours(self, attempt: Attempt) -> bool:
        return attempt.provider == self.provider.name

    def _minted(self, order: Order, at: datetime) -> Repair:
        intent = self._open_intent(order, at)
        wish = payment_request(
            self.provider, correlation_id=intent or self.fresh(), actor=_ACTOR, at=at
        )
        try:
            self.orders.handle(order.id, wish)
        except NotPayable:
            return Repair.PAID
        after = start_payment(
            self.orders,
            self.provider,
            order.id,
            wish.correlation_id,
            return_url=self.return_url(order),
            actor=_ACTOR,
            again=intent is not None,
        )
        made = after.attempts[wish.correlation_id].redirect_url
        return Repair.REGENERATED if made else Repair.LEFT

    def _open_intent(self, order: Order, at: datetime) -> UUID | None:
        """A page that was asked for and not answered is asked for again, not twice."""
        attempt = newest(order)
        if attempt is None or not attempt.unanswered or not self._ours(attempt):
            return None
        return attempt.correlation_id if at < attempt.requested_at + PAGE_LIFETIME else None


def _unpaid(order: Order) -> bool:
    return payable(order) and not order.received


def _under_way(attempt: Attempt, at: datetime) -> bool:
    """A delayed payment, or a question that was asked a moment ago."""
    if attempt.unanswered:
        return at < attempt.requested_at + _JUST_BEGUN
    return attempt.pending_at is not None and not attempt.failed


def _fault(page: Page | None, order: Order, attempt: Attempt) -> PageFault | None:
    if page is None:
        return PageFault.MISSING
    if page.state is PageState.COMPLETE:
        return PageFault.COMPLETE
    if page.state is PageState.EXPIRED:
        return PageFault.EXPIRED
    if page.state is PageState.UNREADABLE:
        return PageFault.UNREADABLE
    named = (page.order, page.attempt) == (order.id, attempt.correlation_id)
    return None if named else PageFault.NAMELESS
