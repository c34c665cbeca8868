"""Letters to all buyers as a database would keep them, worked out from the ledger at each look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.store.ledger import StampLedger
from ledger.order.evolve import fold
from ledger.order.stamps import OrderPlaced
from ledger.shop.shop import fold_shop
from ledger.shop.stamps import MailingStarted
from projections.mailings import mailing_letters, mailings


class MailingsInMemory:
    """Lists that are never behind."""

    ledger: StampLedger

    def running_mailings(self) -> Sequence[str]:
        shops = dict.fromkeys(self._of(MailingStarted))
        rows = [row for one in shops for row in mailings(fold_shop(one, self.ledger.read(one)))]
        return [row.shop for row in rows if row.state == "running"]

    def mailing_letters(self, mailing: UUID) -> Mapping[str, int]:
        orders = (fold(one, self.ledger.read(one)) for one in self._of(OrderPlaced))
        rows = (row for order in orders for row in mailing_letters(order))
        return Counter(row.state for row in rows if row.mailing == mailing)

    def pages_at(self, position: int) -> bool:
        return True

    def _of(self, kind: type) -> list[UUID]:
        feed = self.ledger.feed(0, limit=100_000)
        return [one.stream for one in feed if isinstance(one.stamp, kind)]
