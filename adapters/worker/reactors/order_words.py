"""What orders are found by follows the ledger: opened to be read, kept as keyed fingerprints."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from adapters.postgres.views.order_words import NAME, OrderWords, Turn, WordTable
from adapters.store.ledger import StampLedger
from adapters.store.recorder import ERASED
from adapters.worker.feed import Batch, Feed
from adapters.worker.reactor import NOTHING, Progress
from ledger.kernel.events import Recorded, declared
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import (
    AnswersChanged,
    ContactChanged,
    Labelled,
    OrderPlaced,
    TicketSentOn,
    TicketsIssued,
    TicketTakenBack,
)
from projections.order_words import order_terms

_log = structlog.get_logger("worker")
_BATCH = 500
_TELLING = (
    Labelled,
    OrderPlaced,
    ContactChanged,
    TicketsIssued,
    AnswersChanged,
    TicketSentOn,
    TicketTakenBack,
)


@dataclass(slots=True, kw_only=True)
class WordFinder:
    """Reads the feed; whoever runs beside it waits for its own turn.

    A person who is erased is gone with the commit that says so; here their order is read once
    more, should it have been opened a moment before.
    """

    ledger: StampLedger
    table: WordTable
    feed: Feed
    name: str = NAME
    _known: int = field(default=0)
    _begun: bool = field(default=False)

    def run(self) -> Progress:
        """Everything new since the last time, a batch at a time.

        A turn, which is a commit, takes only what tells something, and now and then the rest.
        """
        if self._begun:
            batch = self.feed.next(self._known, limit=_BATCH)
            new = batch.last - self._known
            if new < _BATCH and not any(_touched(batch)):
                self._known = batch.last
                return Progress(done=new)
        with self.table.turn() as turn:
            return self._step(turn) if turn else NOTHING

    def _step(self, turn: Turn) -> Progress:
        batch = self.feed.next(turn.position, limit=_BATCH)
        self._known, self._begun = batch.last, True
        if batch.last == turn.position:
            return NOTHING
        streams = [*_touched(batch)]
        if streams:
            turn.replace(streams, [*self._found(streams)])
        turn.read_until(batch.last)
        return Progress(done=batch.last - turn.position)

    def rebuild(self, progress: Callable[[int, int], object]) -> int:
        """All of it again from the ledger, swapped in at once. Returns the position."""
        with self.table.turn(patient=True) as turn:
            assert turn is not None, "whoever is patient gets a turn"
            turn.clear()
            position, head = 0, self.ledger.head()[0]
            while position < head:
                batch = self.feed.next(position, limit=_BATCH)
                placed = [*_placed(batch)]
                if placed:
                    turn.replace((), [*self._found(placed)])
                position = batch.last
                progress(position, head)
            turn.read_until(head)
            return head

    def _found(self, streams: Collection[UUID]) -> Iterator[OrderWords]:
        """An order that cannot be opened, or read, is found by no word.

        Nor is an erased one, though this process may remember its key for a minute.
        """
        for stream, history in self.ledger.read_opened([*streams]).items():
            order = _readable(stream, history)
            if order is not None and order.placed_at is not None:
                yield self._words(order, order.placed_at)

    def _words(self, order: Order, placed_at: datetime) -> OrderWords:
        blind = self.ledger.keyring.blind_word
        return OrderWords(
            stream=order.id,
            shop=order.terms.shop_slug,
            placed_at=placed_at,
            words=[blind(term) for term in order_terms(order)],
        )


def _readable(stream: UUID, history: Sequence[Recorded[object]]) -> Order | None:
    if any(_named(one) == ERASED for one in history):
        return None
    try:
        return fold(stream, history)
    except Exception as error:  # whatever is wrong with it: the others are found
        _log.warning("order_unreadable", error=type(error).__name__)
        return None


def _touched(batch: Batch) -> Iterator[UUID]:
    for stream, stamps in batch.stamps.items():
        if any(_tells(one) for one in stamps):
            yield stream
    yield from batch.poisoned.keys() - batch.stamps.keys()


def _tells(recorded: Recorded[object]) -> bool:
    return isinstance(recorded.stamp, _TELLING) or _named(recorded) == ERASED


def _named(recorded: Recorded[object]) -> str:
    return declared(type(recorded.stamp)).name


def _placed(batch: Batch) -> Sequence[UUID]:
    return [
        stream
        for stream, stamps in batch.stamps.items()
        if any(isinstance(one.stamp, OrderPlaced) for one in stamps)
    ]
