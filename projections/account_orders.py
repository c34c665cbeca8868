"""Which orders are whose: placed while signed in, or claimed afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.accounts.account import Account
from ledger.order.order import Order
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """An order of an account. The stream is the order, or the account that claimed it."""

    stream: UUID
    order_id: UUID
    account: UUID


def placed_by(order: Order) -> Sequence[AccountOrder]:
    """One row for an order that somebody placed who was signed in."""
    if order.placed is None or order.placed.account is None:
        return ()
    return (AccountOrder(stream=order.id, order_id=order.id, account=order.placed.account),)


def claimed_by(account: Account) -> Sequence[AccountOrder]:
    """One row for each order that an account claimed."""
    return tuple(
        AccountOrder(stream=account.id, order_id=one, account=account.id)
        for one in sorted(account.claimed)
    )


ACCOUNT_ORDERS = Projection(
    name="account_orders",
    version=1,
    row=AccountOrder,
    key=("order_id",),
    rows={Order: placed_by, Account: claimed_by},
    still=OF_LETTERS,
)
