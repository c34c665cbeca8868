"""The bytes of stamps about people are these for ever; who they are is not in them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from ledger import codec
from ledger.grants.stamps import (
    Destination,
    GrantKind,
    GrantsSetUp,
    GrantTerms,
    PersonListed,
    Place,
    PriceMode,
    VoucherRequested,
    VoucherUsesSeen,
)
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.shop.stamps import shop_id
from tests.ledger.grants.test_grantee import NOON

EVENT = Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1, valid_until=NOON)
GOLDEN: Mapping[str, Any] = {
    "GRANTS_SET_UP": GrantsSetUp(
        shop=shop_id("winterfest"),
        shop_slug="winterfest",
        destination=EVENT,
        co_speaker_percent="25",
        ticket_price=Money(10000, "EUR"),
    ),
    "PERSON_LISTED": PersonListed(
        shop=shop_id("winterfest"),
        shop_slug="winterfest",
        kind=GrantKind.CO_SPEAKER,
        language="fi",
        person_index="e" * 64,
        reference="7",
        name="Bea Åberg",
        email="bea@example.org",
    ),
    "VOUCHER_REQUESTED": VoucherRequested(
        kind=GrantKind.GRANT,
        terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
        destination=EVENT,
        code_index="c" * 64,
        worth=Money(10000, "EUR"),
        code="A2B3C4D5E6F7G8H9K2M3N4P5Q6R7S8",
    ),
    "VOUCHER_USES_SEEN": VoucherUsesSeen(uses=1, seen_at=NOON),
}
BODIES = {
    "GRANTS_SET_UP": (
        b'{"actor":"test","co_speaker_percent":"25","destination":{"place":"pretix","organ'
        b'izer":"org","event":"conf","quota":1,"item":null,"block_quota":false,"product":"'
        b'","valid_until":"2027-01-01T12:00:00Z"},"evidence":null,"occurred_at":null,"shop'
        b'":"a91f31b1-e4d2-53f5-8998-b7e3ed6e8130","shop_slug":"winterfest","ticket_price"'
        b':{"amount":10000,"currency":"EUR"}}'
    ),
    "PERSON_LISTED": (
        b'{"actor":"test","evidence":null,"kind":"co_speaker","language":"fi","occurred_at'
        b'":null,"person_index":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'
        b'eeeeeee","reference":"7","shop":"a91f31b1-e4d2-53f5-8998-b7e3ed6e8130","shop_slu'
        b'g":"winterfest"}'
    ),
    "VOUCHER_REQUESTED": (
        b'{"actor":"test","code_index":"cccccccccccccccccccccccccccccccccccccccccccccccccc'
        b'cccccccccccccc","destination":{"place":"pretix","organizer":"org","event":"conf"'
        b',"quota":1,"item":null,"block_quota":false,"product":"","valid_until":"2027-01-0'
        b'1T12:00:00Z"},"evidence":null,"kind":"grant","occurred_at":null,"terms":{"mode":'
        b'"set","value":"0.00"},"worth":{"amount":10000,"currency":"EUR"}}'
    ),
    "VOUCHER_USES_SEEN": (
        b'{"actor":"test","evidence":null,"occurred_at":null,"seen_at":"2027-01-01T12:00:0'
        b'0Z","uses":1}'
    ),
}


def encoded(name: str) -> codec.Encoded:
    draft: Draft[object] = Draft(
        stream=UUID(int=1), stamp=GOLDEN[name], correlation_id=UUID(int=6), actor="test"
    )
    return codec.encode(draft)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_stored_bytes_are_these_for_ever(name: str):
    one = encoded(name)
    assert (one.type, one.body) == (name, BODIES[name])
    found = codec.decode(name, 1, BODIES[name], one.private)
    assert found.stamp == GOLDEN[name]


@pytest.mark.parametrize("secret", ["Bea", "example.org", "A2B3C4D5"])
def test_nobody_s_name_address_or_code_is_in_the_clear(secret: str):
    assert not any(secret.encode() in encoded(name).body for name in GOLDEN)
