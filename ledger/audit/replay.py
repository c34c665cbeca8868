"""Replay: how an order, or the whole ledger, stood after each of its stamps."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from ledger.audit.check_seats import SeatCount
from ledger.audit.describe import told
from ledger.audit.streams import UNFIT, Misplaced, State, Streams, begun, evolved
from ledger.codec import NAMES, Unreadable
from ledger.codec.rows import LedgerRows, StoredRow, Totals, all_rows, recorded
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, zero
from ledger.order.order import Order
from ledger.order.status import status
from ledger.shop.shop import void_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAxes:
    """The money of one order, or of many in one currency."""

    due: Money
    received: Money
    refund_pending: Money
    refunded: Money
    disputed: Money
    charged_back: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayStep:
    """One stamp, and how its stream stood after it.

    `status` is empty and `money` None where the stream is no order; `seats` are held and sold.
    `unread`: it cannot be read, and nothing took its place.
    """

    stream: UUID
    version: int
    position: int
    recorded_at: datetime
    occurred_at: datetime | None
    type: str
    correlation_id: UUID
    actor: str
    words: str
    status: str
    money: MoneyAxes | None
    held: int
    sold: int
    unread: bool = False


def replay(history: Iterable[Recorded[object]]) -> Iterator[ReplayStep]:
    """The steps of these stamps, in their order; of one stream, or of several from their first."""
    states: dict[UUID, State] = {}
    for one in history:
        state = _folded(states.get(one.stream) or begun(one), one)
        states[one.stream] = state
        yield _step(one, state)


def replay_stream(ledger: LedgerRows, stream: UUID, *, until: "Until") -> Iterator[ReplayStep]:
    """The steps of one stream, those that cannot be read told as such."""
    state: State | None = None
    for row in takewhile(until, ledger.stream(stream, until=ledger.head()[0])):
        try:
            one = recorded(row)
            state = _folded(state or begun(one), one)
        except Unreadable:
            yield _unread(row, ledger)
        else:
            yield _step(one, state)


def replay_rows(
    ledger: LedgerRows, *, until: "Until"
) -> Iterator[tuple[Recorded[object], State, State] | ReplayStep]:
    """Each stamp of the whole ledger with its stream before and after it.

    One that cannot be read is a step that tells so. Memory is bounded as in verification.
    """
    streams = Streams(ledger)
    for row in takewhile(until, all_rows(ledger)):
        try:
            one = recorded(row)
            before = streams.before(one)
            after = _folded(before, one)
        except (Unreadable, Misplaced):
            yield _unread(row, ledger)
            continue
        streams.keep(after)
        yield one, before, after


def _unread(row: StoredRow, ledger: LedgerRows) -> ReplayStep:
    """A stamp that cannot be read. Its stream stands as it stood."""
    void = row.version in void_versions(_readable(ledger, row.stream))
    words = "cannot be read and counts no more" if void else "cannot be read: see `audit verify`"
    return ReplayStep(
        stream=row.stream,
        version=row.version,
        position=row.position,
        recorded_at=row.recorded_at,
        occurred_at=None,
        type=row.type,
        correlation_id=row.correlation_id or UUID(int=0),
        actor="",
        words=f"{row.type} {words}",
        status="",
        money=None,
        held=0,
        sold=0,
        unread=not void,
    )


def _readable(ledger: LedgerRows, stream: UUID) -> Iterator[Recorded[object]]:
    for row in ledger.stream(stream, until=ledger.head()[0]):
        with suppress(Unreadable):
            yield recorded(row)


def _folded(state: State, one: Recorded[object]) -> State:
    """The stream after a stamp. One that fits into no story of ours is as good as unreadable."""
    try:
        return evolved(state, one)
    except UNFIT as error:
        name = NAMES[type(one.stamp)][0]
        text = f"{name} at position {one.position} does not fit into its stream"
        raise Unreadable(text) from error


Until = Callable[[StoredRow | Recorded[object]], bool]


def until_position(position: int) -> Until:
    """Everything up to a position."""
    return lambda row: row.position <= position


def until_time(moment: datetime) -> Until:
    """Everything recorded up to a moment."""
    return lambda row: row.recorded_at <= moment


@dataclass(slots=True)
class Standing:
    """The whole ledger as it stood after the stamps taken in: sums, and no orders."""

    stamps: int = 0
    unread: int = 0
    position: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    money: dict[str, MoneyAxes] = field(default_factory=dict)
    seats: SeatCount = field(default_factory=SeatCount)

    def take(self, one: Recorded[object], before: State, after: State) -> ReplayStep:
        """Take one stamp in; the step that it was."""
        self.stamps, self.position = self.stamps + 1, one.position
        self.seats.count(one, before, after)
        self._move(before, -1)
        self._move(after, 1)
        return _step(one, after)

    def pass_over(self, step: ReplayStep) -> ReplayStep:
        """A stamp that cannot be read moves nothing; the same step."""
        self.stamps, self.position = self.stamps + 1, step.position
        self.unread += step.unread
        return step

    def _move(self, state: State, sign: int) -> None:
        if not isinstance(state, Order) or state.placed is None:
            return
        self.statuses[status(state).value] += sign
        known = self.money.get(state.currency) or _no_money(state.currency)
        self.money[state.currency] = _plus(known, money_of(state), sign)

    @property
    def quotas(self) -> Mapping[str, Totals]:
        """Capacity, held and sold by the name of the quota."""
        names = self.seats.names
        return {names.get(q, str(q)): totals for q, totals in self.seats.totals.items()}


def money_of(order: Order) -> MoneyAxes:
    """The money axes of an order."""
    return MoneyAxes(
        due=order.due,
        received=order.received,
        refund_pending=order.refund_pending,
        refunded=order.refunded,
        disputed=order.disputed,
        charged_back=order.lost,
    )


def _no_money(currency: str) -> MoneyAxes:
    nothing = zero(currency)
    return MoneyAxes(**dict.fromkeys(MoneyAxes.__slots__, nothing))


def _plus(one: MoneyAxes, other: MoneyAxes, sign: int) -> MoneyAxes:
    names = MoneyAxes.__slots__
    return MoneyAxes(**{n: getattr(one, n) + getattr(other, n) * sign for n in names})


def _step(one: Recorded[object], state: State) -> ReplayStep:
    order = state if isinstance(state, Order) and state.placed is not None else None
    seats = order.seats.values() if order else ()
    return ReplayStep(
        stream=one.stream,
        version=one.version,
        position=one.position,
        recorded_at=one.recorded_at,
        occurred_at=one.occurred_at,
        type=NAMES[type(one.stamp)][0],
        correlation_id=one.correlation_id,
        actor=one.actor,
        words=told(one.stamp),
        status=status(order).value if order else "",
        money=money_of(order) if order else None,
        held=sum(held for held, _ in seats),
        sold=sum(sold for _, sold in seats),
    )
