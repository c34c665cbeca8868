"""A shop's own vouchers for programs: opened once under a key, revised, closed; and orphans."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.providers.pretix import PretixVouchers
from ledger.grants.keeper import VoucherAsk
from ledger.grants.stamps import GrantKind, GrantsSetUp, GrantTerms, Place, PriceMode
from ledger.vouchers.code import is_code
from ledger.vouchers.stamps import VoucherChanged, VoucherIssued, VoucherRevoked
from tests.kits.product import SHOP, Product
from tests.kits.voucher_house import EVENT
from tests.kits.voucher_house import SHOP as SHOP_ID
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving
from tests.web.api.test_grants import Program, stamped
from tests.web.api.test_openapi import schema

HERE, ORPHANS = f"{SHOP}/vouchers", f"{SHOP}/voucher-orphans"
TENTH = {"kind": "percent_off", "percent": "10"}
ONE = [{"product": "weekend", "quantity": 1}]


@pytest.fixture
def admin(product: Product) -> Program:
    return Program(product, "admin")


def test_one_of_ones_own_is_good_at_once_and_seen(product: Product, admin: Program):
    made = admin.post(HERE, {"effect": TENTH, "code": "summer10", "label": "L", "uses": 5})
    assert made.status_code == 201
    (one,) = made.json["vouchers"]
    schema("Voucher").validate(one)
    assert (one["code"], one["state"], one["taken"]) == ("SUMMER10", "valid", 0)
    placed = product.place(lines=ONE, voucher="SUMMER10").json["order"]
    assert placed["total"] == 3150
    after = admin.get(f"{HERE}/{one['id']}").json
    assert (after["taken"], after["orders"]) == (1, [placed["id"]])
    assert admin.get(HERE, code="summer10").json["vouchers"] == [after]
    taken = admin.post(HERE, {"effect": {**TENTH, "percent": "20"}, "code": "SUMMER10"})
    assert (taken.status_code, taken.json["type"]) == (409, "/problems/voucher-exists")


def test_a_key_opens_the_same_ones_however_often_it_is_sent(product: Product, admin: Program):
    body = {"effect": {"kind": "set_price", "amount": 0}, "many": 3}
    first = admin.post(HERE, body, key="k")
    codes = [one["code"] for one in first.json["vouchers"]]
    assert len({*codes}) == 3
    assert all(is_code(one) for one in codes)
    assert admin.post(HERE, body, key="k").json == first.json
    other = admin.post(HERE, {**body, "many": 4}, key="k")
    assert (other.status_code, other.json["type"]) == (422, "/problems/key-reused")
    assert stamped(product, VoucherIssued) == 3
    assert admin.post(HERE, body).json != first.json


def test_auditors_read_and_learn_no_code_and_only_admins_change(product: Product, admin: Program):
    made = admin.post(HERE, {"effect": TENTH, "code": "SUMMER10", "label": "L"}).json
    (one,) = made["vouchers"]
    shown = Program(product, "auditor").get(f"{HERE}/{one['id']}").json
    assert (shown["code"], shown["label"], shown["state"]) == (None, None, "valid")
    (listed,) = Program(product, "auditor").get(HERE).json["vouchers"]
    assert listed == shown
    for path in (HERE, f"{HERE}/{one['id']}/revise", f"{HERE}/{one['id']}/close"):
        assert Program(product, "staff").post(path, {}).status_code == 403


def test_pages_of_vouchers_lead_on(admin: Program):
    for number in range(3):
        admin.post(HERE, {"effect": TENTH, "code": f"CODE-{number}"})
    first = admin.get(HERE, limit="2").json
    rest = admin.get(HERE, after=first["after"]).json
    codes = [one["code"] for one in first["vouchers"] + rest["vouchers"]]
    assert sorted(codes) == ["CODE-0", "CODE-1", "CODE-2"]
    assert rest["after"] is None


def test_terms_are_revised_as_they_were_seen_and_closed_with_a_reason(
    product: Product, admin: Program
):
    made = admin.post(HERE, {"effect": TENTH, "code": "SUMMER10"}).json
    path = f"{HERE}/{made['vouchers'][0]['id']}"
    body = {"effect": {**TENTH, "percent": "20"}, "uses": 4, "version": 1}
    changed = admin.post(f"{path}/revise", body, key="k")
    assert (changed.json["effect"]["percent"], changed.json["uses"]) == ("20", 4)
    closed = admin.post(f"{path}/close", {"reason": "over"}, key="c")
    assert closed.json["state"] == "closed"
    assert admin.post(f"{path}/revise", body, key="k").json == changed.json
    assert admin.post(f"{path}/close", {"reason": "over"}, key="c").json == closed.json
    wrong = admin.post(f"{path}/close", {"reason": "another"}, key="c")
    assert wrong.json["type"] == "/problems/key-reused"
    assert (stamped(product, VoucherChanged), stamped(product, VoucherRevoked)) == (1, 1)


def test_a_voucher_that_moved_is_looked_at_again(product: Product, admin: Program):
    made = admin.post(HERE, {"effect": TENTH, "code": "SUMMER10", "uses": 3}).json
    path = f"{HERE}/{made['vouchers'][0]['id']}"
    product.place(lines=ONE, voucher="SUMMER10")
    late = admin.post(f"{path}/revise", {"effect": TENTH, "uses": 9, "version": 1})
    assert (late.status_code, late.json["type"]) == (412, "/problems/voucher-changed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"effect": {"kind": "percent_off", "percent": "101"}}, "percent"),
        ({"effect": {"kind": "amount_off"}}, "amount"),
        ({"effect": TENTH, "products": ["nothing"]}, "products"),
        ({"effect": TENTH, "code": "!"}, "code"),
        ({"effect": TENTH, "code": "SUMMER", "many": 2}, "many"),
        ({"effect": TENTH, "uses": 1, "minimum": 2}, "minimum"),
        ({"effect": TENTH, "valid_until": "0001-01-01T00:00:00+14:00"}, "valid_until"),
        ({"effect": TENTH, "keep_seats": True}, "reserved"),
    ],
)
def test_what_cannot_be_offered_is_named(
    product: Product, admin: Program, body: dict[str, Any], field: str
):
    answer = admin.post(HERE, body)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/voucher-invalid")
    assert answer.json["field"] == field
    assert stamped(product, VoucherIssued) == 0


def test_another_shop_s_voucher_is_unknown(admin: Program):
    answer = admin.get(f"{HERE}/{UUID(int=3)}")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/unknown-voucher")


@pytest.fixture
def pretix(product: Product) -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        keepers = {Place.PRETIX: PretixVouchers(stand_in.token, api_base=stand_in.url)}
        fulfilment = replace(product.parts.fulfilment, keepers=keepers)
        object.__setattr__(product.parts, "fulfilment", fulfilment)
        yield stand_in


def test_orphans_need_a_pretix(product: Product):
    answer = Program(product).get(ORPHANS)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/no-pretix")


def test_orphans_are_found_where_vouchers_would_be_made_and_deleted_if_nobody_used_them(
    product: Product, pretix: PretixStandIn
):
    """Also after a restored backup, whose lists know of no voucher."""
    rules = GrantsSetUp(
        shop=SHOP_ID, shop_slug="winterfest", destination=EVENT, co_speaker_percent="25"
    )
    product.parts.grantees.set_up(rules, correlation_id=uuid4(), actor="test")
    for number in range(3):
        ask = VoucherAsk(
            voucher=uuid4(),
            code=f"ORPHAN{number}",
            kind=GrantKind.GRANT,
            terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
            destination=EVENT,
        )
        product.parts.voucher_keepers[Place.PRETIX].create(ask)
    pretix.redeem("ORPHAN1", "ZPXLK")
    staff = Program(product)
    found = staff.get(ORPHANS).json["orphans"]
    for one in found:
        schema("OrphanVoucher").validate(one)
    by_code = {one["code"]: one["reference"] for one in found}
    chosen = [by_code["ORPHAN0"], by_code["ORPHAN1"]]
    gone = staff.post(f"{ORPHANS}/delete", {"references": chosen}).json["orphans"]
    assert [(one["code"], one["fate"]) for one in gone] == [
        ("ORPHAN0", "deleted"),
        ("ORPHAN1", "used"),
    ]
    assert {one["code"] for one in pretix.vouchers.values()} == {"ORPHAN1", "ORPHAN2"}


def test_a_pretix_that_does_not_answer_is_said(product: Product, pretix: PretixStandIn):
    test_orphans_are_found_where_vouchers_would_be_made_and_deleted_if_nobody_used_them(
        product, pretix
    )
    pretix.token = "another"
    answer = Program(product).get(ORPHANS)
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/provider-away")
    assert "pretix" in answer.json["detail"]
    assert answer.headers["Retry-After"] == "60"
