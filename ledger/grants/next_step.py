"""What a person's voucher calls for: the one answer that worker, command and page go by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.issued_voucher import FULL, USED, IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import Asked, GrantLetter
from ledger.order.letter_delivery import Posting

# Whoever asked has so long to hear an answer; after that anybody looks what came of it.
LEASE = timedelta(seconds=20)
_PAUSES = (5, 30, 120, 600)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A code is to be drawn and a voucher requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperAsk:
    """The keeper is to be asked. `again`: the try of this number has no answer yet."""

    asked: Asked
    number: int
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """It was never made: it is withdrawn by being wanted no more, and nobody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveUsed:
    """A used voucher is not changed or withdrawn silently: a person decides."""

    asked: Asked


Step = Draw | KeeperAsk | Forget | LeaveUsed


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many refusals that may pass by themselves."""
    return timedelta(seconds=_PAUSES[min(tries, len(_PAUSES)) - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """What is to be done, and from when on."""

    step: Step
    at: datetime


def next_step(grantee: Grantee, at: datetime) -> Step | None:
    """What is to be done about the voucher at this moment, if anything."""
    due, voucher = due_step(grantee), grantee.voucher
    if due is None or due.at > at:
        return None
    over = voucher is not None and voucher.over_at(at)
    match due.step:
        case KeeperAsk(asked=Asked.CREATE, again=False) if over:
            return Forget()  # whoever would be told of it could not use it any more
        case _:
            return due.step


def due_step(grantee: Grantee) -> DueStep | None:
    """What is to be done about the voucher now or later, if nothing else happens."""
    if not grantee.somebody:
        return None
    voucher = grantee.voucher
    if voucher is None or not voucher.lives:
        return _at_once(Draw()) if grantee.confirmed else None
    if not grantee.confirmed:
        return _withdrawal(voucher)
    if not voucher.made:
        return _asked(voucher.create, Asked.CREATE)
    if _good_for_nothing(grantee, voucher):
        return _unless_used(voucher, voucher.withdrawal, Asked.WITHDRAW)
    if wants_upgrade(grantee, voucher):
        return _unless_used(voucher, voucher.upgrade, Asked.UPGRADE)
    return None


def wants_upgrade(grantee: Grantee, voucher: IssuedVoucher) -> bool:
    """Whether somebody who is given all of it has a voucher that takes off a part."""
    return grantee.kind in FULL and voucher.kind not in FULL


def _good_for_nothing(grantee: Grantee, voucher: IssuedVoucher) -> bool:
    """Whether it was made when its time was over, and nobody was told of it: another one is due."""
    causes = voucher.correlation_id, voucher.letter_cause
    told = any((cause, GrantLetter.VOUCHER) in grantee.postings for cause in causes)
    return voucher.made_too_late and not told


def _withdrawal(voucher: IssuedVoucher) -> DueStep | None:
    """Whether it was made is found out first: nobody may find it who is not to have it."""
    if voucher.create.last_try == 0:
        return _at_once(Forget())
    if voucher.create.open:
        return _asked(voucher.create, Asked.CREATE)
    return _unless_used(voucher, voucher.withdrawal, Asked.WITHDRAW)


def _unless_used(voucher: IssuedVoucher, question: Question, asked: Asked) -> DueStep | None:
    """A used voucher is left, and that is stamped once; a try under way is still looked after."""
    if not voucher.used or question.open:
        return _asked(question, asked)
    return None if question.code == USED else _at_once(LeaveUsed(asked=asked))


def _asked(question: Question, asked: Asked) -> DueStep | None:
    last = question.last_try
    mended = question.code == USED  # it was given back: only who is not used comes here
    if question.done or (question.waits_for_people and not mended):
        return None
    if question.open:
        again = KeeperAsk(asked=asked, number=last, again=True)
        return DueStep(step=again, at=question.asked[last] + LEASE)
    step = KeeperAsk(asked=asked, number=last + 1)
    if last <= question.again_after or mended:
        return _at_once(step)
    return DueStep(step=step, at=question.failed_at[last] + pause_after(last))


def _at_once(step: Step) -> DueStep:
    return DueStep(step=step, at=_LONG_AGO)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedLetter:
    """A letter, and the correlation id that it goes out under: the same cause, the same letter."""

    letter: GrantLetter
    cause: UUID


def owed_letter(grantee: Grantee) -> OwedLetter | None:
    """The letter that a person should have got by now; None if there is none.

    A voucher that is still to become a full one, or to be withdrawn, is not told of; nor is one
    that was made when its time was over.
    """
    called, voucher = letter_called_for(grantee), grantee.voucher
    in_vain = voucher is not None and _good_for_nothing(grantee, voucher)
    if in_vain and called is not None and called.letter is GrantLetter.VOUCHER:
        return None
    return called


def letter_called_for(grantee: Grantee) -> OwedLetter | None:
    """The same, also of a voucher that was made too late: letters told of such ones once."""
    if not grantee.somebody:
        return None
    voucher = grantee.voucher
    if grantee.confirmed:
        if voucher is None or not voucher.made or not voucher.lives or voucher.used:
            return None
        if wants_upgrade(grantee, voucher):
            return None
        return OwedLetter(letter=GrantLetter.VOUCHER, cause=voucher.letter_cause)
    if grantee.state is GrantState.INVITED and grantee.invited_under is not None:
        return OwedLetter(letter=GrantLetter.INVITATION, cause=grantee.invited_under)
    return None


def posting_of(grantee: Grantee, owed: OwedLetter) -> Posting | None:
    """How far a letter has come; None before its first try."""
    return grantee.postings.get((owed.cause, owed.letter))
