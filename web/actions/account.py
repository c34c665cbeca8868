"""What an account holds: its orders page by page, those it may claim, all that we know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ledger.accounts.account import MOST_CLAIMED, Account
from ledger.order.batch_service import Together
from ledger.order.order import Order
from web.wiring.parts import Parts

SHOWN = 20
_EXPORTED = 200
# Where a list goes on: the time of its last order, and the order.
After = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage:
    """Some orders of an account, the newest first, and where the next page begins."""

    orders: Sequence[Order]
    after: After | None = None


def orders_of(
    parts: Parts, account: Account, *, after: After | None, limit: int = SHOWN
) -> OrdersPage:
    """A page of the account's orders, over all shops. Lists may lag; whose it is says the order."""
    found = parts.views.orders_of_account(
        account.id, claimed=sorted(account.claimed), after=after, limit=limit + 1
    )
    shown = found[:limit]
    known = _read(parts, [order for order, _ in shown])
    return OrdersPage(
        orders=[known[one] for one, _ in shown if one in known and account.has(known[one])],
        after=(shown[-1][1], shown[-1][0]) if len(found) > limit else None,
    )


def claimable(parts: Parts, account: Account) -> Sequence[Order]:
    """Orders of nobody that were placed with the account's address."""
    found = parts.views.orders_of_nobody(account.email_index, limit=MOST_CLAIMED)
    known = _read(parts, [one for one in found if one not in account.claimed])
    return [one for one in known.values() if account.may_claim(one)]


def claim(parts: Parts, account: Account) -> Account:
    """The account with what it may claim."""
    return parts.accounts.claim(account.id, claimable(parts, account), correlation_id=uuid4())


def _read(parts: Parts, ids: Sequence[UUID]) -> Mapping[UUID, Order]:
    """Many orders with one question, in this order."""
    known = Together(parts.store, parts.orders).get(ids) if ids else {}
    return {one: known[one] for one in ids if one in known}
