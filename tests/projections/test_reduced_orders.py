"""Readers count what was paid with a voucher: books, VAT, rows; and say what it would have cost."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from ledger.kernel.money import vat_included
from ledger.vouchers.stamps import VoucherTerms
from projections.order_json import order_page
from projections.product_sales import product_sales
from projections.reports.allocation import allocation
from projections.seats import seats_of_voucher
from projections.vouchers import vouchers
from tests.kits.worlds import World
from tests.ledger.vouchers.test_vouchers import FREE, PARTS, Desk, eur, kept, percent


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World(PARTS)
    yield Desk(world)
    world.close()


def test_reports_count_the_reduced_price_and_its_vat(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=2))
    order = desk.pay(desk.buy("a", "HALF", ("weekend", 3)))
    came = allocation(order).came
    assert [(one.place, one.amount) for one in came] == [(0, 3500), (1, 3500)]
    whole = vat_included(eur(7000), Decimal("13.5"))
    assert sum(one.vat for one in came) == whole.amount
    (row,) = product_sales(order)
    assert (row.ordered, row.sold) == (3, 3)


def test_the_api_says_what_a_piece_would_have_cost(desk: Desk) -> None:
    desk.open("HALF", VoucherTerms(effect=percent("50"), uses=2))
    page = order_page(desk.buy("a", "HALF", ("weekend", 3)), desk.world.clock(), "en")
    told = [(one["quantity"], one["unit_price"], one["full_price"]) for one in page["lines"]]
    assert told == [(2, 1750, 3500), (1, 3500, None)]
    assert page["total"] == 7000


def test_a_voucher_is_one_row_that_tells_how_often_it_was_used(desk: Desk) -> None:
    opened = desk.open("GUESTS", kept(desk, 3))
    desk.buy("a", "GUESTS", ("weekend", 1))
    (row,) = vouchers(desk.get("GUESTS"))
    assert (row.stream, row.shop, row.uses, row.taken, row.kept) == (
        opened.id,
        "winterfest",
        3,
        1,
        2,
    )
    (seats,) = seats_of_voucher(desk.get("GUESTS"))
    assert (seats.held, seats.sold) == (2, 0)
    desk.vouchers.revoke(opened.id, reason="over", actor="staff")
    (row,) = vouchers(desk.get("GUESTS"))
    assert (row.revoked, row.kept, row.over_at) == (True, 0, None)
    assert seats_of_voucher(desk.get("GUESTS")) == []
    assert vouchers(desk.open("PLAIN", FREE))[0].kept == 0
