"""What staff keep about an order: its person, notes for each other, and labels to find it by."""

from collections.abc import Sequence

from ledger.kernel.refusals import LabelUnusable, PersonErased
from ledger.order.commands import AddLabel, ChangeContact, RemoveLabel, WriteNote
from ledger.order.decisions.staff import require_unmoved
from ledger.order.label import MOST_LABELS, label_of
from ledger.order.order import Order
from ledger.order.stamps import ContactChanged, Labelled, NoteWritten, OrderStamp

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


def change_labels(command: AddLabel | RemoveLabel, order: Order) -> Sequence[OrderStamp]:
    """A label stands beside what the order is: no version is asked for. Raises `LabelUnusable`."""
    label = label_of(command.reason)
    known = label in order.labels
    if isinstance(command, RemoveLabel):
        return (Labelled(label=label, removed=True),) if known else _NOTHING
    _require_known(order)
    if label is None or (len(order.labels) >= MOST_LABELS and not known):
        raise LabelUnusable
    return _NOTHING if known else (Labelled(label=label),)


def _require_known(order: Order) -> None:
    """Who was erased stays so: nothing is written about them again."""
    if order.terms.customer is None:
        raise PersonErased
