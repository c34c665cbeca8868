"""A copy of the tree to be broken in peace, and the tests that are run in it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.stand_ins.published import DATA

ROOT = Path(__file__).parents[2]
COPIED = ("ledger", "projections", "adapters", "web", "tests", "docs", "pyproject.toml")
# Bugs are looked for with all examples that the tests ask for.
AS_WRITTEN = ("--examples", "1")
# What pytest says when tests ran and some failed.
FAILED = 1
# What a test, or what all of them share, imports does not load.
BROKEN = (2, 4)


def copy_of_the_tree(folder: Path) -> Path:
    """What the tests need of this tree."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy(source, folder / name)
    return folder


def status_of_tests(
    tree: Path, arguments: Sequence[str], *, seconds: float, **environment: str
) -> int | None:
    """What pytest ends with; None if it does not end within so many seconds."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *AS_WRITTEN]
    command += arguments
    # A copy elsewhere would not find what providers published, and skip what needs it.
    told = {"CONTRACT_DATA": str(DATA), **os.environ, **environment}
    return _ended(command, tree, told, seconds)


def _ended(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> int | None:
    """The status of a run; None if a bug keeps it from ending, and everything of it is ended."""
    run = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return run.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return None
