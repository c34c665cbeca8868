"""What an auditor types, and what it answers."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from ledger.audit.checks import CHECKS
from ledger.audit.findings import Unfinished, WindowReport
from ledger.audit.raw_rows import Vertebra
from ledger.audit.replay import replay
from ledger.audit.verify_streams import Share
from ledger.cases.stamps import CaseResolved
from ledger.kernel.refusals import UnknownOrder
from ledger.order.stamps import SeatsReleased
from tests.kits.audit import CopiedRows, a_history, force
from tests.kits.worlds import World
from web.cli import audit_tables
from web.cli import verify as verify_command
from web.cli.audit import audit, seats
from web.cli.orders import orders
from web.wiring.parts import alone


@dataclass
class Difference:
    projection: str = "seats"
    key: tuple[str, ...] = ("a", "b")
    live: object = None
    derived: object = 1


@dataclass
class Checkpoint:
    name: str = "seats"
    lag: int = 0
    behind_since: datetime | None = None


@dataclass
class Lane:
    stream: UUID = field(default_factory=lambda: UUID(int=7))
    position: int = 12
    error: str = "NumericValueOutOfRange"


@dataclass
class Views:
    differences: list[Difference] = field(default_factory=list)
    stopped: list[Lane] = field(default_factory=list)
    checkpoint: Checkpoint = field(default_factory=Checkpoint)

    def checkpoints(self) -> list[Checkpoint]:
        return [self.checkpoint]

    def stopped_lanes(self) -> list[Lane]:
        return self.stopped

    def diff(self, *, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        progress(1, 1)
        return iter(self.differences)


@dataclass
class Desk:
    """The parts that these commands use."""

    world: World
    rows: Any = None
    views: Views = field(default_factory=Views)
    auditors: Any = alone

    def __call__(self) -> Any:
        stored = self.rows or self.world.store.stored()
        store = SimpleNamespace(stored=lambda: stored, head=stored.head)
        orders = self.world.orders
        return SimpleNamespace(
            store=store,
            orders=orders,
            views=self.views,
            clock=self.world.clock,
            auditors=self.auditors,
            evidence=None,  # a ledger in memory keeps nothing beside its stamps
        )

    def run(self, *words: str) -> Result:
        group = {"audit": audit, "seats": seats, "orders": orders}[words[0]]
        return CliRunner().invoke(group, list(words[1:]), obj=self)


@pytest.fixture
def desk() -> Desk:
    return Desk(a_history())


def test_a_clean_ledger_is_told_in_three_lines(desk):
    done = desk.run("audit", "verify")
    size, root = desk.world.store.head()
    assert done.exit_code == 0
    first, keep, last = done.stdout.splitlines()
    assert first == f"Root: {root.hex()}"
    assert keep.endswith(f"{size}:{root.hex()}")
    assert last.startswith(f"Clean: {size} stamps in ")
    assert done.stderr == ""


def test_findings_are_lines_and_a_status(desk):
    desk.rows = CopiedRows(desk.world.store.stored())
    desk.rows.bend(5, leaf=bytes(32))
    done = desk.run("audit", "verify")
    assert done.exit_code == 1
    assert "law 14 · position 5, stream " in done.stdout


def test_findings_as_a_document(desk):
    desk.rows = CopiedRows(desk.world.store.stored())
    desk.rows.bend(5, leaf=bytes(32))
    done = desk.run("audit", "verify", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["clean"], found["stamps"]) == (1, False, len(desk.rows.kept))
    assert found["findings"][0]["position"] == 5


def test_a_cut_tail_is_found_against_a_head_kept_elsewhere(desk):
    size, root = desk.world.store.head()
    assert desk.run("audit", "verify", "--against", f"{size}:{root.hex()}").exit_code == 0
    longer = desk.run("audit", "verify", "--against", f"{size + 1}:{root.hex()}")
    assert (longer.exit_code, "tail is cut" in longer.stdout) == (1, True)


@pytest.mark.parametrize("head", ["7", "7:xyz", "7:ab", "0:" + 64 * "0"])
def test_what_is_no_head_is_wrong_usage(desk, head):
    assert desk.run("audit", "verify", "--against", head).exit_code == 2


def test_an_orders_story_is_told_stamp_by_stamp(desk):
    done = desk.run("audit", "replay", "--order", str(desk.world.id("returned")))
    assert done.exit_code == 0, done.output
    story = [
        "Placed at winterfest: 2 × weekend for 70.00 EUR",
        "Received 70.00 EUR through stripe",
        "Sent the letter “paid”",
        "Asked stripe to return 70.00 EUR (customer)",
        "Refund of 70.00 EUR accepted",
        "Cancelled (customer)",
        "Returned 70.00 EUR",
    ]
    places = [done.stdout.find(sentence) for sentence in story]
    assert -1 not in places, done.stdout
    assert "REFUNDED" in done.stdout


def test_a_replay_shows_status_money_and_seats_after_each_stamp(desk):
    done = desk.run("audit", "replay", "--order", str(desk.world.id("returned")), "--json")
    steps = json.loads(done.stdout)["steps"]
    words = [step["status"] for step in steps]
    assert [one for at, one in enumerate(words) if one not in words[:at]] == [
        "NOT_STARTED",
        "PENDING",
        "PAID",
        "REFUND_REQUESTED",
        "REFUNDED",
    ]
    paid = next(step for step in steps if step["type"] == "PAID")
    assert (paid["held"], paid["sold"]) == (0, 2)
    assert paid["money"]["received"] == {"amount": 7000, "currency": "EUR"}
    assert (steps[-1]["sold"], steps[-1]["money"]["refunded"]["amount"]) == (0, 7000)


def test_a_replay_ends_where_it_is_told_to(desk):
    order = str(desk.world.id("kept"))
    steps = json.loads(desk.run("audit", "replay", "--order", order, "--json").stdout)["steps"]
    third = steps[2]
    for until in (str(third["position"]), third["recorded_at"]):
        done = desk.run("audit", "replay", "--order", order, "--until", until, "--json")
        ended = json.loads(done.stdout)["steps"]
        assert (
            ended
            == [one for one in steps if one["recorded_at"] <= third["recorded_at"]][: len(ended)]
        )
        assert third in ended


def test_the_whole_ledger_as_of_a_position(desk):
    head = json.loads(desk.run("audit", "replay", "--json").stdout)
    assert head["statuses"] == {"CANCELLED": 1, "PAID": 2, "REFUNDED": 1}
    assert head["money"]["EUR"]["received"]["amount"] == 14000
    assert head["seats"]["winterfest/weekend"] == {"capacity": 5, "held": 0, "sold": 3}
    early = json.loads(desk.run("audit", "replay", "--until", "8", "--json").stdout)
    assert early["position"] == 8
    assert early["money"]["EUR"]["received"]["amount"] == 0
    assert "As of position 8" in desk.run("audit", "replay", "--until", "8").stdout


def test_a_time_that_is_none_is_wrong_usage(desk):
    assert desk.run("audit", "replay", "--until", "yesterday").exit_code == 2


def test_an_unknown_order_is_refused(desk):
    done = desk.run("audit", "replay", "--order", str(desk.world.id("nobody's")))
    assert isinstance(done.exception, UnknownOrder)


def test_projections_that_are_as_derived(desk):
    done = desk.run("audit", "diff")
    assert (done.exit_code, done.stdout) == (0, "Every projection is as derived.\n")


def test_each_difference_of_a_projection_is_named(desk):
    desk.views.differences.append(Difference())
    done = desk.run("audit", "diff")
    assert done.exit_code == 1
    assert "seats a/b\n  live:    no row\n  derived: 1\n1 differences" in done.stdout
    assert json.loads(desk.run("audit", "diff", "--json").stdout)["clean"] is False


def test_a_stream_that_stands_still_is_no_clean_ledger(desk):
    desk.views.stopped.append(Lane())
    done = desk.run("audit", "diff")
    assert done.exit_code == 1
    assert "Every projection is as derived" not in done.stdout
    assert f"stream {UUID(int=7)} since position 12 (NumericValueOutOfRange)" in done.stdout
    told = json.loads(desk.run("audit", "diff", "--json").stdout)
    assert (told["clean"], told["stopped_lanes"][0]["position"]) == (False, 12)


def test_rows_that_do_not_follow_any_more_are_no_clean_ledger(desk):
    long_ago = desk.world.clock() - timedelta(minutes=2)
    desk.views.checkpoint = Checkpoint(lag=4, behind_since=long_ago)
    done = desk.run("audit", "diff")
    assert done.exit_code == 1
    assert "Behind: seats by 4 stamps, for 120 seconds" in done.stdout
    desk.views.checkpoint = Checkpoint(lag=4, behind_since=desk.world.clock())
    assert desk.run("audit", "diff").exit_code == 0


def test_seats_are_counted_again(desk):
    done = desk.run("seats", "check", "--json")
    weekend = {"capacity": 5, "held": 0, "sold": 3}
    assert done.exit_code == 0
    assert json.loads(done.stdout)["quotas"]["winterfest/weekend"] == weekend
    assert "Every quota is as counted." in desk.run("seats", "check").stdout


def test_seats_that_differ_are_named(desk):
    force(desk.world, SeatsReleased(), cause=desk.world.id("by force"))
    done = desk.run("seats", "check")
    assert done.exit_code == 1
    assert "quota winterfest/weekend: stamps say capacity 5, held 0, sold 1" in done.stdout


def test_an_order_is_shown_without_its_person(desk):
    done = desk.run("orders", "show", str(desk.world.id("returned")))
    assert done.exit_code == 0, done.output
    assert "of winterfest: REFUNDED" in done.stdout
    assert "Ada" not in done.stdout
    shown = json.loads(desk.run("orders", "show", str(desk.world.id("kept")), "--json").stdout)
    assert shown["status"] == "PAID"
    assert shown["payments"][0]["held"] == {"amount": 7000, "currency": "EUR"}


def test_an_order_that_is_none_is_refused(desk):
    done = desk.run("orders", "show", str(desk.world.id("nobody's")))
    assert isinstance(done.exception, UnknownOrder)


class OneMore:
    """Another process, as far as a command can tell: it checks every stream."""

    def __init__(self, world: World) -> None:
        self.world, self.reports = world, deque[WindowReport]()
        self.counts: list[int] = []

    @contextmanager
    def __call__(self, count: int, *, hashes_only: bool) -> Iterator["OneMore"]:
        self.counts.append(count)
        self.share = Share(self.world.store.stored(), hashes_only=hashes_only)
        yield self

    def ask(self, after: int, *, until: int, rows: Sequence[Vertebra]) -> None:
        mine = self.world.store.stored().raw_rows(after, limit=until - after)
        self.reports.append(self.share.report(mine, after=after))

    def answer(self) -> WindowReport:
        return self.reports.popleft()


def test_a_small_ledger_is_verified_by_one_process_unless_more_are_wanted(desk):
    desk.auditors = more = OneMore(desk.world)
    assert desk.run("audit", "verify").stdout.splitlines()[-1].startswith("Clean")
    assert more.counts == []
    assert desk.run("audit", "verify", "--processes", "1").exit_code == 0
    assert more.counts == []
    done = desk.run("audit", "verify", "--processes", "3")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (
        0,
        f"Root: {desk.world.store.head()[1].hex()}",
    )
    assert more.counts == [3]


def test_a_large_ledger_is_verified_by_a_process_per_core(desk, monkeypatch):
    desk.auditors = more = OneMore(desk.world)
    monkeypatch.setattr(verify_command, "_SMALL", 3)
    monkeypatch.setattr(verify_command, "_cores", lambda: 5)
    assert desk.run("audit", "verify").exit_code == 0
    assert more.counts == [5]


def test_a_verification_that_was_not_finished_is_neither_clean_nor_a_finding(desk, monkeypatch):
    desk.auditors = OneMore(desk.world)
    monkeypatch.setattr(OneMore, "answer", _gone)
    done = desk.run("audit", "verify", "--processes", "2")
    assert isinstance(done.exception, Unfinished)
    assert "Clean" not in done.stdout


def _gone(one: OneMore) -> WindowReport:
    raise Unfinished("gone")


def test_a_ledger_with_findings_is_told_what_to_do_and_has_no_root_to_keep(desk):
    desk.rows = CopiedRows(desk.world.store.stored())
    desk.rows.bend(5, leaf=bytes(32))
    told = desk.run("audit", "verify").stdout
    assert "--against" not in told
    runbook = Path(told.splitlines()[-1].rpartition(" ")[2])
    assert "law 14" in runbook.read_text().lower()


def test_hashes_alone_say_how_deep_they_looked(desk):
    done = desk.run("audit", "verify", "--hashes")
    assert done.stdout.splitlines()[-1].endswith("what they say was not read")
    assert json.loads(desk.run("audit", "verify", "--hashes", "--json").stdout)["hashes_only"]


def test_every_law_that_a_check_names_stands_in_the_runbook():
    table = Path("docs/runbooks/audit-findings.md").read_text()
    laws = {law for row in re.findall(r"^\| ([\w, ]+) \|", table, re.M) for law in row.split(", ")}
    named = [re.findall(r"(?:Law|SPEC|,) ([A-Z]?\d+[a-z]?)", one.__doc__ or "") for one in CHECKS]
    assert {law for one in named for law in one} <= laws


def test_a_replay_that_meets_a_stamp_of_another_kind_says_where(desk):
    order = desk.world.id("kept")
    force(desk.world, CaseResolved(action="closed"), cause=desk.world.id("by force"))
    size, _ = desk.world.store.head()
    for words in (["--order", str(order)], []):
        done = desk.run("audit", "replay", *words, "--json")
        assert done.exit_code == 1
        assert "Stamps that cannot be read: 1." in done.stderr
        (told,) = [one for one in json.loads(done.stdout)["steps"] if one["unread"]]
        assert (told["type"], told["position"]) == ("CASE_RESOLVED", size)


def test_a_narrow_terminal_shows_fewer_columns_whole(monkeypatch):
    monkeypatch.setattr(audit_tables, "console", lambda: Console(width=80))
    steps = [*replay(a_history().store.feed(0, limit=100))]
    told = StringIO()
    Console(width=110, file=told).print(audit_tables.story_table(steps, streams=True))
    assert "…" not in told.getvalue()
    assert "seats held" not in told.getvalue()
    assert "a wider terminal" in told.getvalue()
