"""Mutants of the rules, chosen at random and tried on the rules' own tests.

`python -m tests.mutations --random N [--seed S] [--in FILE…] [--processes P]`
"""

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
from tests.kits.examples import FAST
from tests.kits.mutants import Mutant, change_of, compiles, modules, mutants_of

RULES = ("ledger", "projections")
EVERYTHING = ("tests/ledger", "tests/projections", "tests/simulation")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
# So many times as long as the sound tree takes, and so many seconds more.
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


def stages(file: str) -> Iterator[Sequence[str]]:
    """The tests that name the module, then its room's, then all others: with few examples.

    What still lives meets all of them with as many as are asked for.
    """
    ring, *rooms = Path(file).parts[:-1]
    room = Path("tests", ring, *rooms[:1])
    few = ["--examples", str(FAST)]
    if near := near_tests(file):
        yield [*few, *near]
    if rooms and (ROOT / room).exists():
        yield [*few, str(room)]
    yield [*few, *EVERYTHING, f"--ignore={room}"]
    yield EVERYTHING


def near_tests(file: str) -> Sequence[str]:
    """The files of the rules' own tests that name this module."""
    name = re.compile(rf"\b{re.escape('.'.join(Path(file).with_suffix('').parts))}\b")
    found = (path for folder in EVERYTHING for path in (ROOT / folder).rglob("test_*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found if name.search(path.read_text()))


def status(tree: Path, arguments: Sequence[str], *, seconds: float) -> int | None:
    """Without the plugins that the rules' tests have no use for: they take longer to load."""
    return status_of_tests(
        tree,
        arguments,
        seconds=seconds,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTHONDONTWRITEBYTECODE="",
    )


_MOMENTS = count(1)


def is_caught(mutant: Mutant, tree: Path, *, seconds: float) -> bool:
    """Whether a test fails, or none ends, while the bug is there."""
    file = tree / mutant.file
    sound = file.read_text()
    _write(file, mutant.of(sound))
    try:
        return any(
            status(tree, one, seconds=seconds) in (FAILED, None) for one in stages(mutant.file)
        )
    finally:
        _write(file, sound)


def _write(file: Path, text: str) -> None:
    """At another second each time: compiled files are told apart by time and size alone."""
    file.write_text(text)
    moment = file.stat().st_mtime + next(_MOMENTS)
    os.utime(file, (moment, moment))


def seconds_of_the_sound(tree: Path) -> float:
    """How long the rules' tests take without a bug. Raises `SystemExit` if they fail."""
    before = time.monotonic()
    if status(tree, EVERYTHING, seconds=3600) != 0:
        raise SystemExit("the rules' tests fail without any bug")
    return time.monotonic() - before


def try_all(mutants: Sequence[Mutant], *, processes: int) -> int:
    """Tells each survivor with its place and its change; the status of the whole."""
    known = {(one.file, one.old, one.new) for one in equivalents()}
    with ExitStack() as stack:
        trees: SimpleQueue[Path] = SimpleQueue()
        for _ in range(processes):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            trees.put(copy_of_the_tree(Path(folder)))
        tree = trees.get()
        seconds = PATIENCE * processes * seconds_of_the_sound(tree) + REST
        trees.put(tree)

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
