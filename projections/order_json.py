"""An order as its page and the API show it. It holds no personal data."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ledger.order.admission import state, tickets
from ledger.order.cancellation_policy import Eligibility, eligibility
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.order.part_policy import can_choose
from ledger.order.stamps import Line
from ledger.order.status import status
from ledger.order.tickets import Ticket, ticket_count
from ledger.shop.texts import text_in


def order_page(
    order: Order, now: datetime, language: str, *, answer: Eligibility | None = None
) -> Mapping[str, Any]:
    """The `order` of the API. Amounts in minor units, times in UTC, titles in `language`.

    `answer` is the cancellation policy's for this moment, of whoever asked it already.
    """
    terms = order.terms
    return {
        "id": str(order.id),
        "number": order.number,
        "shop": terms.shop_slug,
        "status": str(status(order)),
        "currency": order.currency,
        "total": order.due.amount,
        "version": order.version,
        "placed_at": moment(order.placed_at),
        "language": terms.language,
        "money": money_of(order),
        "starts_at": moment(order.starts_at),
        "lines": [_line(*one, language) for one in zip(order.lines, terms.lines, strict=True)],
        "tickets": _tickets(order),
        "cancellation": _cancellation(order, answer or eligibility(order, now)),
        "flags": [*flags_at(order, now)],
    }


def moment(when: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when else None


def money_of(order: Order) -> Mapping[str, int]:
    """What came, went and is promised, in minor units."""
    return {
        "due": order.due.amount,
        "received": order.received.amount,
        "refund_pending": order.refund_pending.amount,
        "refunded": order.refunded.amount,
        "disputed": order.disputed.amount,
        "charged_back": order.lost.amount,
        "fees": order.fees_of_parts.amount,
    }


def _line(line: Line, ordered: Line, language: str) -> Mapping[str, Any]:
    """What is left of a line, and how many of its pieces were cancelled."""
    return {
        "product": line.product,
        "revision": line.revision,
        "title": text_in(line.title, language),
        "quantity": line.quantity,
        "cancelled": ordered.quantity - line.quantity,
        "unit_price": line.unit_price.amount,
        "full_price": line.full_price.amount if line.full_price is not None else None,
        "vat_percent": line.vat_percent,
    }


def _tickets(order: Order) -> Mapping[str, Any]:
    """How many there are to be, were issued, and open the door; how each stands; no code of any."""
    issued, valid = order.tickets, len(valid_of(order))
    return {
        "ordered": ticket_count(order.terms),
        "issued_at": moment(issued.issued_at) if issued else None,
        "valid": valid,
        "revoked": len(issued.hashes) - valid if issued else 0,
        "each": [
            {"number": one.number, "product": one.line.product, "state": str(state(order, one))}
            for one in tickets(order)
        ],
    }


def valid_of(order: Order) -> Sequence[Ticket]:
    """The tickets that open the door, known by their hashes: also once nobody knows their codes."""
    return order.tickets_with(order.tickets.hashes) if order.tickets else ()


def _cancellation(order: Order, answer: Eligibility) -> Mapping[str, Any]:
    return {
        "allowed": answer.allowed,
        "reason": answer.reason,
        "why": str(answer.why),
        "deadline": moment(answer.deadline),
        "parts": answer.possible and can_choose(order),
    }
