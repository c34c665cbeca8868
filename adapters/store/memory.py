"""The ledger in memory: the fast twin, equal to the database by contract."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import RLock
from typing import NamedTuple
from uuid import UUID, uuid4

from adapters.audit.recorder import audited
from adapters.keys.key_ring import MemoryKeys
from adapters.store.append_conditions import Decided, decide
from adapters.store.known_state import Head, Known, Seats, identities_of, touched
from adapters.store.recorder import (
    ERASED,
    Answer,
    Meanwhile,
    PreparedAppend,
    StampRecorder,
    dense,
    no_more,
)
from adapters.store.rows import Identity, StampRow
from ledger.audit.raw_rows import ClaimFault, FaultyClaim
from ledger.cases.stamps import CaseOpened, CaseReturnRequested
from ledger.codec import NAMES, Unreadable, decode, unframe
from ledger.codec.rows import Kept, KeptBeside, StoredCommit, StoredNumber, StoredRow, Totals
from ledger.kernel.clocks import Clocks
from ledger.order.decisions.staff import MANUAL
from ledger.order.payment_claims import payment_id
from ledger.order.stamps import Authorized, CreatePaymentRequest, Paid, PaymentAssigned

_HASHES = re.compile(rb'"hashes":\[([^]]*)\]')


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


class MemoryStampRecorder(StampRecorder):
    """All rows in a list, with the indexes that a database would have."""

    def __init__(
        self, *, clock: Callable[[], datetime] = utc_now, ledger_id: UUID | None = None
    ) -> None:
        self.keys = MemoryKeys()
        self._clock, self._ledger_id = clock, ledger_id or uuid4()
        self._lock = RLock()
        self._head = Head()
        self._rows: list[StampRow] = []
        self._commits: list[StoredCommit] = []
        self._totals: list[tuple[int, UUID, Seats]] = []
        self._drawn: list[StoredNumber] = []
        self._streams: dict[UUID, list[StampRow]] = defaultdict(list)
        self._identities: dict[Identity, StampRow] = {}
        self._seats: dict[UUID, Seats] = {}
        self._numbers: dict[str, int] = {}
        self._payments: dict[UUID, HeldPayment] = {}

    @property
    def ledger_id(self) -> UUID:
        return self._ledger_id

    def commit(
        self, appends: Sequence[PreparedAppend], *, meanwhile: Meanwhile = no_more
    ) -> Sequence[Answer]:
        with self._lock:
            known = self._look_up(appends)
            decided = decide(appends, known, ledger=self._ledger_id, now=self._clock())
            self._insert(decided)
            return decided.answers

    def _look_up(self, appends: Sequence[PreparedAppend]) -> Known:
        about = touched(appends)
        heads = {one: self._streams[one][-1] for one in about.streams if one in self._streams}
        return Known(
            head=self._head,
            versions={stream: row.originator_version for stream, row in heads.items()},
            identities={
                one: self._identities[one]
                for one in identities_of(appends)
                if one in self._identities
            },
            seats={one: self._seats[one] for one in about.quotas if one in self._seats},
            numbers={one: self._numbers[one] for one in about.series if one in self._numbers},
            payments={
                one: self._payments[one].holder for one in about.payments if one in self._payments
            },
        )

    def _insert(self, decided: Decided) -> None:
        for row in decided.rows:
            self._rows.append(row)
            self._streams[row.originator_id].append(row)
            if row.correlation_id is not None:
                self._identities[row.correlation_id, row.topic, row.occurrence or ""] = row
            if row.topic == ERASED:
                self.keys.destroy(row.originator_id)
        self._seats.update(decided.seats)
        self._numbers.update(decided.numbers)
        for payment, holder in decided.payments.items():
            self._payments[payment] = HeldPayment(decided.rows[-1].id, holder)
        self.keys.add(decided.keys)
        if decided.rows:
            self._head = decided.head
            self._sign_off(decided)

    def _sign_off(self, decided: Decided) -> None:
        first, last, frontier = decided.rows[0].id, decided.rows[-1].id, decided.head.frontier
        hashes, recorded_at = b"".join(frontier.hashes), decided.head.recorded_at
        self._commits.append(
            StoredCommit(
                first=first,
                last=last,
                recorded_at=recorded_at,
                frontier=hashes,
                root=decided.head.root,
            )
        )
        self._totals += [(last, quota, seats) for quota, seats in decided.seats.items()]
        self._drawn += [
            StoredNumber(position=last, series=series, number=number)
            for series, number in decided.numbers.items()
        ]

    def read_stream(
        self,
        stream: UUID,
        *,
        after: int = -1,
        until: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[StampRow]:
        with self._lock:
            rows = self._streams.get(stream, [])
            last = rows[-1].originator_version if rows and until is None else until or 0
            chosen = [row for row in rows if after < row.originator_version <= last]
        return (chosen[::-1] if newest_first else chosen)[:limit]

    def read_streams(self, streams: Sequence[UUID], *, until: int) -> list[StampRow]:
        with self._lock:
            rows = [row for stream in set(streams) for row in self._streams.get(stream, [])]
        return sorted((row for row in rows if row.id <= until), key=lambda row: row.id)

    def read_positions(self, after: int, *, limit: int) -> list[StampRow]:
        with self._lock:
            return dense(self._rows[after : after + limit], after=after)

    def read_stored(self, after: int, *, limit: int) -> list[StoredRow]:
        with self._lock:
            return [audited(row) for row in self._rows if row.id > after][:limit]

    def read_commits(self, after: int, *, limit: int) -> list[StoredCommit]:
        with self._lock:
            return [commit for commit in self._commits if commit.last > after][:limit]

    def read_seat_totals(self, until: int) -> dict[UUID, Totals]:
        with self._lock:
            totals = [(quota, seats) for at, quota, seats in self._totals if at <= until]
        return {quota: (one.capacity, one.held, one.sold) for quota, one in totals}

    def read_kept(self, after: int, *, until: int) -> KeptBeside:
        with self._lock:
            kept = [one for one in self._totals if after < one[0] <= until]
            drawn = [one for one in self._drawn if after < one.position <= until]
        return (
            [(at, quota.int, one.capacity, one.held, one.sold) for at, quota, one in kept],
            [(one.position, one.series, one.number) for one in drawn],
        )

    def read_strays(self) -> list[Kept]:
        return []

    def read_repeats(self, until: int) -> list[int]:
        with self._lock:
            stamps = [row for row in self._rows if row.id <= until and row.correlation_id]
        seen: dict[object, int] = {}
        identities = [(row.id, (row.correlation_id, row.topic, row.occurrence)) for row in stamps]
        twice = [at for at, identity in identities if seen.setdefault(identity, at) != at]
        return sorted({*twice, *counted_twice(stamps), *_ticketed_twice(stamps)})

    def read_faulty_claims(self) -> list[FaultyClaim]:
        with self._lock:
            return faulty_claims(self._rows, self._commits, self._payments)

    def head(self) -> tuple[int, bytes]:
        frontier = self._head.frontier
        return frontier.size, frontier.root()

    def last_numbers(self, series: Sequence[str]) -> dict[str, int]:
        with self._lock:
            return {one: self._numbers[one] for one in series if one in self._numbers}

    def clocks(self) -> Clocks:
        now, newest = self._clock(), self._head.recorded_at if self._rows else None
        return Clocks(now, database=now, ledger=now, newest=newest)

    def find(self, correlation_id: UUID, type: str, *, occurrence: str) -> StampRow | None:
        return self._identities.get((correlation_id, type, occurrence))


_TELLING = (
    *(CreatePaymentRequest, Authorized, Paid, PaymentAssigned),
    *(CaseOpened, CaseReturnRequested),
)
_TOLD = frozenset(NAMES[kind][0] for kind in _TELLING)


class HeldPayment(NamedTuple):
    """Where a payment is kept as claimed, or counted by a stamp, and whose it is there."""

    position: int
    holder: UUID


class _Counted(NamedTuple):
    payment: UUID
    claim: HeldPayment
    stream: UUID


def counted_twice(rows: Iterable[StampRow]) -> Iterator[int]:
    """Where a payment is counted that was somebody else's before."""
    holders: dict[UUID, UUID] = {}
    for one in _counted(rows):
        if holders.setdefault(one.payment, one.claim.holder) != one.claim.holder:
            yield one.claim.position


def faulty_claims(
    rows: Sequence[StampRow], commits: Sequence[StoredCommit], claims: Mapping[UUID, HeldPayment]
) -> list[FaultyClaim]:
    """Claims that are not those which the stamps give, by position.

    A claim stands at the end of its commit, or at its stamp if it was made for an older ledger;
    that of a case which kept its payment from every order stands where the case was opened.
    """
    first: dict[UUID, _Counted] = {}
    for one in _counted(rows):
        first.setdefault(one.payment, one)
    ends = {at: commit.last for commit in commits for at in range(commit.first, commit.last + 1)}
    kept = {payment: ends[at] for payment, at in _kept(rows, claims).items()}
    streams = {row.id: row.originator_id for row in rows}
    found: list[FaultyClaim] = []
    for payment, counted in first.items():
        at = counted.claim.position
        fault = _fault(counted.claim, claims.get(payment), {at, ends[at], kept.get(payment)})
        found += [(at, counted.stream, fault)] if fault else []
    for payment, claim in claims.items():
        if payment not in first and payment not in kept:
            found.append((claim.position, streams.get(claim.position), ClaimFault.EXTRA))
        elif payment not in first and claim.position != kept[payment]:
            found.append((claim.position, streams.get(claim.position), ClaimFault.CHANGED))
    return sorted(found, key=lambda one: (one[0], one[2]))


def _fault(
    counted: HeldPayment, claim: HeldPayment | None, places: set[int | None]
) -> ClaimFault | None:
    if claim is None:
        return ClaimFault.MISSING
    agrees = claim.holder == counted.holder and claim.position in places
    return None if agrees else ClaimFault.CHANGED


def _kept(rows: Iterable[StampRow], claims: Mapping[UUID, HeldPayment]) -> dict[UUID, int]:
    """Payments that a case keeps from every order, by where it was opened."""
    found: dict[UUID, int] = {}
    for row in rows:
        opened = _stamp(row) if row.topic == "CASE_OPENED" else None
        if isinstance(opened, CaseOpened):
            payment = payment_id(opened.provider, opened.account, opened.payment_reference)
            if payment in claims and claims[payment].holder == row.originator_id:
                found[payment] = row.id
    return found


def _counted(rows: Iterable[StampRow]) -> Iterator[_Counted]:
    """Of payments that were asked for: others break another law."""
    accounts: dict[UUID, str] = {}
    opened: dict[UUID, CaseOpened] = {}
    paid: set[UUID] = set()
    for row in rows:
        if row.correlation_id is None or row.topic not in _TOLD:
            continue
        stamp, cause = _stamp(row), row.correlation_id
        if isinstance(stamp, CreatePaymentRequest):
            accounts.setdefault(cause, stamp.account)
        elif isinstance(stamp, CaseOpened):
            opened[row.originator_id] = stamp
        elif isinstance(stamp, CaseReturnRequested):
            yield from _sent_back(row, opened.get(row.originator_id))
        elif not isinstance(stamp, Authorized) or cause not in paid:
            yield from _of_order(row, cause, stamp, accounts.get(cause))
        if isinstance(stamp, Paid):
            paid.add(cause)


def _of_order(row: StampRow, cause: UUID, stamp: object, account: str | None) -> Iterator[_Counted]:
    if isinstance(stamp, PaymentAssigned):
        yield from _named(row, cause, stamp.provider, stamp.account, stamp.payment_reference)
    elif isinstance(stamp, Authorized | Paid) and account is not None:
        yield from _named(row, cause, stamp.provider, account, stamp.provider_reference)


def _sent_back(row: StampRow, case: CaseOpened | None) -> Iterator[_Counted]:
    if case is not None:
        holder = row.originator_id
        yield from _named(row, holder, case.provider, case.account, case.payment_reference)


def _named(
    row: StampRow, holder: UUID, provider: str, account: str, reference: str
) -> Iterator[_Counted]:
    """Cash and bank transfers are no payments at a provider."""
    if reference and provider != MANUAL:
        payment = payment_id(provider, account, reference)
        yield _Counted(payment, HeldPayment(row.id, holder), row.originator_id)


def _stamp(row: StampRow) -> object:
    """What cannot be read is found where it stands."""
    try:
        schema, _, body = unframe(row.state)
        return decode(row.topic, schema, body, None).stamp
    except Unreadable:
        return None


def _ticketed_twice(stamps: Sequence[StampRow]) -> Iterator[int]:
    """Where a ticket's code stands a second time, by its hash. Rows as they stand, read or not."""
    seen = set[bytes]()
    for row in stamps:
        found = _HASHES.search(row.state) if row.topic == "TICKETS_ISSUED" else None
        for code in found[1].split(b",") if found and found[1] else ():
            if code in seen:
                yield row.id
            seen.add(code)
