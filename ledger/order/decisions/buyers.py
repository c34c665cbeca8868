"""A letter to all buyers reaches an order: whether it is meant, and that it is told so once."""

from collections.abc import Sequence
from uuid import UUID

from ledger.order.commands import AddressBuyer
from ledger.order.order import Order
from ledger.order.stamps import BuyerAddressed, OrderStamp
from ledger.shop.stamps import Buyers, MailingStarted


def group_of(order: Order) -> Buyers:
    """Which buyers an order's is among."""
    if not order.alive:
        return Buyers.CANCELLED
    return Buyers.PAID if order.confirmed else Buyers.UNPAID


def was_addressed(order: Order, mailing: UUID) -> bool:
    """Whether a letter to buyers has reached an order already."""
    return any(one.mailing == mailing for one in order.mailings.values())


def is_meant(order: Order, letter: MailingStarted) -> bool:
    """Whether a letter to buyers goes to an order, as it stands."""
    if order.placed is None or order.erased or order.anonymous:
        return False
    bought = {line.product for line in order.terms.lines}
    return group_of(order) in letter.buyers and (not letter.product or letter.product in bought)


def address_buyer(command: AddressBuyer, order: Order) -> Sequence[OrderStamp]:
    """Once for each letter; nothing to who was erased meanwhile."""
    if was_addressed(order, command.mailing) or order.erased or order.anonymous:
        return ()
    return (BuyerAddressed(mailing=command.mailing, about_order=command.about_order),)
