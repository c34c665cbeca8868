"""What each stamp added to the figures of its stream: sums of entries are figures as of any moment.

An entry stands where the ledger learned of it. A period that is over gets no further entries, so
what was said of it stays as it is, whatever comes later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.grants.grantee import Grantee
from ledger.grants.stamps import VoucherNews
from ledger.kernel.events import Recorded
from ledger.order import stamps
from ledger.order.order import Order
from ledger.vouchers.stamps import VoucherGivenBack, VoucherRedeemed
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace
from projections.engine.projection import Projection, column
from projections.reports.figures import Counted, Figure, figures
from projections.reports.line_figures import figures_of_place
from projections.reports.voucher_figures import figures_of_person, opened, used_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """One stamp changed one figure by so much. `nth` tells apart the entries of a stamp.

    `at` is when the stamp was recorded; amounts are in minor units.
    """

    stream: UUID
    position: int
    nth: int
    at: datetime
    since: datetime
    shop: str
    kind: str
    outcome: str
    provider: str
    method: str
    product: str
    revision: int
    rate: str
    currency: str
    door: str
    day: str
    payout: str
    bank_reference: str
    many: int
    amount: int
    vat: int


# They change nothing that is counted.
_STILL = frozenset[type](
    {
        stamps.ContactChanged,
        stamps.NoteWritten,
        stamps.Labelled,
        stamps.LinesSwapped,
        stamps.CancellationRequested,
        stamps.StartMoved,
        stamps.StartAccepted,
        stamps.BuyerAddressed,
        stamps.LetterWordsUsed,
        stamps.ReceiptSendStarted,
        stamps.ReceiptSent,
        stamps.ReceiptFailed,
        stamps.ReceiptUnknown,
        stamps.ReceiptResendRequested,
        stamps.TicketsIssued,
        stamps.CreateCaptureRequest,
    }
)


def entries(
    before: Order | None, after: Order, recorded: Recorded[object]
) -> Sequence[ReportEntry]:
    """What one stamp changed: figures that went, and those that came or grew."""
    if type(recorded.stamp) in _STILL or after.placed is None:
        return ()
    then = figures(before) if before is not None else {}
    return _changed(after.id, after.placed.shop_slug, then, figures(after), recorded)


def entries_of_person(
    before: Grantee | None, after: Grantee, recorded: Recorded[object]
) -> Sequence[ReportEntry]:
    """What news of somebody's voucher changed."""
    if not isinstance(recorded.stamp, VoucherNews) or after.listed is None:
        return ()
    then = figures_of_person(before) if before is not None else {}
    return _changed(after.id, after.listed.shop_slug, then, figures_of_person(after), recorded)


def entries_of_voucher(
    before: Voucher | None, after: Voucher, recorded: Recorded[object]
) -> Sequence[ReportEntry]:
    """What a use, or the end, of a code changed: a campaign's has thousands of uses."""
    if after.issued is None:
        return ()
    stamp, shop = recorded.stamp, after.issued.shop_slug
    if isinstance(stamp, VoucherRedeemed | VoucherGivenBack):
        then = used_by(before, stamp.order) if before is not None else {}
        return _changed(after.id, shop, then, used_by(after, stamp.order), recorded)
    then = opened(before) if before is not None else {}
    return _changed(after.id, shop, then, opened(after), recorded)


def entries_of_place(
    before: WaitingPlace | None, after: WaitingPlace, recorded: Recorded[object]
) -> Sequence[ReportEntry]:
    """What became of somebody in a waiting list."""
    if after.taken is None:
        return ()
    then = figures_of_place(before) if before is not None else {}
    return _changed(after.id, after.taken.shop_slug, then, figures_of_place(after), recorded)


def _changed(
    stream: UUID,
    shop: str,
    then: Mapping[Figure, Counted],
    now: Mapping[Figure, Counted],
    recorded: Recorded[object],
) -> Sequence[ReportEntry]:
    """Figures that went, and those that came or grew."""
    changed = [(figure, [-one for one in was]) for figure, was in then.items() if figure not in now]
    for figure, counted in now.items():
        was = then.get(figure)
        if was is None:
            changed.append((figure, [*counted]))
        elif was != counted:
            changed.append((figure, [new - old for new, old in zip(counted, was, strict=True)]))
    return [
        ReportEntry(
            stream=stream,
            position=recorded.position,
            nth=nth,
            at=recorded.recorded_at,
            shop=shop,
            **_told_apart(figure),
            many=column(many),
            amount=column(amount),
            vat=column(vat),
        )
        for nth, (figure, (many, amount, vat)) in enumerate(changed)
    ]


def _told_apart(figure: Figure) -> dict[str, Any]:
    return {**figure._asdict(), "kind": str(figure.kind), "outcome": str(figure.outcome)}


REPORT_ENTRIES = Projection(
    name="report_entries",
    version=7,
    row=ReportEntry,
    key=("position", "nth"),
    rows={},
    entries={
        Order: entries,
        Grantee: entries_of_person,
        Voucher: entries_of_voucher,
        WaitingPlace: entries_of_place,
    },
    still=_STILL,
)
