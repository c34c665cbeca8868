"""Money that staff say came: a bank transfer counts once, however often it is entered (law 3)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol
from uuid import UUID, uuid5

from ledger.kernel.events import Recorded
from ledger.kernel.refusals import Contradicted, TransferCounted
from ledger.kernel.store import StampStore
from ledger.order.commands import MarkPaid
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import Paid

_TRANSFERS = UUID("f0b8a3de-6c0e-4c7d-9f0a-2d6f5c1be6a4")


class TransferDesk(Protocol):
    """Where a transfer that was entered twice waits for a person."""

    def transfer_entered_again(self, order: UUID, wish: MarkPaid, first: Order) -> UUID:
        """It was entered otherwise than for the `first` order, for which it counts."""
        ...


def mark_paid(
    orders: Orders, desk: TransferDesk, store: StampStore, order_id: UUID, command: MarkPaid
) -> MarkPaid:
    """The command as it was carried out: a transfer has its own identity, the same for everybody.

    Entered again for the same order it changes nothing. For another order, or with another
    amount, it is an alarm and `TransferCounted`. Once it was taken back it is free for others;
    for the same order only to somebody who looked at it since, so that no old message revives it.
    """
    named = "".join(command.transfer.split()).upper()
    if not named:
        orders.handle(order_id, command)
        return command
    past = _taken_back(orders, store, named)
    wish = replace(command, correlation_id=_identity(named, len(past)), transfer=named)
    stands = store.find(wish.correlation_id, Paid)
    here = [one.correlation_id for one in past if one.stream == order_id]
    if stands is None and here and command.version != orders.get(order_id).version:
        return replace(wish, correlation_id=here[-1])
    stands = stands or _entered(orders, store, order_id, wish)
    if stands.stream != order_id or wish.amount not in (None, stands.stamp.amount):
        desk.transfer_entered_again(order_id, wish, orders.get(stands.stream))
        raise TransferCounted
    return wish


def is_entered(store: StampStore, transfer: str) -> bool:
    """Whether a transfer counts, or was taken back by somebody who looked at it."""
    return store.find(_identity(transfer, 0), Paid) is not None


def _identity(transfer: str, number: int) -> UUID:
    """Of the bank's name for it; another one each time that it was taken back."""
    return uuid5(_TRANSFERS, f"{transfer}/{number}")


def _taken_back(orders: Orders, store: StampStore, transfer: str) -> Sequence[Recorded[Paid]]:
    """Where this transfer was entered by mistake, oldest first."""
    past: list[Recorded[Paid]] = []
    while (stands := store.find(_identity(transfer, len(past)), Paid)) is not None:
        if orders.get(stands.stream).attempts[stands.correlation_id].withdrawn is None:
            break
        past.append(stands)
    return past


def _entered(orders: Orders, store: StampStore, order_id: UUID, wish: MarkPaid) -> Recorded[Paid]:
    """The payment under this identity: ours, or that of whoever was faster."""
    with suppress(Contradicted):
        orders.handle(order_id, wish)
    stands = store.find(wish.correlation_id, Paid)
    assert stands is not None, "it was stamped, or stood there"
    return stands
