"""Whoever adds a stamp is told by the type check of every place that must learn it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Kept from run to run: only what the new stamp touches is looked at again.
CACHE = ROOT / ".mypy_cache" / "typed_fold"
# Those that must learn every stamp. What they import is checked with them.
LEARNERS = {
    "order": ("ledger/order/evolve.py", "ledger/audit/describe.py"),
    "cases": ("ledger/cases/case.py", "ledger/audit/describe.py"),
    "accounts": ("ledger/accounts/account.py", "ledger/audit/describe.py"),
    "shop": ("ledger/shop/shop.py", "ledger/audit/describe.py"),
}
ASKED = sorted({file for files in LEARNERS.values() for file in files})
NEW = '''
@stamp()
class TicketHandedOver:
    """Somebody else holds the ticket."""

    to: str


'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def complaints(copy: Path) -> dict[str, list[str]]:
    """What the type check says, by file."""
    cache = CACHE if os.access(ROOT, os.W_OK) else copy / "cache"
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(cache), *ASKED],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr == ""
    found: dict[str, list[str]] = {}
    for file, error in re.findall(r"^(\S+?):\d+: error: (.*)$", said.stdout, re.MULTILINE):
        found.setdefault(file, []).append(error)
    return found


def test_a_stamp_that_nobody_knows_yet_is_named_wherever_it_must_be_learned(copy: Path):
    """One in each room at once: the type check takes its time."""
    assert complaints(copy) == {}
    for room in LEARNERS:
        stamps = copy / "ledger" / room / "stamps.py"
        # The union is the last that the file says, on one line or on many.
        rest, name, union = re.split(r"^(\w+Stamp = )", stamps.read_text(), flags=re.MULTILINE)
        stamps.write_text(f"{rest}{NEW}{name}TicketHandedOver | {union}")
    found = complaints(copy)
    assert set(found) == {*(f"ledger/{room}/stamps.py" for room in LEARNERS), *ASKED}
    for room in LEARNERS:
        assert 'Missing positional argument "name"' in found[f"ledger/{room}/stamps.py"][0]
    for file in ASKED:
        rooms = [room for room, files in LEARNERS.items() if file in files]
        assert len(found[file]) == len(rooms)
        assert all("assert_never" in error or "Never" in error for error in found[file])
