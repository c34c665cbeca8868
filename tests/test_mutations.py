"""Every known bug is caught when it is put back, all of them with --slow; and what mutants are."""

from pathlib import Path

import pytest

from tests.kits.broken_tree import ROOT, copy_of_the_tree
from tests.kits.forked_mutants import code_at
from tests.kits.mutants import change_of, compiles, mutants_of
from tests.mutations import MUTATIONS, ROOMS, Mutation, survives, told_in
from tests.random_mutations import equivalents


def test_every_known_bug_still_has_its_place() -> None:
    assert [one.name for one in MUTATIONS if not has_its_place(one)] == []


def test_every_known_bug_has_a_name_of_its_own_and_is_told_of_in_its_room() -> None:
    assert [one.name for room in ROOMS for one in told_in(room) if one.room != room] == []
    names = [one.name for one in MUTATIONS]
    assert len(names) == len({*names})


def has_its_place(mutation: Mutation) -> bool:
    once = (ROOT / mutation.file).read_text().count(mutation.old) == 1
    return once and all((ROOT / one).exists() for one in mutation.tests)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_every_known_bug_is_caught(mutation: Mutation, tmp_path: Path) -> None:
    assert not survives(mutation, copy_of_the_tree(tmp_path))


@pytest.mark.parametrize(
    ("line", "mutants"),
    [
        ("a < b", {"a <= b"}),
        ("a not in b", {"a in b"}),
        ("a < b == c", {"a <= b == c", "a < b != c"}),
        ("(a or b) and c", {"(a and b) and c", "(b) and c", "(a) and c", "(a or b) or c"}),
        ("not a", {"(a)"}),
        ("a + 1", {"a - 1", "a + 2"}),
        ("b if a else c", {"b if (not a) else c"}),
        ("[a]", {"[]"}),
        ("[a, b]", {"[b]", "[a]"}),
        ("told(a)", {"pass"}),
        ("yield a", {"pass"}),
        ("told = kept | new", {"told = kept & new"}),
        ("Stamp = Paid | Refunded", set()),
        ("told = isinstance(a, Paid | Refunded)", set()),
        ("amount: int | None = None", set()),
        ("class Money(Struct, frozen=True): ...", set()),
        ("assert a == b", set()),
        ("'two words, 1 < 2'", set()),
        ("'ä' if a == 'ö' else b", {"'ä' if a != 'ö' else b"}),
    ],
)
def test_one_thing_is_changed_at_a_time(line: str, mutants: set[str]) -> None:
    source = f"def rule():\n    {line}\n"
    found = [one for one in mutants_of("rule.py", source) if compiles(one.of(source))]
    made = {change_of(source, one)[2] for one in found}
    assert made == mutants


def test_what_is_listed_as_equivalent_is_still_there_and_has_its_reason() -> None:
    for one in equivalents():
        lines = [line.strip() for line in (ROOT / one.file).read_text().splitlines()]
        assert one.old in lines, one
        assert one.reason


def test_a_bug_goes_into_its_function_and_not_into_a_default_on_its_line() -> None:
    source = "def asked(of=lambda: 1):\n    return of() + 1\n"
    assert code_at(source, "asked.py", 1).co_name == "asked"
