"""Invitations and vouchers go out by letter: claimed by a stamp, sent once, answered by a stamp."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never
from uuid import UUID, uuid4

import structlog

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Rejected, Sent, Unknown
from adapters.worker.reactor import DONE, NOTHING, Clock, Progress
from adapters.worker.reactors.deliver_letter import (
    MOST_TRIES,
    DeliveryPolicy,
    Forgotten,
    Mail,
    Try,
    content_of,
    next_move,
)
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.commands import StartGrantLetter
from ledger.grants.grantee import Grantee
from ledger.grants.next_step import OwedLetter, owed_letter, posting_of
from ledger.grants.service import Grantees
from ledger.grants.stamps import (
    VoucherLetterFailed,
    VoucherLetterSent,
    VoucherLetterUnknown,
)
from ledger.kernel.events import derived

_log = structlog.get_logger("worker")
_Outcome = VoucherLetterSent | VoucherLetterFailed | VoucherLetterUnknown
Render = Callable[[Grantee, OwedLetter], RenderedLetter]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLetters:
    """Acts on one person who is owed a letter. Any number of workers may."""

    grantees: Grantees
    cases: Cases
    mail: Mail
    render: Render
    keyed_hash: Callable[[bytes], str]
    mail_domain: str
    clock: Clock
    policy: DeliveryPolicy

    def __call__(self, grantee: UUID) -> Progress:
        """The next step of their letter, if it is due."""
        now = self.grantees.get(grantee)
        owed = owed_letter(now)
        if owed is None:
            return NOTHING
        move = next_move(posting_of(now, owed), now=self.clock(), policy=self.policy)
        match move:
            case Try():
                return self._tried(now, owed, move.number)
            case Forgotten():
                self._tell(now, owed, self._unknown(now, owed, move.number))
                return DONE
            case None:
                return NOTHING
            case _:
                assert_never(move)

    def _tried(self, grantee: Grantee, owed: OwedLetter, number: int) -> Progress:
        # 1. The claim is committed before anyone outside hears of it.
        began = self.clock()
        if not self._claimed(grantee.id, owed, number):
            return NOTHING
        # 2. No transaction is open while we talk to the mail server.
        after = self.grantees.get(grantee.id)
        outcome = self._sent(after, owed, number, late=self.clock() - began)
        # 3. Whatever came back is stamped, "we do not know" included.
        self._tell(after, owed, outcome)
        return DONE

    def _claimed(self, grantee: UUID, owed: OwedLetter, number: int) -> bool:
        wish = StartGrantLetter(
            correlation_id=owed.cause,
            actor=f"worker/{uuid4().hex[:12]}",
            at=self.clock(),
            owed=owed,
            try_number=number,
        )
        return bool(self.grantees.claim(grantee, wish))

    def _sent(
        self, grantee: Grantee, owed: OwedLetter, number: int, *, late: timedelta
    ) -> _Outcome:
        if late >= self.policy.lease / 2:
            return self._failed(grantee, owed, number, "claim_too_old", permanent=False)
        try:
            rendered = self.render(grantee, owed)
            body_hash = self.keyed_hash(content_of(rendered))
        except Exception as error:
            code = f"render:{type(error).__name__}"
            return self._failed(grantee, owed, number, code, permanent=False)
        if not rendered.to:
            return self._failed(grantee, owed, number, "nobody_left", permanent=True)
        message_id = self._message_id(grantee, owed)
        answer = self._answer(rendered, message_id)
        match answer:
            case Sent():
                return VoucherLetterSent(
                    letter=owed.letter,
                    try_number=number,
                    message_id=message_id,
                    body_hash=body_hash,
                )
            case Rejected():
                return self._failed(grantee, owed, number, answer.code, permanent=answer.permanent)
            case Unknown():
                return self._unknown(grantee, owed, number)
            case _:
                assert_never(answer)

    def _message_id(self, grantee: Grantee, owed: OwedLetter) -> str:
        """The same letter has the same Message-ID at every try; once more, it has another one."""
        posting = posting_of(grantee, owed)
        cause = (posting.again_under if posting else None) or owed.cause
        return f"<{derived(cause, f'letter/{owed.letter}')}@{self.mail_domain}>"

    def _answer(self, rendered: RenderedLetter, message_id: str) -> Delivery:
        try:
            return self.mail.send(rendered, message_id)
        except Exception as error:
            _log.error("mail_stumbled", error=type(error).__name__)
            return Unknown(type(error).__name__)

    def _failed(
        self, grantee: Grantee, owed: OwedLetter, number: int, code: str, *, permanent: bool
    ) -> VoucherLetterFailed:
        """The last try of all fails for good; its case comes before its stamp."""
        for_good = permanent or number >= MOST_TRIES
        if for_good:
            self._open(grantee, owed, CaseKind.LETTER_FAILED, number)
        return VoucherLetterFailed(
            letter=owed.letter, try_number=number, code=code, permanent=for_good
        )

    def _unknown(self, grantee: Grantee, owed: OwedLetter, number: int) -> VoucherLetterUnknown:
        if not self.policy.resends(number):
            self._open(grantee, owed, CaseKind.LETTER_UNKNOWN, number)
        return VoucherLetterUnknown(letter=owed.letter, try_number=number)

    def _open(self, grantee: Grantee, owed: OwedLetter, kind: CaseKind, number: int) -> None:
        shop = grantee.listed.shop_slug if grantee.listed else ""
        happened = "did not go out" if kind is CaseKind.LETTER_FAILED else "is of unknown fate"
        opened = CaseOpened(
            kind=kind,
            severity=Severity.WARNING,
            text=f"The {owed.letter} letter to somebody on the list of {shop} {happened}.",
            about=str(grantee.id),
        )
        cause = derived(owed.cause, f"letter/{owed.letter}/{number}")
        self.cases.open(opened, correlation_id=cause, actor="worker")

    def _tell(self, grantee: Grantee, owed: OwedLetter, outcome: _Outcome) -> None:
        self.grantees.told_letter(grantee.id, owed, outcome, actor="worker")
