"""Books whose payments do not say whose they are: the pages that the ledger knows tell it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ledger.codec.rows import LedgerRows
from ledger.inbox.ports import Report
from ledger.order.stamps import Paid
from ledger.payments.payment_pages import Page
from ledger.payments.provider import BadMessage, Message
from ledger.reconciliation.our_records import Known, known_since
from ledger.reconciliation.records import (
    LOOKBACK,
    Books,
    Kind,
    Period,
    Tell,
    TheirRecord,
    Unread,
    silent,
)


class Pages(Protocol):
    """A payment page by the provider's name of it; raises `ProviderAway`."""

    def page(self, reference: str) -> Page | None: ...


@dataclass(kw_only=True)
class ByPages:
    """The books of one period. Pages are looked at only if there is a payment that names nobody."""

    books: Books
    pages: Pages
    rows: LedgerRows
    reports: Callable[[Message], Sequence[Report]]
    tell: Tell = silent
    names_orders: bool = field(default=True, init=False)
    _unread: list[Unread] = field(default_factory=list, init=False)
    _news: Mapping[str, Message] | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.books.name

    @property
    def account(self) -> str:
        return self.books.account

    @property
    def live(self) -> bool:
        return self.books.live

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        """Those of the books; a payment that a page tells of is told in the page's words."""
        for one in self.books.records(period):
            if isinstance(one, Unread) or one.kind is not Kind.PAYMENT or self._named(one):
                yield one
            else:
                yield self._introduced(one, period)
        yield from self._unread

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One thing as the books have it."""
        return self.books.record(kind, reference)

    def _introduced(self, payment: TheirRecord, period: Period) -> TheirRecord:
        if self._news is None:
            self._news = dict(self._looked_at(period))
        news = self._news.get(payment.reference)
        return payment if news is None else replace(payment, message=news)

    def _looked_at(self, period: Period) -> Iterator[tuple[str, Message]]:
        """What the pages tell of which no payment is known, by the provider's name of it."""
        known = [*known_since(self.rows, period.since - LOOKBACK, self)]
        paid = {one.correlation_id for one in known if one.try_number is None}
        for number, one in enumerate(filter(_is_page, known), start=1):
            self.tell("looking at payment pages", number)
            page = self.pages.page(one.reference) if one.correlation_id not in paid else None
            if page is not None and page.news is not None:
                for report in self._told(one, page.news):
                    if isinstance(report.fact, Paid):
                        yield report.fact.provider_reference, page.news

    def _told(self, known: Known, news: Message) -> Sequence[Report]:
        try:
            return self.reports(news)
        except BadMessage as trouble:
            unread = Unread(kind=Kind.PAYMENT, reference=known.reference, why=str(trouble))
            self._unread.append(unread)
            return ()

    def _named(self, payment: TheirRecord) -> bool:
        """Whether it names an order; where it cannot be read, whoever compares it tells so."""
        try:
            return any(told.order for told in self.reports(payment.message))
        except BadMessage:
            return True


def _is_page(known: Known) -> bool:
    return known.kind is Kind.PAYMENT and known.try_number is not None
