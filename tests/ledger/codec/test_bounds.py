"""What is stored reads back as what was meant, where every reader can hold it (law 13)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ledger.codec import NotStorable, decode, faithful
from ledger.codec.bounds import TEXT, WHOLE
from ledger.kernel import values
from ledger.kernel.clocks import YEARS
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.order.stamps import Paid
from ledger.shop import limits as shop_limits
from ledger.shop.stamps import ProductRevised, QuotaSet
from tests.kits.worlds import WEEKEND

COLUMN = 2**63 - 1
REVISED = ProductRevised(
    revision=1,
    rank=1,
    slug=WEEKEND.slug,
    title=WEEKEND.title,
    description=WEEKEND.description,
    price=WEEKEND.price,
    vat_percent=WEEKEND.vat_percent,
    quotas=WEEKEND.quotas,
    tickets=1,
    max_per_order=10,
)


def draft(stamp: Any, **changes: Any) -> Draft:
    return values.replace(
        Draft(stream=uuid4(), stamp=stamp, correlation_id=uuid4(), actor="test"), **changes
    )


def test_what_is_sound_is_stored_as_it_is():
    sound = draft(REVISED)
    encoded = faithful(sound)
    read = decode(encoded.type, encoded.schema, encoded.body, encoded.private)
    assert read.stamp == REVISED


def test_long_records_hold_texts_up_to_the_bound_and_short_ones_beside_them():
    long = "x" * TEXT
    sound = draft(replace(REVISED, title={"en": long}, description={"en": long, "fi": "lyhyt"}))
    encoded = faithful(sound)
    assert decode(encoded.type, encoded.schema, encoded.body, encoded.private).stamp == sound.stamp


def revised(**changes: Any) -> ProductRevised:
    return replace(REVISED, **changes)


@pytest.mark.parametrize(
    "stamp",
    [
        revised(price=Money(10**30, "EUR")),
        revised(price=Money(-(10**30), "EUR")),
        revised(price=Money(True, "EUR")),
        revised(price=Money(35.0, "EUR")),  # type: ignore[arg-type]
        revised(price=Money(3500, "euros")),
        revised(tickets="1"),
        revised(tickets=None),
        revised(max_per_order=WHOLE + 1),
        revised(title={"en": "x" * (TEXT + 1)}),
        revised(title={"en": "\ud83d"}),
        revised(title={"en": 1}),
        revised(title={1: "one"}),
        revised(title=None),
        revised(quotas="weekend"),
        revised(quotas=["weekend"]),
        revised(quotas=(1,)),
        revised(available_from=datetime(2027, 1, 1)),  # noqa: DTZ001 (no zone is the point)
        revised(available_from=datetime(9999, 12, 31, tzinfo=UTC)),
        revised(available_from="2027-01-01"),
        QuotaSet(slug="weekend", capacity=False),
    ],
)
def test_what_would_not_read_back_or_fit_is_not_stored(stamp: Any):
    with pytest.raises(NotStorable):
        faithful(draft(stamp))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_whole_number_is_kept_up_to_its_bound_on_both_sides(sign: int):
    faithful(draft(QuotaSet(slug="weekend", capacity=sign * WHOLE)))
    with pytest.raises(NotStorable, match=str(WHOLE)):
        faithful(draft(QuotaSet(slug="weekend", capacity=sign * (WHOLE + 1))))


def test_the_envelope_is_checked_too():
    paid = Paid(amount=Money(1, "EUR"), provider="stripe", provider_reference="pi_1")
    faithful(draft(paid, occurred_at=datetime(2027, 1, 1, tzinfo=UTC)))
    for envelope in ({"occurred_at": datetime(9999, 1, 1, tzinfo=UTC)}, {"actor": 7}):
        with pytest.raises(NotStorable):
            faithful(draft(paid, **envelope))


def test_no_error_tells_what_a_person_said():
    with pytest.raises(NotStorable) as refused:
        faithful(draft(revised(title={"en": "Aino \ud83d"})))
    assert "Aino" not in str(refused.value)


def test_the_bounds_of_a_shop_lie_within_those_of_the_codec_and_these_within_a_column():
    largest = shop_limits.PRICE[1] * shop_limits.PIECES_PER_ORDER[1] * shop_limits.LINES
    assert largest <= WHOLE <= COLUMN
    assert shop_limits.SEATS[1] * shop_limits.TICKETS_PER_PIECE[1] <= WHOLE
    texts = [
        value
        for name, value in vars(shop_limits).items()
        if isinstance(value, int) and not name.startswith(("FILE", "DAY", "PICTURE"))
    ]
    assert max(texts) <= TEXT
    assert YEARS[0] <= shop_limits.EARLIEST.year
    assert shop_limits.LATEST.year <= YEARS[1]
