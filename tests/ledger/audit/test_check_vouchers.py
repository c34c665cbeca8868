"""What the auditor says about vouchers that no decision of ours could have left so."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from ledger.audit import check_vouchers
from ledger.audit.check_uses import count_uses, use_differences
from ledger.audit.verify import verify
from ledger.kernel.store import SeatChange
from ledger.order.stamps import OrderPlaced, VoucherUse
from ledger.shop.stamps import quota_id
from ledger.vouchers.decide import reservable
from ledger.vouchers.stamps import (
    VoucherChanged,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
)
from ledger.vouchers.voucher import Voucher
from tests.kits.audit import force
from tests.kits.audit_steps import NOTHING, laws, says
from tests.kits.beside_orders import ADA, CODE, KNOWN, MADE, TEN, TERMS
from tests.kits.example_stamps import example
from tests.kits.spec import LINE, ORDER, PLACED, eur
from tests.kits.worlds import World
from tests.ledger.vouchers.test_vouchers import FREE, PARTS, Desk, kept, percent


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World(PARTS)
    yield Desk(world)
    world.close()


def differences(desk: Desk) -> list[str]:
    rows = desk.world.store.stored()
    size, _root = rows.head()
    return [one.text for one in use_differences(count_uses(rows, until=size))]


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(one.law, one.text) for one in verify(desk.world.store.stored())]


def test_what_the_services_leave_is_clean(desk: Desk) -> None:
    desk.open("GUESTS", kept(desk))
    desk.open("HALF", replace(FREE, effect=percent("50"), uses=3))
    late = desk.give_up(desk.buy("a", "HALF", ("weekend", 2)))
    desk.pay(late)
    desk.cancel(desk.buy("b", "GUESTS", ("weekend", 1)))
    desk.vouchers.revoke(desk.id("GUESTS"), reason="over", actor="staff")
    assert told(desk) == []
    assert differences(desk) == []


def test_uses_that_voucher_and_order_tell_otherwise_are_found(desk: Desk) -> None:
    """Each stream may be right by itself."""
    desk.open("HALF", replace(FREE, effect=percent("50"), uses=3))
    order = desk.buy("a", "HALF", ("weekend", 1))
    back = VoucherGivenBack(order=order.id, uses=1)
    force(desk.world, back, cause=uuid4(), stream=desk.id("HALF"))
    assert told(desk) == []
    assert differences(desk) == [f"counts 0 uses for order {order.id}, which has 1"]
    force(desk.world, placed(desk, 1750, 1), cause=uuid4(), order="forced")
    forced = desk.world.id("forced")
    assert f"counts 0 uses for order {forced}, which has 1" in differences(desk)


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (VoucherRedeemed(order=uuid4(), uses=2, reduction=eur(1)), "3 of 2 uses are taken"),
        (VoucherRedeemed(order=uuid4(), uses=0, reduction=eur(0)), "1 of 2 uses are taken"),
        (VoucherGivenBack(order=uuid4(), uses=1), "gives back 1 of 0 uses that it had"),
        (VoucherChanged(terms=replace(FREE, uses=0)), "1 uses are taken, 0 are left to it"),
    ],
)
def test_uses_that_no_order_could_have_are_found(desk: Desk, stamp: Any, words: str) -> None:
    desk.open("TWO", replace(FREE, uses=2))
    desk.buy("a", "TWO", ("weekend", 1))
    force(desk.world, stamp, cause=uuid4(), stream=desk.id("TWO"))
    assert ("V5", words) in told(desk)


def test_a_voucher_in_the_stream_of_another_code_is_found(desk: Desk) -> None:
    shop = desk.shop
    issued = VoucherIssued(shop=shop.id, shop_slug=shop.slug, code_index="A", terms=FREE)
    force(desk.world, issued, cause=uuid4(), stream=desk.id("B"))
    assert ("3", "a voucher stands in the stream of another code") in told(desk)
    force(desk.world, issued, cause=uuid4(), stream=desk.id("B"))
    assert ("3", "VOUCHER_ISSUED on a voucher that was again issued") in told(desk)


def placed(desk: Desk, price: int, uses: int) -> OrderPlaced:
    line = replace(PLACED.lines[0], quantity=1, unit_price=eur(price), full_price=eur(3500))
    use = VoucherUse(voucher=desk.id("HALF"), effect=percent("50"), uses=uses, returns=True)
    return replace(PLACED, lines=(line,), total=eur(price), seats=(), voucher=use)


@pytest.mark.parametrize(
    ("price", "uses", "words"),
    [
        (1750, 1, None),
        (1500, 1, "1500 EUR (minor units) was asked where 1750 EUR (minor units) was due"),
        (1750, 2, "other pieces are reduced than a voucher's uses were taken for"),
    ],
)
def test_an_order_at_another_price_than_its_voucher_makes_is_found(
    desk: Desk, price: int, uses: int, words: str | None
) -> None:
    force(desk.world, placed(desk, price, uses), cause=uuid4(), order="forced")
    found = [text for law, text in told(desk) if law == "V5"]
    assert found == ([words] if words else [])


def test_kept_seats_that_the_totals_do_not_hold_are_found(desk: Desk) -> None:
    shop = desk.shop
    issued = VoucherIssued(
        shop=shop.id,
        shop_slug=shop.slug,
        code_index="SEATS",
        terms=replace(kept(desk), reserved=reservable(("weekend",), shop)),
    )
    weekend = quota_id(shop.id, "weekend")
    right = (SeatChange(quota=weekend, held=2),)
    force(desk.world, issued, cause=uuid4(), stream=desk.id("SEATS"), seats=right)
    assert told(desk) == []
    more = VoucherChanged(terms=replace(issued.terms, uses=3))
    force(desk.world, more, cause=uuid4(), stream=desk.id("SEATS"))
    assert "8" in {law for law, _text in told(desk)}


def test_law_3_a_voucher_is_issued_first_once_and_in_the_stream_of_its_code():
    check = check_vouchers.issued_once
    use = VoucherRedeemed(order=ORDER, uses=1, reduction=eur(1))
    assert not says(check, Voucher(id=CODE), MADE, stream=CODE)
    assert not says(check, KNOWN, use, stream=CODE)
    assert "again issued" in says(check, KNOWN, MADE, stream=CODE)[0]
    assert "never issued" in says(check, Voucher(id=CODE), use, stream=CODE)[0]
    assert laws(check, Voucher(id=ADA), MADE, stream=ADA) == ["3"]
    assert not says(check, None, MADE)


@pytest.mark.parametrize(
    ("stamp", "broken"),
    [
        (VoucherRedeemed(order=ORDER, uses=1, reduction=eur(1)), False),
        (VoucherRedeemed(order=ORDER, uses=2, reduction=eur(1)), True),
        (VoucherRedeemed(order=ORDER, uses=0, reduction=eur(1)), True),
        (VoucherGivenBack(order=ORDER, uses=1), False),
        (VoucherGivenBack(order=ORDER, uses=2), False),
        (VoucherGivenBack(order=ORDER, uses=3), True),
        (VoucherGivenBack(order=ORDER, uses=0), True),
        (VoucherGivenBack(order=ADA, uses=1), True),
        (VoucherChanged(terms=replace(TERMS, uses=2)), False),
        (VoucherChanged(terms=replace(TERMS, uses=1)), True),
        (VoucherRevoked(), False),
    ],
)
def test_v5_at_most_its_uses_are_taken_and_never_less_than_none(stamp, broken):
    assert KNOWN.taken == 2
    check = check_vouchers.uses_are_counted
    assert laws(check, KNOWN, stamp) == (["V5"] if broken else [])
    assert not says(check, replace(KNOWN, issued=None), stamp)
    assert not says(check, None, stamp)


def test_v5_a_line_costs_what_its_voucher_makes_of_its_price():
    check = check_vouchers.reduced_as_agreed
    use = replace(example(VoucherUse), uses=2, effect=TEN)
    cheap = replace(LINE, unit_price=eur(3150), full_price=eur(3500))
    right = replace(PLACED, lines=(cheap,), total=eur(6300), voucher=use)
    assert not says(check, NOTHING, PLACED)
    assert not says(check, NOTHING, right)
    wrong = replace(cheap, unit_price=eur(3149))
    assert laws(check, NOTHING, replace(right, lines=(wrong,))) == ["V5"]
    assert laws(check, NOTHING, replace(right, voucher=replace(use, uses=1))) == ["V5"]
    assert laws(check, NOTHING, replace(right, voucher=None)) == ["V5"]
    assert laws(check, NOTHING, replace(right, lines=(LINE,))) == ["V5"]
    assert not says(check, NOTHING, replace(right, lines=(cheap, replace(LINE, product="sauna"))))
