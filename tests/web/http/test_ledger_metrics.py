"""What `/metrics` tells of the ledger, and that dashboard and alerts ask for nothing else."""

import json
import re
from datetime import timedelta
from pathlib import Path
from socket import socket
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
import yaml

from adapters.postgres.views.queries import IntentCount, LetterCount, StoppedLane
from adapters.providers.calls import ProviderCalls
from adapters.worker.reactor import Progress
from ledger.payments.provider import NoAnswer, ProviderAway
from tests.kits.product import Product
from tests.kits.stripe import payment_ask
from tests.kits.web_fakes import NOON, StripeInMemory
from web.actions.webhooks import add, replay_one
from web.http.metrics import worker_metrics

MONITORING = Path(__file__).parents[3] / "docs/monitoring"
NAME = re.compile(r"\bstampledger_[a-z_]+\b")
EXPOSED = re.compile(r"^# TYPE (stampledger_\w+) (\w+)$", re.MULTILINE)


def ago(**span: float):
    return NOON - timedelta(**span)


@pytest.fixture
def busy(product: Product) -> Product:
    views = product.views
    views.lag, views.behind_since = 12, ago(seconds=90)
    views.stopped.append(
        StoppedLane(stream=uuid4(), position=7, error="DataError", stopped_at=NOON)
    )
    views.letters.append(
        LetterCount(state="due", waiting=True, many=3, since=ago(minutes=5), changed_at=None)
    )
    views.letters.append(
        LetterCount(state="sent", waiting=False, many=9, since=None, changed_at=NOON)
    )
    views.intents.append(
        IntentCount(kind="refund", provider="stripe", many=2, since=ago(minutes=2))
    )
    return product


def test_what_stands_still_or_waits_is_told_in_figures(busy: Product):
    told = busy.client.get("/metrics").text
    for line in (
        'stampledger_projection_lag_stamps{projection="order_pages"} 12.0',
        'stampledger_projection_lag_seconds{projection="order_pages"} 90.0',
        "stampledger_stopped_lanes 1.0",
        'stampledger_letters{state="due"} 3.0',
        'stampledger_letters{state="sent"} 9.0',
        'stampledger_letters{state="unknown"} 0.0',
        "stampledger_letters_waiting 3.0",
        "stampledger_oldest_letter_seconds 300.0",
        'stampledger_open_intents{kind="refund",provider="stripe"} 2.0',
        'stampledger_oldest_open_intent_seconds{kind="refund",provider="stripe"} 120.0',
    ):
        assert line in told


def test_a_worker_serves_its_own_on_its_machine(busy: Product):
    port = free_port()
    reactors = {"payments:stripe": Progress(done=4, failed=1)}
    address = f"http://127.0.0.1:{port}/metrics"
    serving = worker_metrics(busy.parts, port, reactors=lambda: reactors)
    with serving, urlopen(address, timeout=5) as answer:
        told = answer.read().decode()
    assert 'stampledger_reactor_items_total{outcome="failed",reactor="payments:stripe"} 1.0' in told
    assert "stampledger_open_cases" in told
    assert "stampledger_stopped_lanes 1.0" in told
    # Its machine may be another one, with a clock of its own.
    assert "stampledger_machine_ahead_seconds " in told


def test_what_waits_for_receivers_is_told(product: Product):
    made = add(
        product.parts,
        shop="winterfest",
        url="https://hooks.example/",
        kinds=(),
        personal=False,
        actor="test",
    )
    told = product.client.get("/metrics").text
    assert "stampledger_oldest_webhook_event_seconds 0.0" in told
    product.placed()
    position = product.store.head()[0]
    order = product.store.feed(position - 1, limit=1)[0].stream
    first = product.store.read(order)[0]
    assert replay_one(product.parts, made, first.position, actor="test")
    product.clock.move(minutes=10)
    table: Any = product.parts.webhooks
    table.disable(made.id, why="500", now=product.clock())
    told = product.client.get("/metrics").text
    for line in (
        'stampledger_webhook_events{state="waiting"} 1.0',
        'stampledger_webhook_events{state="retried"} 0.0',
        'stampledger_webhook_events{state="dead"} 0.0',
        "stampledger_webhook_endpoints_off 1.0",
        "stampledger_oldest_webhook_event_seconds 600.0",
    ):
        assert line in told


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def exposed(product: Product) -> set[str]:
    """Every name that a query may use."""
    found: set[str] = set()
    for name, kind in EXPOSED.findall(product.client.get("/metrics").text):
        found |= {name}
        if kind == "histogram":
            found |= {f"{name}_{part}" for part in ("bucket", "count", "sum")}
    return found


def asked_for() -> dict[str, set[str]]:
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())
    panels = [target["expr"] for one in dashboard["panels"] for target in one["targets"]]
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return {
        "dashboard": {name for expr in panels for name in NAME.findall(expr)},
        "alerts": {name for expr in alerts for name in NAME.findall(expr)},
    }


@pytest.mark.parametrize("file", ["dashboard", "alerts"])
def test_dashboard_and_alerts_ask_for_names_that_are_told(busy: Product, file: str):
    names = asked_for()[file]
    assert len(names) > 5
    assert names <= exposed(busy)


def test_every_alert_names_a_runbook_that_is_there():
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            page = rule["annotations"]["runbook"]
            assert (MONITORING.parent / "runbooks" / page).exists(), rule["alert"]


class Away(StripeInMemory):
    def page(self, reference: str) -> None:
        raise ProviderAway("timed out")


def test_calls_are_counted_by_what_came_of_them():
    calls, stripe = ProviderCalls(), Away()
    seen = calls.watched(stripe)
    seen.create_payment(payment_ask(), try_number=1)
    stripe.mood = "silent"
    seen.recover_payment(payment_ask(), try_number=1)
    seen.expire_payment("cs_1")
    with pytest.raises(ProviderAway):
        seen.page("cs_1")
    assert (seen.name, seen.account, seen.live) == ("stripe", "acct_test", False)
    assert calls.read() == {
        ("stripe", "create_payment", "answered"): 1,
        ("stripe", "recover_payment", "no_answer"): 1,
        ("stripe", "expire_payment", "answered"): 1,
        ("stripe", "page", "no_answer"): 1,
    }


def test_calls_that_hang_at_one_provider_leave_room_for_those_of_another():
    calls, stripe, sumup = ProviderCalls(), StripeInMemory(), StripeInMemory(name="sumup")
    full = calls.watched(stripe, at_once=0, patience=0.01)
    assert isinstance(full.create_payment(payment_ask(), try_number=1), NoAnswer)
    free = calls.watched(sumup, at_once=1, patience=0.01)
    for _ in range(3):
        assert not isinstance(free.create_payment(payment_ask(), try_number=1), NoAnswer)
    assert calls.read()["stripe", "create_payment", "busy"] == 1
