"""One order as an operator reads it; nothing personal."""

from datetime import datetime
from typing import Any

import click
from rich.table import Table

from ledger.audit.replay import MoneyAxes, money_of
from ledger.kernel.currencies import spoken
from ledger.order import cancellation_policy as cancellation
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status


def order_json(order: Order, now: datetime) -> dict[str, Any]:
    """An order as a document."""
    allowed = cancellation.eligibility(order, now)
    return {
        "id": order.id,
        "number": f"#{order.number:06d}",
        "payment_reference": order.payment_reference,
        "shop": order.terms.shop_slug,
        "status": status(order).value,
        "flags": flags_at(order, now),
        "version": order.version,
        "placed_at": order.placed_at,
        "money": {name: getattr(money_of(order), name) for name in MoneyAxes.__slots__},
        "seats": {
            str(quota): {"held": held, "sold": sold} for quota, (held, sold) in order.seats.items()
        },
        "payments": [
            {
                "correlation_id": one.correlation_id,
                "provider": one.provider,
                "provider_reference": one.reference or one.session,
                "asked": one.asked,
                "received": one.received,
                "withdrawn": one.withdrawn.amount if one.withdrawn else None,
                "held": order.held_by(one.correlation_id),
            }
            for one in order.attempts.values()
        ],
        "cancellation": {
            "allowed": allowed.allowed,
            "reason": allowed.reason,
            "deadline": allowed.deadline,
        },
    }


def show_order(order: Order, now: datetime) -> tuple[Table, ...]:
    """Its facts in a few lines, its payments as a table."""
    allowed = cancellation.eligibility(order, now)
    money = money_of(order)
    click.echo(f"Order #{order.number:06d} of {order.terms.shop_slug}: {status(order).value}")
    click.echo(f"Flags: {', '.join(flags_at(order, now)) or 'none'}")
    sums = (f"{name} {spoken(getattr(money, name))}" for name in MoneyAxes.__slots__)
    click.echo(f"Money: {', '.join(sums)}")
    answer = "yes" if allowed.allowed else f"no ({allowed.reason})"
    until = f"{allowed.deadline:%Y-%m-%d %H:%M}Z" if allowed.deadline else "–"
    click.echo(f"May be cancelled by its holder: {answer}, until {until}")
    payments = Table("payment", "provider", "reference", "asked", "received", "held")
    for one in order.attempts.values():
        payments.add_row(
            str(one.correlation_id),
            one.provider,
            one.reference or one.session,
            spoken(one.asked),
            _came(one),
            spoken(order.held_by(one.correlation_id)),
        )
    return (payments,)


def _came(attempt: Attempt) -> str:
    if attempt.withdrawn is not None:
        return "taken back"
    return spoken(attempt.received) if attempt.received is not None else ""
