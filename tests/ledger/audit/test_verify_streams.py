"""Streams in windows: what is read, what is kept from window to window, and who is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit import check_orders
from ledger.audit import verify_streams as share
from ledger.audit.check_seats import seats_moved
from ledger.audit.checks import OF_BYTES, OF_STAMPS, RANKS, checks_of
from ledger.audit.findings import Finding
from ledger.audit.raw_rows import RawRow, raw_of
from ledger.audit.verify_streams import (
    Ids,
    Share,
    StreamWindow,
    called_for,
    recorded_row,
)
from ledger.codec import Unreadable, encode, frame, unframe
from ledger.codec.rows import recorded
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import LinesSwapped, OrderPlaced, Paid
from ledger.shop.stamps import ShopRestated, line_id, quota_id
from ledger.waiting_list.place import place_id
from ledger.waiting_list.stamps import PlaceLapsed
from tests.kits.audit import CopiedRows, a_history, force
from tests.kits.audit_steps import BOUGHT, step
from tests.kits.beside_orders import BEGUN, HOUSE, RUNG, TAKEN
from tests.kits.example_stamps import example
from tests.kits.spec import ATTEMPT, CHECKED_IN, ORDER, PAID, SHOP
from tests.kits.worlds import SPEC, World

WORLD = a_history()
STORED = WORLD.store.stored()
ROWS = STORED.raw_rows(0, limit=1_000)


class Asked:
    """A ledger that tells what was read of it."""

    def __init__(self) -> None:
        self.ledger_id = STORED.ledger_id
        self.read = list[tuple[set[bytes], int]]()

    def raw_streams(self, streams: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        self.read.append(({*streams}, until))
        return STORED.raw_streams(streams, until=until)

    def versions(self, streams: Collection[bytes], *, until: int) -> Mapping[bytes, int]:
        self.read.append(({*streams}, until))
        return STORED.versions(streams, until=until)

    def raw_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        raise AssertionError


def test_a_row_is_read_as_everybody_else_reads_it_but_for_what_is_sealed():
    for row, stored in zip(ROWS, STORED.rows(0, limit=1_000), strict=True):
        told = recorded_row(row, unframe(row[9]), Ids())
        assert told == recorded(stored)
        assert told.numbers == (row[8] or {})


def test_what_was_not_written_as_a_stamp_is_not_read():
    nobodys: Any = (*ROWS[0][:5], None, *ROWS[0][6:])
    with pytest.raises(Unreadable, match="this row was not written as a stamp"):
        recorded_row(nobodys, unframe(ROWS[0][9]), Ids())


def test_an_id_is_made_once():
    ids, raw = Ids(), bytes(range(16))
    assert ids[raw] == UUID(bytes=raw)
    assert ids[raw] is ids[raw]


def row_of(stream: bytes) -> Any:
    return 0, stream


def streams_of(*names: str) -> list[bytes]:
    return [WORLD.id(name).bytes for name in names]


@pytest.mark.parametrize("understanding", [True, False])
def test_streams_are_read_as_they_stood_before_the_window_and_only_those_unknown(understanding):
    ledger = Asked()
    window = StreamWindow(ledger, most=9, understanding=understanding)
    free, kept = streams_of("free", "kept")
    window.prepare([row_of(free)], after=0)
    assert ledger.read == [], "nothing stands there yet"
    window.prepare([row_of(free), row_of(free)], after=len(ROWS))
    assert ledger.read == [({free}, len(ROWS))]
    window.prepare([row_of(free), row_of(kept)], after=len(ROWS))
    assert ledger.read[1:] == [({kept}, len(ROWS))]
    window.prepare([row_of(free), row_of(kept)], after=len(ROWS))
    assert len(ledger.read) == 2, "both are at hand"
    orders = {one.bytes: WORLD.store.read(one) for one in (WORLD.id("free"), WORLD.id("kept"))}
    assert window.versions == {stream: len(told) for stream, told in orders.items()}
    known = {stream: state.version for stream, state in window.states.items()}
    assert known == (window.versions if understanding else {})


def test_the_longest_unasked_go_first(monkeypatch):
    monkeypatch.setattr(share, "BATCH", 1)
    window = StreamWindow(Asked(), most=2, understanding=True)
    free, kept, unpaid = streams_of("free", "kept", "unpaid")
    for stream in (free, kept):
        window.prepare([row_of(stream)], after=len(ROWS))
    window.seats[kept] = {}
    assert [*window.versions] == [free, kept], "as many as there may be"
    window.prepare([row_of(free)], after=len(ROWS))
    window.prepare([row_of(unpaid)], after=len(ROWS))
    assert [*window.versions] == [free, unpaid]
    assert {*window.states} == {free, unpaid}
    assert kept not in window.seats


def test_as_many_streams_are_kept_as_a_window_may_have(monkeypatch):
    monkeypatch.setattr(share, "BATCH", 3)
    window = StreamWindow(Asked(), most=0, understanding=False)
    streams = streams_of("free", "kept", "unpaid", "returned")
    window.prepare([row_of(one) for one in streams], after=len(ROWS))
    assert len(window.versions) == 3


def test_a_stamp_that_does_not_fold_leaves_its_stream_as_it_stood():
    copy = CopiedRows(STORED)
    stream = WORLD.id("kept")
    third = [row for row in copy.kept if row.stream == stream][2]
    copy.bend(third.position, state=b"")
    window = StreamWindow(copy, most=9, understanding=True)
    window.prepare([row_of(stream.bytes)], after=third.position)
    assert window.versions == {stream.bytes: 3}
    assert window.states[stream.bytes].version == 2


def called(row: RawRow, before: Any, **bent: Any) -> Any:
    frame = unframe(row[9])
    one = recorded_row(row, frame, Ids())
    whole = {"leaf": row[10], "version_before": row[2] - 1, "body": frame[2], "again": encode(one)}
    told = {**whole, **bent}
    leaf, version = told.pop("leaf"), told.pop("version_before")
    return called_for(row, leaf, version, one=one, before=before, **told)


def at(name: str, type: str) -> tuple[RawRow, Order]:
    """A row of an order, and the order before it."""
    history = WORLD.store.read(WORLD.id(name))
    row = next(row for row in ROWS if row[3] == type and row[1] == WORLD.id(name).bytes)
    return row, fold(WORLD.id(name), history[: row[2] - 1])


def test_of_a_row_as_it_was_written_only_what_its_stamp_calls_for_is_asked():
    paid, order = at("kept", "PAID")
    assert called(paid, order) == checks_of(Paid)
    placed, nothing = at("kept", "ORDER_PLACED")
    assert called(placed, nothing) == checks_of(OrderPlaced)
    assert checks_of(Paid) != checks_of(OrderPlaced)
    shops = ROWS[0]
    assert len(called(shops, WORLD.shops.get("winterfest"))) < len(OF_STAMPS)


@pytest.mark.parametrize(
    "bent",
    [{"leaf": bytes(32)}, {"leaf": None}, {"version_before": 0}, {"body": b"{}"}],
    ids=lambda one: next(iter(one)),
)
def test_of_a_row_that_was_bent_everything_is_asked(bent):
    assert called(*at("kept", "PAID"), **bent) == OF_STAMPS


@pytest.mark.parametrize(("column", "value"), [(6, "again"), (7, bytes(32)), (8, {"orders": 1})])
def test_of_a_row_whose_columns_are_not_its_stamps_everything_is_asked(column, value):
    row, order = at("kept", "PAID")
    other: Any = (*row[:column], value, *row[column + 1 :])
    assert called(other, order) == OF_STAMPS


def test_of_a_row_out_of_its_order_everything_is_asked():
    paid, order = at("kept", "PAID")
    placed, nothing = at("kept", "ORDER_PLACED")
    assert called(paid, nothing) == OF_STAMPS, "it was never placed"
    assert called(placed, order) == OF_STAMPS, "it is placed again"


def test_rows_as_they_were_written_are_asked_about_nothing_by_their_hashes(monkeypatch):
    asked: list[int] = []

    def said(step: Any, checks: Any) -> list[Any]:
        assert checks == OF_BYTES
        asked.append(step.row[0])
        return []

    monkeypatch.setattr(share, "said", said)
    for_hashes = Share(STORED, hashes_only=True)
    assert for_hashes.report(ROWS, after=0).found == []
    assert asked == []
    stream = WORLD.id("kept").bytes
    version: Any = [(*row[:2], row[2] + (row[1] == stream), *row[3:]) for row in ROWS]
    Share(STORED, hashes_only=True).report(version, after=0)
    assert asked == [row[0] for row in ROWS if row[1] == stream], "they have another hash, too"


@pytest.mark.parametrize("hashes_only", [True, False])
def test_a_version_out_of_turn_is_found_once_in_windows_of_one(hashes_only):
    copy = CopiedRows(STORED)
    _, second, third, *_ = [one for one in copy.kept if one.stream == WORLD.id("kept")]
    copy.bend(second.position, version=3)
    checked, found = Share(copy, hashes_only=hashes_only), list[Finding]()
    for one in copy.kept:
        report = checked.report([raw_of(one)], after=one.position - 1)
        found += [told for *_, told in report.found if told.law == "2"]
    assert [(one.position, one.text) for one in found] == [
        (second.position, "version 3 follows version 1"),
        (third.position, "version 3 follows version 3"),
    ]


def reported(world: World) -> Any:
    rows = world.store.stored()
    return Share(rows).report(rows.raw_rows(0, limit=1_000), after=0)


def test_a_report_tells_what_laws_over_all_streams_need():
    world = World()
    order = world.place("order")
    assert [moved for _, stream, (moved, *_) in reported(world).taken if stream == order.id.bytes]
    for stamp, stream in ((BEGUN, HOUSE), (RUNG, HOUSE)):
        force(world, stamp, cause=uuid4(), stream=stream)
    force(world, example(LinesSwapped), cause=uuid4(), order="order")
    force(world, CHECKED_IN, cause=uuid4(), order="order")
    size = world.store.head()[0]
    report = reported(world)
    assert [news[:2] for news in report.sales] == [(size - 2, HOUSE.bytes)]
    assert [news[:2] for news in report.swaps] == [(size - 1, order.id.bytes)]
    assert [news[:2] for news in report.conflicts] == [(size, order.id.bytes)]
    again = Share(world.store.stored())
    first = world.store.stored().raw_rows(0, limit=size - 1)
    last = world.store.stored().raw_rows(size - 1, limit=1)
    assert again.report(first, after=0).conflicts == []
    told = again.report(last, after=size - 1)
    assert [told.sales, told.swaps, len(told.conflicts)] == [[], [], 1], "each window by itself"


def test_a_place_in_line_is_told_of_once_it_was_taken():
    world = World()
    place = place_id(TAKEN.shop, TAKEN.product, TAKEN.email_index, TAKEN.generation)
    force(world, TAKEN, cause=uuid4(), stream=place)
    force(world, PlaceLapsed(), cause=uuid4(), stream=UUID(int=1))
    report, size = reported(world), world.store.head()[0]
    line = line_id(TAKEN.shop, TAKEN.product).int
    assert report.lines == [(size - 1, place.bytes, line, size - 1, True, None)]
    assert [one.law for at, _, one in report.found if at == size] == ["A7"]


@pytest.mark.parametrize("hashes_only", [True, False])
def test_whoever_begins_in_the_middle_finds_what_stood_before(hashes_only):
    middle = len(ROWS) // 2
    checked = Share(STORED, hashes_only=hashes_only)
    assert checked.report(ROWS[middle:], after=middle).found == []


def test_ids_are_kept_for_a_window_and_no_longer():
    checked, middle = Share(STORED), len(ROWS) // 2
    checked.report(ROWS[:middle], after=0)
    checked.report(ROWS[middle:], after=middle)
    assert {*checked._ids} <= {row[at] for row in ROWS[middle:] for at in (1, 5)}


def test_the_seats_that_an_order_took_before_are_worked_out_once(monkeypatch):
    asked: list[UUID] = []

    def moved(one: Any, before: Any, after: Any) -> Any:
        asked.append(one.stream)
        return seats_moved(one, before, after)

    monkeypatch.setattr(share, "seats_moved", moved)
    taken = Share(STORED).report(ROWS, after=0).taken
    orders = [one for one in asked if one != SHOP]
    assert len(orders) == len({*orders}) == 4
    assert [stream for _, stream, _ in taken].count(WORLD.id("returned").bytes) == 3


def test_an_unread_quota_of_an_old_release_is_one_seat():
    copy = CopiedRows(STORED)
    at = copy.position_of("QUOTA_SET")
    schema, sealed, body = unframe(copy.kept[at - 1].state)
    assert b'"capacity":5' in body
    copy.bend(at, state=frame(schema, sealed, body.replace(b'"capacity":5', b'"capacity":true')))
    report = Share(copy).report(copy.raw_rows(0, limit=at), after=0)
    weekend = quota_id(SHOP, "weekend").int
    assert report.taken == [(at, SHOP.bytes, ((weekend, 1, 0, 0, ""),))]
    assert [one.law for *_, one in report.found] == ["14", "13"]


def test_what_was_read_and_does_not_fold_is_looked_at_whatever_a_later_stamp_says():
    """A restated shop passes over what nobody can read, and over nothing else."""
    world = World()
    shop = world.shops.get(SPEC.slug).id
    force(world, PAID, cause=uuid4(), stream=shop)
    force(world, ShopRestated(versions=(len(world.store.read(shop)),)), cause=uuid4(), stream=shop)
    at = world.store.head()[0] - 1
    found = [(place, one.law) for place, _, one in reported(world).found]
    assert (at, "13") in found


def test_a_check_that_cannot_judge_a_stamp_is_a_finding_at_its_row():
    nothing: Any = None
    strange = step(BOUGHT, replace(PAID, amount=nothing), under=ATTEMPT)
    text = "bound cannot be judged: AttributeError"
    found = Finding(law="13", position=9, stream=ORDER, text=text)
    assert share.said(strange, [check_orders.bound]) == [(9, RANKS[check_orders.bound], found)]
