"""What the leanest peer answers: the JSON of our own API, from rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]


def told_list(rows: Sequence[Row]) -> dict[str, Any]:
    """A shop and its products."""
    first = rows[0]
    about = {
        "slug": first["shop"],
        "name": first["shop_name"],
        "currency": first["currency"],
        "timezone": first["timezone"],
        "starts_at": first["starts_at"],
        "cancelled": first["cancelled"],
        "notice": first["notice"],
    }
    return {"shop": about, "products": [_product(row) for row in rows]}


def _product(row: Row) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "revision": row["revision"],
        "title": row["title"],
        "description": row["description"],
        "price": row["price"],
        "currency": row["currency"],
        "vat_percent": row["vat_percent"],
        "tickets": row["tickets"],
        "max_per_order": row["max_per_order"],
        "available_from": row["available_from"],
        "available_until": row["available_until"],
        "available": row["available"],
        "waiting_list": False,
        "questions": [],
        "answers_until": None,
    }


def told_order(rows: Sequence[Row], version: int) -> dict[str, Any]:
    """An order, a row for each of its lines."""
    order = rows[0]
    due = order["total"] - order["received"]
    return {
        "id": str(order["id"]),
        "number": order["number"],
        "shop": order["shop"],
        "status": order["status"],
        "currency": order["currency"],
        "total": order["total"],
        "version": version,
        "placed_at": order["placed_at"],
        "language": order["language"],
        "money": {
            "due": due,
            "received": order["received"],
            "refund_pending": 0,
            "refunded": 0,
            "disputed": 0,
            "charged_back": 0,
            "fees": 0,
        },
        "starts_at": order["starts_at"],
        "lines": [_line(row) for row in rows],
        "tickets": {"ordered": 0, "issued_at": None, "valid": 0, "revoked": 0, "each": []},
        "cancellation": _cancellation(order),
        "flags": [],
    }


def _line(row: Row) -> dict[str, Any]:
    return {
        "product": row["product"],
        "revision": row["revision"],
        "title": row["title"],
        "quantity": row["quantity"],
        "cancelled": 0,
        "unit_price": row["unit_price"],
        "full_price": None,
        "vat_percent": row["vat_percent"],
    }


def _cancellation(order: Row) -> dict[str, Any]:
    deadline = min(order["placed_at"] + timedelta(order["days_to_cancel"]), order["starts_at"])
    local = deadline.astimezone(ZoneInfo(order["timezone"]))
    reason, why = "", ""
    text = f"You can cancel this order yourself until {local:%-d %B %Y at %H:%M}."
    if order["status"] != "PAID":
        reason, why = "not_paid", "not_come"
        text = "The payment has not come yet, so there is nothing to cancel here."
    elif deadline < datetime.now(UTC):
        reason, text = "too_late", "It is too late to cancel this order here."
    return {
        "allowed": not reason,
        "reason": reason,
        "why": why,
        "deadline": deadline,
        "parts": False,
        "text": text,
    }
