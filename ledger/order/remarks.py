"""What staff note on an order: what it was swapped for, notes, and labels to find it by."""

from ledger.kernel.events import Recorded
from ledger.kernel.values import replace
from ledger.order.order import Note, Order
from ledger.order.stamps import Labelled, LinesSwapped, NoteWritten


def noted(order: Order, stamp: NoteWritten, recorded: Recorded[object]) -> Order:
    """The order with one more note."""
    note = Note(
        correlation_id=recorded.correlation_id,
        text=stamp.text,
        actor=recorded.actor,
        at=recorded.recorded_at,
    )
    return replace(order, notes=(*order.notes, note))


def swapped(order: Order, stamp: LinesSwapped, recorded: Recorded[object]) -> Order:
    """The order with one more swap, which the refund of its pieces is of, if there is one."""
    cause, refunds = recorded.correlation_id, order.refunds
    if not stamp.came and (known := refunds.get(cause)) is not None:
        refunds = {**refunds, cause: replace(known, swapped=True)}
    return replace(order, refunds=refunds, swaps={**order.swaps, cause: stamp})


def labelled(order: Order, stamp: Labelled) -> Order:
    """A label that is sealed for us, or erased, is none."""
    if stamp.label is None or order.erased:
        return order
    others = tuple(one for one in order.labels if one != stamp.label)
    added = () if stamp.removed else (stamp.label,)
    return replace(order, labels=tuple(sorted((*others, *added))))
