"""A shift: its stored bytes, and a report that is what its stamps add up to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import codec
from ledger.kernel.events import Draft, Recorded
from ledger.kernel.money import Money
from ledger.shop.stamps import shop_id
from ledger.till.shift import Shift, fold_shift
from ledger.till.stamps import (
    CashMoved,
    RateSum,
    SaleRung,
    SaleVoided,
    ShiftClosed,
    ShiftOpened,
    Way,
)

SHOP, ORDER = shop_id("winterfest"), UUID(int=7)
RATES = (
    RateSum(vat_percent="13.5", gross=Money(7000, "EUR")),
    RateSum(vat_percent="25.5", gross=Money(500, "EUR")),
)
PRICE = Money(7500, "EUR")
GOLDEN: Mapping[str, Any] = {
    "SHIFT_OPENED": ShiftOpened(
        shop=SHOP, shop_slug="winterfest", number=1, opening=Money(10000, "EUR")
    ),
    "SALE_RUNG": SaleRung(order=ORDER, amount=PRICE, way=Way.CASH, rates=RATES),
    "SALE_VOIDED": SaleVoided(
        order=ORDER, amount=PRICE, way=Way.CASH, rates=RATES, reason="one too many"
    ),
    "CASH_MOVED": CashMoved(amount=Money(2000, "EUR"), inward=False, reason="to the bank"),
    "SHIFT_CLOSED": ShiftClosed(counted=Money(15500, "EUR")),
}
BODIES: Mapping[str, str] = {
    "SHIFT_OPENED": (
        '{"actor":"staff:one","evidence":null,"number":1,"occurred_at":null,"opening":{"a'
        'mount":10000,"currency":"EUR"},"shop":"a91f31b1-e4d2-53f5-8998-b7e3ed6e8130","sh'
        'op_slug":"winterfest"}'
    ),
    "SALE_RUNG": (
        '{"actor":"staff:one","amount":{"amount":7500,"currency":"EUR"},"evidence":null,"'
        'occurred_at":null,"order":"00000000-0000-0000-0000-000000000007","rates":[{"vat_'
        'percent":"13.5","gross":{"amount":7000,"currency":"EUR"}},{"vat_percent":"25.5",'
        '"gross":{"amount":500,"currency":"EUR"}}],"way":"cash"}'
    ),
    "SALE_VOIDED": (
        '{"actor":"staff:one","amount":{"amount":7500,"currency":"EUR"},"evidence":null,"'
        'occurred_at":null,"order":"00000000-0000-0000-0000-000000000007","rates":[{"vat_'
        'percent":"13.5","gross":{"amount":7000,"currency":"EUR"}},{"vat_percent":"25.5",'
        '"gross":{"amount":500,"currency":"EUR"}}],"way":"cash"}'
    ),
    "CASH_MOVED": (
        '{"actor":"staff:one","amount":{"amount":2000,"currency":"EUR"},"evidence":null,"'
        'inward":false,"occurred_at":null}'
    ),
    "SHIFT_CLOSED": (
        '{"actor":"staff:one","counted":{"amount":15500,"currency":"EUR"},"evidence":null'
        ',"occurred_at":null}'
    ),
}


def encoded(name: str) -> Any:
    draft = Draft[object](
        stream=UUID(int=1), stamp=GOLDEN[name], correlation_id=UUID(int=2), actor="staff:one"
    )
    return codec.encode(draft)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_stored_bytes_are_these_for_ever(name):
    one = encoded(name)
    assert (one.type, bytes(one.body).decode()) == (name, BODIES[name])
    assert b"bank" not in bytes(one.body)
    assert b"too many" not in bytes(one.body)
    found = codec.decode(name, codec.STORED[name][1], BODIES[name].encode(), one.private)
    assert found.stamp == GOLDEN[name]


def recorded(stamps: Sequence[Any]) -> list[Recorded[object]]:
    at = datetime(2027, 2, 12, 8, tzinfo=UTC)
    return [
        Recorded(UUID(int=1), n, n, at, one, uuid4(), "staff:one")
        for n, one in enumerate(stamps, 1)
    ]


def told(stamps: Sequence[Any]) -> Shift:
    return fold_shift(UUID(int=1), recorded(stamps))


amounts = st.integers(0, 10**9).map(lambda minor: Money(minor, "EUR"))
ways = st.sampled_from(Way)


@st.composite
def sold(draw: Any, kind: type) -> Any:
    rates = tuple(
        RateSum(vat_percent=rate, gross=draw(amounts))
        for rate in draw(st.lists(st.sampled_from(["13.5", "25.5", "0"]), unique=True))
    )
    whole = Money(sum(one.gross.amount for one in rates), "EUR")
    return kind(order=draw(st.uuids()), amount=whole, way=draw(ways), rates=rates)


moves = st.builds(CashMoved, amount=amounts, inward=st.booleans())
steps = st.lists(st.one_of(sold(SaleRung), sold(SaleVoided), moves), max_size=12)


@given(steps=steps, counted=amounts)
@settings(deadline=None)
def test_the_report_is_what_the_stamps_add_up_to_and_nothing_else(steps, counted):
    shift = told([GOLDEN["SHIFT_OPENED"], *steps, ShiftClosed(counted=counted)])
    cash, gross = 10000, dict.fromkeys(Way, 0)
    for one in steps:
        if isinstance(one, CashMoved):
            cash += one.amount.amount if one.inward else -one.amount.amount
            continue
        signed = one.amount.amount if isinstance(one, SaleRung) else -one.amount.amount
        gross[one.way] += signed
        cash += signed if one.way is Way.CASH else 0
    assert shift.expected.amount == cash
    assert shift.difference is not None
    assert shift.difference.amount == counted.amount - cash
    for way in Way:
        at_rates = sum(m.amount for (_, w), m in shift.by_rate().items() if w is way)
        assert at_rates == gross[way] == (shift.sold(way) - shift.handed_back(way)).amount
