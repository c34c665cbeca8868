"""What a policy would mean: orders that nobody placed, asked by the rule that every order is."""

from datetime import datetime, timedelta
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.cancellation_policy import Eligibility, eligibility
from ledger.order.evolve import fold
from ledger.order.stamps import CreatePaymentRequest, Line, OrderPlaced, Paid, ZeroPrice
from ledger.shop.stamps import Preferences, shop_id

_NOBODY = UUID(int=0)
# How long ago the buyers of the samples bought.
AGES = (timedelta(0), timedelta(days=1), timedelta(days=14), timedelta(days=30))


def sample(terms: Preferences, price: Money, *, age: timedelta, now: datetime) -> Eligibility:
    """The answer to somebody who paid this price so long ago, under these terms."""
    placed_at = now - age
    stamps: tuple[object, ...] = (_placed(terms, price), *_paid(terms, price))
    order = fold(
        _NOBODY,
        (
            Recorded(
                stream=_NOBODY,
                version=place,
                position=place,
                recorded_at=placed_at,
                stamp=stamp,
                correlation_id=_NOBODY,
                actor="sample",
            )
            for place, stamp in enumerate(stamps, 1)
        ),
    )
    return eligibility(order, now)


def _placed(terms: Preferences, price: Money) -> OrderPlaced:
    line = Line(
        product="sample", revision=1, title={}, quantity=1, unit_price=price, vat_percent="0"
    )
    return OrderPlaced(
        shop=shop_id("sample"),
        shop_slug="sample",
        shop_name=terms.name,
        seller=terms.seller,
        language="en",
        timezone=terms.timezone,
        total=price,
        lines=(line,),
        seats=(),
        starts_at=terms.starts_at,
        unpaid_after=terms.unpaid_after,
        cancellation=terms.cancellation,
        email_index="",
        request_digest="",
    )


def _paid(terms: Preferences, price: Money) -> tuple[object, ...]:
    if not price:
        return (ZeroPrice(),)
    asked = CreatePaymentRequest(
        amount=price, provider=terms.provider, account="sample", live=False
    )
    paid = Paid(amount=price, provider=terms.provider, provider_reference="sample")
    return (asked, paid)
