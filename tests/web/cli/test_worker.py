"""In how many processes a worker runs, by its command line and the machine's cores."""

from typing import Any

import pytest
from click.testing import CliRunner

from adapters.worker.daemon import Daemon
from web.cli import worker as told
from web.cli.main import stampledger


@pytest.mark.parametrize("other", [["--once"], ["--only", "letters"]])
def test_two_processes_share_out_all_that_there_is(other):
    """Said before anything is opened."""
    ended = CliRunner().invoke(stampledger, ["worker", "--processes", "2", *other])
    assert ended.exit_code == 2
    assert "--processes 2 goes with neither --once nor --only" in ended.output


@pytest.mark.parametrize("many", ["0", "3", "two"])
def test_there_are_one_or_two(many):
    ended = CliRunner().invoke(stampledger, ["worker", "--processes", many])
    assert ended.exit_code == 2
    assert "--processes" in ended.output


class Works:
    """What the command opens; nothing of it is asked here."""

    parts = views = None

    def works(self, **_):
        return self


class Named:
    """A reactor that is not run."""

    def __init__(self, name):
        self.name = name


@pytest.fixture
def started(monkeypatch):
    """Which reactors run here, and the command of those that run beside."""
    seen: dict[str, Any] = {}

    def run(daemon):
        seen["here"] = [one.name for one in daemon.reactors]
        beside = [one for one in daemon.reactors if one.name == "second_process"]
        seen["beside"] = beside[0]._command[5:] if beside else None

    named: Any = [Named(name) for name in ("projections", "following", "order_words", "letters")]
    monkeypatch.setattr(told, "daemon", lambda works: Daemon(reactors=named))
    monkeypatch.setattr(Daemon, "run", run)

    def start(*words, cores=2):
        monkeypatch.setattr(told, "processors", lambda: cores)
        told.worker.main([*words], standalone_mode=False, obj=Works())
        return seen

    return start


ALL = ["projections", "following", "order_words", "letters"]
OTHERS = ["second_process", "following", "letters"]
BESIDE = ["--only", "projections", "--only", "order_words", "--beside"]


def test_rows_are_moved_beside_where_there_are_two_cores(started):
    assert started() == {"here": OTHERS, "beside": BESIDE}
    assert started("--processes", "2", cores=1) == {"here": OTHERS, "beside": BESIDE}


def test_one_process_does_all_where_there_is_one_core_or_who_runs_it_says_so(started):
    assert started(cores=1) == {"here": ALL, "beside": None}
    assert started("--processes", "1") == {"here": ALL, "beside": None}


def test_who_is_chosen_by_name_runs_here(started):
    assert started("--only", "projections") == {"here": ["projections"], "beside": None}


def test_what_is_left_out_is_left_out_of_both(started):
    assert started("--without", "order_words", "--without", "letters") == {
        "here": ["second_process", "following"],
        "beside": ["--only", "projections", "--beside"],
    }
    rows = ["--without", "order_words", "--without", "projections"]
    assert started(*rows) == {"here": ["following", "letters"], "beside": None}
