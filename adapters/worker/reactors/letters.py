"""Letters go out: claimed by stamps, sent outside of any transaction, answered by stamps.

Claims and outcomes of many orders share commits. Whoever dies in between leaves claims without
an outcome, which become `RECEIPT_UNKNOWN` when their lease is over, by whoever looks then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import assert_never
from uuid import UUID, uuid4

from adapters.worker.open_cases import Desk
from adapters.worker.reactor import (
    DONE,
    NOTHING,
    Clock,
    Find,
    Patience,
    Progress,
    Reactor,
)
from adapters.worker.reactors.deliver_letter import (
    DeliveryPolicy,
    Forgotten,
    LetterClaim,
    Outcome,
    Post,
    Try,
    next_move,
)
from adapters.worker.threads import Threads
from ledger.order.batch_service import News, Together
from ledger.order.cancellation_policy import link_is_valid
from ledger.order.commands import StartLetter
from ledger.order.due import Due
from ledger.order.issues import letter_of_unknown_fate
from ledger.order.letters_due import letters_due, letters_left
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import Letter, ReceiptUnknown
from ledger.order.tickets import LETTERS_WITH_TICKETS, TicketCode

Draw = Callable[[Order], tuple[TicketCode, ...]]
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Owing:
    """A `Find` for the letters: orders that were told of, and what `look` finds.

    That is letters that wait for their time, and news that another process reads. It is asked
    each time, or once per `every` while somebody tells.
    """

    look: Find
    clock: Clock
    every: timedelta = field(default=timedelta(seconds=0.5))
    most: int = 2_000
    _told: dict[UUID, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _told_at: datetime = _NEVER
    _looked_at: datetime = _NEVER

    def tell(self, order_id: UUID) -> None:
        """An order owes a letter. Those that are too many are found by `look`."""
        with self._lock:
            self._told_at = self.clock()
            if len(self._told) < self.most:
                self._told[order_id] = None

    def __call__(self) -> Sequence[UUID]:
        with self._lock:
            told, self._told = self._told, {}
        now = self.clock()
        if abs(now - self._looked_at) < self.every and abs(now - self._told_at) < 10 * self.every:
            return [*told]
        self._looked_at = now
        return [*dict.fromkeys([*told, *self.look()])]


@dataclass(slots=True, kw_only=True)
class Portion:
    """How many are taken at a time: as many as are done in a moment, however quick the other side.

    Between `least` and `most`: twice as many after a quick one, half as many after a slow one.
    What is taken and not done when a process ends waits for its lease. `moment` is in seconds.
    """

    least: int = 8
    most: int = 64
    moment: float = 0.5
    now: Callable[[], float] = monotonic
    size: int = 8

    @contextmanager
    def timed(self) -> Iterator[None]:
        """One portion is done within this."""
        began = self.now()
        yield
        took = self.now() - began
        if took > self.moment:
            self.size = max(self.size // 2, self.least)
        elif took < self.moment / 2:
            self.size = min(self.size * 2, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The reactor of the letters. Any number of them may run at once.

    `find` names orders that may owe a letter; it may be behind, the order itself decides. `draw`
    draws a code for each ticket that an order wants, to be issued with their letter; `words` tells
    the version of the shop's own words in a letter.
    """

    orders: Orders
    together: Together
    find: Find
    post: Post
    draw: Draw
    desk: Desk
    clock: Clock
    policy: DeliveryPolicy
    patience: Patience
    words: Callable[[Order, Letter], int] = lambda order, letter: 0
    threads: Threads = field(default_factory=lambda: Threads(most=1, name="letters"))
    portion: Portion = field(default_factory=Portion)
    name: str = "letters"

    def run(self) -> Progress:
        """Move every order that owes letters by one step."""
        found = self.find()
        ready = [one for one in found if self.patience.ready((self.name, one))]
        if not ready:
            self.post.mail.rest()
        progress = Progress(waiting=len(found) - len(ready))
        while ready:
            batch, ready = ready[: self.portion.size], ready[self.portion.size :]
            with self.portion.timed():
                progress += self._batch(batch)
        return progress

    def _batch(self, order_ids: Sequence[UUID]) -> Progress:
        orders, wanted = self.together.get(order_ids), list[LetterClaim]()
        progress = Reactor(
            name=self.name,
            find=lambda: order_ids,
            each=lambda one: self._order(one, orders, wanted),
            after=self.patience,
        ).run()
        # 1. The claims are committed before anyone outside hears of them.
        claimed = self._claimed(wanted)
        progress += Progress(waiting=len(wanted) - len(claimed))
        # 2. No transaction is open while we talk to the mail server.
        with closing(self.threads.each(claimed, self.post)) as came:
            for sent in came:
                # 3. Whatever came back is stamped, "we do not know" included.
                progress += self._stamped(sent)
        return progress

    def _order(
        self, order_id: UUID, orders: Mapping[UUID, Order], wanted: list[LetterClaim]
    ) -> Progress:
        """The next step of one order: a letter to be claimed is put to the others."""
        order = orders.get(order_id) or self.orders.get(order_id)
        for due in (*letters_due(order), *letters_left(order)):
            posting = order.postings.get((due.correlation_id, due.letter))
            move = next_move(posting, now=self.clock(), policy=self.policy)
            match move:
                case Try():
                    if self._still_wanted(order, due):
                        wanted.append(LetterClaim(order=order, due=due, number=move.number))
                        return NOTHING
                case Forgotten():
                    self._unknown(LetterClaim(order=order, due=due, number=move.number))
                    return DONE
                case None:
                    pass
                case _:
                    assert_never(move)
        return NOTHING

    def _still_wanted(self, order: Order, due: Due) -> bool:
        """A letter has its time, and a link is worth one only while it would work."""
        if not due.is_due(self.clock()):
            return False
        link = order.newest_link
        if due.letter is not Letter.LINK or link is None:
            return True
        return link.correlation_id == due.correlation_id and link_is_valid(
            order, link, self.clock()
        )

    def _claimed(self, wanted: Sequence[LetterClaim]) -> Sequence[LetterClaim]:
        """Those that are ours: each has its stamp of ours in the ledger."""
        actor = f"worker/{uuid4().hex[:12]}"
        wishes = [(one.order, self._start(one, actor=actor)) for one in wanted]
        after = zip(wanted, self.together.handle(wishes), strict=True)
        return [replace(one, order=order) for one, order in after if order is not None]

    def _start(self, claim: LetterClaim, *, actor: str) -> StartLetter:
        due = claim.due
        carries = due.letter in LETTERS_WITH_TICKETS
        return StartLetter(
            correlation_id=due.correlation_id,
            actor=actor,
            at=self.clock(),
            letter=due.letter,
            try_number=claim.number,
            tickets=self.draw(claim.order) if carries else (),
            words=self.words(claim.order, due.letter),
        )

    def _stamped(self, sent: Sequence[tuple[LetterClaim, Outcome]]) -> Progress:
        known = [(claim, came) for claim, came in sent if not isinstance(came, ReceiptUnknown)]
        for claim, came in sent:
            if isinstance(came, ReceiptUnknown):
                self._unknown(claim)
        news = [_news(claim, came) for claim, came in known]
        for after in self.together.record(news, actor="worker"):
            self.desk.open_all(after)
        return Progress(done=len(sent))

    def _unknown(self, claim: LetterClaim) -> None:
        """The case comes first: a crash between the two repeats both, and forgets neither."""
        due, number = claim.due, claim.number
        if not self.policy.resends(number):
            trouble = letter_of_unknown_fate(due.correlation_id, due.letter, try_number=number)
            self.desk.open(claim.order.id, trouble)
        news = _news(claim, ReceiptUnknown(letter=due.letter, try_number=number))
        for after in self.together.record([news], actor="worker"):
            self.desk.open_all(after)


def _news(claim: LetterClaim, outcome: Outcome) -> News:
    return News(order=claim.order, fact=outcome, correlation_id=claim.due.correlation_id)
