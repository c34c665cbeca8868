"""Paytrail's books beside ours with every part real: command, web server, database, HTTP."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from adapters.shop_file.read import read_shop_file
from tests.end_to_end.houses import whole_house
from tests.end_to_end.journey import Bought, Journey
from tests.stand_ins.paytrail import Paytrail
from tests.stand_ins.published import published
from tests.stand_ins.serving import Message, serving
from web.demo.command import SAMPLE

SHOP = "tulifest"


@pytest.fixture(scope="module")
def paytrail() -> Iterator[Paytrail]:
    stand_in = Paytrail(published=published("paytrail"))
    with serving(stand_in):
        yield stand_in
    assert stand_in.violations == []


@pytest.fixture(scope="module")
def house(paytrail: Paytrail, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    told = {"ACCOUNT": paytrail.account, "SECRET": paytrail.secret, "API_BASE": paytrail.url}
    settings = {f"STAMPLEDGER_PAYTRAIL_{name}": value for name, value in told.items()}
    with whole_house(tmp_path_factory.mktemp("paytrail"), **settings) as house:
        spec = read_shop_file(SAMPLE)
        there = replace(spec.preferences, provider="paytrail")
        shops, now = house.works.parts.shops, house.works.parts.clock()
        shops.import_shop(replace(spec, slug=SHOP, preferences=there), actor="test", at=now)
        paytrail.bring = bring
        yield house


def bring(message: Message) -> None:
    """Paytrail brings a report to the door that it was told."""
    httpx2.post(message.url, content=message.body, headers=dict(message.headers)).raise_for_status()


def books(house: Journey, *words: str, status: int) -> dict[str, Any]:
    done = house.command("reconcile", "--provider", "paytrail", "--json", *words)
    assert done.returncode == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def page_of(paytrail: Paytrail, bought: Bought) -> str:
    return next(id for id, one in paytrail.payments.items() if str(bought.id) in one.asked["stamp"])


def test_what_no_callback_told_is_found_taken_in_and_paid_out(house: Journey, paytrail: Paytrail):
    told, untold = house.buy(shop=SHOP), house.buy(shop=SHOP)
    for bought in (told, untold):
        paytrail.conclude(page_of(paytrail, bought), "ok")
    httpx2.get(paytrail.news[0].url)  # the first customer comes back; of the other nobody tells
    paytrail.news.clear()
    told.reaches("PAID")

    found = books(house, status=1)
    assert found["counts"] == {"matched": 1, "missing_here": 1}
    assert untold.status() == "PENDING"
    found = books(house, "--commit", status=0)
    assert (found["taken_in"], [one["difference"] for one in found["net"]]) == (1, [0])
    untold.reaches("PAID")

    paytrail.settle()
    (paid_out,) = books(house, "--settlements", status=0)["settlements"]
    assert (paid_out["difference"], paid_out["bank_reference"]) == (0, "4566100")


@pytest.mark.slow
def test_money_of_another_shop_is_a_case_and_stays_one(house: Journey, paytrail: Paytrail):
    mine = paytrail.payments[page_of(paytrail, house.buy(shop=SHOP))]
    theirs = {**mine.asked, "amount": 900, "stamp": "theirs", "reference": "their order 7"}
    stranger = replace(mine, id=str(uuid4()), status="ok", asked=theirs)
    paytrail.payments[stranger.id] = stranger
    assert [one["verdict"] for one in books(house, "--commit", status=1)["left"]] == ["open_case"]
    assert books(house, "--commit", status=1)["taken_in"] == 0
    listed = json.loads(house.command("cases", "list", "--json").stdout)
    (case,) = [one for one in listed["cases"] if one["provider"] == "paytrail"]
    shown = json.loads(house.command("cases", "show", str(UUID(case["id"])), "--json").stdout)
    assert shown["payer_reference"] == "their order 7"


def test_a_report_that_does_not_come_is_something_outside(house: Journey, paytrail: Paytrail):
    paytrail.bring = lambda _: None
    done = house.command("reconcile", "--provider", "paytrail", "--wait", "0.2")
    paytrail.bring = bring
    assert done.returncode == 3
    assert "no report within" in done.stderr
