"""Pages tell what is left as it was a moment ago, and never as before a commit of their own."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from adapters.postgres.views.brief_seats import BriefSeats

QUOTA = uuid4()


class Ledger:
    """Tells how many are sold; `meanwhile` happens while it is being asked."""

    def __init__(self) -> None:
        self.sold, self.asked, self.now = 0, 0, 0.0
        self.meanwhile = lambda: None

    def read(self, quotas: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, int]]:
        self.asked += 1
        told = dict.fromkeys(quotas, (10, 0, self.sold))
        self.meanwhile()
        return told


def brief(ledger: Ledger) -> BriefSeats:
    return BriefSeats(ledger.read, now=lambda: ledger.now)


def test_who_looks_in_the_same_moment_is_told_the_same():
    ledger = Ledger()
    seats = brief(ledger)
    assert seats([QUOTA]) == seats([QUOTA]) == {QUOTA: (10, 0, 0)}
    assert ledger.asked == 1
    ledger.sold, ledger.now = 3, 0.21
    assert seats([QUOTA])[QUOTA] == (10, 0, 3)


def test_what_was_committed_here_is_seen_at_once():
    ledger = Ledger()
    seats = brief(ledger)
    seats([QUOTA])
    ledger.sold = 4
    seats.committed()
    assert seats([QUOTA])[QUOTA] == (10, 0, 4)


def test_what_was_read_before_a_commit_is_not_kept_after_it():
    ledger = Ledger()
    seats = brief(ledger)
    ledger.meanwhile = seats.committed
    seats([QUOTA])
    ledger.sold, ledger.meanwhile = 5, lambda: None
    assert seats([QUOTA])[QUOTA] == (10, 0, 5)
