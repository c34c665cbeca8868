"""The shop that tests of the API buy from."""

from datetime import UTC, datetime, timedelta

from ledger.kernel.money import Money
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import CancellationPolicy, Preferences, Seller
from tests.kits.web_fakes import NOON


def winterfest() -> ShopSpec:
    """A festival: weekend tickets, two seats in the sauna, free helpers, and next year's."""
    later = NOON + timedelta(days=365)
    return ShopSpec(
        slug="winterfest",
        preferences=Preferences(
            name={"en": "Winterfest", "fi": "Talvifestarit"},
            seller=Seller(name="Winterfest ry", email="tickets@winterfest.example"),
            currency="EUR",
            timezone="Europe/Helsinki",
            starts_at=datetime(2027, 2, 12, 10, tzinfo=UTC),
            provider="stripe",
            unpaid_after=3 * 24 * 3600,
            cancellation=CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR"), parts=True),
            terms_url={},
        ),
        quotas={"weekend": 50, "sauna": 2},
        products=(
            _product("weekend", 3500, quota="weekend", title="Viikonloppulippu"),
            _product("sauna", 1000, quota="sauna"),
            _product("helper", 0, quota="weekend"),
            _product("next-year", 3500, quota="weekend", available_from=later),
        ),
    )


def _product(
    slug: str,
    price: int,
    *,
    quota: str,
    title: str = "",
    available_from: datetime | None = None,
) -> ProductSpec:
    return ProductSpec(
        slug=slug,
        title={"en": slug.capitalize(), "fi": title or slug.capitalize()},
        description={},
        price=Money(price, "EUR"),
        vat_percent="13.5",
        quotas=(quota,),
        tickets=1,
        max_per_order=5,
        available_from=available_from,
    )
