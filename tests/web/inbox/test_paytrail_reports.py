"""The door that Paytrail brings reports to: only what it signed, only where it was told to."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.providers.paytrail.client import signature
from adapters.providers.paytrail.request_report import ReportAddresses
from tests.kits.paytrail import ACCOUNT, SECRET
from tests.kits.paytrail_shop import PaytrailShop, paytrail_shop
from tests.kits.product import Product

ROWS = json.dumps([{"stamp": "x"}]).encode()


@pytest.fixture
def shop(product: Product):
    with paytrail_shop(product) as shop:
        yield shop


def address(shop: PaytrailShop, **ago: float) -> str:
    made, _ = ReportAddresses(ACCOUNT, SECRET).make(now=shop.product.clock() - timedelta(**ago))
    return f"/webhooks/paytrail/reports/{made}"


def signed(body: bytes, *, secret: str = SECRET) -> dict[str, str]:
    names = {"checkout-account": ACCOUNT, "checkout-algorithm": "sha512"}
    return {**names, "signature": signature(secret, names, body)}


def bring(shop: PaytrailShop, at: str, body: bytes, headers: dict[str, str]) -> int:
    answer: Any = shop.client.post(at, data=body, headers=headers)
    return int(answer.status_code)


def test_a_report_is_kept_sealed_and_done_and_stamps_nothing(shop):
    at, before = address(shop), shop.size
    assert bring(shop, at, ROWS, signed(ROWS)) == 200
    assert bring(shop, at, ROWS, signed(ROWS)) == 200
    assert [*shop.product.inbox.states.values()] == ["done"]
    assert shop.size == before
    (kept,) = shop.product.inbox.states
    assert shop.product.inbox.open(kept).body == ROWS


def test_nobody_but_paytrail_brings_one_and_nowhere_else(shop):
    good, right = address(shop), signed(ROWS)
    other, _ = ReportAddresses("1", SECRET).make(now=shop.product.clock())
    until, nonce, mark = urlsplit(good).path.rpartition("/")[2].split(".")
    forged = [
        (good, ROWS, {}),
        (good, ROWS, signed(ROWS, secret="another")),
        (good, ROWS + b" ", right),
        (address(shop, hours=25), ROWS, right),
        (f"/webhooks/paytrail/reports/{other}", ROWS, right),
        (f"/webhooks/paytrail/reports/{int(until) + 1}.{nonce}.{mark}", ROWS, right),
        (f"/webhooks/paytrail/reports/{until}.{nonce[::-1]}.{mark}", ROWS, right),
        ("/webhooks/paytrail/reports/x", ROWS, right),
        (good, b"{}", signed(b"{}")),
        (good, b"", signed(b"")),
    ]
    assert [bring(shop, *one) for one in forged] == [400] * len(forged)
    assert shop.product.inbox.states == {}


def test_a_body_over_a_mebibyte_is_refused(shop):
    large = b"[" + b" " * 1024 * 1024 + b"]"
    assert bring(shop, address(shop), large, signed(large)) == 413
    assert shop.product.inbox.states == {}


def test_it_is_brought_by_post_only(shop):
    assert shop.client.get(address(shop)).status_code == 405


def test_a_shop_without_paytrail_has_no_such_door(product):
    assert product.client.post("/webhooks/paytrail/reports/x", data=b"[]").status_code == 404
