"""The house's limits, kept: short functions, short modules, one sentence on top, no leftovers."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from grimp import build_graph

# Packages that are allowed to sound like something that goes on.
GOING_ON = {"working", "wiring"}
PROVIDERS = re.compile(r"\b(?:stripe|paytrail|sumup)\b", re.IGNORECASE)

ROOT = Path(__file__).parents[1]
PRODUCT = ("ledger", "projections", "adapters", "web")
MODULES = sorted(
    path
    for name in PRODUCT
    for path in (ROOT / name).rglob("*.py")
    if "__pycache__" not in path.parts
)
TEXTS = sorted(
    path
    for name in (*PRODUCT, "tests", "docs", "requirements")
    for path in (ROOT / name).rglob("*")
    if path.suffix in {".py", ".md", ".sql", ".txt", ".in", ".html", ".css", ".js"}
)

LONG_MODULES = {
    "ledger/order/service.py": "all that is done to orders, through one conflict loop",
    "ledger/order/transitions.py": "all that can happen to an order in one table",
    "ledger/audit/describe.py": "one sentence for each stamp: the match is exhaustive",
    "ledger/order/order.py": "one word for each question that people ask of an order",
    "ledger/kernel/refusals.py": "every reason to say no in one flat hierarchy",
    "ledger/order/commands.py": "every wish an order can be asked: the union is exhaustive",
    "ledger/order/stamps.py": "all stamps of an order in one file: the union is exhaustive",
}
LONG_FUNCTIONS = {
    "ledger/audit/describe.py:_of_order": "one sentence for each stamp: the match is exhaustive",
    "ledger/order/decide.py:decide": "one line for each command: the match is exhaustive",
    "ledger/order/evolve.py:_changed": "one line for each stamp: the match is exhaustive",
    "web/wiring/composition.py:_works": "all parts are wired in one look",
}
# Sizes are a result: one idea is not cut to fit a number. What is larger is named with its reason.
LONGEST_MODULE, LONGEST_FUNCTION = 400, 40

# Put together here, so that this file does not hold what it looks for.
NOTES_TO_SELF = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
ADDRESSES = re.compile(
    "|".join(
        [
            "--(?:extra-)?index" + "-url",
            "pypi" + r"\.org",
            "/si" + "mple/",
            r"(?<![\w/])/wo" + "rk/",
        ]
    )
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_a_module_begins_with_its_one_idea():
    assert [name_of(one) for one in MODULES if not begins_with_its_idea(one)] == []


def begins_with_its_idea(path: Path) -> bool:
    said = ast.get_docstring(tree_of(path)) or "\n"
    first = path.read_text().split("\n", 1)[0]
    return said.splitlines()[0].endswith((".", "?")) and len(first) <= 100


def test_a_module_is_short():
    long = {name_of(one) for one in MODULES if len(one.read_text().splitlines()) > LONGEST_MODULE}
    assert long - {*LONG_MODULES} == set()


def test_functions_are_short():
    long = {
        f"{name_of(path)}:{name}"
        for path in MODULES
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION
    }
    assert long - {*LONG_FUNCTIONS} == set()


def test_every_exception_is_still_needed():
    for name in LONG_MODULES:
        assert len((ROOT / name).read_text().splitlines()) > LONGEST_MODULE, name
    for place in LONG_FUNCTIONS:
        file, _, function = place.partition(":")
        assert dict(functions(ROOT / file))[function] > LONGEST_FUNCTION, place


def test_there_are_no_notes_to_self():
    assert [name_of(one) for one in TEXTS if NOTES_TO_SELF.search(one.read_text())] == []


def test_no_test_waits_for_a_promise():
    """`wait_for_function` takes the promise itself for the answer, and waits for nothing."""
    waits = re.compile(r"wait_for_function\(\s*[\"']+\s*async\b")
    assert [name_of(one) for one in TEXTS if waits.search(one.read_text())] == []


def test_nothing_names_one_machine_or_one_package_index():
    assert [name_of(one) for one in TEXTS if ADDRESSES.search(one.read_text())] == []


def test_no_module_is_named_for_something_that_goes_on():
    """A file is a noun of the field: what is done is a function."""
    named = [one.stem for one in MODULES if one.stem != "__init__"]
    named += {part for one in MODULES for part in one.relative_to(ROOT).parts[:-1]} - GOING_ON
    found = {one for one in named if re.search(r"[a-z]{2}ing$", one.split("_")[-1])}
    assert found == set()


@pytest.mark.parametrize("ring", PRODUCT)
def test_a_class_name_stands_for_one_thing(ring):
    places: dict[str, list[str]] = {}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == ring:
            for node in tree_of(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(name_of(path))
    twice = {name for name, some in places.items() if len(some) > 1}
    assert twice == set()


def test_no_module_needs_one_that_needs_it():
    """Imports inside functions count: what hides there is a circle all the same."""
    graph = build_graph(*PRODUCT)
    needs = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as circle:
        pytest.fail(" needs ".join(reversed(circle.args[1])))


def test_no_command_waits_for_what_signs_people_in():
    """It is a hundred modules; `serve`, which needs them, loads the pages."""
    graph = build_graph(*PRODUCT)
    assert graph.find_shortest_chain("web.cli.main", "web.actions.passkeys") is not None
    graph.remove_module("web.app")
    assert graph.find_shortest_chain("web.cli.main", "web.actions.passkeys") is None


def test_the_rules_know_no_provider_by_name():
    """What providers take is data, in one file; everything else asks it."""
    rules = [one for one in MODULES if name_of(one).startswith("ledger/")]
    naming = [name_of(one) for one in rules if PROVIDERS.search(one.read_text())]
    assert naming == ["ledger/payments/capabilities.py"]


def test_there_is_no_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "misc"}
    assert [name_of(one) for one in MODULES if one.stem in drawers] == []
