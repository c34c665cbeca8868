"""Whose payments the stamps of a ledger in memory count, and whether claims agree (law 3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from adapters.store.rows import StampRow
from ledger.audit.raw_rows import ClaimFault, FaultyClaim
from ledger.audit.rows import StoredCommit
from ledger.cases.stamps import CaseOpened, CaseReturnRequested
from ledger.codec import Unreadable, decode, unframe
from ledger.order.decisions.staff import MANUAL
from ledger.order.stamps import Authorized, CreatePaymentRequest, Paid, PaymentAssigned
from ledger.payments.payment_claims import payment_id

_TOLD = (
    *("CREATE_PAYMENT_REQUEST", "AUTHORIZED", "PAID", "PAYMENT_ASSIGNED"),
    *("CASE_OPENED", "CASE_RETURN_REQUESTED"),
)


class Claim(NamedTuple):
    """Where a payment is kept as claimed, or counted by a stamp, and whose it is there."""

    position: int
    holder: UUID


class _Counted(NamedTuple):
    payment: UUID
    claim: Claim
    stream: UUID


def counted_twice(rows: Iterable[StampRow]) -> Iterator[int]:
    """Where a payment is counted that was somebody else's before."""
    holders: dict[UUID, UUID] = {}
    for one in _counted(rows):
        if holders.setdefault(one.payment, one.claim.holder) != one.claim.holder:
            yield one.claim.position


def faulty_claims(
    rows: Sequence[StampRow], commits: Sequence[StoredCommit], claims: Mapping[UUID, Claim]
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


def _fault(counted: Claim, claim: Claim | None, places: set[int | None]) -> ClaimFault | None:
    if claim is None:
        return ClaimFault.MISSING
    agrees = claim.holder == counted.holder and claim.position in places
    return None if agrees else ClaimFault.CHANGED


def _kept(rows: Iterable[StampRow], claims: Mapping[UUID, Claim]) -> dict[UUID, int]:
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
        yield _Counted(payment, Claim(row.id, holder), row.originator_id)


def _stamp(row: StampRow) -> object:
    """What cannot be read is found where it stands."""
    try:
        schema, _, body = unframe(row.state)
        return decode(row.topic, schema, body, None).stamp
    except Unreadable:
        return None
