"""Mutants of the rules, chosen at random and tried on the rules' own tests.

`python -m tests.mutations --random N [--seed S] [--in FILE…] [--processes P]`
"""

import ast
import json
import os
import random
import re
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from queue import SimpleQueue

from tests.kits.broken_tree import FAILED, ROOT, copy_of_the_tree, status_of_tests
from tests.kits.entered import ONLY, WRITE, Entered
from tests.kits.examples import FAST
from tests.kits.mutants import Mutant, change_of, compiles, modules, mutants_of

RULES = ("ledger", "projections")
EVERYTHING = ("tests/ledger", "tests/projections", "tests/simulation")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
# So many times as long as the sound tree takes, and so many seconds more; few examples do.
PATIENCE, REST = 5, 60
# Of a hundred bugs the rules' own tests must see so many.
SEEN = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """A line that may as well say something else, and why."""

    file: str
    old: str
    new: str
    reason: str


def equivalents() -> Sequence[Equivalent]:
    told = tomllib.loads(EQUIVALENT.read_text())
    return [Equivalent(**one) for one in told.get("equivalent", ())]


def chosen(number: int, *, seed: int, files: Sequence[str]) -> Sequence[Mutant]:
    """So many mutants of these files; the same seed gives the same ones of the same tree."""
    of_all = [
        mutant
        for file in modules(ROOT, files or RULES)
        for mutant in mutants_of(file, (ROOT / file).read_text())
    ]
    random.Random(seed).shuffle(of_all)
    whole = (one for one in of_all if compiles(one.of((ROOT / one.file).read_text())))
    return [*islice(whole, number)]


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy to break, and which of its tests enter which function."""

    folder: Path
    entered: Entered

    def stages(self, mutant: Mutant) -> Iterator[Sequence[str]]:
        """The tests that enter the function, the quick ones first; then the room's and the near."""
        source = (self.folder / mutant.file).read_text()
        tests = self.entered.get(f"{mutant.file}:{_function_of(source, mutant)}", {})
        if tests:
            only = sorted(tests, key=lambda one: tests[one])
            self.only.write_text(json.dumps(only))
            yield sorted({one.partition("::")[0] for one in only})
        ring, *rooms = Path(mutant.file).parts[:-1]
        room = Path("tests", ring, *rooms[:1])
        self.only.unlink(missing_ok=True)
        yield [str(room) if (ROOT / room).exists() else f"tests/{ring}", *near_tests(mutant.file)]

    @property
    def only(self) -> Path:
        return self.folder / "only.json"

    def status(self, tests: Sequence[str], *, seconds: float) -> int | None:
        told = {ONLY: str(self.only)} if self.only.exists() else {}
        return status(self.folder, tests, seconds=seconds, **told)


def _function_of(source: str, mutant: Mutant) -> int:
    """The first line of the innermost function around it; 0 for a module's own lines."""
    line = source.count("\n", 0, mutant.start) + 1
    around = [
        min([node.lineno, *(one.lineno for one in node.decorator_list)])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, default=0)


def near_tests(file: str) -> Sequence[str]:
    """The files of the rules' own tests that name this module."""
    name = re.compile(rf"\b{re.escape('.'.join(Path(file).with_suffix('').parts))}\b")
    found = (path for folder in EVERYTHING for path in (ROOT / folder).rglob("test_*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found if name.search(path.read_text()))


def status(
    tree: Path, arguments: Sequence[str], *, seconds: float, **environment: str
) -> int | None:
    """Without the plugins that the rules' tests have no use for: they take longer to load."""
    return status_of_tests(
        tree,
        ["-p", "tests.kits.entered", "--examples", str(FAST), *arguments],
        seconds=seconds,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTHONDONTWRITEBYTECODE="",
        **environment,
    )


_MOMENTS = count(1)


def is_caught(mutant: Mutant, tree: Tree, *, seconds: float) -> bool:
    """Whether a test fails, or none ends, while the bug is there."""
    file = tree.folder / mutant.file
    sound = file.read_text()
    stages = tree.stages(mutant)
    try:
        for tests in stages:
            _write(file, mutant.of(sound))
            if tree.status(tests, seconds=seconds) in (FAILED, None):
                return True
    finally:
        _write(file, sound)
    return False


def _write(file: Path, text: str) -> None:
    """At another second each time: compiled files are told apart by time and size alone."""
    file.write_text(text)
    moment = file.stat().st_mtime + next(_MOMENTS)
    os.utime(file, (moment, moment))


def entered_in_the_sound(tree: Path) -> tuple[Entered, float]:
    """Which tests enter what, and how long they all take. Raises `SystemExit` if they fail."""
    before, told = time.monotonic(), tree / "entered.json"
    if status(tree, EVERYTHING, seconds=3600, **{WRITE: str(told)}) != 0:
        raise SystemExit("the rules' tests fail without any bug")
    return json.loads(told.read_text()), time.monotonic() - before


def try_all(mutants: Sequence[Mutant], *, processes: int) -> int:
    """Tells each survivor with its place and its change; the status of the whole."""
    known = {(one.file, one.old, one.new) for one in equivalents()}
    with ExitStack() as stack:
        trees: SimpleQueue[Tree] = SimpleQueue()
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(processes)
        ]
        copies = [copy_of_the_tree(folder) for folder in folders]
        entered, seconds = entered_in_the_sound(copies[0])
        seconds = PATIENCE * processes * seconds + REST
        for folder in copies:
            trees.put(Tree(folder, entered))

        def outcome(mutant: Mutant) -> str:
            line, old, new = change_of((ROOT / mutant.file).read_text(), mutant)
            if (mutant.file, old, new) in known:
                return "equivalent"
            tree = trees.get()
            caught = is_caught(mutant, tree, seconds=seconds)
            trees.put(tree)
            word = "caught" if caught else "SURVIVED"
            change = "" if caught else f"\n  - {old}\n  + {new}"
            print(f"{word:9} {mutant.file}:{line} {mutant.kind}{change}", flush=True)
            return word

        with ThreadPoolExecutor(processes) as pool:
            return _told([*pool.map(outcome, mutants)])


def _told(outcomes: Sequence[str]) -> int:
    caught, alike = outcomes.count("caught"), outcomes.count("equivalent")
    tried = len(outcomes) - alike
    print(f"{caught} of {tried} caught; {alike} more are listed as equivalent")
    return 0 if 100 * caught >= SEEN * tried else 1
