"""What operators see of the projections: lag, version, owner, and what stopped."""

import json
import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from adapters.postgres.views.rebuild import ShadowViews
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from projections.all import PROJECTIONS
from projections.unpaid_orders import UNPAID
from tests.kits.histories import placed, write
from tests.kits.projector import append, comes_true, project
from web.cli.projections import projections

CASE = CaseOpened(kind=CaseKind.DISPUTE, severity=Severity.WARNING, text="a dispute")


@pytest.fixture
def run(views):
    works = SimpleNamespace(views=views)
    opening = SimpleNamespace(works=lambda: works)

    def runs(*words: str) -> Result:
        return CliRunner().invoke(projections, ["list", *words], obj=opening)

    return runs


def test_lag_version_and_owner_of_each_are_listed(run, ledger, owned):
    write(ledger, orders=3)
    told = json.loads(run("--json").stdout)
    size = ledger.head()[0]
    assert {one["name"]: one["version"] for one in told["projections"]} == {
        name: one.version for name, one in PROJECTIONS.items()
    }
    assert {(one["position"], one["lag"]) for one in told["projections"]} == {(0, size)}
    assert all(one["session"] and one["epoch"] == 1 for one in told["projections"])
    project(ledger, owned)
    assert "order_pages" in run().stdout
    assert {one["lag"] for one in json.loads(run("--json").stdout)["projections"]} == {0}


def test_projections_that_nobody_moves_say_so(run, owned):
    assert "nobody" not in run().stdout
    owned.close()
    comes_true(lambda: run().stdout.count("nobody") == len(PROJECTIONS))


def test_a_stopped_lane_is_named_and_is_a_status(run, ledger, owned):
    bad = uuid4()
    append(ledger, bad, placed(), CASE)
    assert run().exit_code == 0
    project(ledger, owned)
    done = run()
    assert done.exit_code == 1
    assert f"Stopped: stream {bad} at position 2" in done.stdout
    (lane,) = json.loads(run("--json").stdout)["stopped_lanes"]
    assert (lane["stream"], lane["position"]) == (str(bad), 2)


def test_where_nobody_moves_them_it_says_since_when_and_what_to_start(run, owned):
    assert "start `stampledger worker`" not in run().stdout
    owned.close()
    said = r"Nobody moves them since \S+Z: start `stampledger worker`\."
    comes_true(lambda: re.search(said, run().stdout))


def test_before_the_first_worker_it_says_so(run):
    assert "No worker has run yet: start `stampledger worker`." in run().stdout


def test_projections_that_are_being_rebuilt_are_named(run, owned, database):
    rebuilding = ShadowViews.at(database.app, "projections", projections=[UNPAID])
    rebuilding.begin()
    assert "Being rebuilt: unpaid. Readers see the former rows until then." in run().stdout
    assert json.loads(run("--json").stdout)["rebuilding"] == ["unpaid"]
    rebuilding.close()
    comes_true(lambda: "Being rebuilt" not in run().stdout)
