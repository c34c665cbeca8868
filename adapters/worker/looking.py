"""Payment pages, and payments, are looked at before anybody decides what they brought."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from ledger.intake import Intake
from ledger.order.attempts import Attempt
from ledger.order.state import Order
from ledger.reconciling.records import Books, Kind, ProviderAway
from ledger.regenerating import PageProvider

_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Takes in what a provider's books have of one payment, with the page that it came through."""

    books: Mapping[str, Books]
    intake: Intake

    def __call__(self, provider: str, reference: str) -> None:
        """Raises `ledger.reconciling.records.ProviderAway`."""
        books = self.books.get(provider)
        found = books.record(Kind.PAYMENT, reference) if books else None
        if found is not None:
            self.intake.take(found.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Looks where the provider lets us, and takes in what nobody told us."""

    pages: Mapping[str, PageProvider]
    intake: Intake

    def __call__(self, order: Order) -> bool:
        """True when every page of the order that may bring money was looked at."""
        waiting = [one for one in order.attempts.values() if one.open and one.session]
        answered = [self._looked_at(one) for one in waiting]
        return all(answered)

    def _looked_at(self, attempt: Attempt) -> bool:
        provider = self.pages.get(attempt.provider)
        if provider is None:
            return True
        try:
            page = provider.page(attempt.session)
        except ProviderAway as away:
            _log.info("provider_away", provider=attempt.provider, reason=str(away))
            return False
        if page is not None and page.news is not None:
            self.intake.take(page.news)
        return True
