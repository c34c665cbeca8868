"""What a pretix says is no more than a reason to look there, with our own token."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.providers.pretix import PretixVouchers
from ledger.grants.stamps import GrantKind, Place, VoucherUsesSeen
from tests.kits.product import Product, open_shop
from tests.kits.voucher_house import VoucherHouse
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving
from web.app import create_app


@pytest.fixture(scope="module")
def pretix() -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


@pytest.fixture
def door(pretix: PretixStandIn) -> tuple[Product, VoucherHouse]:
    product = open_shop()
    pretix.vouchers.clear()
    keepers = {Place.PRETIX: PretixVouchers(pretix.token, api_base=pretix.url)}
    parts = replace(product.parts, fulfilment=replace(product.parts.fulfilment, keepers=keepers))
    product.client = create_app(parts).test_client()
    house = VoucherHouse(
        ledger=product.parts.store.ledger,  # type: ignore[attr-defined]
        clock=product.clock,  # type: ignore[arg-type]
        base=pretix.url,
        token=pretix.token,
    )
    house.set_up()
    return product, house


def message(order: str = "ZPXLK", **changes: object) -> bytes:
    told = {"notification_id": 20, "organizer": "org", "event": "conf", "code": order}
    return json.dumps({**told, "action": "pretix.event.order.placed", **changes}).encode()


def test_an_order_that_uses_a_voucher_is_noticed_once(door, pretix: PretixStandIn):
    product, house = door
    bea = house.confirmed("bea@example.org", GrantKind.GRANT)
    house.worker().run()
    voucher = house.grantees.get(bea.id).voucher
    assert voucher is not None
    pretix.redeem(str(voucher.code), "ZPXLK")
    for _ in range(3):
        assert product.client.post("/webhooks/pretix", data=message()).status_code == 200
    seen = [
        one for one in house.ledger.feed(0, limit=1000) if isinstance(one.stamp, VoucherUsesSeen)
    ]
    assert [one.stamp.uses for one in seen if isinstance(one.stamp, VoucherUsesSeen)] == [1]


def test_what_a_message_claims_is_not_believed(door, pretix: PretixStandIn):
    product, house = door
    bea = house.confirmed("bea@example.org")
    house.worker().run()
    pretix.orders["ZPXLK"] = {"code": "ZPXLK", "positions": [{"id": 1, "voucher": None}]}
    assert product.client.post("/webhooks/pretix", data=message()).status_code == 200
    voucher = house.grantees.get(bea.id).voucher
    assert voucher is not None
    assert not voucher.used


def test_nobody_looks_at_an_event_that_is_not_ours_or_for_what_is_no_message(
    door, pretix: PretixStandIn
):
    product, _ = door
    before = len(pretix.calls)
    assert product.client.post("/webhooks/pretix", data=message(event="other")).status_code == 200
    for body in (b"", b"[]", b"{", b"x" * 9000):
        assert product.client.post("/webhooks/pretix", data=body).status_code == 400
    assert len(pretix.calls) == before


def test_a_pretix_that_does_not_answer_is_asked_to_tell_again(door, pretix: PretixStandIn):
    product, house = door
    house.confirmed("bea@example.org")
    house.worker().run()
    pretix.plan("500", method="GET", times=2)
    assert product.client.post("/webhooks/pretix", data=message()).status_code == 503


def test_without_a_pretix_there_is_no_such_door():
    assert open_shop().client.post("/webhooks/pretix", data=message()).status_code == 404
