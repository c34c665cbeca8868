"""The docs say what the code does: names, fields, problems, commands, settings, links."""

import ast
import doctest
import re
from collections.abc import Iterator
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click
import pytest

from adapters.shop_file.read import SHOP as SHOP_KEYS
from ledger import codec
from ledger.cases.stamps import CaseKind
from ledger.kernel.events import declared
from ledger.order.status import Status
from web.cli.cases import ADVICE
from web.cli.main import stampledger
from web.http.problems import explained

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
REFERENCE = ROOT / "docs/reference"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")


def test_the_tutorial_runs():
    found = doctest.testfile(str(ROOT / "docs/tutorial.md"), module_relative=False)
    assert found.attempted > 30
    assert found.failed == 0


def sections() -> dict[str, str]:
    text = (REFERENCE / "stamps.md").read_text()
    parts = re.split(r"^### ([A-Z_]+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_reference_lists_every_stamp_and_no_other():
    assert set(sections()) == set(codec.STORED)


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


@pytest.mark.parametrize("name", codec.STORED)
def test_the_reference_tells_what_a_stamp_declares(name):
    cls, schema = codec.STORED[name]
    section, says = sections()[name], declared(cls)
    meaning = " ".join(cleandoc(cls.__doc__ or "").split("\n\n")[0].split())
    assert meaning in section
    assert (
        f"Schema version {schema}. Occurrence: {_named(says.occurrence)}. "
        f"Binding: {_named(says.binding)}. Sealed: {_named(says.sealed)}." in section
    )
    listed = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert listed[: len(fields(cls))] == [one.name for one in fields(cls)]


def test_the_reference_lists_every_problem_as_it_is_answered():
    rows = re.findall(
        r"^\| `([\w-]+)` \| (\d+) \| (.*) \|$",
        (REFERENCE / "problems.md").read_text(),
        flags=re.MULTILINE,
    )
    found = {slug: (one.status, one.detail) for slug, one in explained().items()}
    assert {slug: (int(status), detail) for slug, status, detail in rows} == found


def commands(command: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(command, click.Group):
        return {" ".join(path): command}
    found: dict[str, Any] = {}
    for name, one in command.commands.items():
        found |= commands(one, (*path, name))
    return found


def test_the_reference_lists_every_command():
    rows = re.findall(
        r"^\| `([^`]+)` \| (.*) \|$",
        (REFERENCE / "commands.md").read_text(),
        flags=re.MULTILINE,
    )
    expected = {
        name: cleandoc(one.help or "").splitlines()[0]
        for name, one in commands(stampledger).items()
    }
    assert {name: does for name, does in rows if not name.startswith("./run")} == expected


def test_the_reference_lists_every_setting():
    read = re.findall(r"read\.\w+\(\"(\w+)\"", (ROOT / "web/wiring/settings.py").read_text())
    listed = re.findall(
        r"^\| `STAMPLEDGER_(\w+)` \|",
        (REFERENCE / "settings.md").read_text(),
        flags=re.MULTILINE,
    )
    assert sorted(listed) == sorted(set(read))


def test_the_reference_lists_every_key_of_a_shop_file():
    keys = (REFERENCE / "shop-file.md").read_text().split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", keys, flags=re.MULTILINE)
    assert sorted(listed) == sorted(SHOP_KEYS)


def test_every_kind_of_case_has_its_runbook():
    listed = re.findall(
        r"^\| `(\w+)` \| (?:critical|warning) \|",
        (ROOT / "docs/runbooks/alarms.md").read_text(),
        flags=re.MULTILINE,
    )
    assert sorted(listed) == sorted(str(kind) for kind in CaseKind)


def test_the_advice_about_a_case_names_its_runbook():
    rows = re.findall(
        r"^\| `(\w+)` \| (?:critical|warning) \| (.*) \|$",
        (ROOT / "docs/runbooks/alarms.md").read_text(),
        flags=re.MULTILINE,
    )
    pages = {kind: re.findall(r"\]\(([\w-]+)\.md\)", says) or ["alarms"] for kind, says in rows}
    assert {str(kind): [page] for kind, (_, page) in ADVICE.items()} == pages


def test_links_lead_somewhere():
    broken = [
        (name_of(page), one)
        for page in PAGES
        for one in _LINK.findall(page.read_text())
        if "://" not in one and not (page.parent / one).exists()
    ]
    assert broken == []


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_files_that_pages_name_are_there():
    named = re.compile(r"`((?:ledger|adapters|projections|web|tests|docs)/[\w/.-]+\.\w+)`")
    gone = [
        (name_of(page), one)
        for page in PAGES
        for one in named.findall(page.read_text())
        if not (ROOT / one).exists()
    ]
    assert gone == []


def test_commands_that_pages_name_exist():
    run = (ROOT / "run").read_text()
    known = commands(stampledger)
    for page in PAGES:
        for verb in re.findall(r"\./run (\w+)", page.read_text()):
            assert f"\n{verb}) " in run, (name_of(page), verb)
        for said in re.findall(r"(?:run cli|`stampledger) ([a-z][a-z -]*[a-z])", page.read_text()):
            words = said.split(" --")[0].split()
            assert any(" ".join(words[:n]) in known for n in (1, 2)), (name_of(page), said)


def test_every_page_can_be_reached_from_the_index():
    index = (ROOT / "docs/index.md").read_text()
    linked = {(ROOT / "docs" / one).resolve() for one in _LINK.findall(index) if "://" not in one}
    assert {page for page in DOCS if page.name != "index.md"} <= linked


# What the drawing program takes in a label without minding: it parses the rest as its own signs.
_ARROW = re.compile(r"    (\[\*\]|[A-Z_]+) --> ([A-Z_]+): [^:;#%<>{}\[\]\"`|]+")


def test_diagrams_are_drawn_by_what_draws_them():
    drawn = 0
    for page in DOCS:
        for diagram in re.findall(r"```mermaid\n(.*?)\n```", page.read_text(), re.DOTALL):
            kind, *arrows = diagram.split("\n")
            assert kind == "stateDiagram-v2", page
            for line in arrows:
                found = _ARROW.fullmatch(line)
                assert found, (page, line)
                assert {*found.groups()} <= {"[*]", *map(str, Status)}, (page, line)
            assert len(arrows) == len({*arrows}), page
            drawn += 1
    assert drawn == 2


WALKS = (ROOT / "docs/explanation/a-webhook-walks.md").read_text()
# A longer walk is one that nobody can remember.
MOST_ROOMS = 12


def walks() -> list[list[tuple[str, str]]]:
    """Of each walk its rooms, and what one passes there."""
    return [
        re.findall(r"^\| \d+ \| `([\w/]+)` \| (.*?) \|", walk, flags=re.MULTILINE)
        for walk in WALKS.split("\n## ")[1:]
    ]


def test_the_walks_pass_what_is_there():
    for room, through in (stop for walk in walks() for stop in walk):
        for file, names in re.findall(r"`(\w+\.py)`: ((?:`[\w.]+`(?:, )?)+)", through):
            tree = ast.parse((ROOT / room / file).read_text())
            assert {*re.findall(r"`([\w.]+)`", names)} <= {*defined(tree)}, f"{room}/{file}"
        assert through.count(".py`: ") == through.count(".py`"), "each file is passed by a function"


def defined(tree: ast.AST, within: str = "") -> Iterator[str]:
    """Every function and class of a module, methods as `Class.method`."""
    for one in ast.iter_child_nodes(tree):
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield within + one.name
        if isinstance(one, ast.ClassDef):
            yield from defined(one, f"{one.name}.")


def test_no_walk_is_long_or_enters_a_room_twice():
    for walk in walks():
        rooms = [room for room, _ in walk]
        assert 4 < len(rooms) == len({*rooms}) <= MOST_ROOMS


GREW = (ROOT / "docs/explanation/grew-out-of.md").read_text()
# How many statements each list has.
LISTS = {"K": 80, "S1": 8, "S2": 6, "S3": 6, "S4": 5, "F": 25}
WAITS_FOR = ("the cart", "the back office", "the vouchers", "the door")


def statements() -> list[tuple[str, str]]:
    """Every statement with what answers it."""
    return re.findall(r"^\| ([A-Z]\d?-\d+) \| .* \| (.*) \|$", GREW, flags=re.MULTILINE)


def test_every_statement_that_it_grew_out_of_is_answered_once():
    numbers = [f"{name}-{nth}" for name, count in LISTS.items() for nth in range(1, count + 1)]
    assert sorted(id for id, _ in statements()) == sorted(numbers)


def test_an_answer_names_what_keeps_it_and_its_test_or_what_it_waits_for():
    for id, where in statements():
        says_what_keeps_it(id, where)


def says_what_keeps_it(id: str, where: str) -> None:
    """Whether those files are there is asked of every page."""
    named = re.findall(r"`([\w/.-]+\.(?:py|md))`", where)
    modules = [one for one in named if not one.startswith("tests/")]
    kept = bool([one for one in named if one.startswith("tests/")]) and bool(
        modules or "](" in where
    )
    waits = "ot yet" in where
    assert kept or waits, id
    assert not waits or any(name in where for name in WAITS_FOR), id


@pytest.mark.parametrize("ring", ["ledger", "projections", "adapters", "web"])
def test_the_readme_names_each_room(ring):
    told = (ROOT / "README.md").read_text()
    row = next(line for line in told.splitlines() if line.startswith(f"| `{ring}/` |"))
    folders = [path for path in (ROOT / ring).glob("[!_.]*") if any(path.glob("[!_]*"))]
    rooms = {path.name for path in folders}
    assert rooms <= {*re.findall(r"`(\w+)`", row)}
