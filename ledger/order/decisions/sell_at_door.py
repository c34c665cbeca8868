"""An order that is sold at the door: placed, paid by hand and ticketed in one append."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ledger.kernel.money import Money, gross_by_rate
from ledger.kernel.refusals import Busy
from ledger.kernel.store import Append
from ledger.order.commands import DoorSale, PlaceOrder
from ledger.order.decisions.place import place
from ledger.order.decisions.staff import MANUAL
from ledger.order.stamps import (
    CreatePaymentRequest,
    OrderPlaced,
    OrderStamp,
    Paid,
    TicketsIssued,
)
from ledger.order.tickets import may_be_issued, ticket_count
from ledger.shop.shop import Shop
from ledger.vouchers.voucher import Voucher

# What stands or falls with an order that is about to be placed, told by the stamps it begins with.
BesideNew = Callable[[Sequence[OrderStamp]], Append | None]


def nothing_beside(stamps: Sequence[OrderStamp]) -> Append | None:
    """Nothing stands beside."""
    return None


def placed_or_sold(
    command: PlaceOrder, shop: Shop, voucher: Voucher | None
) -> Sequence[OrderStamp]:
    """The first stamps of an order; of one that is sold at a door with its money and its tickets.

    Raises what `place` raises, and `Busy` where other tickets were drawn than are sold now.
    """
    stamps = place(command, shop, voucher)
    return stamps if command.sale is None else _sold(stamps, command, command.sale)


def _sold(
    stamps: Sequence[OrderStamp], command: PlaceOrder, sale: DoorSale
) -> Sequence[OrderStamp]:
    placed = stamps[0]
    assert isinstance(placed, OrderPlaced)
    by_hand = [_by_hand(one) for one in stamps]
    way, total = sale.way, placed.total
    paid = Paid(amount=total, provider=MANUAL, provider_reference="", method=way)
    came = (paid,) if total else ()
    wanted, drawn = ticket_count(placed), sale.tickets
    if not wanted:
        return (*by_hand, *came)
    if not may_be_issued(drawn, wanted=wanted):
        raise Busy(command.order)
    issued = TicketsIssued(
        hashes=tuple(one.hash for one in drawn), codes=tuple(one.code for one in drawn)
    )
    return (*by_hand, *came, issued)


def _by_hand(one: OrderStamp) -> OrderStamp:
    """No provider is asked, whoever takes the shop's other payments."""
    if not isinstance(one, CreatePaymentRequest):
        return one
    return CreatePaymentRequest(amount=one.amount, provider=MANUAL, account="", live=False)


def by_rate(placed: OrderPlaced) -> Mapping[Decimal, Money]:
    """What an order is made of, by VAT rate."""
    return gross_by_rate((one.vat_percent, one.unit_price * one.quantity) for one in placed.lines)
