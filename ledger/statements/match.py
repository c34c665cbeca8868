"""What a movement on the shop's account is to us: money of an order, or something odd."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.statements.entry import BANK, BankEntry, is_ours
from ledger.statements.transfers import refund_named


class MovementVerdict(StrEnum):
    """What a movement is. The first five are money of an order, told by its reference."""

    PAYS = "pays"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    PAID_TWICE = "paid_twice"
    ORDER_OVER = "order_over"
    BY_HAND = "by_hand"
    UNKNOWN = "unknown"
    OTHER_CURRENCY = "other_currency"
    OTHER_ACCOUNT = "other_account"
    TAKEN_BACK = "taken_back"
    CAME_BACK = "came_back"
    REFUND_SENT = "refund_sent"
    KNOWN = "known"
    NOT_OURS = "not_ours"


MONEY_OF_ORDER = (
    MovementVerdict.PAYS,
    MovementVerdict.TOO_LITTLE,
    MovementVerdict.TOO_MUCH,
    MovementVerdict.PAID_TWICE,
    MovementVerdict.ORDER_OVER,
)
CASES = (
    MovementVerdict.BY_HAND,
    MovementVerdict.UNKNOWN,
    MovementVerdict.OTHER_CURRENCY,
    MovementVerdict.OTHER_ACCOUNT,
    MovementVerdict.TAKEN_BACK,
    MovementVerdict.CAME_BACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A verdict, with the order that it is about if there is one."""

    verdict: MovementVerdict
    order: Order | None = None


def match_entry(
    entry: BankEntry, order: Order | None, *, shops: Collection[str], ours_only: bool
) -> Matched:
    """What a movement is; `order` is that of its reference, `shops` are paid to this account.

    With `ours_only`, what has no reference of ours is somebody else's money.
    """
    if not entry.credit and not entry.reversal:
        ours = refund_named(entry.end_to_end) is not None
        return Matched(verdict=MovementVerdict.REFUND_SENT if ours else MovementVerdict.NOT_OURS)
    if order is None:
        return _nobodys(entry, ours_only=ours_only)
    if order.terms.shop_slug not in shops:
        return Matched(verdict=MovementVerdict.OTHER_ACCOUNT)
    if entry.reversal:
        back = MovementVerdict.CAME_BACK if entry.credit else MovementVerdict.TAKEN_BACK
        return Matched(verdict=back, order=order)
    if entry.amount.currency != order.currency:
        return Matched(verdict=MovementVerdict.OTHER_CURRENCY, order=order)
    return Matched(verdict=_of_money(entry, order), order=order)


def _nobodys(entry: BankEntry, *, ours_only: bool) -> Matched:
    ours = is_ours(entry.reference)
    if entry.reversal:
        back = MovementVerdict.CAME_BACK if entry.credit else MovementVerdict.TAKEN_BACK
        return Matched(verdict=back if ours else MovementVerdict.NOT_OURS)
    return Matched(
        verdict=MovementVerdict.NOT_OURS if ours_only and not ours else MovementVerdict.UNKNOWN
    )


def _of_money(entry: BankEntry, order: Order) -> MovementVerdict:
    """Whatever it is, it came for this order; only what staff entered before may be the same."""
    if _entered_by_hand(entry, order):
        return MovementVerdict.BY_HAND
    if not order.alive:
        return MovementVerdict.ORDER_OVER
    if not order.missing:
        return MovementVerdict.PAID_TWICE
    if entry.amount < order.missing:
        return MovementVerdict.TOO_LITTLE
    return MovementVerdict.PAYS if entry.amount == order.missing else MovementVerdict.TOO_MUCH


def _entered_by_hand(entry: BankEntry, order: Order) -> bool:
    """Staff said that so much came: it may be this."""
    return any(
        one.provider == MANUAL
        and one.received == entry.amount
        and not one.reference.startswith(BANK)
        for one in order.attempts.values()
    )
