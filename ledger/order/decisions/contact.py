"""What staff keep about an order's person: who it is, and notes for each other."""

from collections.abc import Sequence

from ledger.kernel.refusals import PersonErased
from ledger.order.commands import ChangeContact, WriteNote
from ledger.order.decisions.staff import require_unmoved
from ledger.order.order import Order
from ledger.order.stamps import ContactChanged, NoteWritten, OrderStamp

_NOTHING: tuple[OrderStamp, ...] = ()


def change_contact(command: ChangeContact, order: Order) -> Sequence[OrderStamp]:
    """Letters that are due go to whom it says; those that went are no news of ours."""
    _require_known(order)
    if order.terms.customer == command.customer:
        return _NOTHING
    require_unmoved(command.version, order)
    return (
        ContactChanged(
            email_index=command.email_index, customer=command.customer, reason=command.reason
        ),
    )


def write_note(command: WriteNote, order: Order) -> Sequence[OrderStamp]:
    """A note stands beside what the order is: no version is asked for."""
    if any(one.correlation_id == command.correlation_id for one in order.notes):
        return _NOTHING
    _require_known(order)
    return (NoteWritten(text=command.reason),)


def _require_known(order: Order) -> None:
    """Who was erased stays so: nothing is written about them again."""
    if order.terms.customer is None:
        raise PersonErased
