"""An order's stamps, for auditors and staff. Sealed parts stay sealed."""

from typing import Any

import msgspec
from flask import Blueprint, Response

from ledger.codec import NAMES
from ledger.kernel.events import Recorded, declared
from ledger.kernel.money import Money
from ledger.staff.role import Role
from web.api.bodies import as_json
from web.http.access import for_roles
from web.http.addresses import order_in
from web.http.current import parts


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/orders/<order>/stamps")(stamps)


@for_roles(Role.STAFF, Role.AUDITOR)
def stamps(shop: str, order: str) -> Response:
    """Every stamp of the order, oldest first."""
    history = parts().orders.history(order_in(shop, order).id)
    return as_json({"stamps": [told(one) for one in history]})


def told(recorded: Recorded[object]) -> dict[str, Any]:
    """One stamp, without what is sealed in it."""
    one = recorded.stamp
    amount = getattr(one, "amount", None) or getattr(one, "total", None)
    money = amount if isinstance(amount, Money) else None
    return {
        "position": recorded.position,
        "version": recorded.version,
        "type": NAMES[type(one)][0],
        "recorded_at": recorded.recorded_at,
        "occurred_at": recorded.occurred_at,
        "correlation_id": recorded.correlation_id,
        "actor": recorded.actor,
        "provider": getattr(one, "provider", None),
        "provider_reference": getattr(one, "provider_reference", None),
        "amount": money and money.amount,
        "currency": money and money.currency,
        "data": data(one),
    }


def data(one: Any) -> dict[str, Any]:
    """What the stamp says in the clear."""
    sealed = declared(type(one)).sealed
    clear = {name: getattr(one, name) for name in one.__slots__ if name not in sealed}
    return dict(msgspec.to_builtins(clear))
