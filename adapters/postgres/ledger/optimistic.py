"""What our own commits left behind: enough to decide the next one without asking first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from adapters.postgres.ledger.pipeline import Ask
from adapters.store.append_conditions import Decided
from adapters.store.known_state import Head, Known, Seats, Touched
from adapters.store.recorder import PreparedAppend

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Guess:
    """What may be committed by these statements if the ledger ends at `head`.

    They confirm that, and that the streams stand as the appends expect.
    """

    head: Head
    decided: Decided
    asks: Sequence[Ask]


@dataclass(slots=True)
class Remembered:
    """The ledger as the last commit over one connection left it.

    It is a guess, because others commit too: the database confirms it in the transaction that
    builds on it. Where others were faster it is not `trusted` until nobody was, so that
    processes that take turns ask at once.
    """

    head: Head = field(default=Head())
    seats: dict[UUID, Seats] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    trusted: bool = False
    _foreseen: tuple[Sequence[PreparedAppend], Guess | None] = ((), None)

    def known(self, appends: Sequence[PreparedAppend], about: Touched) -> Known | None:
        """What stands in the database if every append is right; None if that takes asking."""
        versions: dict[UUID, int] = {}
        for append in appends:
            for stream, expected in append.expected.items():
                versions.setdefault(stream, expected)
        if (
            not self.trusted
            or not self.head.frontier.size
            or not versions.keys() >= about.streams
            or not self.seats.keys() >= about.quotas
            or not self.numbers.keys() >= about.series
        ):
            return None
        return Known(
            head=self.head,
            versions=versions,
            identities={},
            seats={quota: self.seats[quota] for quota in about.quotas},
            numbers={series: self.numbers[series] for series in about.series},
        )

    def committed(self, decided: Decided) -> None:
        """This is committed on top of what was remembered, or will be if the guess is right."""
        self.head = decided.head
        self.seats.update(decided.seats)
        self.numbers.update(decided.numbers)
        if len(self.seats) + len(self.numbers) > _MOST:
            self.seats.clear()
            self.numbers.clear()

    def foresee(self, appends: Sequence[PreparedAppend], guess: Guess | None) -> None:
        """What comes next is decided already, if all goes well."""
        self._foreseen = appends, guess

    def foreseen(self, appends: Sequence[PreparedAppend]) -> Guess | None:
        """What was decided about these very appends, if the ledger ends where it builds on."""
        (given, guess), self._foreseen = self._foreseen, ((), None)
        holds = guess is not None and given is appends and guess.head is self.head
        return guess if holds else None

    def learn(self, known: Known, decided: Decided) -> None:
        """What was found by asking, and then committed."""
        ours = known.head == self.head
        if not ours:
            self.seats.clear()
            self.numbers.clear()
        self.trusted = ours and decided.fresh
        self.seats.update(known.seats)
        self.numbers.update(known.numbers)
        self.committed(decided)


class Memory:
    """What is remembered belongs to one connection: the next may lead to another server."""

    def __init__(self) -> None:
        self._connection: object = None
        self._remembered = Remembered()

    def of(self, connection: object) -> Remembered:
        """What was committed over this connection, if it is the latest; else nothing yet."""
        if connection is not self._connection:
            self._connection, self._remembered = connection, Remembered()
        return self._remembered
