"""One claimed letter is written, handed over, tried again or left to a person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from threading import Lock
from typing import Protocol, assert_never
from uuid import UUID

import structlog

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Rejected, Sent, Unknown
from adapters.worker.reactor import Clock
from ledger.kernel.events import derived
from ledger.order.due import Due
from ledger.order.letter_delivery import DECLINED, Posting
from ledger.order.order import Order
from ledger.order.stamps import ReceiptFailed, ReceiptSent, ReceiptUnknown

_MINUTES = (1, 5, 15)
_HOUR = timedelta(hours=1)
# The minutes after each try; after the last of them, every further one.
PAUSES = (*_MINUTES, 60)

# A minute, five, fifteen, then every hour: a whole day of trying.
MOST_TRIES = 1 + len(_MINUTES) + 23


class WhenUnknown(StrEnum):
    """What happens to a letter of unknown fate: the operator's choice."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """How long a claim is believed, and what follows when it was not kept."""

    lease: timedelta = field(default=timedelta(minutes=5))
    when_unknown: WhenUnknown = WhenUnknown.RESEND

    def resends(self, tries: int) -> bool:
        """Whether a letter whose last try is of unknown fate will be tried again."""
        return self.when_unknown is WhenUnknown.RESEND and tries < MOST_TRIES


@dataclass(frozen=True, slots=True)
class Try:
    """Claim it under this number, and send."""

    number: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Whoever claimed this try vanished: say so in the ledger."""

    number: int


Move = Try | Forgotten | None


def next_move(posting: Posting | None, *, now: datetime, policy: DeliveryPolicy) -> Move:
    """What to do about a letter that is owed; None is to leave it alone at this moment."""
    if posting is None or posting.changed_at is None:
        return Try(1)
    if posting.permanent:
        return None
    tries, age = posting.last_try, now - posting.changed_at
    match posting.state:
        case "due":
            return Try(tries + 1)
        case "started":
            return Forgotten(tries) if age >= policy.lease else None
        case "unknown" if policy.resends(tries):
            return Try(tries + 1) if age >= pause_after(tries) else None
        case "failed" if tries < MOST_TRIES:
            return Try(tries + 1) if age >= pause_after(tries) else None
        case _:
            return None


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries.

    >>> [int(pause_after(tries).total_seconds() // 60) for tries in (1, 2, 3, 4, 20)]
    [1, 5, 15, 60, 60]
    """
    if tries <= len(_MINUTES):
        return timedelta(minutes=_MINUTES[tries - 1])
    return _HOUR


_log = structlog.get_logger("worker")

Outcome = ReceiptSent | ReceiptFailed | ReceiptUnknown
Render = Callable[[Order, Due, int | None], RenderedLetter]


class Mail(Protocol):
    """Hands letters to a mail server. Never raises for what the server says."""

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery: ...

    def rest(self) -> None:
        """There is nothing to send: let go of what only sending needs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterClaim:
    """A try of one letter that is ours. `order` has the claim in it."""

    order: Order
    due: Due
    number: int

    @property
    def posting(self) -> Posting:
        return self.order.postings[self.due.correlation_id, self.due.letter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Writes letters and hands them over, from several threads.

    They wait for the mail server together and write one after the other: Python lets one compute
    at a time anyway, and others that want to would interrupt it, each other, and whoever moves
    rows meanwhile.

    Who did not begin within half of its `lease` (a machine that was asleep) does not send: a
    claim may be somebody else's soon. `declined` is asked last: whoever wants no news since they
    were reached gets none.
    """

    mail: Mail
    render: Render
    keyed_hash: Callable[[bytes], str]
    mail_domain: str
    clock: Clock
    lease: timedelta
    declined: Callable[[Order, Due], bool] = lambda order, due: False
    _pen: Lock = field(default_factory=Lock)

    def __call__(self, claim: LetterClaim) -> tuple[LetterClaim, Outcome]:
        """Send it, unless it is too late or nothing can be written."""
        claimed_at = claim.posting.changed_at
        if claimed_at is None or self.clock() >= claimed_at + self.lease / 2:
            return claim, failed(claim, "claim_too_old", permanent=False)
        try:
            with self._pen:
                rendered = self.render(claim.order, claim.due, claim.posting.number)
                body_hash = self.keyed_hash(content_of(rendered))
            declined = self.declined(claim.order, claim.due)
        except Exception as error:
            return claim, failed(claim, f"render:{type(error).__name__}", permanent=False)
        if not rendered.to:
            return claim, failed(claim, "nobody_left", permanent=True)
        if declined:
            return claim, failed(claim, DECLINED, permanent=True)
        return claim, self._sent(claim, rendered, body_hash)

    def _sent(self, claim: LetterClaim, rendered: RenderedLetter, body_hash: str) -> Outcome:
        message_id = message_id_of(claim.due, self.mail_domain, claim.posting)
        answer = self._answer(rendered, message_id)
        match answer:
            case Sent():
                return ReceiptSent(
                    letter=claim.due.letter,
                    try_number=claim.number,
                    message_id=message_id,
                    body_hash=body_hash,
                )
            case Rejected():
                return failed(claim, answer.code, permanent=answer.permanent)
            case Unknown():
                return ReceiptUnknown(letter=claim.due.letter, try_number=claim.number)
            case _:
                assert_never(answer)

    def _answer(self, rendered: RenderedLetter, message_id: str) -> Delivery:
        """A bug on the way to the server must not take others' letters with it."""
        try:
            return self.mail.send(rendered, message_id)
        except Exception as error:
            _log.error("mail_stumbled", error=type(error).__name__)
            return Unknown(type(error).__name__)


def failed(claim: LetterClaim, code: str, *, permanent: bool) -> ReceiptFailed:
    """The last try of all fails for good."""
    return ReceiptFailed(
        letter=claim.due.letter,
        try_number=claim.number,
        code=code,
        permanent=permanent or claim.number >= MOST_TRIES,
    )


def message_id_of(due: Due, domain: str, posting: Posting | None = None) -> str:
    """The same letter always has the same Message-ID, however often it is tried.

    Sent again because staff want it, it is another one: a mailbox would hide a second copy.
    """
    cause: UUID = (posting.again_under if posting else None) or due.correlation_id
    return f"<{derived(cause, f'letter/{due.letter}')}@{domain}>"


def content_of(rendered: RenderedLetter) -> bytes:
    """What the keyed hash of a letter is taken over."""
    words = "\0".join((rendered.subject, rendered.text, rendered.html)).encode()
    files = (one.name.encode() + sha256(one.content).digest() for one in rendered.attachments)
    return b"".join((words, *files))
