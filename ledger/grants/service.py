"""The people on shops' lists as a service: found by the keyed hash of an address, stamped once."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

from ledger.grants.commands import GrantCommand, GrantWish, ListPerson, StartGrantLetter
from ledger.grants.decide import decide_grant, observe_voucher
from ledger.grants.grantee import GENERATIONS, Grantee, fold_grantee, grantee_id
from ledger.grants.next_step import OwedLetter
from ledger.grants.programme import (
    GrantProgramme,
    decide_set_up,
    fold_programme,
    programme_id,
)
from ledger.grants.stamps import (
    CreateVoucherRequest,
    GrantsSetUp,
    GrantStamp,
    PersonListed,
    VoucherFact,
    VoucherHeldBack,
    VoucherLetterFailed,
    VoucherLetterSent,
    VoucherLetterStarted,
    VoucherLetterUnknown,
    VoucherNews,
    VoucherRequested,
    VoucherUpgradeRequest,
    VoucherWithdrawalRequest,
)
from ledger.kernel.events import Draft
from ledger.kernel.refusals import (
    Busy,
    Contradicted,
    GrantsNotSetUp,
    ShopChanged,
    UnknownGrantee,
)
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, StampStore

LetterOutcome = VoucherLetterSent | VoucherLetterFailed | VoucherLetterUnknown
_INTENTS = (CreateVoucherRequest, VoucherUpgradeRequest, VoucherWithdrawalRequest)


class Grantees:
    """Everybody on a list, of every shop. Raises `LedgerUnavailable`."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, grantee: UUID) -> Grantee:
        """A person as they stand; of version 0 if there is none."""
        history = self._store.read(grantee)
        if history and not isinstance(history[0].stamp, PersonListed):
            return Grantee(id=grantee)  # another kind of stream is nobody on a list
        return fold_grantee(grantee, history)

    def known(self, shop: UUID, grantee: UUID) -> Grantee:
        """Somebody on this shop's list; raises `UnknownGrantee`, also for another shop's."""
        found = self.get(grantee)
        if found.listed is None or found.listed.shop != shop:
            raise UnknownGrantee
        return found

    def of_address(self, shop: UUID, person_index: str) -> Grantee | None:
        """Somebody on this shop's list, by the keyed hash of their address."""
        found = self._newest(shop, person_index)
        return found if found.listed is not None else None

    def every(self, shop: UUID, person_index: str) -> Sequence[Grantee]:
        """All that stood for an address on this list, those that were erased, too."""
        found: list[Grantee] = []
        for generation in count(1):
            one = self.get(grantee_id(shop, person_index, generation))
            if one.listed is None:
                break
            found.append(one)
        return found

    def place(self, shop: UUID, key: str) -> UUID:
        """The stream that a person, or a row that names none, has or would have."""
        return self._newest(shop, key).id

    def list_person(self, command: ListPerson, *, key: str) -> Grantee:
        """The person after they were put on the list, or what it says of them was changed."""
        return self.handle(self.place(command.shop, key), command)

    def handle(self, grantee: UUID, command: GrantCommand) -> Grantee:
        """The person after a wish was fulfilled; raises what `decide_grant` raises."""
        self.claim(grantee, command)
        return self.get(grantee)

    def claim(self, grantee: UUID, command: GrantCommand) -> Sequence[GrantStamp]:
        """The stamps that this wish has put there; none where they stood, whoever put them there.

        Decided again if the person moved; raises what `decide_grant` raises.
        """

        def attempt() -> Sequence[GrantStamp] | Conflict:
            now = self.get(grantee)
            stamps = decide_grant(command, now)
            if not stamps:
                return ()
            append = Append(
                drafts=[drafted(one, now, command) for one in stamps],
                expected={grantee: now.version},
            )
            match self._store.append(append)[0]:
                case Appended() as appended:
                    return () if appended.repeated else stamps
                case Conflict() as conflict:
                    return conflict
                case _:
                    return self._overtaken(now)

        return again_on_conflict(grantee, attempt)

    def _overtaken(self, before: Grantee) -> Conflict:
        """Somebody else's code stands where ours should: read again. Raises `Contradicted`."""
        actual = self.get(before.id).version
        if actual == before.version:
            raise Contradicted
        return Conflict(stream=before.id, expected=before.version, actual=actual)

    def record(
        self, grantee: UUID, voucher: UUID, fact: VoucherFact, *, actor: str
    ) -> Grantee | None:
        """The person after news of their voucher. Repeats are silent; nothing is refused.

        None where the same news stands there with other figures (law 3).
        """

        def attempt() -> Grantee | Conflict | None:
            now = self.get(grantee)
            own = next((one for one in now.vouchers if one.correlation_id == voucher), None)
            if own is None or not observe_voucher(fact, own):
                return now
            draft: Draft[object] = Draft(
                stream=grantee, stamp=fact, correlation_id=voucher, actor=actor
            )
            append = Append(drafts=[draft], expected={grantee: now.version})
            match self._store.append(append)[0]:
                case Appended():
                    return self.get(grantee)
                case Conflict() as conflict:
                    return conflict
                case _:
                    return None

        return again_on_conflict(grantee, attempt)

    def told_letter(
        self, grantee: UUID, owed: OwedLetter, outcome: LetterOutcome, *, actor: str
    ) -> Grantee:
        """The person after news of a letter; an outcome that stands is not told again."""

        def attempt() -> Grantee | Conflict:
            now = self.get(grantee)
            draft: Draft[object] = Draft(
                stream=grantee, stamp=outcome, correlation_id=owed.cause, actor=actor
            )
            append = Append(drafts=[draft], expected={grantee: now.version})
            match self._store.append(append)[0]:
                case Conflict() as conflict:
                    return conflict
                case _:
                    return self.get(grantee)

        return again_on_conflict(grantee, attempt)

    def programme(self, shop: UUID) -> GrantProgramme:
        """What a shop gives, as far as it was set up."""
        id = programme_id(shop)
        history = self._store.read(id)
        return fold_programme(id, history)

    def rules(self, shop: UUID) -> GrantsSetUp:
        """By which rules vouchers are issued; raises `GrantsNotSetUp`."""
        rules = self.programme(shop).rules
        if rules is None:
            raise GrantsNotSetUp
        return rules

    def set_up(
        self,
        wanted: GrantsSetUp,
        *,
        correlation_id: UUID,
        actor: str,
        version: int | None = None,
        request: str | None = None,
    ) -> GrantProgramme:
        """The programme after it was set up like this.

        Raises `GrantsSetUpWrong`, and `ShopChanged` where it is not at the version that was seen.
        """
        id = programme_id(wanted.shop)

        def attempt() -> GrantProgramme | Conflict:
            now = self.programme(wanted.shop)
            if version is not None and now.version != version:
                raise ShopChanged(version=now.version)
            drafts: list[Draft[object]] = [
                Draft(
                    stream=id,
                    stamp=one,
                    correlation_id=correlation_id,
                    actor=actor,
                    request=request,
                )
                for one in decide_set_up(now, wanted)
            ]
            if not drafts:
                return now
            match self._store.append(Append(drafts=drafts, expected={id: now.version}))[0]:
                case Appended():
                    return self.programme(wanted.shop)
                case Conflict() as conflict:
                    return conflict
                case _:
                    raise Contradicted

        return again_on_conflict(id, attempt)

    def _newest(self, shop: UUID, key: str) -> Grantee:
        """The one of this key that was not erased, or the one that may be listed."""
        for generation in range(1, GENERATIONS + 1):
            one = self.get(grantee_id(shop, key, generation))
            if not one.erased:
                return one
        raise Busy(grantee_id(shop, key))


def drafted(stamp: GrantStamp, grantee: Grantee, wish: GrantWish) -> Draft[object]:
    """A stamp as it is appended: news of a voucher and of a letter under the id of its cause."""
    correlation_id = wish.correlation_id
    if isinstance(stamp, VoucherRequested | VoucherHeldBack):
        correlation_id = grantee.voucher_correlation()
    elif isinstance(stamp, VoucherNews):
        assert grantee.voucher is not None, "news is of a voucher"
        correlation_id = grantee.voucher.correlation_id
    elif isinstance(stamp, VoucherLetterStarted):
        assert isinstance(wish, StartGrantLetter), "a letter is begun by the wish for it"
        correlation_id = wish.owed.cause
    return Draft(
        stream=grantee.id,
        stamp=stamp,
        correlation_id=correlation_id,
        actor=wish.actor,
        occurred_at=wish.at if isinstance(stamp, _INTENTS) else None,
        request=wish.request,
    )
