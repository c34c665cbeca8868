"""Versions, positions, moments, bytes, numbers and totals follow each other as they must."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from ledger.audit import check_rows
from ledger.audit.findings import Finding, Step
from ledger.codec import canonical, encode
from ledger.shop.stamps import SeriesResumed
from tests.kits.audit_steps import A, step
from tests.kits.spec import CANCELLED, ORDER, PAID, PLACED, REFUND_ASKED

OF_A = UUID(bytes=A)


def about(law: str, text: str, *, position: int = 9, stream: UUID = ORDER) -> list[Finding]:
    """What is found in one row, if anything."""
    return [Finding(law=law, position=position, stream=stream, text=text)] if text else []


def row_of(stamp: Any, **columns: Any) -> Step:
    """A row as it would be written, but for these columns."""
    read = step(None, stamp)
    assert read.stamp is not None
    again = encode(read.stamp)
    known = {6: again.occurrence, 7: again.binding} | columns.pop("columns", {})
    row: Any = tuple(known.get(at, value) for at, value in enumerate(read.row))
    frame = (again.schema, b"", again.body)
    return structs.replace(read, **{"row": row, "again": again, "frame": frame, **columns})


@pytest.mark.parametrize(
    ("before", "text"),
    [(0, "version 2 follows version 0"), (1, ""), (2, "version 2 follows version 2")],
)
def test_law_2_versions_of_a_stream_follow_each_other(before, text):
    found = check_rows.contiguous(row_of(PAID, version_before=before))
    assert list(found) == about("2", text)


def vertebra(position: int, at: int = 0, numbers: Any = None) -> Any:
    return position, A, at, numbers, b""


@pytest.mark.parametrize(
    ("row", "last", "text"),
    [
        (1, None, ""),
        (2, None, "position 1 is missing before 2"),
        (5, 4, ""),
        (4, 4, "position 5 is missing before 4"),
        (6, 4, "position 5 is missing before 6"),
    ],
)
def test_law_2_positions_follow_each_other(row, last, text):
    found = [*check_rows.dense(vertebra(row), last and vertebra(last))]
    assert found == about("2", text, position=row, stream=OF_A)


@pytest.mark.parametrize(
    ("at", "last", "text"),
    [
        (5, None, ""),
        (5, 5, ""),
        (6, 5, ""),
        (4, 5, "recorded before the stamp that stands in front of it"),
    ],
)
def test_law_2_moments_follow_each_other(at, last, text):
    found = [*check_rows.forward_in_time(vertebra(2, at), last and vertebra(1, last))]
    assert found == about("2", text, position=2, stream=OF_A)


@pytest.mark.parametrize(
    ("leaf", "text"),
    [(b"leaf", ""), (b"lead", "the stored bytes are not those that were hashed")],
)
def test_law_14_a_leaf_is_the_hash_of_its_row(leaf, text):
    assert list(check_rows.hashed(row_of(PAID, leaf=leaf))) == about("14", text)


AGAIN = "Paid does not encode to the same bytes again"


def test_law_13_a_row_is_read_and_would_be_written_the_same_again():
    whole = row_of(PAID)
    schema, _, body = whole.frame
    spaced = body.replace(b'":', b'": ')
    assert canonical(spaced) == body != spaced

    def said(**changes: Any) -> list[Finding]:
        return list(check_rows.readable(row_of(PAID, **changes)))

    assert said() == []
    assert said(frame=(schema, b"", spaced)) == about("13", AGAIN)
    assert said(frame=(schema - 1, b"", body)) == []
    assert said(frame=(schema - 1, b"", spaced)) == about("13", AGAIN)
    other = body.replace(b"7000", b"7001")
    assert said(frame=(schema, b"", other)) == about("13", AGAIN)
    assert said(frame=(schema - 1, b"", other)) == [], "of then, it is read as if it said more"
    assert said(again=None, fault="ValueError: no") == about("13", "Paid: ValueError: no")
    assert said(frame=(schema, b"", spaced), fault="ValueError: no") == [
        *about("13", "Paid: ValueError: no"),
        *about("13", AGAIN),
    ]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({}, []),
        ({6: "again"}, ["occurrence"]),
        ({7: b"other"}, ["binding"]),
        ({6: "again", 7: b"other"}, ["occurrence", "binding"]),
    ],
)
def test_law_3_the_columns_that_identify_are_those_of_the_body(columns, names):
    read = row_of(PAID, columns=columns)
    told = [f"the stored {name} is not that of the stamp" for name in names]
    assert [one.text for one in check_rows.identified(read)] == told
    assert {one.law for one in check_rows.identified(read)} <= {"3"}
    schema, private, body = read.frame
    older = structs.replace(read, frame=(schema - 1, private, body))
    told = [one for one in told if "binding" not in one]
    assert [one.text for one in check_rows.identified(older)] == told, "other fields bound then"
    assert not check_rows.identified(structs.replace(read, again=None))


CLEAR, PLAIN = "reason stands in the clear", "the sealed part is not encrypted"


@pytest.mark.parametrize(
    ("private", "body", "texts"),
    [
        (b"", b'{"cause":"staff"}', []),
        (b"\x00cipher", b'{"cause":"staff"}', []),
        (b"", b'{"reason":"ill"}', [CLEAR]),
        (b"", b'{"cause":"reason"}', []),
        (b"", b'{"more":{"reason":"ill"}}', []),
        (b'{"reason":"ill"}', b"{}", [PLAIN]),
        (b'["ill"]', b"{}", [PLAIN]),
        (b'"ill"', b"{}", [PLAIN]),
        (b"x{", b"{}", []),
        (b'{"reason":"ill"}', b'{"reason":"ill"}', [CLEAR, PLAIN]),
    ],
)
def test_law_12_what_is_personal_is_sealed(private, body, texts):
    stored = (*step(None, CANCELLED).row[:3], "CANCELLED", *step(None, CANCELLED).row[4:])
    read = row_of(CANCELLED, row=stored, frame=(1, private, body))
    assert [one.text for one in check_rows.sealed(read)] == texts
    assert {one.law for one in check_rows.sealed(read)} <= {"12"}
    assert not check_rows.sealed(structs.replace(read, again=None)), "what it is nobody knows"
    open_to_all: Any = (*stored[:3], "QUOTA_SET", *stored[4:])
    assert not check_rows.sealed(structs.replace(read, row=open_to_all))


OTHERS = "the numbers drawn are not those that the stamp calls for"
RESUMED = SeriesResumed(series="orders/1", after=2, until=1002)


@pytest.mark.parametrize(
    ("stamp", "drawn", "text"),
    [
        (PAID, None, ""),
        (PAID, {}, ""),
        (PAID, {"orders/1": 1}, OTHERS),
        (PLACED, None, OTHERS),
        (RESUMED, {"orders/1": 1002}, ""),
        (RESUMED, {"orders/1": 1001}, "the gap of orders/1 does not end at 1002"),
        (RESUMED, None, OTHERS),
        (RESUMED, {"orders/1": 1002, "orders/2": 1}, OTHERS),
    ],
)
def test_c5_a_stamp_draws_from_each_of_its_series_and_a_gap_ends_where_it_says(stamp, drawn, text):
    read = row_of(stamp, columns={8: drawn})
    assert list(check_rows.numbered(read)) == about("C5", text)
    unread = structs.replace(read, again=None, stamp=None)
    assert not check_rows.numbered(unread), "what it calls for nobody knows"


def test_c5_an_order_draws_its_number_and_its_payments_reference():
    read = row_of(PLACED)
    assert read.again is not None
    drawn = dict.fromkeys(read.again.series, 1)
    assert len(drawn) == 2
    assert not check_rows.numbered(row_of(PLACED, columns={8: drawn}))
    assert not check_rows.numbered(row_of(replace(REFUND_ASKED, try_number=2)))


@pytest.mark.parametrize(
    ("number", "last", "follows", "resumed"),
    [
        (1, None, True, True),
        (2, None, False, True),
        (0, None, False, False),
        (8, 7, True, True),
        (9, 7, False, True),
        (7, 7, False, False),
        (6, 7, False, False),
    ],
)
@pytest.mark.parametrize(
    ("series", "law"), [("orders/1", "C5"), ("receipts/1", "R7"), ("payment-references", "C5")]
)
def test_c5_and_r7_numbers_follow_each_other(number, last, follows, resumed, series, law):
    row = vertebra(3, numbers={series: number})
    before = {} if last is None else {series: last}
    gap = "" if follows else f"number {number} of {series} follows {last or 0}"
    assert [*check_rows.numbers_follow(row, before)] == about(law, gap, position=3, stream=OF_A)
    again = "" if resumed else f"{series} goes on at {number}, which is not after {last or 0}"
    assert [*check_rows.numbers_resumed(row, before)] == about(law, again, position=3, stream=OF_A)
    assert not [*check_rows.numbers_follow(vertebra(3), before)]
    assert not [*check_rows.numbers_resumed(vertebra(3), before)]


@pytest.mark.parametrize(
    ("totals", "lawful"),
    [
        ((5, 2, 3), True),
        ((5, 3, 3), False),
        ((5, -1, 3), False),
        ((5, 3, -1), False),
        ((0, 0, 0), True),
    ],
)
def test_law_8_no_more_is_held_and_sold_than_there_is(totals, lawful):
    taken: Any = (9, A, ((1, None, 1, 0, ""),))
    capacity, held, sold = totals
    text = f"quota {UUID(int=1)} is oversold: held {held}, sold {sold} of {capacity}"
    found = [*check_rows.never_oversold(taken, {1: totals})]
    assert found == about("8", "" if lawful else text, stream=OF_A)
