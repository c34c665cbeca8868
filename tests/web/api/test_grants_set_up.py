"""Where vouchers for people are made, for programs: checked first, stamped once, by admins only."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.providers.pretix.check import PretixCheck
from ledger.grants.stamps import GrantsSetUp, Place
from tests.kits.product import Product
from tests.kits.voucher_house import SHOP
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving
from tests.web.api.test_grants import PEOPLE, Program, stamped
from tests.web.api.test_openapi import schema

HERE = f"{PEOPLE}/set-up"
COMMIT = f"{HERE}?commit=true"
OWN: Mapping[str, Any] = {"version": 0, "place": "own", "product": "weekend", "reason": "Grants"}
PRETIX: Mapping[str, Any] = {**OWN, "place": "pretix", "organizer": "org", "event": "conf"}


@pytest.fixture
def admin(product: Product) -> Program:
    return Program(product, "admin")


def test_rules_are_checked_first_and_stamped_once_under_a_key(product: Product, admin: Program):
    assert admin.get(HERE).json == {"version": 0, "rules": None, "history": []}
    body = {**OWN, "ticket_price": 3500, "quota": 7}
    seen = admin.post(HERE, body)
    assert (seen.status_code, seen.json["committed"], seen.json["rules"]) == (200, False, None)
    assert seen.json["check"]["word"] == "well"
    assert stamped(product, GrantsSetUp) == 0
    first = admin.post(COMMIT, body, key="k")
    assert (first.status_code, first.json["version"]) == (200, 1)
    assert admin.post(COMMIT, body, key="k").json == first.json
    assert admin.post(COMMIT, {**body, "reason": "x"}, key="k").json["type"].endswith("key-reused")
    moved = admin.post(COMMIT, {**body, "co_speaker_percent": "30"})
    assert (moved.status_code, moved.json["type"]) == (412, "/problems/shop-changed")
    assert admin.post(COMMIT, {**OWN, "version": 1, "place": "own"}).status_code == 200
    assert stamped(product, GrantsSetUp) == 2
    told = admin.get(HERE).json
    assert [one["reason"] for one in told["history"]] == ["Grants", "Grants"]
    assert [one["rules"]["ticket_price"] for one in told["history"]] == [None, 3500]
    # Of the place that was not chosen nothing counts.
    assert told["history"][1]["rules"]["quota"] is None
    schema("VoucherRules").validate(told["rules"])


def test_a_pretix_is_asked_and_says_what_it_found(product: Product, admin: Program):
    stand_in = PretixStandIn()
    waits = admin.post(HERE, {**PRETIX, "quota": 1}).json
    assert waits["check"]["word"] == "no_token"
    with serving(stand_in):
        check = PretixCheck(stand_in.token, api_base=stand_in.url)
        object.__setattr__(product.parts, "check_destination", check)
        hopeless = admin.post(COMMIT, {**PRETIX, "quota": 99})
        assert (hopeless.status_code, hopeless.json["what"]) == (422, "quota")
        found = admin.post(COMMIT, {**PRETIX, "quota": 1}).json
    assert found["check"]["word"] == "well"
    assert found["check"]["names"]
    rules = product.parts.grantees.programme(SHOP).rules
    assert rules is not None
    assert (rules.destination.place, rules.destination.product) == (Place.PRETIX, "")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"product": "nothing"}, "product"),
        ({"co_speaker_percent": "101"}, "percent"),
        ({"place": "pretix"}, "event"),
        ({"place": "pretix", "organizer": "org", "event": "conf"}, "quota_or_item"),
        ({"valid_until": "0001-01-01T00:00:00+14:00"}, "valid_until"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_stamped(
    product: Product, admin: Program, wrong: Mapping[str, Any], what: str
):
    answer = admin.post(COMMIT, {**OWN, **wrong})
    assert (answer.status_code, answer.json["what"]) == (422, what)
    over = (product.parts.clock() - timedelta(days=1)).isoformat()
    assert admin.post(COMMIT, {**OWN, "valid_until": over}).json["what"] == "over"
    assert stamped(product, GrantsSetUp) == 0


def test_only_admins_see_and_set_it_up(product: Product):
    for role in ("staff", "auditor", "door"):
        program = Program(product, role)
        assert program.get(HERE).status_code == 403
        assert program.post(COMMIT, OWN).status_code == 403
    assert product.client.get(HERE).status_code == 401
