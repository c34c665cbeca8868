"""The shops that sell on a bad day, each with a policy that leads into troubles of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.shop_file.read import read_shop_file
from ledger.kernel.money import Money
from ledger.shop.shop import ShopSpec
from ledger.shop.stamps import CancellationPolicy, Release, Surplus
from tests.end_to_end.journey import Journey
from web.demo.command import SAMPLE

# Seconds. The day's clock runs fast, so that grace periods and time-outs end within it.
GRACE, UNPAID_AFTER = 240, 300
_FIVE_DAYS = 5 * 24 * 3600
ORDINARY, LATER, PATIENT, HASTY = "winterfest", "later", "patient", "hasty"
POLICIES: Mapping[str, dict[str, Any]] = {
    ORDINARY: {},
    # Authorized first; captured soon, or so late that it may lapse before (the clock leaps).
    LATER: {"grace_period": GRACE},
    PATIENT: {"grace_period": _FIVE_DAYS},
    # Unpaid orders go soon, a surplus returns by itself, a fee stays, seats go at the request.
    HASTY: {
        "unpaid_after": UNPAID_AFTER,
        "overpaid": Surplus.REFUND,
        "cancellation": CancellationPolicy(
            period_days=14, fee_fixed=Money(500, "EUR"), release=Release.AT_REQUEST
        ),
    },
}


def open_shops(journey: Journey, *, orders: int) -> None:
    """Room for everybody, but not in the hasty shop: its last seats are fought for."""
    parts = journey.works.parts
    for slug in POLICIES:
        seats = max(3, orders // 20) if slug == HASTY else 10 * orders
        parts.shops.import_shop(_spec(slug, seats), actor="test", at=parts.clock())


def _spec(slug: str, seats: int) -> ShopSpec:
    sample = read_shop_file(SAMPLE)
    preferences = replace(sample.preferences, **POLICIES[slug])
    return replace(
        sample, slug=slug, preferences=preferences, quotas={"weekend": seats, "friday": seats}
    )
