"""Letters go out: claimed by a stamp, sent outside of any transaction, answered by a stamp."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, assert_never
from uuid import UUID, uuid4

from adapters.letters import RenderedLetter
from adapters.smtp_mail import Rejected, Sent, Unknown
from adapters.worker.delivery import MOST_TRIES, DeliveryPolicy, Forgotten, Try, next_move
from adapters.worker.desk import Desk
from adapters.worker.reactor import (
    DONE,
    NOTHING,
    WAITING,
    Clock,
    Find,
    Patience,
    Progress,
    each,
)
from ledger.cancellation import link_is_valid
from ledger.commands import StartLetter
from ledger.order.letters import Due, letters_due
from ledger.order.postings import Posting
from ledger.order.state import Order
from ledger.order.troubles import letter_of_unknown_fate
from ledger.recorded import Recorded, derived
from ledger.service import Orders
from ledger.stamps import (
    Letter,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)

Outcome = ReceiptSent | ReceiptFailed | ReceiptUnknown
Render = Callable[[Order, Due, int | None], RenderedLetter]


class Mail(Protocol):
    """Hands a letter to a mail server. Never raises for what the server says."""

    def send(self, letter: RenderedLetter, message_id: str) -> Sent | Rejected | Unknown: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The reactor of the letters. Any number of them may run at once.

    `find` names orders that may owe a letter; it may be behind, the order itself decides.
    """

    orders: Orders
    find: Find
    mail: Mail
    desk: Desk
    render: Render
    keyed_hash: Callable[[bytes], str]
    mail_domain: str
    clock: Clock
    policy: DeliveryPolicy = field(default=DeliveryPolicy())
    patience: Patience
    threads: int = 1
    name: str = "letters"

    def run(self) -> Progress:
        """Move every letter that is due by one step."""
        return each(
            self.name, self.find(), self._order, patience=self.patience, threads=self.threads
        )

    def _order(self, order_id: UUID) -> Progress:
        order = self.orders.get(order_id)
        progress = NOTHING
        for due in letters_due(order):
            if self._still_wanted(order, due):
                progress += self._letter(order, due)
        return progress

    def _still_wanted(self, order: Order, due: Due) -> bool:
        """A link is worth a letter only while it would work."""
        link = order.newest_link
        if due.letter is not Letter.LINK or link is None:
            return True
        return link.correlation_id == due.correlation_id and link_is_valid(
            order, link, self.clock()
        )

    def _letter(self, order: Order, due: Due) -> Progress:
        posting = order.postings.get((due.correlation_id, due.letter))
        move = next_move(posting, now=self.clock(), policy=self.policy)
        match move:
            case Try():
                return self._send(order, due, move.number)
            case Forgotten():
                self._unknown(order, due, move.number)
                return DONE
            case None:
                return NOTHING
            case _:
                assert_never(move)

    def _send(self, order: Order, due: Due, number: int) -> Progress:
        # 1. The claim is committed before anyone outside hears of it.
        claimed = self._claim(order, due, number)
        if claimed is None:
            return WAITING
        # 2. No transaction is open while we talk to the mail server.
        outcome = self._post(claimed, due, number)
        # 3. Whatever came back is stamped, "we do not know" included.
        if isinstance(outcome, ReceiptUnknown):
            self._unknown(claimed, due, number)
        else:
            self._record(order.id, due, outcome)
        return DONE

    def _claim(self, order: Order, due: Due, number: int) -> Order | None:
        """The order with our claim in it; None when the claim in the ledger is someone else's.

        An append that stands there already is answered like our own, so its actor tells whose.
        """
        actor = f"worker/{uuid4().hex[:12]}"
        command = StartLetter(
            correlation_id=due.correlation_id,
            actor=actor,
            at=self.clock(),
            letter=due.letter,
            try_number=number,
        )
        claimed = self.orders.handle(order.id, command)
        history = self.orders.history(order.id)
        return claimed if _claimant(history, due, number) == actor else None

    def _post(self, order: Order, due: Due, number: int) -> Outcome:
        posting = order.postings.get((due.correlation_id, due.letter))
        try:
            rendered = self.render(order, due, posting.number if posting else None)
        except Exception as error:
            return self._failed(due, number, f"render:{type(error).__name__}", permanent=False)
        if not rendered.to:
            return self._failed(due, number, "nobody_left", permanent=True)
        message_id = message_id_of(due, self.mail_domain, posting)
        answer = self.mail.send(rendered, message_id)
        match answer:
            case Sent():
                return ReceiptSent(
                    letter=due.letter,
                    try_number=number,
                    message_id=message_id,
                    body_hash=self.keyed_hash(content_of(rendered)),
                )
            case Rejected():
                return self._failed(due, number, answer.code, permanent=answer.permanent)
            case Unknown():
                return ReceiptUnknown(letter=due.letter, try_number=number)
            case _:
                assert_never(answer)

    def _failed(self, due: Due, number: int, code: str, *, permanent: bool) -> ReceiptFailed:
        """The last try of all fails for good."""
        return ReceiptFailed(
            letter=due.letter,
            try_number=number,
            code=code,
            permanent=permanent or number >= MOST_TRIES,
        )

    def _unknown(self, order: Order, due: Due, number: int) -> None:
        """The case comes first: a crash between the two repeats both, and forgets neither."""
        if not self.policy.resends(number):
            trouble = letter_of_unknown_fate(due.correlation_id, due.letter, try_number=number)
            self.desk.open(order.id, trouble)
        self._record(order.id, due, ReceiptUnknown(letter=due.letter, try_number=number))

    def _record(self, order_id: UUID, due: Due, outcome: Outcome) -> None:
        after = self.orders.record(
            order_id, outcome, correlation_id=due.correlation_id, actor="worker"
        )
        self.desk.open_all(after)


def _claimant(history: Sequence[Recorded], due: Due, number: int) -> str | None:
    for one in history:
        stamp = one.stamp
        if (
            isinstance(stamp, ReceiptSendStarted)
            and one.correlation_id == due.correlation_id
            and (stamp.letter, stamp.try_number) == (due.letter, number)
        ):
            return one.actor
    return None


def message_id_of(due: Due, domain: str, posting: Posting | None = None) -> str:
    """The same letter always has the same Message-ID, however often it is tried.

    Sent again because staff want it, it is another one: a mailbox would hide a second copy.
    """
    cause = (posting.again_under if posting else None) or due.correlation_id
    return f"<{derived(cause, f'letter/{due.letter}')}@{domain}>"


def content_of(rendered: RenderedLetter) -> bytes:
    """What the keyed hash of a letter is taken over."""
    return "\0".join((rendered.subject, rendered.text, rendered.html)).encode()
