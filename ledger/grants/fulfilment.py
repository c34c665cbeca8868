"""What a person's voucher calls for is done: intent, call, outcome; and nothing twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from ledger.cases.case import case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.commands import AskKeeper, RequestVoucher
from ledger.grants.drift import DriftCases
from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import USED, IssuedVoucher
from ledger.grants.keeper import KeeperSilent, VoucherAsk, VoucherKeeper
from ledger.grants.next_step import LEASE, Draw, Forget, KeeperAsk, LeaveUsed, next_step
from ledger.grants.own_shop import GONE, OwnShop
from ledger.grants.programme import over_since, terms_of, worth_of
from ledger.grants.programme_cases import ProgrammeCases
from ledger.grants.service import Grantees
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherSuccess,
    Destination,
    Place,
    VoucherFact,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherUsesSeen,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from ledger.kernel.events import derived
from ledger.kernel.refusals import GrantsNotSetUp

ACTOR = "worker"
# Whether whoever keeps vouchers there may be asked just now.
MayAsk = Callable[[Destination], bool]
# A code and its keyed hash.
DrawCode = Callable[[], tuple[str, str]]
_FAILURES = (CreateVoucherFailure, VoucherUpgradeFailure, VoucherWithdrawalFailure)
_MOST_STEPS = 4


class Came(StrEnum):
    """What acting on one person came to."""

    DONE = "done"
    WAITS = "waits"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What came of it. `about` is where somebody was asked, `silent` that they gave no answer."""

    came: Came
    silent: KeeperSilent | None = None
    about: Destination | None = None


_NOTHING, _DONE, _WAITS = (Fulfilled(one) for one in (Came.NOTHING, Came.DONE, Came.WAITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """Acts on one person at a time; any number of workers may act on the same one.

    `keepers` are those that are asked from outside; without one, its vouchers wait.
    """

    grantees: Grantees
    keepers: Mapping[Place, VoucherKeeper]
    own: OwnShop
    cases: Cases
    draw: DrawCode
    clock: Callable[[], datetime]

    def act(self, grantee: UUID, *, may_ask: MayAsk = lambda told: True) -> Fulfilled:
        """Do all that is due about their voucher at this moment; ask only who may be asked."""
        came = _NOTHING
        for _ in range(_MOST_STEPS):
            after = self._step(self.grantees.get(grantee), may_ask)
            about = after.about or came.about
            if after.came is not Came.DONE:
                return replace(after if after.came is Came.WAITS else came, about=about)
            came = replace(after, about=about)
        return came

    def _step(self, grantee: Grantee, may_ask: MayAsk) -> Fulfilled:
        step = next_step(grantee, self.clock())
        match step:
            case None:
                return _NOTHING
            case Draw():
                return self._requested(grantee)
            case Forget():
                return self._forgotten(grantee)
            case LeaveUsed():
                self._open(
                    grantee,
                    step.asked,
                    USED,
                    number=_voucher(grantee).question(step.asked).last_try + 1,
                )
                return _DONE if self._claimed(grantee) else _NOTHING
            case KeeperAsk():
                return self._asked(grantee, step, may_ask)
            case _:
                assert_never(step)

    def _requested(self, grantee: Grantee) -> Fulfilled:
        """The code is drawn before anybody is asked, and stands in the ledger before that."""
        assert grantee.listed is not None, "only who is listed is given one"
        try:
            rules = self.grantees.rules(grantee.listed.shop)
        except GrantsNotSetUp:
            return _WAITS
        ended = over_since(rules, self.clock())
        if ended is not None and grantee.over_since != ended:
            ProgrammeCases(cases=self.cases).over(rules, ended)
        code, index = self.draw()
        wish = RequestVoucher(
            correlation_id=grantee.voucher_correlation(),
            actor=ACTOR,
            at=self.clock(),
            code=code,
            code_index=index,
            rules=rules,
        )
        after = self.grantees.handle(grantee.id, wish)
        if after.over_since is not None:
            return _WAITS
        if grantee.over_since is not None:
            ProgrammeCases(cases=self.cases).prolonged(rules, grantee.over_since)
        return _DONE

    def _forgotten(self, grantee: Grantee) -> Fulfilled:
        """What people were to mend about it is nobody's trouble any more."""
        if not self._claimed(grantee):
            return _NOTHING
        self._settle(_voucher(grantee), Asked.WITHDRAW)
        return _DONE

    def _claimed(self, grantee: Grantee) -> bool:
        """Whether what is due is ours to do: its intent stands, and we have put it there."""
        assert grantee.listed is not None, "only who is listed has a voucher"
        wish = AskKeeper(
            correlation_id=derived(grantee.id, f"ask/{grantee.version}"),
            actor=ACTOR,
            at=self.clock(),
            rules=self.grantees.programme(grantee.listed.shop).rules,
        )
        return bool(self.grantees.claim(grantee.id, wish))

    def _asked(self, grantee: Grantee, step: KeeperAsk, may_ask: MayAsk) -> Fulfilled:
        voucher = _voucher(grantee)
        if voucher.destination.place is Place.OWN:
            return self._carried_out(grantee, step)
        keeper = self.keepers.get(voucher.destination.place)
        if keeper is None or not may_ask(voucher.destination):
            return _WAITS
        # 1. The intent is committed before anyone outside hears of it.
        if not step.again and not self._claimed(grantee):
            return _NOTHING
        after = self.grantees.get(grantee.id)
        ask = self._ask(after, step)
        if ask is None:
            return _NOTHING
        began = self.clock()
        if (
            not step.again
            and began - _voucher(after).question(step.asked).asked[step.number] >= LEASE / 2
        ):
            return _WAITS  # we slept: somebody else may look after it by now
        # 2. No transaction is open while we wait; the key follows from the voucher and the try.
        answer = self._answer(keeper, step.asked, ask)
        # 3. Whatever came back is stamped; no answer leaves the intent open.
        about = voucher.destination
        if isinstance(answer, KeeperSilent):
            return Fulfilled(Came.WAITS, answer, about)
        self._heard(after, step.asked, answer, began)
        return Fulfilled(Came.DONE, about=about)

    def _carried_out(self, grantee: Grantee, step: KeeperAsk) -> Fulfilled:
        """In our own shop, where nobody is called. A case comes before its stamp, here too."""
        if step.asked is Asked.UPGRADE and self.own.revoked(_voucher(grantee)):
            self._open(grantee, step.asked, GONE, number=step.number)
        if not self.own.carry_out(grantee, step, self.clock()):
            return _NOTHING
        after = _voucher(self.grantees.get(grantee.id))
        if after.question(step.asked).done:
            self._settle(after, step.asked)
        return _DONE

    def _ask(self, grantee: Grantee, step: KeeperAsk) -> VoucherAsk | None:
        """The question; None where nobody can put it any more."""
        voucher = _voucher(grantee)
        if voucher.code is None:
            return None
        kind, terms, worth = voucher.kind, voucher.terms, voucher.worth
        if step.asked is Asked.UPGRADE:
            assert grantee.listed is not None, "only who is listed has a voucher"
            rules = self.grantees.rules(grantee.listed.shop)
            kind = grantee.kind
            terms, worth = terms_of(kind, rules), worth_of(kind, rules)
        return VoucherAsk(
            voucher=voucher.correlation_id,
            code=voucher.code,
            kind=kind,
            terms=terms,
            destination=voucher.destination,
            worth=worth,
            reference=voucher.reference,
            try_number=step.number,
            again=step.again,
        )

    @staticmethod
    def _answer(keeper: VoucherKeeper, asked: Asked, ask: VoucherAsk) -> VoucherFact | KeeperSilent:
        match asked:
            case Asked.CREATE:
                return keeper.create(ask)
            case Asked.UPGRADE:
                return keeper.upgrade(ask)
            case Asked.WITHDRAW:
                return keeper.withdraw(ask)
            case _:
                assert_never(asked)

    def _heard(self, grantee: Grantee, asked: Asked, fact: VoucherFact, began: datetime) -> None:
        """A case comes before its stamp: a crash between the two repeats both."""
        voucher = _voucher(grantee)
        if isinstance(fact, _FAILURES):
            if fact.code == USED:
                seen = VoucherUsesSeen(uses=1, seen_at=began)
                self.grantees.record(grantee.id, voucher.correlation_id, seen, actor=ACTOR)
            if fact.permanent:
                self._open(grantee, asked, fact.code, number=fact.try_number)
        if self.grantees.record(grantee.id, voucher.correlation_id, fact, actor=ACTOR) is None:
            self._open(grantee, asked, "contradiction", number=0)
        if isinstance(fact, CreateVoucherSuccess | VoucherUpgraded | VoucherWithdrawn):
            self._settle(voucher, asked)

    def _open(self, grantee: Grantee, asked: Asked, code: str, *, number: int) -> None:
        voucher = _voucher(grantee)
        shop = grantee.listed.shop_slug if grantee.listed else ""
        opened = CaseOpened(
            kind=CaseKind.VOUCHER_STUCK,
            severity=Severity.WARNING,
            text=f"A voucher of {shop} for a person was not {_DONE_TO[asked]}: {code}.",
            provider=str(voucher.destination.place),
            provider_reference=voucher.reference,
            about=str(grantee.id),
        )
        self.cases.open(opened, correlation_id=_trouble(voucher, asked, number), actor=ACTOR)

    def _settle(self, voucher: IssuedVoucher, asked: Asked) -> None:
        """What people were to mend was mended; what is withdrawn is nobody's trouble any more."""
        over = [*Asked] if asked is Asked.WITHDRAW else [asked]
        for one in over:
            for number in voucher.question(one).for_people:
                stuck = case_id(_trouble(voucher, one, number), CaseKind.VOUCHER_STUCK)
                self.cases.settle(stuck, actor=ACTOR)
        if asked is Asked.WITHDRAW:
            DriftCases(cases=self.cases).there(voucher)


_DONE_TO = {Asked.CREATE: "made", Asked.UPGRADE: "upgraded", Asked.WITHDRAW: "withdrawn"}


def _voucher(grantee: Grantee) -> IssuedVoucher:
    assert grantee.voucher is not None, "only a voucher calls for its keeper"
    return grantee.voucher


def _trouble(voucher: IssuedVoucher, asked: Asked, number: int) -> UUID:
    """The cause of a case: the same try of the same voucher has one."""
    return derived(voucher.correlation_id, f"stuck/{asked}/{number}")
