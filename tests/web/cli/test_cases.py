"""`cases list` and `cases resolve`, as an operator types them."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from tests.kits.back_office import employed
from tests.kits.product import SIGNED, Product
from web.cli.cases import cases


def run(product: Product, *words: str) -> Result:
    return CliRunner().invoke(cases, words, obj=lambda: product.parts)


def listed(product: Product, *words: str) -> list[Any]:
    return list(json.loads(run(product, "list", "--json", *words).output)["cases"])


@pytest.fixture
def case(product: Product) -> str:
    news = {"order": str(uuid4()), "attempt": str(uuid4()), "amount": 3500}
    product.client.post("/webhooks/stripe", json=news, headers=SIGNED)
    (one,) = listed(product)
    return str(one["id"])


def test_nothing_open_is_clean(product: Product):
    assert run(product, "list").exit_code == 0
    assert listed(product) == []


def test_what_is_open_is_listed_and_is_a_finding(product: Product, case: str):
    shown = run(product, "list")
    assert shown.exit_code == 1
    assert case in shown.output
    assert "unmatched_money" in shown.output
    (one,) = listed(product)
    assert (one["severity"], one["amount"], one["currency"]) == ("critical", 3500, "EUR")


def test_a_case_tells_all_about_itself(product: Product, case: str):
    told = json.loads(run(product, "show", case, "--json").output)
    assert (told["amount"], told["currency"], told["state"]) == (3500, "EUR", "open")
    assert told["actions"] == ["assign", "return", "close"]
    assert len(told["evidence"]) == 64
    assert told["payment_reference"].startswith("pi_")
    assert "docs/runbooks/unmatched-money.md" in told["next"]
    run(product, "resolve", case, "--action", "close", "--reason", "a test by the bank")
    told = json.loads(run(product, "show", case, "--json").output)
    assert [(one["type"], one["reason"]) for one in told["history"]] == [
        ("CASE_OPENED", None),
        ("CASE_RESOLVED", "a test by the bank"),
    ]
    shown = run(product, "show", case).output
    assert "a test by the bank" in shown
    assert "amount: 35.00 EUR" in shown
    assert "3500" not in shown
    assert run(product, "show", str(uuid4())).exit_code == 1


def test_money_is_sent_back(product: Product, case: str):
    done = run(product, "resolve", case, "--action", "return", "--reason", "not ours")
    assert (done.exit_code, listed(product)) == (0, [])
    resolved = product.parts.cases.get(UUID(case))
    assert resolved.resolved is not None
    assert resolved.resolved.reason == "not ours"
    assert [one["id"] for one in listed(product, "--state", "resolved")] == [case]


def test_an_unknown_outcome_stays_open(product: Product, case: str):
    product.provider.mood = "silent"
    done = run(product, "resolve", case, "--action", "return", "--reason", "not ours")
    assert done.exit_code == 1
    assert "asks again" in done.output


def test_money_is_assigned(product: Product, case: str):
    address, _ = product.placed()
    order = address.rpartition("/")[2]
    done = run(product, "resolve", case, "--action", "assign", "--order", order, "--reason", "hers")
    assert done.exit_code == 0
    assert product.client.get(address).json["status"] == "PAID"
    told = json.loads(run(product, "show", case, "--json").output)
    assert (told["order"], told["next"]) == (order, None)


@pytest.mark.parametrize(
    "words",
    [
        ["--action", "assign", "--reason", "x"],
        ["--action", "close", "--reason", " "],
        ["--action", "bound", "--reason", "x"],
        ["--action", "close"],
    ],
)
def test_what_is_not_well_said_is_wrong_usage(product: Product, case: str, words: list[str]):
    assert run(product, "resolve", case, *words).exit_code == 2
    assert len(listed(product)) == 1


def test_a_case_is_put_aside_and_taken_up_again(product: Product, case: str):
    until = (product.clock() + timedelta(days=2)).isoformat()
    aside = run(product, "snooze", case, "--until", until, "--reason", "the bank looks")
    assert aside.output.startswith("Put aside; it is back at ")
    assert listed(product)[0]["asleep_until"] is not None
    assert "on the desk" in run(product, "snooze", case, "--reason", "they rang").output
    assert listed(product)[0]["asleep_until"] is None


def test_a_case_is_handed_to_a_person(product: Product, case: str):
    bea = employed(product, "staff", email="bea@example.org")
    assert run(product, "hand", case, "--to", "bea@example.org").exit_code == 0
    assert json.loads(run(product, "show", case, "--json").output)["keeper"] == bea.actor
    assert run(product, "hand", case).output == "Nobody looks after it.\n"
