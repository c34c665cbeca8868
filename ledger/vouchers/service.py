"""Vouchers as a service: read them, and say what an append about them must hold to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger.kernel.events import Draft, Recorded, derived
from ledger.kernel.money import Money
from ledger.kernel.refusals import Contradicted, NotEnoughSeats
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.seats import seat_changes, together
from ledger.kernel.store import Append, Appended, Conflict, NoRoom, StampStore
from ledger.vouchers.decide import change, expire, give_back, redeem, revoke
from ledger.vouchers.refusals import UnknownVoucher, VoucherExists, VoucherInUse
from ledger.vouchers.stamps import VoucherIssued, VoucherStamp, VoucherTerms
from ledger.vouchers.voucher import Voucher, evolve_voucher, fold_voucher_on

# Of them so many are remembered; a voucher with all of its uses takes about a megabyte.
_MOST = 200


class Vouchers:
    """All vouchers of a ledger, through its store.

    A campaign's has thousands of stamps: those that were read before are not read again. What a
    voucher is now is asked all the same, each time.
    """

    def __init__(self, store: StampStore) -> None:
        self._store = store
        self._known: dict[UUID, Voucher] = {}

    def find(self, voucher: UUID) -> Voucher | None:
        """The voucher as it stands; None if there is none."""
        known = self._known.get(voucher) or Voucher(id=voucher)
        news = self._store.read(voucher, after=known.version)
        if not known.version and not (news and isinstance(news[0].stamp, VoucherIssued)):
            return None  # other streams, such as an order's, are no vouchers
        found = fold_voucher_on(known, news) if news else known
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[voucher] = found
        return found

    def get(self, voucher: UUID) -> Voucher:
        """The voucher as it stands; raises `UnknownVoucher`."""
        found = self.find(voucher)
        if found is None:
            raise UnknownVoucher
        return found

    def history(self, voucher: UUID, *, last: int) -> Sequence[Recorded[object]]:
        """So many of a voucher's stamps, the newest; raises `UnknownVoucher`."""
        return self._store.read(voucher, after=max(self.get(voucher).version - last, 0))

    def issue_append(
        self, voucher: UUID, issued: VoucherIssued, *, correlation_id: UUID, actor: str
    ) -> Append:
        """What issues it. That a code exists once is its condition."""
        return appending(Voucher(id=voucher), [issued], correlation_id=correlation_id, actor=actor)

    def change_append(
        self, voucher: UUID, terms: VoucherTerms, *, correlation_id: UUID, actor: str
    ) -> Append:
        """What gives it other terms, while nobody has used it; raises `VoucherInUse`."""
        known = self.get(voucher)
        if known.redeemed:
            raise VoucherInUse
        stamp = change(known, terms)
        stamps = [stamp] if stamp else []
        return appending(known, stamps, correlation_id=correlation_id, actor=actor)

    def revoke_append(
        self, voucher: UUID, *, reason: str, correlation_id: UUID, actor: str
    ) -> Append:
        """What revokes it; nothing where it was. Raises `UnknownVoucher`."""
        known = self.get(voucher)
        stamp = revoke(known, reason)
        stamps = [stamp] if stamp else []
        return appending(known, stamps, correlation_id=correlation_id, actor=actor)

    def issue(
        self,
        voucher: UUID,
        issued: VoucherIssued,
        *,
        correlation_id: UUID,
        actor: str,
        request: str | None = None,
    ) -> Voucher:
        """A voucher that is good from here on; the same wish again gives the first one back.

        Raises `VoucherExists`, `Contradicted` where the identity stands for another one, and
        `NotEnoughSeats` where seats are to be kept and are not there.
        """
        fresh = Voucher(id=voucher)

        def attempt() -> Voucher | Conflict:
            if (known := self.find(voucher)) is not None:
                if known.start.terms != issued.terms or known.start.source != issued.source:
                    raise VoucherExists
                return known
            append = appending(
                fresh, [issued], correlation_id=correlation_id, actor=actor, request=request
            )
            return self._appended(fresh, append)

        return again_on_conflict(voucher, attempt)

    def change(
        self,
        voucher: UUID,
        terms: VoucherTerms,
        *,
        actor: str,
        version: int,
        request: str | None = None,
    ) -> Voucher:
        """The voucher with other terms.

        Raises `UnknownVoucher`, `VoucherInvalid`, `NotEnoughSeats`, and `VoucherInUse` where it is
        not as it was seen.
        """

        def attempt() -> Voucher | Conflict:
            known = self.get(voucher)
            stamp = change(known, terms)
            if stamp is None:
                return known
            if known.version != version:
                raise VoucherInUse
            cause = derived(voucher, f"change/{version}")
            append = appending(known, [stamp], correlation_id=cause, actor=actor, request=request)
            return self._appended(known, append)

        return again_on_conflict(voucher, attempt)

    def revoke(
        self, voucher: UUID, *, reason: str, actor: str, request: str | None = None
    ) -> Voucher:
        """The voucher, which nobody can use any more. Raises `UnknownVoucher`."""

        def attempt() -> Voucher | Conflict:
            known = self.get(voucher)
            stamp = revoke(known, reason)
            if stamp is None:
                return known
            cause = derived(voucher, "revoke")
            append = appending(known, [stamp], correlation_id=cause, actor=actor, request=request)
            return self._appended(known, append)

        return again_on_conflict(voucher, attempt)

    def expire(self, voucher: UUID, *, actor: str, at: datetime) -> Voucher:
        """Seats that were kept for it are free, if its time is over. Raises `UnknownVoucher`."""

        def attempt() -> Voucher | Conflict:
            known = self.get(voucher)
            stamp = expire(known, at)
            if stamp is None:
                return known
            cause = derived(voucher, f"expire/{known.version}")
            return self._appended(
                known, appending(known, [stamp], correlation_id=cause, actor=actor)
            )

        return again_on_conflict(voucher, attempt)

    def _appended(self, before: Voucher, append: Append) -> Voucher | Conflict:
        match self._store.append(append)[0]:
            case Appended():
                return self.get(before.id)
            case Conflict() as conflict:
                return conflict
            case NoRoom():
                raise NotEnoughSeats(product="")
            case _:
                raise Contradicted


class Tally:
    """Vouchers while many appends about them are put together, each on top of the one before."""

    def __init__(self, vouchers: Vouchers) -> None:
        self._vouchers = vouchers
        self._known: dict[UUID, Voucher] = {}

    def get(self, voucher: UUID) -> Voucher | None:
        """As it will stand after the appends so far; None if there is none."""
        if voucher not in self._known:
            found = self._vouchers.find(voucher)
            if found is None:
                return None
            self._known[voucher] = found
        return self._known[voucher]

    def beside(
        self,
        append: Append,
        voucher: UUID,
        *,
        order: UUID,
        uses: int,
        reduction: Money,
        correlation_id: UUID,
        actor: str,
    ) -> Append:
        """An order's append with what the order has of a voucher after it, as `uses` says.

        `reduction` is what one order pays less by all of these. Raises `VoucherUsedUp`.
        """
        known = self.get(voucher)
        if known is None:
            return append
        had = known.taken_by.get(order, 0)
        if uses == had:
            return append
        stamp = (
            redeem(known, order=order, uses=uses - had, reduction=reduction)
            if uses > had
            else give_back(known, order=order, uses=had - uses)
        )
        also = appending(known, [stamp], correlation_id=correlation_id, actor=actor)
        self._known[voucher] = after_stamps(known, [stamp])
        return together(append, also)


def appending(
    voucher: Voucher,
    stamps: Sequence[VoucherStamp],
    *,
    correlation_id: UUID,
    actor: str,
    request: str | None = None,
) -> Append:
    """What appends these stamps to a voucher as it stands, with the seats that move by them."""
    drafts = [
        Draft(
            stream=voucher.id,
            stamp=one,
            correlation_id=correlation_id,
            actor=actor,
            request=request,
        )
        for one in stamps
    ]
    return Append(
        drafts=drafts,
        expected={voucher.id: voucher.version},
        seats=seat_changes(voucher, after_stamps(voucher, stamps)),
    )


def after_stamps(voucher: Voucher, stamps: Sequence[VoucherStamp]) -> Voucher:
    """The voucher as it will stand if these are committed next. Its times are not meant."""
    for number, stamp in enumerate(stamps, voucher.version + 1):
        voucher = evolve_voucher(
            voucher,
            Recorded(
                stream=voucher.id,
                version=number,
                position=0,
                recorded_at=_SOME_TIME,
                stamp=stamp,
                correlation_id=voucher.id,
                actor="",
            ),
        )
    return voucher


_SOME_TIME = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
