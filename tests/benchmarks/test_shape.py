"""Every benchmark runs, and tells programs what it measured in the shape of the contract."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.__main__ import NAMES

SHORTEST = {
    "append": "--callers 2 --seconds 0.2",
    "append-processes": "--processes 2 --callers 2 --seconds 0.2",
    "bulk": "--stamps 1000",
    "checkin": "--devices 2 --tickets 8 --without-pretix",
    "checkout": "--capacities 100 --buyers 2 --seconds 0.2",
    "fold": "--orders 20",
    "lag": "--rate 10 --seconds 1",
    "letters": "--orders 20",
    "onsale": "--buyers 12 --seats 4 --requests 8 --kill --without-pretix",
    "project": "--orders 50",
    "reports": "--stamps 300",
    "rest": "--after 1 --seconds 1",
    "verify": "--orders 10",
    "vouchers": "--people 5",
    "webhooks": "--callers 2 --seconds 0.2",
}
QUICK = {"bulk"}


def measured(tmp_path: Path, name: str) -> Any:
    told = tmp_path / "told.json"
    options = [*SHORTEST[name].split(), "--runs", "1", "--json", str(told)]
    command = [sys.executable, "-m", "tests.benchmarks", name, *options]
    subprocess.run(command, check=True, timeout=600, capture_output=True)
    (report,) = json.loads(told.read_text())
    return report


def is_rate(figures: Any) -> bool:
    return figures is None or figures.get("per_second") is None or figures["per_second"] > 0


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in NAMES]
)
def test_a_benchmark_tells_its_result_as_the_contract_says(tmp_path: Path, name: str) -> None:
    report = measured(tmp_path, name)
    assert report["name"] == name
    assert report["runs"] == 1
    assert {"cores", "python", "processor", "system"} == set(report["machine"])
    assert report["rows"]
    for row in report["rows"]:
        assert set(row) == {"case", "callers", "ours", "peers", "limit", "ratio"}
        assert {"per_second", "p50_ms", "p99_ms"} <= set(row["ours"])
        assert all(map(is_rate, [row["ours"], row["limit"], *row["peers"].values()]))
        measured_beside = {one for one, figures in row["peers"].items() if figures}
        assert set(row["ratio"]) - {"limit"} <= measured_beside
        assert all(times > 0 for times in row["ratio"].values())


def test_an_option_that_is_nobodys_is_told() -> None:
    asked = [sys.executable, "-m", "tests.benchmarks", "fold", "bulk", "--stamps", "1"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "Name one benchmark" in told.stderr
