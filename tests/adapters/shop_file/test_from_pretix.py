"""An event of pretix becomes a shop; what cannot be taken over is told, and nothing is guessed."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.shop_file.from_pretix import MovedIn, Said, shop_of_pretix
from adapters.shop_file.pretix_answers import read_answers
from adapters.shop_file.read import shop_of
from adapters.shop_file.write import shop_file
from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopInvalid
from ledger.shop.rules import check
from tests.kits.pretix import (
    CATEGORIES,
    EVENT,
    ITEMS,
    QUOTAS,
    SETTINGS,
    TAX_RULES,
    event_file,
    item,
    page,
    quota,
)

DATA = Path(os.environ.get("CONTRACT_DATA", "../shared/data"))
RECORDED = DATA / "pretix" / "recorded_orders_refunds_2026.8.0.json"
PAYS = Said(how_to_pay="By transfer to DE89 3704 0044 0532 0130 00.")


def moved(*answers: Any, said: Said = PAYS) -> MovedIn:
    return shop_of_pretix(event_file(*answers), said)


def told(left: MovedIn, what: str) -> list[str]:
    return [why for about, why in left.left if about == what]


def test_a_conference_becomes_a_shop_that_can_be_imported():
    spec = moved().spec
    check(spec)
    check(shop_of(shop_file(spec).encode(), name="conf.yaml"))
    terms = spec.preferences
    assert (spec.slug, terms.name) == ("conf", {"en": "Autumn conference", "de": "Herbsttagung"})
    assert terms.starts_at == datetime(2027, 9, 3, 7, tzinfo=UTC)
    assert (terms.doors_at, terms.ends_at) == (
        datetime(2027, 9, 3, 6, tzinfo=UTC),
        datetime(2027, 9, 4, 15, tzinfo=UTC),
    )
    assert (terms.seller.name, terms.seller.email) == (
        "Conference association",
        "office@example.org",
    )
    assert terms.seller.address == "Street 1\n10115 Berlin"
    assert terms.venue is not None
    assert (terms.venue.name, terms.venue.address) == (
        {"en": "City hall"},
        "Market square 1, 10115 Berlin",
    )
    assert terms.unpaid_after == 14 * 24 * 3600
    assert terms.cancellation.fee_fixed == Money(500, "EUR")


def test_variations_are_products_in_the_order_of_its_shop():
    sold = {one.slug: one for one in moved().spec.products}
    assert [*sold] == [
        "conference-ticket",
        "day-ticket-friday",
        "day-ticket-saturday",
        "streaming",
        "t-shirt",
    ]
    friday = sold["day-ticket-friday"]
    assert (friday.price, friday.quotas) == (Money(6000, "EUR"), ("hall", "friday"))
    assert sold["day-ticket-saturday"].price == Money(5500, "EUR")
    ticket = sold["conference-ticket"]
    assert (ticket.max_per_order, ticket.vat_percent, ticket.tickets) == (4, "7", 1)
    assert ticket.available_from == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_a_price_without_vat_is_told_and_shown_with_it():
    left = moved()
    shirt = next(one for one in left.spec.products if one.slug == "t-shirt")
    assert (shirt.price, shirt.vat_percent, shirt.tickets) == (Money(2380, "EUR"), "19", 0)
    assert told(left, "product T-shirt") == [
        "it is an add-on there; here it is a product like others",
        "its price was without VAT; here it is with VAT",
    ]


def test_what_is_sold_in_pretix_is_not_sold_again():
    left = moved()
    assert left.spec.quotas == {"hall": 150, "friday": 80}
    assert told(left, "quota hall") == ["50 of 200 are taken there: 150 are for sale here"]
    silent = [{**one, "available_number": None} for one in QUOTAS]
    blind = moved(EVENT, page(ITEMS), page(silent))
    assert blind.spec.quotas["hall"] == 200
    assert "nothing says how many are sold" in told(blind, "quota hall")[0]


def test_what_nobody_could_just_buy_is_left_and_told():
    left = moved()
    assert told(left, "product Speaker") == ["it is sold to who has a voucher only"]
    assert told(left, "quota speakers") == ["nothing that was taken over takes of it"]
    assert told(left, "product Streaming") == ["people could pay more than its price"]
    assert told(left, "pretix")[0].startswith("orders, customers, vouchers")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"active": False}, "not active"),
        ({"hide_without_voucher": True}, "voucher only"),
        ({"require_approval": True}, "approval"),
        ({"issue_giftcard": True}, "gift card"),
        ({"all_sales_channels": False, "limit_sales_channels": ["pos"]}, "not sold on"),
    ],
)
def test_each_reason_to_leave_an_item_is_told(more: dict[str, Any], why: str):
    left = moved(EVENT, page([item(1, "Odd", "5.00", **more)]), page([quota(1, "All", 9, [1])]))
    assert left.spec.products == ()
    assert why in told(left, "product Odd")[0]


def test_a_closed_quota_has_no_seats_and_no_quota_is_no_product():
    left = moved(
        EVENT,
        page([item(1, "Shut", "5.00"), item(2, "Nowhere", "5.00")]),
        page([quota(1, "All", 9, [1], closed=True, available_number=9)]),
    )
    assert left.spec.quotas == {"all": 0}
    assert told(left, "product Nowhere") == ["no quota holds it, so nobody could buy it"]


def test_pages_and_answers_come_in_any_order_and_a_missing_page_is_told():
    pages = [page(ITEMS[:2], count=5), page(ITEMS[2:], count=5)]
    rest = [page(QUOTAS), page(TAX_RULES), page(CATEGORIES), SETTINGS]
    assert moved(pages[1], *rest, EVENT, pages[0]).spec == moved().spec
    with pytest.raises(ShopInvalid, match="items: 2 of 5 stand there"):
        moved(EVENT, pages[0], *rest)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"a":' * 100_000,
        json.dumps({"detail": "Invalid token."}).encode(),
        event_file({**EVENT, "date_from": "soon"}, page(ITEMS)),
        event_file({**EVENT, "has_subevents": True}, page(ITEMS)),
        event_file({**EVENT, "currency": "XXQ"}, page(ITEMS)),
        event_file(EVENT, page([{**ITEMS[0], "default_price": "free"}])),
        event_file(EVENT, {"results": [7]}),
        event_file({**EVENT, "date_to": "2027-09-04T17:00:00"}, page(ITEMS)),
        event_file(EVENT, page([{**ITEMS[1], "default_price": "NaN"}]), page(QUOTAS)),
        event_file(EVENT, page([{**ITEMS[1], "default_price": "1e999999"}]), page(QUOTAS)),
        event_file(EVENT, page(ITEMS), page(QUOTAS), page([{**TAX_RULES[0], "rate": "-Infinity"}])),
    ],
)
def test_what_is_no_event_is_refused_with_words(content: bytes):
    with pytest.raises(ShopInvalid):
        shop_of_pretix(content, PAYS)


def test_quotas_are_read_as_the_recorded_server_says_them():
    if not RECORDED.exists():
        pytest.skip("pretix's recorded answers are not here: set CONTRACT_DATA to their folder")
    exchanges = json.loads(RECORDED.read_text())["exchanges"]
    recorded = next(one for one in exchanges if "/quotas/" in one["request"]["path"])
    answers = event_file(EVENT, page(ITEMS), page([recorded["response"]["body"]]))
    (read,) = read_answers(answers).quotas
    assert (read.name, read.size, read.items) == ("Tickets", 100, [1])
