"""Whoever follows sees every position once and in order, whoever else reads with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.worker.recent_stamps import RecentStamps
from tests.kits.examples import examples


@dataclass
class Ledger:
    """Stamps that are their own positions; tells which were fetched. One may be unreadable."""

    head: int = 0
    unreadable: int = 0
    fetched: list[int] = field(default_factory=list)

    def feed(self, after: int, *, limit: int) -> Sequence[Any]:
        read = [*range(after + 1, min(after + limit, self.head) + 1)]
        if self.unreadable in read:
            raise ValueError("unreadable")
        self.fetched += read
        return read


def following(ledger: Ledger, *, most: int = 2_000) -> Any:
    return RecentStamps(ledger, most=most)


# Who reads (nobody: the ledger grows), and how many at most.
STEPS = st.lists(st.tuples(st.sampled_from(["grows", "a", "b", "c"]), st.integers(1, 9)))


@given(st.integers(1, 20), STEPS)
@examples(60)
def test_each_reader_sees_what_follows_where_it_stands(most, steps):
    ledger = Ledger(head=5)
    recent, stand = following(ledger, most=most), dict.fromkeys("abc", 0)
    for who, many in steps:
        if who == "grows":
            ledger.head += many
            continue
        read = recent.feed(stand[who], limit=many)
        assert [*read] == [*range(stand[who] + 1, stand[who] + 1 + len(read))]
        assert len(read) <= many
        assert bool(read) is (stand[who] < ledger.head)
        stand[who] += len(read)


def test_those_who_follow_together_fetch_each_stamp_once():
    ledger = Ledger(head=3)
    recent, stand = following(ledger), dict.fromkeys("abc", 0)
    for _ in range(5):
        for who in stand:
            stand[who] += len(recent.feed(stand[who], limit=500))
        ledger.head += 3
    assert stand == dict.fromkeys("abc", 15)
    assert ledger.fetched == [*range(1, 16)]


def test_only_the_newest_are_remembered():
    ledger = Ledger(head=10)
    recent = following(ledger, most=4)
    recent.feed(0, limit=10)
    ledger.fetched.clear()
    assert [*recent.feed(6, limit=10)] == [7, 8, 9, 10]
    assert ledger.fetched == []
    assert [*recent.feed(5, limit=2)] == [6, 7]
    assert ledger.fetched == [6, 7]
    # Whoever was behind does not displace them.
    assert [*recent.feed(6, limit=1)] == [7]
    assert ledger.fetched == [6, 7]


def test_what_cannot_be_read_is_tried_again_and_harms_nobody_who_stands_elsewhere():
    ledger = Ledger(head=9, unreadable=5)
    recent = following(ledger)
    assert [*recent.feed(0, limit=4)] == [1, 2, 3, 4]
    for _ in range(2):
        with pytest.raises(ValueError, match="unreadable"):
            recent.feed(4, limit=4)
    assert [*recent.feed(5, limit=4)] == [6, 7, 8, 9]
    assert [*recent.feed(2, limit=2)] == [3, 4]
    with pytest.raises(ValueError, match="unreadable"):
        recent.feed(4, limit=4)
    ledger.unreadable = 0
    assert [*recent.feed(4, limit=4)] == [5, 6, 7, 8]


def test_threads_that_follow_miss_nothing_while_the_ledger_grows():
    ledger = Ledger()
    recent, seen = following(ledger, most=50), dict[int, list[Any]]()

    def follow(who: int) -> None:
        mine = seen.setdefault(who, [])
        while len(mine) < 2_000:
            mine += recent.feed(len(mine), limit=7 + who)

    threads = [Thread(target=follow, args=[who]) for who in range(3)]
    for thread in threads:
        thread.start()
    for head in range(1, 2_001):
        ledger.head = head
    for thread in threads:
        thread.join(60)
    assert all(seen[who] == [*range(1, 2_001)] for who in range(3))
