"""A place in line by itself: how it stands after each stamp, what may be done, what is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.refusals import Busy, Contradicted
from ledger.kernel.store import Append
from ledger.order.stamps import SeatClaim
from ledger.shop.stamps import ShopOpened, line_id, quota_id
from ledger.waiting_list import service
from ledger.waiting_list.line import InLine, whose_turn
from ledger.waiting_list.place import (
    LINE_LENGTH,
    PlaceState,
    WaitingPlace,
    decide_erase,
    decide_lapse,
    decide_leave,
    decide_move,
    decide_offer,
    decide_take,
    decide_use,
    fold_place,
    letters_owed,
    letters_to_send,
    place_id,
)
from ledger.waiting_list.refusals import HoldOver, NobodyWaits, NotInLine, UnknownPlace
from ledger.waiting_list.service import hold_until, moving
from ledger.waiting_list.stamps import (
    Leaving,
    LetterFate,
    LineEnd,
    PlaceLapsed,
    PlaceLeft,
    PlaceLetter,
    PlaceLetterEnded,
    PlaceLetterStarted,
    PlaceMoved,
    PlaceOffered,
    PlaceUsed,
)
from tests.kits.beside_orders import TAKEN
from tests.ledger.waiting_list.test_waiting_list import WEEKEND, Line

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
ID, QUOTA, ORDER = UUID(int=1), UUID(int=3), UUID(int=4)
LINE = line_id(TAKEN.shop, TAKEN.product)
OFFERED = PlaceOffered(seats=(SeatClaim(quota=QUOTA, seats=2),), until=NOON, seen=1)
LAPSED, USED = PlaceLapsed(), PlaceUsed(order=ORDER)
ERASED = Erased(subject=ID, ground=Ground.ASKED)
NOBODY = WaitingPlace(id=ID)


def left(cause: Leaving = Leaving.LINK) -> PlaceLeft:
    return PlaceLeft(cause=cause)


def at(number: int) -> datetime:
    return NOON - timedelta(days=1) + timedelta(minutes=number)


def after(*stamps: Any) -> WaitingPlace:
    """The place after these, of which the first stands at position 11."""
    return fold_place(
        ID,
        [
            Recorded(ID, number, 10 + number, at(number), one, uuid4(), "visitor")
            for number, one in enumerate(stamps, 1)
        ],
    )


@pytest.mark.parametrize(
    ("stamps", "state", "alive", "seats", "until"),
    [
        ((), PlaceState.NONE, False, {}, None),
        ((TAKEN,), PlaceState.WAITING, True, {LINE: (2, 0)}, None),
        ((TAKEN, OFFERED), PlaceState.HELD, True, {QUOTA: (2, 0)}, NOON),
        ((TAKEN, OFFERED, LAPSED), PlaceState.LAPSED, False, {}, None),
        ((TAKEN, OFFERED, USED), PlaceState.USED, False, {}, None),
        ((TAKEN, left()), PlaceState.LEFT, False, {}, None),
        ((TAKEN, OFFERED, left()), PlaceState.LEFT, False, {}, None),
    ],
)
def test_how_a_place_stands(
    stamps: Any, state: PlaceState, alive: bool, seats: Any, until: datetime | None
) -> None:
    place = after(*stamps)
    assert (place.state, place.alive, place.seats, place.until) == (state, alive, seats, until)
    assert place.version == len(stamps)
    ended = not alive and stamps
    assert place.ended_at == (at(len(stamps)) if ended else None)


def test_who_came_first_is_next_and_who_is_moved_goes_to_an_end() -> None:
    assert after(TAKEN).rank == 11
    assert after(TAKEN, PlaceMoved(to=LineEnd.BACK)).rank == 12
    assert after(TAKEN, PlaceMoved(to=LineEnd.FRONT)).rank == -12
    moved = after(TAKEN, PlaceMoved(to=LineEnd.FRONT), PlaceMoved(to=LineEnd.FRONT))
    assert moved.rank == -13
    assert (moved.taken_at, moved.position) == (at(1), 13)


def test_which_order_ended_it_is_known() -> None:
    assert after(TAKEN, OFFERED, USED).order == ORDER
    bought = after(TAKEN, PlaceLeft(cause=Leaving.LINK, order=ORDER))
    assert (bought.order, bought.left) == (ORDER, PlaceLeft(cause=Leaving.LINK, order=ORDER))
    assert after(TAKEN, OFFERED).offered_at == at(2)


def test_who_was_erased_has_no_address_and_no_link() -> None:
    place = after(TAKEN, ERASED)
    assert (place.terms.email, place.terms.code) == (None, None)
    assert (place.erased, place.erased_at, place.terms.quantity) == (True, at(2), 2)
    assert not after(TAKEN).erased
    assert after(ERASED).taken is None


def test_a_stamp_of_another_stream_is_foreign() -> None:
    with pytest.raises(Foreign):
        after(ShopOpened(slug="winterfest"))


# Letters.

START, SENT = PlaceLetterStarted, PlaceLetterEnded
JOINED, TURN = PlaceLetter.JOINED, PlaceLetter.TURN


@pytest.mark.parametrize(
    ("stamps", "owed"),
    [
        ((), ()),
        ((TAKEN,), (JOINED,)),
        ((TAKEN, OFFERED), (TURN,)),
        ((TAKEN, OFFERED, LAPSED), (PlaceLetter.LAPSED,)),
        ((TAKEN, OFFERED, USED), ()),
        ((TAKEN, left(Leaving.LINK)), ()),
        ((TAKEN, left(Leaving.STAFF)), (PlaceLetter.ENDED,)),
        ((TAKEN, left(Leaving.CLOSED)), (PlaceLetter.ENDED,)),
        ((TAKEN, ERASED), ()),
        # What was begun stays owed, whatever happens then.
        ((TAKEN, START(letter=JOINED, try_number=1), OFFERED), (JOINED, TURN)),
        ((TAKEN, START(letter=JOINED, try_number=1), ERASED), ()),
    ],
)
def test_a_place_calls_for_these_letters(stamps: Any, owed: tuple[PlaceLetter, ...]) -> None:
    assert letters_owed(after(*stamps)) == letters_to_send(after(*stamps)) == owed


def ended(fate: LetterFate, number: int = 1, *, permanent: bool = False) -> PlaceLetterEnded:
    return SENT(letter=JOINED, try_number=number, fate=fate, permanent=permanent)


BEGUN = START(letter=JOINED, try_number=1)


@pytest.mark.parametrize(
    ("news", "open_"),
    [
        ((BEGUN,), True),
        ((BEGUN, ended(LetterFate.SENT)), False),
        ((BEGUN, ended(LetterFate.FAILED)), True),
        ((BEGUN, ended(LetterFate.UNKNOWN)), True),
        ((BEGUN, ended(LetterFate.FAILED, permanent=True)), False),
        # A failure that was permanent stays so.
        ((BEGUN, ended(LetterFate.FAILED, permanent=True), ended(LetterFate.FAILED)), False),
    ],
)
def test_what_was_neither_sent_nor_given_up_is_to_be_sent(news: Any, open_: bool) -> None:
    place = after(TAKEN, *news)
    assert letters_owed(place) == (JOINED,)
    assert letters_to_send(place) == ((JOINED,) if open_ else ())


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ((LetterFate.UNKNOWN, LetterFate.SENT), "sent"),
        ((LetterFate.SENT, LetterFate.UNKNOWN), "sent"),
        ((LetterFate.FAILED, LetterFate.UNKNOWN), "failed"),
        ((LetterFate.SENT, LetterFate.FAILED), "sent"),
    ],
)
def test_an_answer_is_better_than_not_knowing_whichever_came_first(words: Any, known: str) -> None:
    posting = after(TAKEN, BEGUN, *(ended(one) for one in words)).postings[JOINED]
    assert posting.tries == {1: known}
    assert (posting.started_at, posting.changed_at) == (at(2), at(4))
    assert after(TAKEN, *(ended(one) for one in words), BEGUN).postings[JOINED].tries == {1: known}


def test_each_try_of_each_letter_is_known_by_itself() -> None:
    place = after(
        TAKEN,
        BEGUN,
        ended(LetterFate.FAILED),
        START(letter=JOINED, try_number=2),
        START(letter=TURN, try_number=1),
    )
    assert place.postings[JOINED].tries == {1: "failed", 2: "started"}
    assert place.postings[TURN].tries == {1: "started"}


# What may be done.


def test_a_place_is_taken_once() -> None:
    assert decide_take(NOBODY, TAKEN) == [TAKEN]
    assert decide_take(after(TAKEN), replace(TAKEN, quantity=5)) == []


@pytest.mark.parametrize(
    "place", [NOBODY, after(TAKEN, OFFERED), after(TAKEN, left())], ids=["none", "held", "left"]
)
def test_only_who_waits_is_offered_seats_or_moved(place: WaitingPlace) -> None:
    assert decide_offer(place, OFFERED.seats, until=NOON, seen=1) == []
    with pytest.raises(NotInLine):
        decide_move(place, LineEnd.BACK, "because")


def test_who_waits_is_offered_seats_and_moved() -> None:
    place = after(TAKEN)
    assert decide_offer(place, [*OFFERED.seats], until=NOON, seen=1) == [OFFERED]
    moved = [PlaceMoved(to=LineEnd.FRONT, reason="because")]
    assert decide_move(place, LineEnd.FRONT, "because") == moved


@pytest.mark.parametrize(("moment", "over"), [(NOON - INSTANT, False), (NOON, True)])
def test_a_hold_is_used_before_its_time_is_over_and_lapses_then(
    moment: datetime, over: bool
) -> None:
    place = after(TAKEN, OFFERED)
    assert decide_lapse(place, moment) == ([LAPSED] if over else [])
    if over:
        with pytest.raises(HoldOver):
            decide_use(place, ORDER, moment)
    else:
        assert decide_use(place, ORDER, moment) == [USED]


@pytest.mark.parametrize("place", [after(TAKEN), after(TAKEN, OFFERED, LAPSED)])
def test_without_a_hold_nothing_lapses_and_nothing_is_used(place: WaitingPlace) -> None:
    assert decide_lapse(place, NOON) == []
    with pytest.raises(HoldOver):
        decide_use(place, ORDER, at(1))


def test_who_waits_or_has_a_hold_can_leave_once() -> None:
    stamp = PlaceLeft(cause=Leaving.STAFF, order=ORDER, reason="asked")
    for place in (after(TAKEN), after(TAKEN, OFFERED)):
        assert decide_leave(place, Leaving.STAFF, order=ORDER, reason="asked") == [stamp]
    for place in (NOBODY, after(TAKEN, left()), after(TAKEN, OFFERED, LAPSED)):
        assert decide_leave(place, Leaving.STAFF) == []


def test_who_is_erased_leaves_the_line_and_is_erased_once() -> None:
    assert decide_erase(after(TAKEN), ERASED) == [left(Leaving.ERASED), ERASED]
    assert decide_erase(after(TAKEN, left()), ERASED) == [ERASED]
    assert decide_erase(after(TAKEN, ERASED), ERASED) == []
    assert decide_erase(NOBODY, ERASED) == []


# Whose turn it is.

A, B = UUID(int=101), UUID(int=102)


def in_line(rank: int, quantity: int, product: str = "a", place: int = 0) -> InLine:
    return InLine(place=UUID(int=place or rank), product=product, quantity=quantity, rank=rank)


@pytest.mark.parametrize(
    ("waiting", "free", "turns"),
    [
        ([], {A: 9}, []),
        ([in_line(2, 1), in_line(1, 1)], {A: 2}, [1, 2]),
        ([in_line(2, 1), in_line(1, 1)], {A: 1}, [1]),
        ([in_line(1, 1, place=9), in_line(1, 1, place=8)], {A: 1}, [8]),
        ([in_line(1, 1)], {}, []),
        ([in_line(1, 1), in_line(2, 1)], {}, []),
        ([in_line(1, 1)], {A: 0}, []),
        ([in_line(1, 1)], {A: -1}, []),
        # Who is short by one gathers, and who comes behind in another line gets the rest.
        ([in_line(1, 3), in_line(2, 1, "both")], {A: 2, B: 5}, []),
        ([in_line(1, 3), in_line(2, 1, "b")], {A: 2, B: 1}, [2]),
        # Whoever is behind somebody who is short waits along in the same line.
        ([in_line(1, 3), in_line(2, 1)], {A: 2}, []),
        ([in_line(1, 3, "both"), in_line(2, 1, "both")], {A: 2, B: 9}, []),
        ([in_line(1, 3, "both"), in_line(2, 1, "both")], {A: -2, B: 9}, []),
        # A full quota takes nothing from the other.
        ([in_line(1, 1, "both"), in_line(2, 1)], {A: 1, B: -3}, [2]),
        ([in_line(1, 2, "both"), in_line(2, 2)], {A: 3, B: 1}, [2]),
        ([in_line(1, 2, "both"), in_line(2, 2)], {A: 2, B: 1}, []),
    ],
)
def test_whose_seats_are_all_there(
    waiting: list[InLine], free: dict[UUID, int], turns: list[int]
) -> None:
    quotas = {"a": [A], "b": [B], "both": [A, B], "open": []}
    assert [one.place.int for one in whose_turn(waiting, quotas, free)] == turns


# As a service.


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.world.close()


def test_a_place_tells_what_is_waited_for(line: Line) -> None:
    place = line.join("ada", 2)
    assert place.id == place_id(line.shop.id, "weekend", "ada", 1)
    wanted = replace(TAKEN, shop=line.shop.id, language="fi", code="code of ada")
    assert place.terms == wanted
    assert line.list.get(place.id) == place


def test_what_is_no_place_is_unknown(line: Line) -> None:
    assert line.first is not None
    for id in (uuid4(), line.first.id):
        with pytest.raises(UnknownPlace):
            line.list.get(id)
        with pytest.raises(UnknownPlace):
            line.list.leave(id, Leaving.LINK, actor="visitor")


def test_nobody_waits_for_what_takes_from_no_quota(line: Line) -> None:
    shop = line.shop
    open_air = replace(shop.products["weekend"], quotas=())
    given = replace(shop, products={"weekend": open_air})
    wish = service.PlaceWish(
        product="weekend",
        quantity=1,
        language="fi",
        email="a@example.org",
        email_index="a",
        code="code",
        code_hash="0" * 64,
        correlation_id=uuid4(),
    )
    with pytest.raises(NobodyWaits):
        line.list.take(given, wish)
    with pytest.raises(NobodyWaits):
        line.list.take(replace(shop, products={}), wish)
    assert line.list.take(shop, wish).alive
    # The same wish for another place is refused.
    with pytest.raises(Contradicted):
        line.list.take(shop, replace(wish, email_index="b", code_hash="1" * 64))


def test_an_address_comes_back_only_so_often(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "GENERATIONS", 2)
    for number in (1, 2):
        place = line.join("ada")
        assert place.terms.generation == number
        line.list.leave(place.id, Leaving.LINK, actor="visitor")
        line.world.clock.pass_(seconds=1)
    with pytest.raises(Busy):
        line.join("ada")
    every = line.list.every(line.shop.id, "weekend", "ada")
    assert [one.terms.generation for one in every] == [1, 2]
    assert line.list.every(line.shop.id, "weekend", "bea") == []


def test_seats_are_held_as_the_shop_says(line: Line) -> None:
    place = line.join("ada", 2)
    line.free(line.first)
    held = line.offer(place)
    now = line.world.clock()
    assert held.offered == PlaceOffered(
        seats=(SeatClaim(quota=WEEKEND, seats=2),), until=now + timedelta(days=1), seen=1
    )
    assert hold_until(line.shop, "weekend", now) == now + timedelta(days=1)


def test_a_shop_that_changed_meanwhile_offers_nothing(line: Line) -> None:
    place, before = line.join("ada"), line.shop
    line.free(line.first)
    late = line.list.offer(
        place.id, replace(before, version=before.version - 1), until=NOON, seen=1
    )
    assert late is None
    assert line.list.get(place.id).state is PlaceState.WAITING


def test_a_letter_is_claimed_by_one_and_told_on_the_place(line: Line) -> None:
    place = line.join("ada")
    claimed = line.list.tell(place, BEGUN)
    assert claimed is not None
    assert claimed == line.list.get(place.id)
    assert line.list.tell(place, BEGUN) is None
    assert line.list.tell(claimed, BEGUN) is None
    assert line.list.tell(place, START(letter=TURN, try_number=1)) is None
    sent = line.list.tell(claimed, ended(LetterFate.SENT))
    assert sent is not None
    assert letters_to_send(sent) == ()


def test_a_line_has_room_for_as_many_as_books_hold_and_quotas_are_the_shops(line: Line) -> None:
    place = line.join("ada", 2)
    line.free(line.first)
    append: list[Append] = []
    store: Any = line.world.store
    appended = store.append

    def seen(*appends: Append) -> Any:
        append.extend(appends)
        return appended(*appends)

    store.append = seen
    line.offer(place)
    changes = {one.quota: (one.held, one.capacity) for one in append[0].seats}
    its_line = line_id(line.shop.id, "weekend")
    assert changes == {its_line: (-2, LINE_LENGTH), quota_id(line.shop.id, "weekend"): (2, None)}
    assert append[0].expected == {place.id: 1, line.shop.id: line.shop.version}
    assert moving(place, []).seats == ()


def test_who_leaves_says_why_under_one_name(line: Line) -> None:
    place = line.join("ada")
    gone = line.list.leave(place.id, Leaving.STAFF, actor="staff", order=ORDER, reason="asked to")
    assert gone.left == PlaceLeft(cause=Leaving.STAFF, order=ORDER, reason="asked to")
    assert line.list.leave(place.id, Leaving.LINK, actor="visitor") == gone
