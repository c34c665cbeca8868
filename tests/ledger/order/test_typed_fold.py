"""Whoever adds a stamp is told by the type check of every place that must learn it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Kept from run to run: only what the new stamp touches is looked at again.
CACHE = ROOT / ".mypy_cache" / "typed_fold"
# Those that must learn every stamp. What they import is checked with them.
ASKED = ("ledger/order/evolve.py", "ledger/audit/describe.py")
NEW = '''
@stamp()
class TicketHandedOver:
    """Somebody else holds the ticket."""

    to: str


OrderStamp = (
    TicketHandedOver
    | OrderPlaced
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
    assert complaints(copy) == {}
    stamps = copy / "ledger/order/stamps.py"
    stamps.write_text(stamps.read_text().replace("\nOrderStamp = (\n    OrderPlaced\n", NEW))
    found = complaints(copy)
    assert set(found) == {"ledger/order/stamps.py", *ASKED}
    assert 'Missing positional argument "name"' in found["ledger/order/stamps.py"][0]
    for file in ASKED:
        (error,) = found[file]
        assert "assert_never" in error or "Never" in error
        assert "TicketHandedOver" in error
