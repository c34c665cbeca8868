"""Every stamp that a shift at a till can hold. Field names are storage format: never rename."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from ledger.kernel.events import stamp
from ledger.kernel.money import Money


class Way(StrEnum):
    """How somebody paid at the door: cash, or a card at a terminal that we do not talk to."""

    CASH = "cash"
    CARD = "card"


def shift_id(shop: UUID, actor: str, number: int) -> UUID:
    """The stream of a person's shift in a shop; their shifts are counted from 1."""
    return uuid5(shop, f"till/{actor}/{number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSum:
    """What was sold at one VAT rate, VAT included."""

    vat_percent: str
    gross: Money


@stamp("SHIFT_OPENED", binding=("shop", "opening"))
class ShiftOpened:
    """Somebody begins to sell at a door; `opening` is the cash that lay in the till then.

    A person has one open shift in a shop at most: each stream follows on the one before.
    """

    shop: UUID
    shop_slug: str
    number: int
    opening: Money


@stamp("SALE_RUNG", binding=("order", "amount", "way"))
class SaleRung:
    """An order was sold and paid in this shift. Its own stamps stand in the same append.

    `rates` are what the amount is made of, by VAT rate.
    """

    order: UUID
    amount: Money
    way: Way
    rates: tuple[RateSum, ...]


@stamp("SALE_VOIDED", binding=("order", "amount", "way"), sealed=("reason",))
class SaleVoided:
    """A sale was a mistake: its order is cancelled in the same append, and its money handed back.

    It stands in the shift from whose till the money went back, which need not be that of the sale.
    `rates` as of `SALE_RUNG`.
    """

    order: UUID
    amount: Money
    way: Way
    rates: tuple[RateSum, ...]
    reason: str | None = None


@stamp("CASH_MOVED", binding=("amount", "inward"), sealed=("reason",))
class CashMoved:
    """Cash was put into the till or taken out of it, for another reason than a sale."""

    amount: Money
    inward: bool
    reason: str | None = None


@stamp("SHIFT_CLOSED", binding=("counted",))
class ShiftClosed:
    """The shift is over; `counted` is the cash that somebody counted then."""

    counted: Money


TillStamp = ShiftOpened | SaleRung | SaleVoided | CashMoved | ShiftClosed
