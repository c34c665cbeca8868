"""What a movement on the shop's account is to us: money of an order, or something odd."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.statements.entry import BANK, BankEntry, is_ours


class Verdict(StrEnum):
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
    Verdict.PAYS,
    Verdict.TOO_LITTLE,
    Verdict.TOO_MUCH,
    Verdict.PAID_TWICE,
    Verdict.ORDER_OVER,
)
CASES = (
    Verdict.BY_HAND,
    Verdict.UNKNOWN,
    Verdict.OTHER_CURRENCY,
    Verdict.OTHER_ACCOUNT,
    Verdict.TAKEN_BACK,
    Verdict.CAME_BACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A verdict, with the order that it is about if there is one."""

    verdict: Verdict
    order: Order | None = None


def match_entry(
    entry: BankEntry, order: Order | None, *, shops: Collection[str], ours_only: bool
) -> Matched:
    """What a movement is; `order` is that of its reference, `shops` are paid to this account.

    With `ours_only`, what has no reference of ours is somebody else's money.
    """
    if not entry.credit and not entry.reversal:
        return Matched(verdict=Verdict.NOT_OURS)
    if order is None:
        return _nobodys(entry, ours_only=ours_only)
    if order.terms.shop_slug not in shops:
        return Matched(verdict=Verdict.OTHER_ACCOUNT)
    if entry.reversal:
        back = Verdict.CAME_BACK if entry.credit else Verdict.TAKEN_BACK
        return Matched(verdict=back, order=order)
    if entry.amount.currency != order.currency:
        return Matched(verdict=Verdict.OTHER_CURRENCY, order=order)
    return Matched(verdict=_of_money(entry, order), order=order)


def _nobodys(entry: BankEntry, *, ours_only: bool) -> Matched:
    ours = is_ours(entry.reference)
    if entry.reversal:
        back = Verdict.CAME_BACK if entry.credit else Verdict.TAKEN_BACK
        return Matched(verdict=back if ours else Verdict.NOT_OURS)
    return Matched(verdict=Verdict.NOT_OURS if ours_only and not ours else Verdict.UNKNOWN)


def _of_money(entry: BankEntry, order: Order) -> Verdict:
    """Whatever it is, it came for this order; only what staff entered before may be the same."""
    if _entered_by_hand(entry, order):
        return Verdict.BY_HAND
    if not order.alive:
        return Verdict.ORDER_OVER
    if not order.missing:
        return Verdict.PAID_TWICE
    if entry.amount < order.missing:
        return Verdict.TOO_LITTLE
    return Verdict.PAYS if entry.amount == order.missing else Verdict.TOO_MUCH


def _entered_by_hand(entry: BankEntry, order: Order) -> bool:
    """Staff said that so much came: it may be this."""
    return any(
        one.provider == MANUAL
        and one.withdrawn is None
        and one.received == entry.amount
        and not one.reference.startswith(BANK)
        for one in order.attempts.values()
    )
