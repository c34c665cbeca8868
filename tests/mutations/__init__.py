"""Known bugs, put back one at a time in a copy of the tree: the tests must notice each.

Each stands in the file of the room that it is a bug of: `ledger/order.toml` has those of
`ledger/order`.
"""

import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kits.broken_tree import FAILED, copy_of_the_tree, status_of_tests

# Seconds. The tests of one bug take far less, also on a busy machine.
PATIENCE = 900
HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A bug as a patch of one file, and the tests that must fail with it."""

    name: str
    file: str
    old: str
    new: str
    tests: Sequence[str]

    @property
    def room(self) -> str:
        """Where it is told of: `ledger/order`, for all files of that folder."""
        return "/".join(Path(self.file).with_suffix("").parts[:2])


def told_in(room: str) -> Iterator[Mutation]:
    """The bugs of a room, by its name."""
    bugs = tomllib.loads((HERE / f"{room}.toml").read_text(encoding="utf-8"))
    for name, patch in bugs.items():
        yield Mutation(name=name, **patch)


ROOMS = sorted(file.relative_to(HERE).with_suffix("").as_posix() for file in HERE.rglob("*.toml"))
MUTATIONS = [mutation for room in ROOMS for mutation in told_in(room)]


def survives(mutation: Mutation, tree: Path) -> bool:
    """Whether the tests pass although the bug is there."""
    file = tree / mutation.file
    sound = file.read_text()
    if sound.count(mutation.old) != 1:
        raise LookupError(f"{mutation.name}: {mutation.file} does not hold the patched text once")
    file.write_text(sound.replace(mutation.old, mutation.new))
    try:
        answer = status_of_tests(
            tree, mutation.tests, seconds=PATIENCE, PYTHONDONTWRITEBYTECODE="1"
        )
        return answer not in (FAILED, None)
    finally:
        file.write_text(sound)


def put_back(names: Sequence[str]) -> int:
    """Tells which of the known bugs are caught; the status is of all."""
    unknown = set(names) - {one.name for one in MUTATIONS}
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(Path(folder))
        for mutation in MUTATIONS:
            if not names or mutation.name in names:
                alive = survives(mutation, tree)
                survivors += [mutation.name] if alive else []
                print(f"{'SURVIVED' if alive else 'caught  '}  {mutation.name}", flush=True)
    return 1 if survivors else 0
