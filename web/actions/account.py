"""What an account holds: its orders page by page, those it may claim, all that we know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ledger.accounts.account import MOST_CLAIMED, Account
from ledger.order.batch_service import Together
from ledger.order.order import Order
from projections.order_json import order_page
from web.actions.passkeys import name_of
from web.http.session import sessions_of
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


def exported(parts: Parts, account: Account) -> Mapping[str, Any]:
    """All that we know of a person, as they would want to have it."""
    orders: list[Mapping[str, Any]] = []
    after: After | None = None
    while True:
        page = orders_of(parts, account, after=after, limit=_EXPORTED)
        orders += [_order(one, parts.clock()) for one in page.orders]
        if (after := page.after) is None:
            break
    return {
        "account": {
            "email": account.email,
            "language": account.language,
            "opened_at": account.opened_at,
        },
        "sessions": [
            {"how": one.how, "device": one.device, "opened_at": one.opened_at}
            | {"last_used_at": one.last_used_at, "ends_at": one.ends_at}
            for one in sessions_of("customer", account.id)
        ],
        "passkeys": [
            {"name": name_of(parts, one), "added_at": one.added_at}
            | {"last_used_at": one.last_used_at}
            for one in parts.passkeys.of("customer", account.id)
        ],
        "orders": orders,
    }


def _order(order: Order, at: datetime) -> Mapping[str, Any]:
    """As the API tells it, with who placed it, and the letters that it got."""
    customer = order.terms.customer
    letters = [
        {"letter": str(letter), "state": one.state, "number": one.number, "at": one.changed_at}
        for (_, letter), one in order.postings.items()
    ]
    person = asdict(customer) if customer else None
    told = order_page(order, at, order.terms.language)
    return {"customer": person, "letters": letters, **told}


def _read(parts: Parts, ids: Sequence[UUID]) -> Mapping[UUID, Order]:
    """Many orders with one question, in this order."""
    known = Together(parts.store, parts.orders).get(ids) if ids else {}
    return {one: known[one] for one in ids if one in known}
