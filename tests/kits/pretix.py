"""What pretix 2026.8.0 says of an event, as its API answered: answers one after the other."""

import json
from collections.abc import Mapping
from typing import Any

EVENT: Mapping[str, Any] = {
    "name": {"en": "Autumn conference", "de-informal": "Herbsttagung"},
    "slug": "Conf",
    "live": True,
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "date_from": "2027-09-03T09:00:00+02:00",
    "date_to": "2027-09-04T17:00:00+02:00",
    "date_admission": "2027-09-03T08:00:00+02:00",
    "presale_start": "2027-01-01T00:00:00+01:00",
    "presale_end": None,
    "location": {"en": "City hall\r\nMarket square 1\r\n10115 Berlin"},
    "has_subevents": False,
    "seating_plan": None,
    "plugins": ["pretix.plugins.banktransfer"],
}
SETTINGS: Mapping[str, Any] = {
    "contact_mail": "office@example.org",
    "max_items_per_order": 8,
    "payment_term_mode": "days",
    "payment_term_days": 14,
    "invoice_address_from_name": "Conference association",
    "invoice_address_from": "Street 1",
    "invoice_address_from_zipcode": "10115",
    "invoice_address_from_city": "Berlin",
    "invoice_address_from_tax_id": "12/345/67890",
    "cancel_allow_user_paid": True,
    "cancel_allow_user_paid_keep": "5.00",
    "cancel_allow_user_paid_keep_percentage": "10.00",
    "imprint_url": "https://example.org/",
}
_OPEN: Mapping[str, Any] = {"active": True, "all_sales_channels": True, "limit_sales_channels": []}


def item(number: int, name: str, price: str, **more: Any) -> dict[str, Any]:
    """One of an event's items, such as a ticket that everybody can buy."""
    known = {"id": number, "name": {"en": name}, "default_price": price, "position": number}
    ticket = {"tax_rule": 1, "tax_rate": "7.00", "admission": True, "generate_tickets": None}
    return {**_OPEN, **known, **ticket, "variations": [], "category": None, **more}


def variation(number: int, value: str, price: str, **more: Any) -> dict[str, Any]:
    known = {"id": number, "value": {"en": value}, "price": price, "position": number}
    return {**_OPEN, **known, **more}


def quota(
    number: int, name: str, size: int | None, items: list[int], **more: Any
) -> dict[str, Any]:
    known = {"id": number, "name": name, "size": size, "items": items, "variations": []}
    return {**known, "subevent": None, "closed": False, **more}


ITEMS = (
    item(2, "Day ticket", "60.00", variations=[variation(5, "Saturday", "55.00"),
                                               variation(4, "Friday", "60.00")]),
    item(1, "Conference ticket", "119.00", description={"en": "**Both** days"}, max_per_order=4),
    item(3, "T-shirt", "20.00", admission=False, tax_rule=2, tax_rate="19.00", category=9),
    item(6, "Speaker", "0.00", require_voucher=True),
    item(7, "Streaming", "10.00", free_price=True),
)  # fmt: skip
QUOTAS = (
    quota(1, "Hall", 200, [1, 2], variations=[4, 5], available=True, available_number=150),
    quota(2, "Friday", 80, [2], variations=[4], available=True, available_number=80),
    quota(3, "Shirts", None, [3], available=True, available_number=None),
    quota(4, "Speakers", 20, [6], available=True, available_number=20),
    quota(5, "Stream", None, [7], available=True, available_number=None),
)
TAX_RULES = (
    {"id": 1, "name": {"en": "VAT"}, "rate": "7.0000", "price_includes_tax": True},
    {"id": 2, "name": {"en": "VAT"}, "rate": "19.0000", "price_includes_tax": False},
)
CATEGORIES = ({"id": 9, "name": {"en": "Things"}, "position": 3, "is_addon": True},)


def page(rows: Any, *, count: int | None = None) -> dict[str, Any]:
    """A page of a list, which says how many there are in all."""
    found = list(rows)
    return {"count": len(found) if count is None else count, "next": None, "results": found}


def event_file(*answers: Any) -> bytes:
    """A file that holds these answers, or all of the conference's."""
    every = (EVENT, SETTINGS, page(ITEMS), page(QUOTAS), page(TAX_RULES), page(CATEGORIES))
    return "\n".join(json.dumps(one) for one in answers or every).encode()
