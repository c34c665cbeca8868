"""Tickets go along with their letter: printed once, the same again, never without being valid."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.letters.mime import compose
from adapters.mail.tickets.event import event_ics
from adapters.mail.tickets.pdf import ticket_pdf
from adapters.mail.tickets.press import Press
from adapters.mail.tickets.press_process import PressProcess
from adapters.mail.tickets.sheet import TicketSheet, sheet_of
from adapters.worker.threads import Threads
from ledger.order.order import Order
from ledger.order.stamps import (
    CancellationWithdrawn,
    Cancelled,
    Cause,
    Letter,
    SeatsReleased,
    TicketsIssued,
)
from tests.kits.letter_orders import (
    BASE,
    MOVED,
    ORDER,
    PAGE,
    PAYMENT,
    PLACED,
    REFUND,
    REQUEST,
    order,
    ticketed,
)

GONE = (REQUEST, Cancelled(cause=Cause.STAFF)), (REQUEST, SeatsReleased())
BACK = (REQUEST, CancellationWithdrawn(cancellation=REQUEST, approver="boss"))


def paid(about: Order, letter: Letter = Letter.PAID, **more: Any) -> RenderedLetter:
    files = Press().attachments
    cause = more.get("cause", PAYMENT)
    return render(about, letter, correlation_id=cause, number=17, base_url=BASE, files=files)


def parsed(letter: RenderedLetter) -> EmailMessage:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    raw = compose(letter, "<1@tickets.example>", mail_from="tickets@tickets.example", at=at)
    return message_from_bytes(raw, policy=policy.default)


def test_the_letter_brings_its_tickets_and_the_event():
    about = ticketed()
    message = parsed(paid(about))
    files = {one.get_filename(): one for one in message.iter_attachments()}
    assert [*files] == ["tickets.pdf", "event.ics"]
    made = sheet_of(about)
    assert made is not None
    assert files["tickets.pdf"].get_content() == ticket_pdf(made)
    assert files["event.ics"].get_content_type() == "text/calendar"
    assert "BEGIN:VEVENT" in files["event.ics"].get_content()
    body = message.get_body(("plain",))
    assert body is not None
    assert "Your tickets are attached as a PDF" in body.get_content()


def test_it_says_where_they_are_found_and_is_about_tickets():
    letter = paid(ticketed())
    assert letter.subject == "Your tickets, order #000423"
    assert PAGE in letter.text
    assert PAGE in letter.html


def test_sent_again_it_brings_the_same_bytes():
    assert paid(ticketed()) == paid(ticketed())


def test_a_letter_about_seats_that_are_gone_brings_nothing_and_says_nothing_of_tickets():
    letter = paid(ticketed(PLACED, *GONE))
    assert letter.attachments == ()
    assert "attached" not in letter.text
    assert letter.subject == "Confirmation of your order #000423"


def test_a_cancellation_that_was_our_mistake_brings_the_same_tickets_again():
    about = ticketed(PLACED, *GONE, BACK)
    letter = paid(about, Letter.CORRECTION, cause=about.withdrawals[0].under)
    assert "Your tickets are attached" in letter.text
    assert letter.attachments == paid(ticketed()).attachments


def test_an_erased_person_s_letter_brings_none():
    closed = TicketsIssued(hashes=("a", "b"))
    letter = paid(order((PAYMENT, closed), placed=PLACED))
    assert letter.attachments == ()


def unfolded(ics: bytes) -> list[str]:
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    return ics.decode().replace("\r\n ", "").split("\r\n")


def test_the_event_is_as_calendars_want_it():
    lines = unfolded(event_ics(ticketed()))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20270205T100000Z" in lines
    assert "SUMMARY:Winterfest 2027" in lines
    assert "DTEND:20270207T210000Z" in lines
    assert "LOCATION:Old Harbour Park\\, Satamakatu 1\\, 00160 Helsinki" in lines
    assert not any(str(ORDER) in line for line in lines)


def test_what_means_something_to_calendars_is_written_as_text():
    name = {"en": "Tom, Dick; and\\or\nHarry: " + "ä" * 60}
    lines = unfolded(event_ics(ticketed(replace(PLACED, shop_name=name))))
    assert "SUMMARY:Tom\\, Dick\\; and\\\\or Harry: " + "ä" * 60 in lines


def test_when_the_start_is_moved_the_codes_stay_and_the_new_time_is_on_them():
    before, moved = ticketed(), ticketed(PLACED, (REFUND, MOVED))
    old, new = sheet_of(before), sheet_of(moved)
    assert old is not None
    assert new is not None
    assert old.tickets == new.tickets
    assert old.facts != new.facts
    # Doors and end move along.
    assert new.facts[0] == ("When", "10 April 2027 at 17:30, doors open at 16:30")
    lines = unfolded(event_ics(moved))
    assert {"SEQUENCE:1", "DTSTART:20270410T143000Z"} <= {*lines}
    assert [one for one in lines if one.startswith("UID:")] == [
        one for one in unfolded(event_ics(before)) if one.startswith("UID:")
    ]


class Counted:
    """Prints, and knows how often."""

    def __init__(self) -> None:
        self.printed: list[TicketSheet] = []
        self.broken = False

    def __call__(self, sheet: TicketSheet) -> bytes:
        self.printed.append(sheet)
        if self.broken:
            raise RuntimeError("no ink")
        return b"%PDF"


def a_sheet() -> TicketSheet:
    made = sheet_of(ticketed())
    assert made is not None
    return made


def test_what_was_printed_ahead_is_not_printed_again():
    counted = Counted()
    press = Press(counted, executor=Threads(most=1, name="tickets"))
    press.ahead(a_sheet())
    assert {press.pdf(a_sheet()) for _ in range(5)} == {b"%PDF"}
    assert len(counted.printed) == 1


def test_what_could_not_be_printed_is_tried_again():
    counted = Counted()
    for press in (Press(counted), Press(counted, executor=Threads(most=1, name="tickets"))):
        counted.broken = True
        with pytest.raises(RuntimeError, match="no ink"):
            press.pdf(a_sheet())
        counted.broken = False
        assert press.pdf(a_sheet()) == b"%PDF"


def test_a_process_beside_prints_the_same_and_is_replaced_when_it_dies():
    beside = PressProcess()
    try:
        assert beside(a_sheet()) == ticket_pdf(a_sheet())
        first = beside.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert beside(a_sheet()) == ticket_pdf(a_sheet())
        assert beside(a_sheet()) == ticket_pdf(a_sheet())
        assert beside.pid not in (None, first)
    finally:
        beside.close()
