"""One voucher of a person: asked for, made, upgraded, used, withdrawn, as its keeper told."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.grants.question import Question
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherRequest,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantTerms,
    VoucherNews,
    VoucherRequested,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherUpgradeRequest,
    VoucherUsesSeen,
    VoucherWantedAgain,
    VoucherWithdrawalFailure,
    VoucherWithdrawalRequest,
    VoucherWithdrawn,
)
from ledger.kernel.events import Recorded, derived
from ledger.kernel.money import Money

FULL = frozenset({GrantKind.SPEAKER, GrantKind.GRANT})
# Codes of refusals that say a voucher was used before anything could be done to it.
USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedVoucher:
    """A voucher, from the wish for it on. `code` is None once its person was erased.

    `made_at` is when the ledger learned that it exists; `uses` what was seen last.
    """

    correlation_id: UUID
    request: VoucherRequested
    requested_at: datetime
    create: Question = field(default_factory=Question)
    upgrade: Question = field(default_factory=Question)
    withdrawal: Question = field(default_factory=Question)
    reference: str = ""
    made_at: datetime | None = None
    upgraded: VoucherUpgraded | None = None
    upgraded_at: datetime | None = None
    uses: int = 0
    uses_seen_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def code(self) -> str | None:
        return self.request.code

    @property
    def destination(self) -> Destination:
        return self.request.destination

    @property
    def kind(self) -> GrantKind:
        """What it is by now."""
        return self.upgraded.kind if self.upgraded else self.request.kind

    @property
    def terms(self) -> GrantTerms:
        """What it does to a price by now."""
        return self.upgraded.terms if self.upgraded else self.request.terms

    @property
    def worth(self) -> Money | None:
        """What it takes off one ticket by now, where the programme says what that costs."""
        return self.upgraded.worth if self.upgraded else self.request.worth

    def question(self, asked: Asked) -> Question:
        """What its keeper was asked of this kind."""
        return {
            Asked.CREATE: self.create,
            Asked.UPGRADE: self.upgrade,
            Asked.WITHDRAW: self.withdrawal,
        }[asked]

    @property
    def made(self) -> bool:
        return self.create.done

    @property
    def withdrawn(self) -> bool:
        return self.withdrawal.done

    @property
    def lives(self) -> bool:
        """It was wanted and not withdrawn: nobody is given another one."""
        return not self.withdrawn

    def over_at(self, at: datetime) -> bool:
        """Whether the time that it is asked for with has come to its end by then."""
        until = self.destination.valid_until
        return until is not None and until <= at

    @property
    def made_too_late(self) -> bool:
        """That it exists was learned when its time was over already: it is good for nothing."""
        return self.made_at is not None and self.over_at(self.made_at)

    @property
    def used(self) -> bool:
        return self.uses > 0

    @property
    def letter_cause(self) -> UUID:
        """What its letter goes out under: once for the voucher, and once more for its upgrade."""
        return derived(self.correlation_id, "upgraded") if self.upgraded else self.correlation_id

    @property
    def state(self) -> str:
        """requested, refused, issued, used or withdrawn."""
        if self.withdrawn:
            return "withdrawn"
        if self.used:
            return "used"
        if self.made:
            return "issued"
        return "refused" if self.create.waits_for_people else "requested"


def told_voucher(
    voucher: IssuedVoucher, stamp: VoucherNews, recorded: Recorded[object]
) -> IssuedVoucher:
    """The voucher after news of it."""
    match stamp:
        case CreateVoucherRequest() | CreateVoucherSuccess() | CreateVoucherFailure():
            return _told_create(voucher, stamp, recorded)
        case VoucherUpgradeRequest() | VoucherUpgraded() | VoucherUpgradeFailure():
            return _told_upgrade(voucher, stamp, recorded)
        case VoucherWithdrawalRequest() | VoucherWithdrawn() | VoucherWithdrawalFailure():
            return _told_withdrawal(voucher, stamp, recorded)
        case VoucherWantedAgain():
            return _wanted_again(voucher, stamp)
        case VoucherUsesSeen():
            if voucher.uses_seen_at is not None and stamp.seen_at < voucher.uses_seen_at:
                return voucher
            return replace(voucher, uses=stamp.uses, uses_seen_at=stamp.seen_at)
        case _:
            assert_never(stamp)


def _told_create(
    voucher: IssuedVoucher,
    stamp: CreateVoucherRequest | CreateVoucherSuccess | CreateVoucherFailure,
    recorded: Recorded[object],
) -> IssuedVoucher:
    match stamp:
        case CreateVoucherRequest():
            tried = voucher.create.tried(stamp.try_number, recorded.happened_at)
            return replace(voucher, create=tried)
        case CreateVoucherSuccess():
            return replace(
                voucher,
                create=voucher.create.answered(),
                reference=stamp.provider_reference,
                made_at=voucher.made_at or recorded.recorded_at,
            )
        case CreateVoucherFailure():
            return replace(voucher, create=_refused(voucher.create, stamp, recorded))
        case _:
            assert_never(stamp)


def _told_upgrade(
    voucher: IssuedVoucher,
    stamp: VoucherUpgradeRequest | VoucherUpgraded | VoucherUpgradeFailure,
    recorded: Recorded[object],
) -> IssuedVoucher:
    match stamp:
        case VoucherUpgradeRequest():
            tried = voucher.upgrade.tried(stamp.try_number, recorded.happened_at)
            return replace(voucher, upgrade=tried)
        case VoucherUpgraded():
            return replace(
                voucher,
                upgrade=voucher.upgrade.answered(),
                upgraded=stamp,
                upgraded_at=voucher.upgraded_at or recorded.recorded_at,
            )
        case VoucherUpgradeFailure():
            return replace(voucher, upgrade=_refused(voucher.upgrade, stamp, recorded))
        case _:
            assert_never(stamp)


def _told_withdrawal(
    voucher: IssuedVoucher,
    stamp: VoucherWithdrawalRequest | VoucherWithdrawn | VoucherWithdrawalFailure,
    recorded: Recorded[object],
) -> IssuedVoucher:
    match stamp:
        case VoucherWithdrawalRequest():
            tried = voucher.withdrawal.tried(stamp.try_number, recorded.happened_at)
            return replace(voucher, withdrawal=tried)
        case VoucherWithdrawn():
            at = voucher.withdrawn_at or recorded.recorded_at
            return replace(voucher, withdrawal=voucher.withdrawal.answered(), withdrawn_at=at)
        case VoucherWithdrawalFailure():
            return replace(voucher, withdrawal=_refused(voucher.withdrawal, stamp, recorded))
        case _:
            assert_never(stamp)


def _refused(
    question: Question,
    stamp: CreateVoucherFailure | VoucherUpgradeFailure | VoucherWithdrawalFailure,
    recorded: Recorded[object],
) -> Question:
    return question.refused(
        stamp.try_number, stamp.code, recorded.recorded_at, permanent=stamp.permanent
    )


def _wanted_again(voucher: IssuedVoucher, stamp: VoucherWantedAgain) -> IssuedVoucher:
    match stamp.asked:
        case Asked.CREATE:
            return replace(voucher, create=voucher.create.wanted_again(stamp.after_try))
        case Asked.UPGRADE:
            return replace(voucher, upgrade=voucher.upgrade.wanted_again(stamp.after_try))
        case Asked.WITHDRAW:
            return replace(voucher, withdrawal=voucher.withdrawal.wanted_again(stamp.after_try))
        case _:
            assert_never(stamp.asked)
