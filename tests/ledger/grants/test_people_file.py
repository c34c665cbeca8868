"""A list of people as a file: which rows can be taken over, and what is wrong with the others."""

from typing import Any

import pytest

from ledger.grants.grantee import GrantState
from ledger.grants.people_file import (
    LONGEST,
    MOST_ROWS,
    ListRow,
    ListUnreadable,
    read_people,
    typed_row,
)
from ledger.grants.stamps import GrantKind


def why(content: bytes) -> str:
    with pytest.raises(ListUnreadable) as refused:
        read_people(content)
    return refused.value.what


def rows(*lines: str, columns: str = "email,kind") -> list[ListRow]:
    return [*read_people("\n".join((columns, *lines)).encode())]


def test_a_list_is_at_most_so_large() -> None:
    head = b"email,kind\na@b.example,grant\n"
    assert len(read_people(head + b"\n" * (LONGEST - len(head)))) == 1
    assert why(head + b"\n" * (LONGEST - len(head) + 1)) == "too-large"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"email,kind\n\xff", "not-utf-8"),
        (b'email,kind\n"a', "not-a-table"),
        (b"", "no-columns"),
        (b"email,name\n", "no-columns"),
        (b"kind,name\n", "no-columns"),
        (b"email,kind,\n", "no-columns"),
        (b"email,kind,phone\n", "unknown-column"),
        (b"email,kind,Kind\n", "column-twice"),
    ],
)
def test_what_is_no_list_says_why(content: bytes, what: str) -> None:
    assert why(content) == what
    assert str(ListUnreadable(what)).endswith(".")


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_columns_stand_in_any_order_and_case_with_a_mark_of_the_encoding(between: str) -> None:
    content = f"\ufeffKIND {between}Email\r\nspeaker{between} a@b.example \r\n"
    (found,) = read_people(content.encode())
    assert (found.number, found.kind, found.email) == (2, GrantKind.SPEAKER, "a@b.example")
    assert (found.sound, found.nobody, found.language, found.state) == (True, False, "en", None)


def test_rows_are_counted_as_a_spreadsheet_does_and_empty_ones_left_out() -> None:
    found = rows("a@b.example,grant", ",", "c@d.example,grant")
    assert [(one.number, one.email) for one in found] == [(2, "a@b.example"), (4, "c@d.example")]


def test_there_are_only_so_many_rows() -> None:
    whole = "email,kind\n" + "".join(f"a{n}@b.example,grant\n" for n in range(MOST_ROWS))
    assert len(read_people(whole.encode())) == MOST_ROWS
    assert why(f"{whole}z@b.example,grant\n".encode()) == "too-many"


def test_a_row_with_cells_beyond_the_columns_is_told() -> None:
    (found,) = rows("a@b.example,grant,more")
    assert found.troubles == ("too-many-cells",)
    (found,) = rows(",,more")
    assert "too-many-cells" in found.troubles


def test_a_short_row_lacks_what_it_does_not_say() -> None:
    (found,) = rows("a@b.example")
    assert found.troubles == ("unknown-kind",)


@pytest.mark.parametrize(
    ("told", "troubles"),
    [
        ({}, ()),
        ({"email": "a"}, ("bad-email",)),
        ({"email": ""}, ("nobody-without-reference",)),
        ({"email": "", "reference": "7"}, ()),
        ({"name": "a" * 100}, ()),
        ({"name": "a" * 101}, ("bad-name",)),
        ({"name": "a\tb"}, ("bad-name",)),
        ({"kind": ""}, ("unknown-kind",)),
        ({"kind": "cook"}, ("unknown-kind",)),
        ({"state": "confirmed"}, ()),
        ({"state": "perhaps"}, ("unknown-state",)),
        ({"language": "SV-fi"}, ()),
        ({"language": "de"}, ("unknown-language",)),
        ({"reference": "A-1_2./#"}, ()),
        ({"reference": "a" * 50}, ()),
        ({"reference": "a" * 51}, ("bad-reference",)),
        ({"reference": "a b"}, ("bad-reference",)),
    ],
)
def test_what_a_row_can_say(told: dict[str, str], troubles: tuple[str, ...]) -> None:
    found = typed_row({"email": "a@b.example", "kind": "grant"} | told)
    assert (found.troubles, found.sound, found.number) == (troubles, not troubles, 1)
    assert found.nobody is (not found.email)


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"kind": "Speaker"}, GrantKind.SPEAKER),
        ({"kind": "co_speaker"}, GrantKind.CO_SPEAKER),
        ({"kind": "Co Speaker"}, GrantKind.CO_SPEAKER),
        ({"kind": "co-speaker"}, GrantKind.CO_SPEAKER),
        ({"kind": "CoSpeaker"}, GrantKind.CO_SPEAKER),
        ({"kind": "cook"}, GrantKind.GRANT),
        ({"state": "Declined"}, GrantState.DECLINED),
        ({"language": "fi-FI"}, "fi"),
        ({"language": ""}, "en"),
        ({"name": "Bea"}, "Bea"),
        ({"reference": "7"}, "7"),
    ],
)
def test_how_others_write_the_same(told: dict[str, str], value: Any) -> None:
    (name,) = told
    assert getattr(typed_row({"email": "a@b.example", "kind": "grant"} | told), name) == value


def test_who_stands_there_twice_is_taken_over_the_first_time() -> None:
    found = rows(
        "a@b.example,grant", "A@B.example,speaker", "c@d.example,grant", "x,grant", "x,cook"
    )
    assert [one.troubles for one in found] == [
        (),
        ("twice",),
        (),
        ("bad-email",),
        ("bad-email", "unknown-kind", "twice"),
    ]
    assert (found[1].number, found[1].email, found[1].kind) == (
        3,
        "A@B.example",
        GrantKind.SPEAKER,
    )


def test_rows_that_name_nobody_are_told_apart_by_their_references() -> None:
    found = rows(",grant,1", ",grant,2", ",grant,1", columns="email,kind,reference")
    assert [one.troubles for one in found] == [(), (), ("twice",)]
