"""The waiting list as an auditor sees it: forged offers, lapses and joins are found."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from ledger.audit.check_places import LineCheck
from ledger.audit.verify import verify
from ledger.waiting_list.stamps import Leaving, PlaceLapsed, PlaceOffered, PlaceTaken, PlaceUsed
from tests.kits.audit import force
from tests.kits.beside_orders import TAKEN
from tests.ledger.waiting_list.test_waiting_list import Line

ADA, BEA, CLEO = (UUID(int=number).bytes for number in (1, 2, 3))
LINE = 7


def found(*news: tuple[int, bytes, int, bool, int | None]) -> list[int]:
    """Positions of findings, for a line by itself."""
    told = [(at, place, LINE, rank, waits, seen) for at, place, rank, waits, seen in news]
    return [at for at, _ in LineCheck().take(told)]


def test_whoever_is_next_as_of_what_was_looked_at_may_have_seats():
    joined = ((1, ADA, 1, True, None), (2, BEA, 2, True, None), (3, CLEO, 3, True, None))
    assert found(*joined, (4, ADA, 1, False, 3), (5, BEA, 2, False, 3)) == []
    assert found(*joined, (4, BEA, 2, False, 3)) == [4]
    assert found(*joined, (4, ADA, 1, False, None), (5, BEA, 2, False, 3)) == []
    # Moved to the front after the line was looked at: whoever was first then keeps the offer.
    moved = (4, CLEO, -4, True, None)
    assert found(*joined, moved, (5, ADA, 1, False, 3)) == []
    assert found(*joined, moved, (5, ADA, 1, False, 4)) == [5]
    assert found(*joined, moved, (5, CLEO, -4, False, 4), (6, ADA, 1, False, 4)) == []
    assert found((1, ADA, 1, True, None), (2, ADA, 1, False, 2)) == [2], "nobody sees ahead"


def test_a_line_that_was_kept_to_has_no_finding_and_what_was_forged_has_one():
    line = Line()
    ada, bea = line.join("ada", 2), line.join("bea", 1)
    line.free(line.first)
    seen = line.world.store.head()[0]
    held = line.list.offer(
        ada.id, line.shop, until=line.world.clock() + timedelta(hours=1), seen=seen
    )
    assert held is not None
    line.world.place("rest", ("weekend", 3), for_customer=True)
    line.buy(line.list.get(ada.id))
    line.list.leave(bea.id, Leaving.LINK, actor="visitor")
    assert verify(line.world.store.stored()) == ()

    def forged(*stamps: object) -> set[str]:
        forger = Line()
        place = forger.join("ada", 2)
        for stamp in stamps:
            stream = uuid4() if isinstance(stamp, PlaceTaken) else place.id
            force(forger.world, stamp, cause=uuid4(), stream=stream)
        return {one.law for one in verify(forger.world.store.stored())}

    until = line.world.clock() + timedelta(days=9)
    assert "A7" in forged(PlaceUsed(order=uuid4()))
    assert "A7" in forged(PlaceOffered(seats=(), until=until, seen=9), PlaceLapsed())
    assert "A7" in forged(replace(TAKEN, email_index="bea"))
