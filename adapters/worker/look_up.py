"""Payment pages, and payments, are looked at before anybody decides what they brought."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from ledger.inbox.ports import Report
from ledger.inbox.receive import Intake
from ledger.order.order import Order
from ledger.payments.payment_pages import OpenPages, PageProvider, open_attempts
from ledger.payments.provider import BadMessage, Message
from ledger.reconciliation.records import Books, Kind, RefundBooks, TheirRecord, Unread

_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Takes in what a provider has on record of a report's page or, without one, its payment."""

    books: Mapping[str, Books]
    pages: Mapping[str, PageProvider]
    intake: Intake

    def __call__(self, report: Report) -> None:
        """Raises `ledger.payments.provider.ProviderAway`."""
        found = self._page(report) if report.page else self._payment(report)
        if found is not None:
            self.intake.take(found)

    def refunds(self, provider: str, payment: str) -> None:
        """Takes in every refund of a payment. Raises `ledger.payments.provider.ProviderAway`.

        One that cannot be read raises `BadMessage` once all the others are taken in.
        """
        books: object = self.books.get(provider)
        unread = list[Unread]()
        for one in books.refunds_of(payment) if isinstance(books, RefundBooks) else ():
            if isinstance(one, Unread):
                unread.append(one)
            else:
                self.intake.take(one.message)
        if unread:
            raise BadMessage(f"{len(unread)} refunds of the payment cannot be read")

    def _page(self, report: Report) -> Message | None:
        provider = self.pages.get(report.provider)
        page = provider.page(report.page) if provider else None
        return page.news if page else None

    def _payment(self, report: Report) -> Message | None:
        books = self.books.get(report.provider)
        found = books.record(Kind.PAYMENT, report.reference) if books else None
        return found.message if isinstance(found, TheirRecord) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Looks where the provider lets us, and takes in what nobody told us."""

    pages: Mapping[str, PageProvider]
    intake: Intake

    def __call__(self, order: Order) -> bool:
        """True when every page of the order that may bring money was looked at."""
        pages = OpenPages(providers={}, looked_at=self.pages, intake=self.intake)
        waiting = [one for one in open_attempts(order) if one.provider in self.pages]
        told = [(one, pages.look(order, one)) for one in waiting]
        for attempt in [one for one, state in told if state is None]:
            _log.info("provider_away", provider=attempt.provider)
        return all(state is not None for _, state in told)
