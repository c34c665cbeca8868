"""The shop that the pages' tests buy from."""

from datetime import UTC, datetime, timedelta

from ledger.kernel.money import Money
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import CancellationPolicy, Preferences, Seller

START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def winterfest(policy: CancellationPolicy) -> ShopSpec:
    """The shop of the tests."""
    return ShopSpec(
        slug="winterfest",
        preferences=Preferences(
            name={"en": "Winterfest 2027", "fi": "Talvifestarit 2027", "sv": "Vinterfest 2027"},
            seller=Seller(
                name="Winterfest ry", email="tickets@winterfest.example", business_id="1234567-8"
            ),
            currency="EUR",
            timezone="Europe/Helsinki",
            starts_at=datetime(2027, 2, 12, 10, tzinfo=UTC),
            provider="stripe",
            unpaid_after=3 * 24 * 3600,
            cancellation=policy,
            terms_url={"en": "https://winterfest.example/terms"},
        ),
        quotas={"weekend": 500, "friday": 80, "volunteer": 20},
        products=(
            _product("weekend", "Weekend ticket", "Viikonloppulippu", 3500, about="Three days."),
            _product("friday", "Friday ticket", "Perjantailippu", 1550),
            _product("volunteer", "Volunteer", "Talkoolainen", 0, most=1),
            _product("sunday", "Sunday ticket", "Sunnuntailippu", 1200, opens=30),
        ),
    )


def _product(
    slug: str, english: str, finnish: str, price: int, *, about: str = "", most: int = 10,
    opens: int = 0,
) -> ProductSpec:  # fmt: skip
    return ProductSpec(
        slug=slug,
        title={"en": english, "fi": finnish},
        description={"en": about} if about else {},
        price=Money(price, "EUR"),
        vat_percent="13.5",
        quotas=(slug if slug != "sunday" else "weekend",),
        tickets=1,
        max_per_order=most,
        available_from=START + timedelta(days=opens) if opens else None,
    )
