"""`till`, as it is typed: a shift opened, sold in, put right, counted and reported."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.kits.product import Product
from web.cli.till import till


@pytest.fixture
def run(product: Product) -> Any:
    def typed(*words: str) -> Result:
        return CliRunner().invoke(till, words, obj=lambda: product.parts)

    return typed


def test_a_shift_from_the_first_coin_to_the_report(product: Product, run: Any):
    assert "is open, 100.00 EUR" in run("open", "winterfest", "--cash", "10000").output
    sold = run("sell", "winterfest", "weekend=2", "--way", "cash")
    assert "is sold for 70.00 EUR" in sold.output
    assert sold.output.count("Ticket ") == 2
    order = re.findall(r"\(([0-9a-f-]{36})\)", sold.output)[0]
    assert "Hand 70.00 EUR back" in run("void", "winterfest", order, "--reason", "one").output
    assert run("void", "winterfest", order, "--reason", "again").exit_code != 0
    run("sell", "winterfest", "weekend=1", "--way", "card", "--email", "cem@example.org")
    noted = run("cash", "winterfest", "out", "5000", "--reason", "to the bank")
    assert "50.00 EUR should be in the till" in noted.output
    closed = run("close", "winterfest", "--counted", "4900")
    assert closed.exit_code == 1
    assert "-1.00 EUR" in closed.output
    told = run("report", "winterfest", "--json")
    assert told.exit_code == 0
    assert json.loads(told.output)["difference"] == -100
    assert "given_back" in run("report", "winterfest", "--csv").output
    shift = json.loads(run("shifts", "winterfest", "--json").output)["shifts"][0]["shift"]
    assert run("report", "winterfest", shift).exit_code == 0
    assert "cli:" in run("shifts", "winterfest").output


def test_what_is_wrong_is_said(run: Any):
    assert run("report", "winterfest").exit_code != 0
    assert run("sell", "winterfest", "weekend=1", "--way", "cash").exit_code != 0
    run("open", "winterfest", "--cash", "0")
    for bad in (["weekend=1", "--way", "gold"], ["weekend", "--way", "cash"], ["--way", "cash"]):
        assert run("sell", "winterfest", *bad).exit_code == 2
    wrong = run("sell", "winterfest", "weekend=1", "--way", "cash", "--answer", "weekend.x=1")
    assert wrong.exit_code == 2
    assert "PRODUCT.TICKET.QUESTION" in wrong.output
    unasked = run("sell", "winterfest", "weekend=1", "--way", "cash", "--answer", "weekend.1.a=b")
    assert unasked.exit_code != 0
