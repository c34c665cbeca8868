"""The leanest peer is one: it knows nothing of ours, its packages are pinned, its figures told."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.onsale import compare
from tests.benchmarks.onsale_lean import LEAN_FILES, NAME, PINNED, TABLES, shape
from tests.benchmarks.onsale_table import table

# What serves it is started by name.
SERVING = {"uvicorn", "uvloop", "httptools"}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
    return {*plain, *(str(node.module) for node in nodes if isinstance(node, ast.ImportFrom))}


def wanted() -> set[str]:
    lines = PINNED.with_suffix(".in").read_text().splitlines()
    return {line.partition(";")[0].strip() for line in lines if not line.startswith("#")}


def test_the_peer_is_made_of_its_own_packages_and_nothing_of_ours():
    of_its_own = {f"tests.benchmarks.{path.stem}" for path in LEAN_FILES}
    names = set[str]().union(*map(imported, LEAN_FILES)) - of_its_own
    packages = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert packages == wanted() - SERVING


def test_every_package_of_the_peer_is_pinned_with_its_hashes():
    pinned = PINNED.read_text().replace("\\\n", "").splitlines()
    assert wanted() <= {line.partition("==")[0] for line in pinned}
    assert all("--hash=sha256:" in line for line in pinned)


def test_no_statement_can_sell_a_seat_too_many():
    assert "check (taken between 0 and size)" in TABLES.read_text()


# A process with few files makes room for many, or is told that there is none.
MAKES_ROOM = """
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from tests.benchmarks.onsale_crowd import make_room, most_at_once
setrlimit(RLIMIT_NOFILE, (60, 500))
make_room(10)
few, _ = getrlimit(RLIMIT_NOFILE)
make_room(400)
many, _ = getrlimit(RLIMIT_NOFILE)
make_room(20)
print(few, many, getrlimit(RLIMIT_NOFILE)[0], most_at_once())
make_room(401)
"""


def test_a_crowd_has_room_for_its_connections_or_says_so():
    asked = [sys.executable, "-c", MAKES_ROOM]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert told.stdout.split() == ["110", "500", "500", "400"]
    assert told.stderr.splitlines()[-1].startswith("ValueError")


def test_answers_are_alike_when_their_names_are():
    told = {"lines": [{"product": "weekend"}, {"product": "friday"}], "total": 3500}
    assert shape(told) == shape({"lines": [{"product": "free"}], "total": 0})
    assert shape(told) != shape({"lines": [{"product": "free", "price": 0}], "total": 0})
    assert shape({"payment": None}) != shape({"payment": {"redirect_url": ""}})


def of(milliseconds: float) -> dict[str, float]:
    names = ["web", "postgresql", "request", "worker", "postgresql_later", "p50", "p99"]
    return dict.fromkeys([f"{name}_ms" for name in names], milliseconds)


def row(case: str) -> dict[str, Any]:
    return {"case": case, "ours": of(2.0), "peers": {}, "ratio": {}}


def result(rows: list[dict[str, Any]], **absent: str) -> dict[str, Any]:
    rush = {"buyers": 2, "seats": 1, "seconds": 0.1, "outcomes": {}, "held": 0, "sold": 1}
    rush |= {"asked_again": 0, "milliseconds_per_buyer": {}, "pages": {}}
    return {"rows": rows, "absent": absent, "rush": rush, "paid_orders_per_second": 1}


def test_a_peer_is_told_beside_us_with_how_many_times_as_much_it_takes():
    rows = [row("free order"), row("order page")]
    compare(rows, NAME, {"free order": of(5.0)})
    told = [line.split() for line in table(result(rows, pretix="not asked")).splitlines()]
    assert ["2.0"] * 7 + ["5.0", "2.5", "–", "free", "order"] in told
    assert ["2.0"] * 7 + ["–", "–", "–", "order", "page"] in told
    assert ["pretix:", "absent", "(not", "asked)"] in told
