"""Money that staff say came: a bank transfer counts once, however often it is entered (law 3)."""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from uuid import UUID, uuid5

from ledger.appends import StampStore
from ledger.case_stamps import CaseKind, CaseOpened, Severity
from ledger.cases import Cases
from ledger.commands import MarkPaid
from ledger.money import Money
from ledger.order.by_hand import MANUAL
from ledger.recorded import Recorded, derived
from ledger.refusals import Contradicted, TransferCounted
from ledger.service import Orders

_TRANSFERS = UUID("f0b8a3de-6c0e-4c7d-9f0a-2d6f5c1be6a4")


def mark_paid(
    orders: Orders, cases: Cases, store: StampStore, order_id: UUID, command: MarkPaid
) -> MarkPaid:
    """The command as it was carried out: a transfer has its own identity, the same for everybody.

    Entered again for the same order it changes nothing. For another order, or with another
    amount, it is an alarm and `TransferCounted`; once it was taken back there it is free again.
    """
    named = "".join(command.transfer.split()).upper()
    if not named:
        orders.handle(order_id, command)
        return command
    for number in count():
        wish = replace(command, correlation_id=_identity(named, number), transfer=named)
        stands = _entered(orders, store, order_id, wish)
        attempt = orders.get(stands.stream).attempts[wish.correlation_id]
        if attempt.withdrawn is not None:
            continue
        if stands.stream != order_id or wish.amount not in (None, stands.stamp.amount):
            _alarm(cases, order_id, wish, stands.stamp.amount)
            raise TransferCounted
        return wish
    raise AssertionError("counting does not end")


def _identity(transfer: str, number: int) -> UUID:
    """Of the bank's name for it; another one each time that it was taken back."""
    return uuid5(_TRANSFERS, f"{transfer}/{number}")


def _entered(orders: Orders, store: StampStore, order_id: UUID, wish: MarkPaid) -> Recorded:
    """The payment under this identity: ours, or that of whoever was faster."""
    stands = store.find(wish.correlation_id, "PAID")
    if stands is None:
        with suppress(Contradicted):
            orders.handle(order_id, wish)
        stands = store.find(wish.correlation_id, "PAID")
    assert stands is not None, "it was stamped, or stood there"
    return stands


def _alarm(cases: Cases, order_id: UUID, wish: MarkPaid, counted: Money) -> None:
    told = CaseOpened(
        kind=CaseKind.CONTRADICTION,
        severity=Severity.CRITICAL,
        text="A bank transfer was entered twice: for another order, or with another amount.",
        order=order_id,
        provider=MANUAL,
        provider_reference=wish.transfer,
        amount=wish.amount or counted,
        about=str(wish.correlation_id),
    )
    cause = derived(wish.correlation_id, f"entered/{order_id}/{wish.amount}")
    cases.open(told, correlation_id=cause, actor=wish.actor)
