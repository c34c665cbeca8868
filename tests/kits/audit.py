"""A ledger with a history to audit, and a copy of its rows that can be tampered with."""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from adapters.store.recorder import StampRecorder
from ledger.audit.findings import WindowReport, together
from ledger.audit.raw_rows import (
    AuditedRows,
    FaultyClaim,
    RawCommit,
    RawRow,
    RawStreams,
    Vertebra,
    raw_commit_of,
    raw_of,
    share_of,
    vertebra_of,
)
from ledger.audit.verify_streams import Share
from ledger.codec.rows import (
    Kept,
    KeptBeside,
    StoredCommit,
    StoredNumber,
    StoredRow,
    StoredTotal,
    Totals,
)
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended, SeatChange
from ledger.kernel.values import replace
from ledger.order.commands import (
    CancelUnpaid,
    ConfirmCancellation,
    RequestCancellation,
    StartLetter,
)
from ledger.order.letters_due import letters_due
from ledger.order.stamps import (
    CreatePaymentSuccess,
    CreateRefundSuccess,
    Paid,
    ReceiptSent,
    Refunded,
)
from tests.kits.ticket_codes import wanted_by
from tests.kits.worlds import Clock, World

PRICE = Money(7000, "EUR")


def paid(amount: Money = PRICE, *, provider: str = "stripe", reference: str = "pi_1") -> Paid:
    return Paid(amount=amount, provider=provider, provider_reference=reference)


def a_history(make: Callable[[Clock], StampRecorder] | None = None) -> World:
    """A free order, a paid one, an unpaid one, and one that was cancelled and refunded."""
    world = World(make=make) if make else World()
    world.place("free", ("volunteer", 1))
    world.place("unpaid", ("friday", 1))
    for name in ("kept", "returned"):
        world.place(name, ("weekend", 2))
        pay(world, name)
        send_letters(world, name)
    cancel(world, "returned")
    send_letters(world, "returned")
    late = CancelUnpaid(
        correlation_id=world.id("too late"), actor="ledger", at=world.clock.pass_(days=4)
    )
    world.orders.handle(world.id("unpaid"), late)
    return world


def attempt_of(world: World, name: str) -> UUID:
    return next(iter(world.orders.get(world.id(name)).attempts))


def pay(world: World, name: str, fact: Paid | None = None) -> None:
    order, attempt = world.id(name), attempt_of(world, name)
    page = CreatePaymentSuccess(
        provider_reference=f"cs_{name}",
        redirect_url="https://pay.example",
        expires_at=world.clock.pass_(hours=1),
    )
    for one in (page, fact or paid(reference=f"pi_{name}")):
        world.orders.record(order, one, correlation_id=attempt, actor="provider:stripe")
    world.orders.follow(order, world.clock())


def cancel(world: World, name: str) -> None:
    order, link, code = world.id(name), world.id(f"link {name}"), f"code of {name}"
    asked = RequestCancellation(
        correlation_id=link, actor="visitor", at=world.clock.pass_(hours=1), code=code
    )
    world.orders.handle(order, asked)
    confirmed = ConfirmCancellation(
        correlation_id=link, actor="visitor", at=world.clock(), code=code, quote=PRICE
    )
    world.orders.handle(order, confirmed)
    payment = attempt_of(world, name)
    accepted = CreateRefundSuccess(payment=payment, amount=PRICE, provider_reference="re_1")
    settled = Refunded(payment=payment, amount=PRICE, provider_reference="re_1")
    for fact in (accepted, settled):
        world.orders.record(order, fact, correlation_id=link, actor="provider:stripe")
    world.orders.follow(order, world.clock())


def send_letters(world: World, name: str) -> None:
    order = world.id(name)
    for due in letters_due(world.orders.get(order)):
        start = StartLetter(
            correlation_id=due.correlation_id,
            actor="worker",
            at=world.clock(),
            letter=due.letter,
            try_number=1,
            tickets=wanted_by(world.orders.get(order)),
        )
        world.orders.handle(order, start)
        sent = ReceiptSent(
            letter=due.letter, try_number=1, message_id=f"<{due.letter}>", body_hash="h"
        )
        world.orders.record(order, sent, correlation_id=due.correlation_id, actor="worker")


def force(
    world: World,
    stamp: Any,
    *,
    cause: UUID,
    order: str = "kept",
    seats: Sequence[SeatChange] = (),
    stream: UUID | None = None,
) -> None:
    """Append past every rule of the services."""
    at = stream or world.id(order)
    version = len(world.store.read(at))
    draft = Draft(stream=at, stamp=stamp, correlation_id=cause, actor="test")
    (answer,) = world.store.append(Append(drafts=[draft], expected={at: version}, seats=seats))
    assert isinstance(answer, Appended), answer


class CopiedRows:
    """Rows, commits and totals in lists that a test may bend."""

    def __init__(self, ledger: AuditedRows) -> None:
        self.ledger_id = ledger.ledger_id
        self.kept = list(ledger.rows(0, limit=100_000))
        self.signed = list(ledger.commits(0, limit=100_000))
        totals, numbers = ledger.kept_beside(0, until=100_000)
        self.seats = [
            StoredTotal(position=at, quota=UUID(int=quota), totals=(capacity, held, sold))
            for at, quota, capacity, held, sold in totals
        ]
        self.numbers = [
            StoredNumber(position=at, series=series, number=number)
            for at, series, number in numbers
        ]

    def head(self) -> tuple[int, bytes]:
        return (self.signed[-1].last, self.signed[-1].root) if self.signed else (0, b"")

    def rows(self, after: int, *, limit: int) -> Sequence[StoredRow]:
        return [row for row in self.kept if row.position > after][:limit]

    def commits(self, after: int, *, limit: int) -> Sequence[StoredCommit]:
        return [one for one in self.signed if one.last > after][:limit]

    def stream(self, stream: UUID, *, until: int) -> Sequence[StoredRow]:
        return [row for row in self.kept if row.stream == stream and row.position <= until]

    def streams(self, streams: Collection[UUID], *, until: int) -> Sequence[StoredRow]:
        return [row for row in self.kept if row.stream in streams and row.position <= until]

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        return {one.quota: one.totals for one in self.seats if one.position <= until}

    def raw_rows(self, after: int, *, limit: int) -> Sequence[RawRow]:
        return [raw_of(row) for row in self.rows(after, limit=limit)]

    def raw_streams(self, streams: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        ids = [UUID(bytes=stream) for stream in streams]
        return [raw_of(row) for row in self.streams(ids, until=until)]

    def raw_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        rows = [raw_of(row) for row in self.kept if after < row.position <= until]
        return [row for row in rows if share_of(row[1], of) == share]

    def vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
        return [vertebra_of(row) for row in self.raw_rows(after, limit=limit)]

    def versions(self, streams: Collection[bytes], *, until: int) -> Mapping[bytes, int]:
        return {row[1]: row[2] for row in self.raw_streams(streams, until=until)}

    def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        return [raw_commit_of(one) for one in self.commits(after, limit=limit)]

    def kept_beside(self, after: int, *, until: int) -> KeptBeside:
        return (
            [
                (one.position, one.quota.int, *one.totals)
                for one in self.seats
                if after < one.position <= until
            ],
            [
                (one.position, one.series, one.number)
                for one in self.numbers
                if after < one.position <= until
            ],
        )

    def strays(self) -> Sequence[Kept]:
        ends = {one.last for one in self.signed}
        return [one for one in self._beside() if one.position not in ends]

    def _beside(self) -> list[Kept]:
        return [*self.seats, *self.numbers]

    def repeated(self, until: int) -> Sequence[int]:
        seen: dict[object, int] = {}
        return [
            row.position
            for row in self.kept
            if seen.setdefault((row.correlation_id, row.type, row.occurrence), row.position)
            != row.position
        ]

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        return []

    def bend(self, position: int, **changes: Any) -> None:
        """Change a row as someone with all rights could."""
        self.kept[position - 1] = replace(self.kept[position - 1], **changes)

    def position_of(self, type: str) -> int:
        return next(row.position for row in self.kept if row.type == type)


class SharesInOneProcess:
    """So many shares of a ledger's streams, checked one after the other when they are asked."""

    def __init__(self, ledger: RawStreams, of: int, *, hashes_only: bool = False) -> None:
        self._ledger, self._of = ledger, of
        self._shares = [Share(ledger, hashes_only=hashes_only, most=1) for _ in range(of)]
        self._reports: deque[WindowReport] = deque()

    def ask(self, after: int, *, until: int, rows: Sequence[Vertebra]) -> None:
        reports = []
        for number, share in enumerate(self._shares):
            mine = self._ledger.raw_share(after, until=until, share=number, of=self._of)
            reports.append(share.report(mine, after=after))
        self._reports.append(together(reports))

    def answer(self) -> WindowReport:
        return self._reports.popleft()
