"""What older versions of stamps did not say: their bodies, told as the next version would."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ledger.codec.names import STORED
from ledger.order import stamps
from ledger.shop.stamps import Surplus


def _cancelled_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had no cause: only customers could cancel then."""
    return {**body, "cause": stamps.Cause.CUSTOMER}


def _order_placed_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no grace period: every payment was captured at once."""
    return {**body, "grace_period": None}


def _order_placed_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 left every surplus to a person."""
    return {**body, "overpaid": Surplus.CASE}


def _order_placed_4(body: dict[str, Any]) -> dict[str, Any]:
    """Version 3 wrote no letter to who had not paid."""
    return {**body, "payment_letter": None}


def _preferences_changed_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no grace period."""
    return _with_preference(body, "grace_period", None)


def _preferences_changed_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 had no words on how to pay by hand."""
    return _with_preference(body, "how_to_pay", {})


def _preferences_changed_4(body: dict[str, Any]) -> dict[str, Any]:
    """Version 3 left every surplus to a person."""
    return _with_preference(body, "overpaid", Surplus.CASE)


def _preferences_changed_5(body: dict[str, Any]) -> dict[str, Any]:
    """Version 4 knew no account for machines and wrote to nobody who had not paid."""
    account = _with_preference(body, "bank_account", None)
    return _with_preference(account, "remind_unpaid", True)


def _with_preference(body: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    known = {which: body[which] for which in ("before", "after") if body[which] is not None}
    return {**body, **{which: {**one, name: value} for which, one in known.items()}}


def _case_opened_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say where the money lay: such a case can only be closed."""
    return {**body, "account": "", "live": False, "payment_reference": ""}


UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("CANCELLED", 1): _cancelled_2,
    ("ORDER_PLACED", 1): _order_placed_2,
    ("ORDER_PLACED", 2): _order_placed_3,
    ("ORDER_PLACED", 3): _order_placed_4,
    ("PREFERENCES_CHANGED", 1): _preferences_changed_2,
    ("PREFERENCES_CHANGED", 2): _preferences_changed_3,
    ("PREFERENCES_CHANGED", 3): _preferences_changed_4,
    ("PREFERENCES_CHANGED", 4): _preferences_changed_5,
    ("CASE_OPENED", 1): _case_opened_2,
}


def upcast(name: str, schema: int, body: bytes) -> bytes:
    """The body as its newest version would have been written."""
    fields = msgspec.json.decode(body)
    for version in range(schema, STORED[name][1]):
        fields = UPCASTERS[name, version](fields)
    return msgspec.json.encode(fields)
