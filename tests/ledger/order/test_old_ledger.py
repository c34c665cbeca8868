"""What an old ledger holds beyond the bounds is folded, told and projected without overflow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ledger.kernel import values
from ledger.kernel.clocks import FIRST, LAST, after
from ledger.kernel.money import Money, percent_of, vat_included
from ledger.order.cancellation_policy import eligibility, quote
from ledger.order.decisions.capture import grace_ends
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.payable import pay_by
from ledger.order.stamps import OrderPlaced, Paid
from ledger.shop.limits import DESCRIPTION
from ledger.shop.stamps import CancellationPolicy
from ledger.shop.texts import link_in, text_in
from projections.all import PROJECTIONS
from tests.kits.worlds import World

HUGE = 10**30
COLUMN = 2**63 - 1


@pytest.fixture
def order() -> Iterator[Order]:
    """As it could be placed before there were bounds."""
    world = World()
    world.place()
    first, *rest = world.orders.history(world.id("order"))
    placed = first.stamp
    assert isinstance(placed, OrderPlaced)
    lines = tuple(replace(one, unit_price=Money(HUGE, "EUR")) for one in placed.lines)
    old = replace(
        placed,
        lines=lines,
        total=Money(2 * HUGE, "EUR"),
        unpaid_after=HUGE,
        grace_period=HUGE,
        starts_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        cancellation=CancellationPolicy(
            period_days=99_999_999, fee_fixed=Money(0, "EUR"), fee_percent="33.333"
        ),
    )
    paid = Paid(amount=Money(2 * HUGE, "EUR"), provider="stripe", provider_reference="pi_1")
    last = values.replace(rest[-1], version=rest[-1].version + 1, stamp=paid)
    yield fold(world.id("order"), [values.replace(first, stamp=old), *rest, last])
    world.close()


def test_moments_stay_within_the_calendar(order: Order):
    assert eligibility(order, LAST).deadline == LAST
    assert pay_by(order) == LAST
    assert grace_ends(order) == LAST
    assert after(FIRST, days=-HUGE) == FIRST


def test_money_is_exact_however_large(order: Order):
    assert quote(order).fee == Money(666660000000000000000000000000, "EUR")
    assert percent_of(Money(-5, "EUR"), Decimal(50)) == Money(-3, "EUR")
    whole = Money(113 * HUGE, "EUR")
    assert vat_included(whole, Decimal(13)) == Money(13 * HUGE, "EUR")


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_projection_has_rows_that_a_table_takes(order: Order, name: str):
    for row in PROJECTIONS[name].rows_of(order):
        values = [getattr(row, one) for one in PROJECTIONS[name].columns]
        assert all(abs(one) <= COLUMN for one in values if isinstance(one, int))


def test_texts_are_cut_and_bad_links_left_out():
    assert len(text_in({"en": "x" * 100_000}, "fi")) == DESCRIPTION + 1
    assert link_in({"en": "javascript:alert(1)"}, "en") == ""
    assert link_in({"en": "https://a.example/terms"}, "fi") == "https://a.example/terms"
