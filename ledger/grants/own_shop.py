"""Our own shop as the keeper of a voucher: no call, but one append over two streams."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from ledger.grants.commands import AskKeeper
from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.next_step import KeeperAsk, next_step
from ledger.grants.programme import terms_of, worth_of
from ledger.grants.service import Grantees, drafted
from ledger.grants.stamps import (
    Asked,
    CreateVoucherRequest,
    CreateVoucherSuccess,
    GrantStamp,
    GrantTerms,
    PriceMode,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherUpgradeRequest,
    VoucherUsesSeen,
    VoucherWithdrawalRequest,
    VoucherWithdrawn,
)
from ledger.kernel.money import Money
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, StampStore
from ledger.vouchers.service import Vouchers
from ledger.vouchers.stamps import Effect, EffectKind, VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id

ACTOR = "worker"
# The code of a refusal: somebody revoked it by hand.
GONE = "gone"
_SAID_BY_NOBODY = "withdrawn with its person's invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShop:
    """Vouchers of this ledger's own shops. `currency` is what a shop sells in, by its slug."""

    store: StampStore
    grantees: Grantees
    vouchers: Vouchers
    currency: Callable[[str], str]

    def carry_out(self, grantee: Grantee, step: KeeperAsk, at: datetime) -> bool:
        """Do what is due in one append; False where somebody else was faster."""

        def attempt() -> bool | Conflict:
            now = self.see(self.grantees.get(grantee.id), at)
            due = next_step(now, at)
            if not isinstance(due, KeeperAsk) or due.asked is not step.asked:
                return False
            append = self._append(now, due, at)
            if append is None:
                return False  # used between two looks: the next pass sees it
            match self.store.append(append)[0]:
                case Appended():
                    return True
                case Conflict() as conflict:
                    return conflict
                case _:
                    return False  # a code that is there: it is drawn anew by hand

        return again_on_conflict(grantee.id, attempt)

    def see(self, grantee: Grantee, at: datetime) -> Grantee:
        """The person after a look at how often their voucher counts as used."""
        voucher = grantee.voucher
        if voucher is None:
            return grantee
        known = self._kept(voucher)
        if known is None or known.taken == voucher.uses:
            return grantee
        seen = VoucherUsesSeen(uses=known.taken, seen_at=at)
        recorded = self.grantees.record(grantee.id, voucher.correlation_id, seen, actor=ACTOR)
        return recorded or grantee

    def revoked(self, voucher: IssuedVoucher) -> bool:
        """Whether nobody can use it, though its person is to have it: by hand, in the shop."""
        known = self._kept(voucher)
        return known is None or known.revoked

    def differing(
        self, grantee: Grantee, voucher: IssuedVoucher
    ) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
        """What it was made to do and what it does by now, where somebody changed it in the shop."""
        wanted, known = self._terms(grantee, voucher, voucher.terms), self._kept(voucher)
        if known is None or known.terms == wanted:
            return None
        return _told(wanted), _told(known.terms)

    def _append(self, grantee: Grantee, step: KeeperAsk, at: datetime) -> Append | None:
        voucher = grantee.voucher
        assert voucher is not None, "only a voucher calls for its keeper"
        known = self._kept(voucher)
        if known is not None and known.redeemed:
            return None
        stamps, theirs = self._moves(grantee, voucher, step)
        wish = AskKeeper(correlation_id=voucher.correlation_id, actor=ACTOR, at=at, rules=None)
        drafts = [drafted(one, grantee, wish) for one in stamps]
        return Append(
            drafts=[*drafts, *(theirs.drafts if theirs else ())],
            expected={grantee.id: grantee.version, **(theirs.expected if theirs else {})},
            seats=theirs.seats if theirs else (),
        )

    def _moves(
        self, grantee: Grantee, voucher: IssuedVoucher, step: KeeperAsk
    ) -> tuple[list[GrantStamp], Append | None]:
        """Intent and outcome together, and what goes into the voucher's own stream."""
        number = step.number
        intent: list[GrantStamp]
        match step.asked:
            case Asked.CREATE:
                intent = [] if step.again else [CreateVoucherRequest(try_number=number)]
                stream = self._stream(voucher, grantee)
                made = CreateVoucherSuccess(provider_reference=str(stream))
                return [*intent, made], self._issue(grantee, voucher, stream)
            case Asked.UPGRADE:
                return self._upgrade(grantee, voucher, step)
            case Asked.WITHDRAW:
                intent = [] if step.again else [VoucherWithdrawalRequest(try_number=number)]
                revoke = self._revoke(voucher, self._kept(voucher))
                return [*intent, VoucherWithdrawn()], revoke
            case _:
                assert_never(step.asked)

    def _upgrade(
        self, grantee: Grantee, voucher: IssuedVoucher, step: KeeperAsk
    ) -> tuple[list[GrantStamp], Append | None]:
        assert grantee.listed is not None, "only who is listed has a voucher"
        rules = self.grantees.rules(grantee.listed.shop)
        terms, worth = terms_of(grantee.kind, rules), worth_of(grantee.kind, rules)
        asked = VoucherUpgradeRequest(
            kind=grantee.kind, terms=terms, worth=worth, try_number=step.number
        )
        intent: list[GrantStamp] = [] if step.again else [asked]
        known = self._kept(voucher)
        if known is None or known.revoked:
            gone = VoucherUpgradeFailure(code=GONE, try_number=step.number, permanent=True)
            return [*intent, gone], None
        change = self.vouchers.change_append(
            known.id,
            self._terms(grantee, voucher, terms),
            correlation_id=voucher.letter_cause,
            actor=ACTOR,
        )
        done = VoucherUpgraded(kind=grantee.kind, terms=terms, worth=worth)
        return [*intent, done], change

    def _issue(self, grantee: Grantee, voucher: IssuedVoucher, stream: UUID) -> Append:
        assert grantee.listed is not None, "only who is listed has a voucher"
        issued = VoucherIssued(
            shop=grantee.listed.shop,
            shop_slug=grantee.listed.shop_slug,
            code_index=voucher.request.code_index,
            terms=self._terms(grantee, voucher, voucher.terms),
            source=grantee.id,
            code=voucher.code,
        )
        return self.vouchers.issue_append(
            stream, issued, correlation_id=voucher.correlation_id, actor=ACTOR
        )

    def _revoke(self, voucher: IssuedVoucher, known: Voucher | None) -> Append | None:
        if known is None:
            return None
        return self.vouchers.revoke_append(
            known.id,
            reason=_SAID_BY_NOBODY,
            correlation_id=voucher.correlation_id,
            actor=ACTOR,
        )

    def _terms(self, grantee: Grantee, voucher: IssuedVoucher, terms: GrantTerms) -> VoucherTerms:
        assert grantee.listed is not None, "only who is listed has a voucher"
        told = voucher.destination
        currency = self.currency(grantee.listed.shop_slug)
        return VoucherTerms(
            effect=_effect(terms, currency),
            products=(told.product,) if told.product else (),
            uses=1,
            valid_until=told.valid_until,
        )

    def _stream(self, voucher: IssuedVoucher, grantee: Grantee) -> UUID:
        assert grantee.listed is not None, "only who is listed has a voucher"
        return voucher_id(grantee.listed.shop, voucher.request.code_index)

    def _kept(self, voucher: IssuedVoucher) -> Voucher | None:
        return self.vouchers.find(UUID(voucher.reference)) if voucher.reference else None


def _told(terms: VoucherTerms) -> Mapping[str, str]:
    return {one.name: str(getattr(terms, one.name)) for one in fields(terms)}


def _effect(terms: GrantTerms, currency: str) -> Effect:
    """The same in the words of our own vouchers; a price that is set is nothing at all."""
    if terms.mode is PriceMode.PERCENT:
        return Effect(kind=EffectKind.PERCENT_OFF, percent=f"{Decimal(terms.value).normalize():f}")
    return Effect(kind=EffectKind.SET_PRICE, amount=Money(0, currency))
