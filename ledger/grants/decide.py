"""What a wish about somebody on a list stamps, and what news of their voucher does."""

from collections.abc import Callable, Sequence
from typing import assert_never

from ledger.grants.commands import (
    AskKeeper,
    GrantCommand,
    InvitePerson,
    ListPerson,
    RequestVoucher,
    SetState,
    StartGrantLetter,
    WantAgain,
    WantLetter,
)
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.issued_voucher import FULL, USED, IssuedVoucher
from ledger.grants.next_step import (
    Draw,
    Forget,
    KeeperAsk,
    LeaveUsed,
    next_step,
    owed_letter,
    posting_of,
)
from ledger.grants.programme import over_since, terms_of, worth_of
from ledger.grants.question import Question
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherRequest,
    CreateVoucherSuccess,
    GrantKind,
    GrantStamp,
    PersonCancelled,
    PersonChanged,
    PersonConfirmed,
    PersonDeclined,
    PersonInvited,
    PersonListed,
    VoucherFact,
    VoucherHeldBack,
    VoucherLetterStarted,
    VoucherLetterWanted,
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
from ledger.kernel.refusals import GrantNotOpen, UnknownGrantee


def decide_grant(  # noqa: C901 (a dispatching match)
    command: GrantCommand, grantee: Grantee
) -> Sequence[GrantStamp]:
    """The stamps that a wish calls for; none where they stand; or a refusal.

    Raises `UnknownGrantee` for somebody who is not on the list, or was erased, and
    `GrantNotOpen` for what cannot be answered any more.
    """
    if isinstance(command, ListPerson):
        return _listed(command, grantee)
    if grantee.listed is None or grantee.erased:
        raise UnknownGrantee
    match command:
        case InvitePerson():
            return _invited(command, grantee)
        case SetState():
            return _set(command, grantee)
        case RequestVoucher():
            return _requested(command, grantee)
        case AskKeeper():
            return _asked(command, grantee)
        case WantAgain():
            return _again(command, grantee)
        case WantLetter():
            return _letter_again(command, grantee)
        case StartGrantLetter():
            return _letter(command, grantee)
        case _:
            assert_never(command)


def _listed(command: ListPerson, grantee: Grantee) -> Sequence[GrantStamp]:
    if grantee.listed is None:
        return [
            PersonListed(
                shop=command.shop,
                shop_slug=command.shop_slug,
                kind=command.kind,
                language=command.language,
                person_index=command.person_index,
                reference=command.reference,
                name=command.name,
                email=command.email,
            )
        ]
    kind = listed_kind(grantee, command.kind)
    if (kind, command.language, command.name) == (grantee.kind, grantee.language, grantee.name):
        return []
    return [PersonChanged(kind=kind, language=command.language, name=command.name)]


def listed_kind(grantee: Grantee, wanted: GrantKind) -> GrantKind:
    """What somebody is once a list says this of them: what was given stays given."""
    given = wanted not in FULL and grantee.voucher is not None
    return grantee.kind if given else wanted


def _invited(command: InvitePerson, grantee: Grantee) -> Sequence[GrantStamp]:
    """Who has answered is not asked; who was asked is asked again only by `WantLetter`."""
    if not grantee.somebody or grantee.state is not GrantState.INVITED:
        return []
    if grantee.invitation is not None:
        return []
    return [PersonInvited(link_hash=command.link_hash, code=command.code)]


def _set(command: SetState, grantee: Grantee) -> Sequence[GrantStamp]:
    if not grantee.somebody:
        raise GrantNotOpen
    if grantee.state is command.state:
        return []
    if command.by_link and grantee.state is GrantState.CANCELLED:
        raise GrantNotOpen
    match command.state:
        case GrantState.CONFIRMED:
            return [PersonConfirmed()]
        case GrantState.DECLINED:
            return [PersonDeclined()]
        case GrantState.CANCELLED:
            return [PersonCancelled(reason=command.reason)]
        case GrantState.INVITED:
            raise GrantNotOpen
        case _:
            assert_never(command.state)


def _requested(command: RequestVoucher, grantee: Grantee) -> Sequence[GrantStamp]:
    """Only who is confirmed and has none, whoever asks, and however often.

    Of a programme that is over nobody is given one: that is stamped once, and looked at again.
    """
    if not isinstance(next_step(grantee, command.at), Draw):
        return []
    ended = over_since(command.rules, command.at)
    if ended is not None:
        return [] if grantee.over_since == ended else [VoucherHeldBack(valid_until=ended)]
    return [
        VoucherRequested(
            kind=grantee.kind,
            terms=terms_of(grantee.kind, command.rules),
            destination=command.rules.destination,
            code_index=command.code_index,
            worth=worth_of(grantee.kind, command.rules),
            code=command.code,
        )
    ]


def _asked(command: AskKeeper, grantee: Grantee) -> Sequence[GrantStamp]:
    """The intent of what is due; a try that is under way needs none."""
    step, voucher = next_step(grantee, command.at), grantee.voucher
    match step:
        case None | Draw():
            return []
        case Forget():
            return [VoucherWithdrawn()]
        case LeaveUsed():
            return [_left(step.asked, voucher)]
        case KeeperAsk():
            return [] if step.again else _intent(step, command, grantee)
        case _:
            assert_never(step)


def _left(asked: Asked, voucher: IssuedVoucher | None) -> GrantStamp:
    assert voucher is not None, "only a voucher is used"
    if asked is Asked.UPGRADE:
        number = voucher.upgrade.last_try + 1
        return VoucherUpgradeFailure(code=USED, try_number=number, permanent=True)
    number = voucher.withdrawal.last_try + 1
    return VoucherWithdrawalFailure(code=USED, try_number=number, permanent=True)


def _intent(step: KeeperAsk, command: AskKeeper, grantee: Grantee) -> Sequence[GrantStamp]:
    match step.asked:
        case Asked.CREATE:
            return [CreateVoucherRequest(try_number=step.number)]
        case Asked.WITHDRAW:
            return [VoucherWithdrawalRequest(try_number=step.number)]
        case Asked.UPGRADE:
            if command.rules is None:
                return []
            return [
                VoucherUpgradeRequest(
                    kind=grantee.kind,
                    terms=terms_of(grantee.kind, command.rules),
                    worth=worth_of(grantee.kind, command.rules),
                    try_number=step.number,
                )
            ]
        case _:
            assert_never(step.asked)


def _again(command: WantAgain, grantee: Grantee) -> Sequence[GrantStamp]:
    voucher = grantee.voucher
    if voucher is None:
        return []
    stuck = [
        (asked, voucher.question(asked).last_try)
        for asked in Asked
        if voucher.question(asked).waits_for_people and voucher.question(asked).code != USED
    ]
    return [
        VoucherWantedAgain(asked=asked, after_try=number, reason=command.reason)
        for asked, number in stuck
    ]


def _letter_again(command: WantLetter, grantee: Grantee) -> Sequence[GrantStamp]:
    owed = owed_letter(grantee)
    if owed is None:
        raise GrantNotOpen
    return [VoucherLetterWanted(letter=owed.letter, cause=owed.cause, reason=command.reason)]


def _letter(command: StartGrantLetter, grantee: Grantee) -> Sequence[GrantStamp]:
    """Claimed once per try, and only while it is owed."""
    if owed_letter(grantee) != command.owed:
        return []
    posting = posting_of(grantee, command.owed)
    if posting is not None and posting.last_try >= command.try_number:
        return []
    return [VoucherLetterStarted(letter=command.owed.letter, try_number=command.try_number)]


def observe_voucher(fact: VoucherFact, voucher: IssuedVoucher) -> Sequence[VoucherFact]:
    """What news stamps: nothing where it is known already. It is never refused."""
    return [] if _KNOWN[type(fact)](fact, voucher) else [fact]


def _failed(question: Question, fact: object) -> bool:
    return getattr(fact, "try_number", None) in question.failed


def _older(fact: VoucherUsesSeen, voucher: IssuedVoucher) -> bool:
    return voucher.uses_seen_at is not None and fact.seen_at <= voucher.uses_seen_at


_KNOWN: dict[type, Callable[[VoucherFact, IssuedVoucher], bool]] = {
    CreateVoucherSuccess: lambda fact, voucher: voucher.create.done,
    CreateVoucherFailure: lambda fact, voucher: _failed(voucher.create, fact),
    VoucherUpgraded: lambda fact, voucher: voucher.upgrade.done,
    VoucherUpgradeFailure: lambda fact, voucher: _failed(voucher.upgrade, fact),
    VoucherWithdrawn: lambda fact, voucher: voucher.withdrawal.done,
    VoucherWithdrawalFailure: lambda fact, voucher: _failed(voucher.withdrawal, fact),
    VoucherUsesSeen: lambda fact, voucher: (
        isinstance(fact, VoucherUsesSeen) and (fact.uses == voucher.uses or _older(fact, voucher))
    ),
}
