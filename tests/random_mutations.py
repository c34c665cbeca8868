"""Mutants of the rules, chosen at random and tried on the rules' own tests.

`python -m tests.mutations --random N [--seed S] [--in FILE…] [--processes P]`
"""

import json
import os
import random
import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path

from tests.kits.broken_tree import BROKEN, FAILED, ROOT, copy_of_the_tree, status_of_tests
from tests.kits.examples import FAST
from tests.kits.forked_mutants import CAUGHT, ELSEWHERE, MUTANTS, OUTCOMES, SURVIVED
from tests.kits.mutants import Mutant, change_of, compiles, modules, mutants_of

RULES = ("ledger", "projections")
EVERYTHING = ("tests/ledger", "tests/projections", "tests/simulation")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
# It has mypy read the files, which a fork does not change.
NOT_IN_A_FORK = ("--ignore=tests/ledger/test_typed_fold.py",)
# Seconds for the tests of one stage, on a busy machine.
PATIENCE = 1800
# So many are tried after each other by a process that has collected the tests.
AT_ONCE = 25
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
    """The tests that name the module, then its room's, then all others."""
    ring, *rooms = Path(file).parts[:-1]
    room = Path("tests", ring, *rooms[:1])
    if near := near_tests(file):
        yield near
    if rooms and (ROOT / room).exists():
        yield [str(room)]
    yield [*EVERYTHING, f"--ignore={room}"]


def near_tests(file: str) -> Sequence[str]:
    """The files of the rules' own tests that name this module."""
    name = re.compile(rf"\b{re.escape('.'.join(Path(file).with_suffix('').parts))}\b")
    found = (path for folder in EVERYTHING for path in (ROOT / folder).rglob("test_*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found if name.search(path.read_text()))


def status(tree: Path, arguments: Sequence[str], **environment: str) -> int | None:
    """Without the plugins that the rules' tests have no use for: they take longer to load."""
    return status_of_tests(
        tree,
        ["--examples", str(FAST), *arguments],
        seconds=PATIENCE * AT_ONCE if environment else PATIENCE,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTHONDONTWRITEBYTECODE="",
        **environment,
    )


_MOMENTS = count(1)


def is_caught(mutant: Mutant, tree: Path) -> bool:
    """Whether a test fails or cannot even be loaded, or none ends, while the bug is there."""
    file = tree / mutant.file
    sound = file.read_text()
    _write(file, mutant.of(sound))
    try:
        return any(status(tree, one) in (FAILED, *BROKEN, None) for one in stages(mutant.file))
    finally:
        _write(file, sound)


def _write(file: Path, text: str) -> None:
    """At another second each time: compiled files are told apart by time and size alone."""
    file.write_text(text)
    moment = file.stat().st_mtime + next(_MOMENTS)
    os.utime(file, (moment, moment))


def outcomes(mutants: Sequence[Mutant]) -> Sequence[str]:
    """In forks where that is enough; what a module does by itself needs a tree of its own."""
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder, "mutants.json"), Path(folder, "outcomes.json")
        asked.write_text(json.dumps([asdict(one) for one in mutants]))
        told.touch()
        plugin = ["-p", "tests.kits.forked_mutants", *EVERYTHING, *NOT_IN_A_FORK]
        status(ROOT, plugin, **{MUTANTS: str(asked), OUTCOMES: str(told)})
        found = [json.loads(line)[0] for line in told.read_text().splitlines()]
        if len(found) < len(mutants):
            raise SystemExit(f"not tried to the end: {mutants[len(found)]}")
        tree = copy_of_the_tree(Path(folder, "tree")) if ELSEWHERE in found else Path(folder)
        return [
            (CAUGHT if is_caught(mutant, tree) else SURVIVED) if outcome == ELSEWHERE else outcome
            for mutant, outcome in zip(mutants, found, strict=True)
        ]


def try_all(mutants: Sequence[Mutant], *, processes: int) -> int:
    """Tells each survivor with its place and its change; the status of the whole."""
    known = {(one.file, one.old, one.new) for one in equivalents()}
    changes = {one: change_of((ROOT / one.file).read_text(), one) for one in mutants}
    alike = [one for one in mutants if (one.file, *changes[one][1:]) in known]
    tried = [one for one in mutants if one not in alike]
    caught = 0
    with ThreadPoolExecutor(processes) as pool:
        parts = [tried[at : at + AT_ONCE] for at in range(0, len(tried), AT_ONCE)]
        for part, found in zip(parts, pool.map(outcomes, parts), strict=True):
            caught += found.count(CAUGHT)
            for mutant, word in zip(part, found, strict=True):
                line, old, new = changes[mutant]
                change = "" if word == CAUGHT else f"\n  - {old}\n  + {new}"
                print(f"{word:9} {mutant.file}:{line} {mutant.kind}{change}", flush=True)
    print(f"{caught} of {len(tried)} caught; {len(alike)} more are listed as equivalent")
    return 0 if 100 * caught >= SEEN * len(tried) else 1
