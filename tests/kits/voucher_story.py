"""The vouchers in a shop's past for reports, small enough to work out by hand."""

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from ledger.grants.stamps import (
    CreateVoucherRequest,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantTerms,
    PersonChanged,
    PersonConfirmed,
    PersonListed,
    Place,
    PriceMode,
    VoucherRequested,
    VoucherUpgraded,
    VoucherUsesSeen,
    VoucherWithdrawn,
)
from ledger.kernel.money import Money
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherTerms,
)
from tests.kits.histories import SHOP

PRETIX = Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1)
OWN = Destination(place=Place.OWN, product="weekend")
FULL, QUARTER = Money(10_000, "EUR"), Money(2_500, "EUR")
_NOTHING = GrantTerms(mode=PriceMode.SET, value="0.00")


class Tells(Protocol):
    """Where stamps of a past are put."""

    def add(self, at: datetime, name: str, *told: tuple[str, Any]) -> None: ...


def give_vouchers(past: Tells, january: datetime, february: datetime) -> None:
    """January: Bea, Cyd and Dan have theirs; Bea's is used. February: the rest of it."""
    _issued(past, january, "Bea", GrantKind.GRANT, PRETIX, FULL)
    _issued(past, january, "Cyd", GrantKind.GRANT, PRETIX, FULL)
    _issued(past, january, "Dan", GrantKind.CO_SPEAKER, OWN, QUARTER)
    _issued(past, february, "Eva", GrantKind.SPEAKER, OWN, None)
    _used(past, january + timedelta(hours=2), "Bea")
    past.add(february, "Cyd", ("voucher", VoucherWithdrawn()))
    # Dan becomes a grantee: his voucher is a full one from then on, and he uses it.
    full = VoucherUpgraded(kind=GrantKind.GRANT, terms=_NOTHING, worth=FULL)
    changed = PersonChanged(kind=GrantKind.GRANT, language="en", name="Dan")
    past.add(february, "Dan", ("change", changed), ("voucher", full))
    _used(past, february + timedelta(hours=2), "Dan")
    # A code: three pieces for 10.00 less, one of which came back; four for 20.00 less.
    terms = VoucherTerms(effect=Effect(kind=EffectKind.PERCENT_OFF, percent="10"), uses=10)
    issued = VoucherIssued(
        shop=SHOP,
        shop_slug="winterfest",
        code_index="summer",
        terms=terms,
        code="SUMMER",
        label="The campaign",
    )
    some, others = UUID(int=1), UUID(int=2)
    first = VoucherRedeemed(order=some, uses=3, reduction=Money(1_000, "EUR"))
    second = VoucherRedeemed(order=others, uses=4, reduction=Money(2_000, "EUR"))
    past.add(january, "summer", ("issue", issued), ("first", first), ("second", second))
    past.add(february, "summer", ("back", VoucherGivenBack(order=some, uses=1)))


def _issued(
    past: Tells, at: datetime, name: str, kind: GrantKind, where: Destination, worth: Money | None
) -> None:
    listed = PersonListed(
        shop=SHOP,
        shop_slug="winterfest",
        kind=kind,
        language="en",
        person_index=name,
        reference=name,
        name=name,
        email=f"{name}@example.org",
    )
    asked = VoucherRequested(
        kind=kind,
        terms=_NOTHING,
        destination=where,
        code_index=f"code of {name}",
        worth=worth,
        code="C" * 30,
    )
    past.add(
        at,
        name,
        ("list", listed),
        ("confirm", PersonConfirmed()),
        ("voucher", asked),
        ("voucher", CreateVoucherRequest()),
        ("voucher", CreateVoucherSuccess(provider_reference=name)),
    )


def _used(past: Tells, at: datetime, name: str) -> None:
    past.add(at, name, ("voucher", VoucherUsesSeen(uses=1, seen_at=at)))
