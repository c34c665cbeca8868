"""What doors do with tickets: let their holders in and out, one by one or from a queue; undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypedDict
from uuid import UUID

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.events import derived
from ledger.kernel.refusals import (
    Contradicted,
    NotAdmitted,
    NotInside,
    UnknownCheckIn,
    UnknownOrder,
)
from ledger.order.admission import DoorResult, DoorVerdict, revoked, ticket_with, tickets
from ledger.order.attendance import Scan, day_of, scan_cause
from ledger.order.batch_service import Together
from ledger.order.commands import CheckIn, CheckOut, UndoCheckIn
from ledger.order.order import Order
from ledger.order.stamps import TicketCheckedIn
from ledger.order.tickets import Ticket
from ledger.shop.shop import Shop
from ledger.tickets.code import as_stored
from web.actions.device_clock import DeviceClock
from web.actions.wish import Wish
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedScan:
    """One scan as a device tells of it: by a code, or by an order and the number of its ticket."""

    id: UUID
    door: str
    inward: bool
    scanned_at: datetime
    code: str = ""
    order: UUID | None = None
    number: int = 0
    queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a scan. `word` is a result, or `left` or `not_inside` of who leaves.

    `recorded`: it stands in the ledger; `stands`: it is the one that counts. `repeated`: it was
    answered before.
    """

    scan: UUID
    word: str
    day: str
    door: str
    order: Order | None = None
    ticket: Ticket | None = None
    used: Scan | None = None
    why: str = ""
    again: bool = False
    repeated: bool = False
    recorded: bool = False
    stands: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDoor:
    """Who is at which door: the shop, the device, its clock, and whoever holds it."""

    shop: Shop
    device: str
    actor: str
    clock: DeviceClock


def scan(parts: Parts, at: AtDoor, wanted: WantedScan) -> Answer:
    """One scan, on line: what it comes to is what the ledger says. Raises `Contradicted`."""
    stream = wanted.order or _streams(parts, at.shop, [wanted]).get(_hashed(parts, wanted.code))
    if stream is None:
        return _unknown(at, wanted)
    before = parts.orders.remembered(stream) or parts.orders.get(stream)
    if before.terms.shop_slug != at.shop.slug:
        raise UnknownOrder
    command = _command(parts, at, wanted)
    repeated = command.correlation_id in before.scans
    try:
        after = parts.orders.handle(stream, command)
    except NotAdmitted as no:
        return _refused(parts.orders.get(stream), command, no)
    except NotInside:
        order = parts.orders.get(stream)
        answer = _unknown(at, wanted)
        return replace(answer, word="not_inside", order=order, ticket=_named(order, command))
    return replace(_recorded(after, command.correlation_id), repeated=repeated)


def enter_queue(parts: Parts, at: AtDoor, wanted: Sequence[WantedScan]) -> Sequence[Answer]:
    """Scans that were made off line. Each is a fact; the same one again changes nothing.

    The first of each order are appended together, then the second, and so on: whatever breaks off
    between leaves whole scans, and all of them sent again are the same. One that fits nowhere let
    somebody in as well: it is a case.
    """
    streams = _streams(parts, at.shop, wanted)
    waiting: dict[UUID, list[CheckIn | CheckOut]] = {}
    for one in wanted:
        if stream := streams.get(_hashed(parts, one.code)):
            waiting.setdefault(stream, []).append(_command(parts, at, one))
    together = Together(parts.store, parts.orders)
    orders = dict(together.get([*waiting]))
    known = {cause for one in orders.values() for cause in one.scans}
    for nth in range(max(map(len, waiting.values()), default=0)):
        turn = [(stream, some[nth]) for stream, some in waiting.items() if nth < len(some)]
        told = [(orders[stream], command) for stream, command in turn if stream in orders]
        for (order, command), after in zip(told, together.handle(told), strict=True):
            orders[order.id] = after or _by_itself(parts, order.id, command)
    answers = [_entered(parts, at, one, streams, orders) for one in wanted]
    for one, answer in zip(wanted, answers, strict=True):
        if not answer.recorded:
            _tell_staff(parts, at, one)
    return [replace(one, repeated=scan_cause(at.shop.id, one.scan) in known) for one in answers]


def _by_itself(parts: Parts, stream: UUID, command: CheckIn | CheckOut) -> Order:
    """Somebody was faster, or it stands there already. One that fits nowhere is answered so."""
    try:
        return parts.orders.handle(stream, command)
    except (NotAdmitted, Contradicted):
        return parts.orders.get(stream)


def _tell_staff(parts: Parts, at: AtDoor, wanted: WantedScan) -> None:
    """No order can take this scan: its code is no ticket's, or its id another scan's."""
    cause = scan_cause(at.shop.id, wanted.id)
    way = "let somebody in" if wanted.inward else "saw somebody leave"
    when = at.clock.put_right(wanted.scanned_at).astimezone(UTC).isoformat(timespec="seconds")
    case = CaseOpened(
        kind=CaseKind.CHECK_IN_CONFLICT,
        severity=Severity.WARNING,
        text=f"Off line, {at.device} {way} at {wanted.door} of {at.shop.slug} at {when}, with what"
        " is no ticket of this shop, or under the name of another scan.",
        about=str(wanted.id),
    )
    parts.cases.open(case, correlation_id=derived(cause, "case/unknown"), actor=at.actor)


def _entered(
    parts: Parts,
    at: AtDoor,
    wanted: WantedScan,
    streams: Mapping[str, UUID],
    orders: Mapping[UUID, Order],
) -> Answer:
    order = orders.get(streams.get(_hashed(parts, wanted.code), at.shop.id))
    cause = scan_cause(at.shop.id, wanted.id)
    known = order.scans.get(cause) if order else None
    said = (_hashed(parts, wanted.code), wanted.door, wanted.inward)
    if order is None or known is None or (known.ticket, known.door, known.inward) != said:
        return _unknown(at, wanted)
    return _recorded(order, cause)


def undo(parts: Parts, shop: Shop, scan: UUID, wish: Wish, reason: str) -> tuple[Order, Scan, bool]:
    """The check-in counts no more: its order, the scan, and whether that was so before.

    Raises `UnknownCheckIn`.
    """
    cause = scan_cause(shop.id, scan)
    found = parts.store.find(cause, TicketCheckedIn)
    if found is None:
        raise UnknownCheckIn
    before = parts.orders.get(found.stream)
    wished: Wish = {**wish, "correlation_id": cause}
    after = parts.orders.handle(found.stream, UndoCheckIn(**wished, reason=reason))
    return after, after.scans[cause], before.scans[cause].undone


def ticket_of(order: Order, scan: Scan) -> Ticket | None:
    """The ticket that was scanned."""
    return ticket_with(order, scan.ticket)


def _hashed(parts: Parts, typed: str) -> str:
    """The keyed hash of a code as it was scanned or typed; empty for what is none."""
    code = as_stored(typed)
    return parts.keyring.ticket_hash(code) if code else ""


def _streams(parts: Parts, shop: Shop, wanted: Sequence[WantedScan]) -> Mapping[str, UUID]:
    """The orders of these codes, by their hashes."""
    hashes = sorted({hashed for one in wanted if (hashed := _hashed(parts, one.code))})
    found = parts.views.door_tickets(shop.slug, hashes) if hashes else ()
    return {one.hash: one.stream for one in found}


def _command(parts: Parts, at: AtDoor, wanted: WantedScan) -> CheckIn | CheckOut:
    told = _Told(
        correlation_id=scan_cause(at.shop.id, wanted.id),
        actor=at.actor,
        at=at.clock.received,
        scan=wanted.id,
        door=wanted.door,
        device=at.device,
        scanned_at=at.clock.put_right(wanted.scanned_at) if wanted.queued else at.clock.received,
        ticket=_hashed(parts, wanted.code),
        number=wanted.number,
        clock_ahead=at.clock.milliseconds,
        queued=wanted.queued,
    )
    return CheckIn(**told, rules=at.shop.admissions) if wanted.inward else CheckOut(**told)


class _Told(TypedDict):
    """The fields that both directions have."""

    correlation_id: UUID
    actor: str
    at: datetime
    scan: UUID
    door: str
    device: str
    scanned_at: datetime
    ticket: str
    number: int
    clock_ahead: int
    queued: bool


def _unknown(at: AtDoor, wanted: WantedScan) -> Answer:
    day = day_of(at.clock.received, at.shop.terms.timezone)
    return Answer(scan=wanted.id, word=str(DoorResult.UNKNOWN), day=day, door=wanted.door)


def _refused(order: Order, command: CheckIn | CheckOut, no: NotAdmitted) -> Answer:
    """By the verdict that the refusal was given with."""
    said = no.verdict if isinstance(no.verdict, DoorVerdict) else None
    return Answer(
        scan=command.scan,
        word=str(no.code),
        day=day_of(command.scanned_at, order.terms.timezone),
        door=command.door,
        order=order,
        ticket=_named(order, command),
        used=said.used if said else None,
        why=said.why if said else "",
    )


def _named(order: Order, command: CheckIn | CheckOut) -> Ticket | None:
    if command.ticket:
        return ticket_with(order, command.ticket)
    return next((one for one in tickets(order) if one.number == command.number), None)


def _recorded(order: Order, cause: UUID) -> Answer:
    """What a scan that stands in the ledger comes to, as the order is now."""
    one = order.scans[cause]
    there = order.attended(one.ticket, one.day, one.door)
    ticket = ticket_with(order, one.ticket)
    answer = Answer(
        scan=one.id,
        word="left",
        day=one.day,
        door=one.door,
        order=order,
        ticket=ticket,
        recorded=True,
        stands=one in there.exits,
    )
    if not one.inward:
        return answer
    used = next((it for it in reversed(there.entries) if it.at <= one.at), None)
    beside = one in there.beside
    word = one.breach or (DoorResult.USED if beside else DoorResult.VALID)
    return replace(
        answer,
        word=str(word),
        used=used if beside else None,
        why=revoked(order, ticket) if ticket and one.breach == DoorResult.REVOKED else "",
        again=one in there.entries[1:],
        stands=one in there.entries,
    )
