"""`vouchers open | codes | revise | close`: what operators type, and what it stamps."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.vouchers.code import is_code
from tests.kits.product import Product
from web.actions.vouchers import stream_of
from web.cli.own_vouchers import own_vouchers

ONE = [{"product": "weekend", "quantity": 1}]


def run(product: Product, *words: str) -> Any:
    return CliRunner().invoke(own_vouchers, words, obj=lambda: product.parts)


def listed(product: Product) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(product, "codes", "winterfest", "--json").stdout)[
        "vouchers"
    ]
    return found


def test_a_code_of_ones_own_is_good_at_once(product: Product):
    made = run(product, "open", "winterfest", "summer10", "--percent", "10", "--uses", "5")
    assert (made.exit_code, made.stdout) == (0, "SUMMER10\n")
    assert (
        run(product, "open", "winterfest", "SUMMER10", "--percent", "10", "--uses", "5").exit_code
        == 0
    )
    other = run(product, "open", "winterfest", "SUMMER10", "--percent", "20")
    assert (other.exit_code, other.stdout) == (1, "")
    order = product.place(lines=ONE, voucher="summer10").json["order"]
    assert order["total"] == 3150
    (row,) = listed(product)
    assert (row["code"], row["uses"], row["taken"], row["state"]) == ("SUMMER10", 5, 1, "open")
    for form in ((), ("--csv",)):
        assert "SUMMER10" in run(product, "codes", "winterfest", *form).stdout


def test_one_use_is_no_uses(product: Product):
    run(product, "open", "winterfest", "ONCE", "--percent", "10", "--uses", "1")
    assert listed(product)[0]["effect"] == "percent_off 10 %, 1 use"
    assert "10 %, 1 use," not in run(product, "codes", "winterfest", "--csv").stdout
    product.place(lines=ONE, voucher="ONCE")
    would = run(product, "close", "winterfest", "once", "--reason", "moved").stdout
    assert would.endswith("Gone: 0 uses; free again: 0 kept seats; kept by 1 order: 1 use.\n")
    run(product, "revise", "winterfest", "once", "--uses", "2", "--commit")
    run(product, "open", "winterfest", "TWICE", "--percent", "10", "--uses", "2")
    assert "10 %, 2 uses" in run(product, "codes", "winterfest", "--csv").stdout


def test_many_have_codes_that_nobody_guesses(product: Product):
    made = run(product, "open", "winterfest", "--many", "12", "--set-price", "0", "--label", "crew")
    codes = made.stdout.split()
    assert len({*codes}) == 12
    assert all(is_code(one) for one in codes)
    assert {one["label"] for one in listed(product)} == {"crew"}


def test_other_terms_are_shown_before_they_count(product: Product):
    run(product, "open", "winterfest", "GUESTS", "--set-price", "0", "--product", "weekend")
    more = ("revise", "winterfest", "guests", "--uses", "3", "--keep-seats")
    assert "3 uses, keeps seats" in run(product, *more).stdout
    assert listed(product)[0]["uses"] == 1
    assert "Done." in run(product, *more, "--commit").stdout
    assert (listed(product)[0]["uses"], listed(product)[0]["kept"]) == (3, 3)
    would = run(product, "close", "winterfest", "guests", "--reason", "moved")
    assert would.stdout == (
        "VOUCHER_REVOKED. Gone: 3 uses; free again: 3 kept seats; kept by 0 orders: 0 uses.\n"
    )
    assert listed(product)[0]["state"] == "open"
    assert (
        run(product, "close", "winterfest", "guests", "--reason", "moved", "--commit").exit_code
        == 0
    )
    assert listed(product)[0]["state"] == "closed"
    known = product.parts.vouchers.get(stream_of(product.parts, "winterfest", "GUESTS"))
    assert known.revoked
    assert product.place(lines=ONE, voucher="GUESTS").json["type"] == "/problems/unknown-voucher"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("open", "winterfest", "A"), 2),
        (("open", "winterfest", "AB", "--percent", "5"), 1),
        (("open", "nowhere", "ABC", "--percent", "5"), 1),
        (("open", "winterfest", "ABC", "--percent", "500"), 1),
        (("open", "winterfest", "ABC", "--percent", "five"), 1),
        (("open", "winterfest", "ABC", "--percent", "5", "--set-price", "1"), 2),
        (("open", "winterfest", "ABC", "--percent", "5", "--many", "2"), 2),
        (("open", "winterfest", "ABC", "--percent", "5", "--product", "nothing"), 1),
        (("open", "winterfest", "ABC", "--percent", "5", "--keep-seats"), 1),
        (("open", "winterfest", "ABC", "--percent", "5", "--minimum", "2"), 1),
        (("revise", "winterfest", "NOTHING", "--uses", "2"), 1),
        (("close", "winterfest", "NOTHING", "--reason", "x"), 1),
        (("codes", "nowhere"), 1),
    ],
)
def test_what_cannot_be_done_is_said(product: Product, words: tuple[str, ...], status: int):
    before = product.parts.store.head()[0]
    told = run(product, *words)
    assert (told.exit_code, told.stdout) == (status, "")
    assert told.stderr
    assert product.parts.store.head()[0] == before


def test_uses_are_counted_against_orders(product: Product):
    run(product, "open", "winterfest", "SUMMER10", "--percent", "10", "--uses", "5")
    product.place(lines=ONE, voucher="summer10")
    assert run(product, "check").stdout == "Every use is as counted.\n"
    clean = {"clean": True, "findings": []}
    assert json.loads(run(product, "check", "--json").stdout) == clean
