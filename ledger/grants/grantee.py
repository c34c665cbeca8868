"""One person on a shop's list as it stands: whether they come, their voucher, their letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID, uuid5

from ledger.grants.issued_voucher import IssuedVoucher, told_voucher
from ledger.grants.stamps import (
    GrantKind,
    GrantLetter,
    GrantStamp,
    LetterNews,
    PersonCancelled,
    PersonChanged,
    PersonConfirmed,
    PersonDeclined,
    PersonInvited,
    PersonListed,
    VoucherHeldBack,
    VoucherLetterFailed,
    VoucherLetterSent,
    VoucherLetterStarted,
    VoucherLetterUnknown,
    VoucherLetterWanted,
    VoucherNews,
    VoucherRequested,
)
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded, derived
from ledger.kernel.values import replace as copied
from ledger.order.letter_delivery import Posting, told

_PEOPLE = UUID("0d9a7c1e-6b1f-4f57-9a43-6a2f4ce1b0d7")
# Nobody is erased and listed again so often.
GENERATIONS = 50


def grantee_id(shop: UUID, key: str, generation: int = 1) -> UUID:
    """The stream of a person at a shop: whoever works for them meets in one stream.

    `key` is the keyed hash of their address, or of the row that names no person; without that
    key the id tells nothing of it. Who was erased and is listed again has a new generation.
    """
    return uuid5(_PEOPLE, f"{shop}/{key}/{generation}")


class GrantState(StrEnum):
    """What is known of whether they come."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """A person on a list. Name and address are None once they were erased.

    `postings` are by the correlation id of what calls for the letter, and the letter. `over_since`
    is when the programme ended, if that is why no voucher was requested when it was last tried.
    """

    id: UUID
    version: int = 0
    listed: PersonListed | None = None
    listed_at: datetime | None = None
    kind: GrantKind = GrantKind.GRANT
    language: str = "en"
    name: str | None = None
    state: GrantState = GrantState.INVITED
    changed_at: datetime | None = None
    invitation: PersonInvited | None = None
    invited_under: UUID | None = None
    vouchers: tuple[IssuedVoucher, ...] = ()
    over_since: datetime | None = None
    postings: Mapping[tuple[UUID, GrantLetter], Posting] = field(default_factory=dict)
    erased_at: datetime | None = None

    @property
    def email(self) -> str | None:
        return self.listed.email if self.listed else None

    @property
    def somebody(self) -> bool:
        """Whether the row names a person, of whom something is known still."""
        return bool(self.listed and self.listed.person_index) and not self.erased

    @property
    def erased(self) -> bool:
        return self.erased_at is not None

    @property
    def confirmed(self) -> bool:
        return self.state is GrantState.CONFIRMED

    @property
    def voucher(self) -> IssuedVoucher | None:
        """The newest one, which is the only one that may live."""
        return self.vouchers[-1] if self.vouchers else None

    @property
    def held_back(self) -> bool:
        """They come and have no voucher, as the programme was over when one was due."""
        none = self.voucher is None or not self.voucher.lives
        return self.over_since is not None and self.confirmed and none and self.somebody

    def voucher_correlation(self) -> UUID:
        """Of the next voucher: it follows from the stream, so that two workers ask for the same."""
        return derived(self.id, f"voucher/{len(self.vouchers) + 1}")


def fold_grantee(grantee: UUID, history: Iterable[Recorded[object]]) -> Grantee:
    """The person as they stand after these stamps."""
    folded = Grantee(id=grantee)
    for recorded in history:
        folded = evolve_grantee(folded, recorded)
    return folded


def evolve_grantee(  # noqa: C901 (a dispatching match)
    grantee: Grantee, recorded: Recorded[object]
) -> Grantee:
    """The person after one more stamp."""
    grantee = replace(grantee, version=recorded.version, changed_at=recorded.recorded_at)
    stamp = recorded.stamp
    if not isinstance(stamp, GrantStamp):
        raise Foreign(stamp)
    if isinstance(stamp, LetterNews):
        return _told_letter(grantee, stamp, recorded)
    if isinstance(stamp, VoucherNews):
        return _told(grantee, stamp, recorded)
    match stamp:
        case PersonListed() | PersonChanged():
            return _listed(grantee, stamp, recorded)
        case PersonInvited():
            return replace(grantee, invitation=stamp, invited_under=recorded.correlation_id)
        case PersonConfirmed():
            return replace(grantee, state=GrantState.CONFIRMED)
        case PersonDeclined():
            return replace(grantee, state=GrantState.DECLINED)
        case PersonCancelled():
            return replace(grantee, state=GrantState.CANCELLED)
        case VoucherRequested():
            asked = IssuedVoucher(
                correlation_id=recorded.correlation_id,
                request=stamp,
                requested_at=recorded.recorded_at,
            )
            return replace(grantee, vouchers=(*grantee.vouchers, asked), over_since=None)
        case VoucherHeldBack():
            return replace(grantee, over_since=stamp.valid_until)
        case Erased():
            return _erased(grantee, recorded)
        case _:
            assert_never(stamp)


def _listed(
    grantee: Grantee, stamp: PersonListed | PersonChanged, recorded: Recorded[object]
) -> Grantee:
    known = replace(grantee, kind=stamp.kind, language=stamp.language, name=stamp.name)
    if isinstance(stamp, PersonChanged):
        return known
    return replace(known, listed=stamp, listed_at=recorded.recorded_at)


def _erased(grantee: Grantee, recorded: Recorded[object]) -> Grantee:
    """Amounts, kinds and times stay; nobody can be written to any more."""
    listed = replace(grantee.listed, name=None, email=None) if grantee.listed else None
    invitation = replace(grantee.invitation, code=None) if grantee.invitation else None
    vouchers = tuple(
        replace(one, request=replace(one.request, code=None)) for one in grantee.vouchers
    )
    return replace(
        grantee,
        listed=listed,
        name=None,
        invitation=invitation,
        vouchers=vouchers,
        erased_at=recorded.recorded_at,
    )


def _told(grantee: Grantee, stamp: VoucherNews, recorded: Recorded[object]) -> Grantee:
    """News of a voucher finds its own by its correlation id."""
    changed = tuple(
        told_voucher(one, stamp, recorded) if one.correlation_id == recorded.correlation_id else one
        for one in grantee.vouchers
    )
    return replace(grantee, vouchers=changed)


def _told_letter(grantee: Grantee, stamp: LetterNews, recorded: Recorded[object]) -> Grantee:
    cause = stamp.cause if isinstance(stamp, VoucherLetterWanted) else recorded.correlation_id
    key = cause, stamp.letter
    posting = grantee.postings.get(key, Posting())
    match stamp:
        case VoucherLetterStarted():
            after = told(posting, "started", stamp.try_number, recorded)
        case VoucherLetterSent():
            after = told(posting, "sent", stamp.try_number, recorded)
        case VoucherLetterFailed():
            for_good = posting.permanent or stamp.permanent
            failed = copied(posting, permanent=for_good)
            after = told(failed, "failed", stamp.try_number, recorded)
        case VoucherLetterUnknown():
            after = told(posting, "unknown", stamp.try_number, recorded)
        case VoucherLetterWanted():
            after = copied(
                posting,
                permanent=False,
                again_after=posting.last_try,
                again_under=recorded.correlation_id,
            )
        case _:
            assert_never(stamp)
    return replace(grantee, postings={**grantee.postings, key: after})
