"""The event of an order for a calendar: iCalendar (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import one_line
from ledger.kernel.events import derived
from ledger.order.order import Order

_OCTETS = 75


def event_ics(order: Order) -> bytes:
    """One event, at the moment when the order's shop begins. The same order gives the same bytes.

    When the start is moved it is the same event again, which calendars move.

    Calendars are shared: nothing in it leads to the order's page.
    """
    terms = order.terms
    speech = Speech(terms.language, timezone=terms.timezone)
    stamped = order.tickets.issued_at if order.tickets else order.starts_at
    about = speech.say("Order"), f"#{order.number:06d}"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Stampledger//Tickets//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{derived(order.id, 'calendar')}",
        f"SEQUENCE:{len(order.moves)}",
        f"DTSTAMP:{_moment(stamped)}",
        f"DTSTART:{_moment(order.starts_at)}",
        *_until_and_where(order, speech),
        f"SUMMARY:{_text(speech.of(terms.shop_name))}",
        f"DESCRIPTION:{_text(f'{about[0]} {about[1]} · {terms.seller.name}')}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line.encode()) for line in lines)


def _until_and_where(order: Order, speech: Speech) -> Sequence[str]:
    known = order.visit
    if known is None:
        return ()
    where = ", ".join(filter(None, (speech.of(known.venue) if known.venue else "", known.address)))
    return (
        *([f"DTEND:{_moment(known.ends_at)}"] if known.ends_at else []),
        *([f"LOCATION:{_text(where)}"] if where else []),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """A value of the type TEXT: what has a meaning in the format is told apart."""
    said = one_line(words).replace("\\", "\\\\")
    return said.replace(";", "\\;").replace(",", "\\,")


def _folded(line: bytes) -> bytes:
    """No line is longer than 75 octets, and none is broken within a letter."""
    parts = []
    while len(line) > _OCTETS:
        end = _OCTETS
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[:end])
        line = b" " + line[end:]
    return b"\r\n".join((*parts, line, b""))
