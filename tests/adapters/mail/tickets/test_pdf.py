"""Tickets are looked at as a picture, and their codes read as a door reads them."""

from dataclasses import replace
from functools import partial

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.tickets.pdf import PER_PAGE, folded, shortened, ticket_pdf
from adapters.mail.tickets.sheet import PrintedTicket, TicketSheet, sheet_of
from adapters.mail.tickets.typefaces import width_of, written
from ledger.tickets.code import in_groups
from tests.kits.examples import examples
from tests.kits.letter_orders import PLACED, order, ticketed
from tests.kits.ticket_codes import codes

# 144 dots to an inch: what a phone shows of a page, and half of what the worst printer prints.
_SCALE = 2


def sheet(count: int = 2, *, event: str = "Winterfest 2027", title: str = "Weekend") -> TicketSheet:
    numbered = enumerate(codes(count), 1)
    return TicketSheet(
        language="en",
        title="Tickets of order #000423",
        event=event,
        order="#000423",
        seller="Winterfest ry",
        facts=(("When", "5 February 2027 at 12:00"),),
        labels=("Order", "Ticket"),
        rule="This code lets one person in, once. Show it to nobody else.",
        tickets=[
            PrintedTicket(code=one.code, title=title, number=f"{number} of {count}")
            for number, one in numbered
        ],
    )


def pages_of(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return [*pypdfium2.PdfDocument(pdf)]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages_of(pdf))


def read(page: pypdfium2.PdfPage, *, scale: float = _SCALE) -> list[tuple[str, str]]:
    found = zxingcpp.read_barcodes(page.render(scale=scale).to_pil())
    return sorted((one.format.name, one.text) for one in found)


def test_every_ticket_is_read_twice_from_the_picture_of_its_page():
    made = sheet(PER_PAGE + 1)
    pages = pages_of(ticket_pdf(made))
    parts = made.tickets[:PER_PAGE], made.tickets[PER_PAGE:]
    for page, tickets in zip(pages, parts, strict=True):
        both = [(kind, one.code) for one in tickets for kind in ("Code128", "QRCode")]
        assert [(kind.replace(" ", ""), code) for kind, code in read(page)] == sorted(both)


@pytest.mark.parametrize("scale", [1, 4])
def test_they_are_read_from_a_small_screen_and_from_a_good_printer(scale):
    page, *_ = pages_of(ticket_pdf(sheet(PER_PAGE)))
    found = {code for _, code in read(page, scale=scale)}
    assert found == {one.code for one in codes(PER_PAGE)}


def test_people_read_the_code_in_groups():
    said = text_of(ticket_pdf(sheet()))
    assert all(in_groups(one.code) in said for one in codes(2))
    for words in ("Winterfest 2027", "Weekend", "5 February 2027 at 12:00", "#000423", "2 of 2"):
        assert words in said


def test_the_same_sheet_is_the_same_bytes_and_another_one_is_not():
    assert ticket_pdf(sheet()) == ticket_pdf(sheet())
    assert sheet().content_hash == sheet().content_hash != sheet(3).content_hash


def test_names_in_many_writings_are_there_and_what_no_font_has_is_seen():
    said = text_of(
        ticket_pdf(sheet(event="Ääkkösiä Łódź Фестиваль Ελλάδα 5 €", title="漢字 jatkot"))
    )
    assert "Ääkkösiä Łódź Фестиваль Ελλάδα 5 €" in " ".join(said.split())
    assert "□□ jatkot" in said


def test_an_accent_that_stands_by_itself_is_put_onto_its_letter():
    assert written("A\u0308iti", bold=False) == ("Äiti", "Helvetica")


@examples(60)
@given(st.text(min_size=1, max_size=250))
def test_no_sign_is_left_out_without_a_trace(text):
    drawn, _ = written(text, bold=True)
    assert len(drawn) >= len(text.split()) > 0 or not text.split()
    lines = folded(text, size=10)
    assert "".join(lines).replace(" ", "") == "".join(text.split())


@examples(40)
@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=250), st.booleans())
def test_lines_fit_into_their_room(text, bold):
    fits = partial(width_of, bold=bold, size=10)
    lines = folded(text, size=10, bold=bold, room=100)
    lines.append(shortened(text, size=10, bold=bold, room=100))
    assert all(fits(line) <= 100 for line in lines)


@examples(15)
@given(st.text(min_size=1, max_size=250), st.text(min_size=1, max_size=250))
def test_whatever_the_names_the_codes_can_be_read(event, title):
    (page,) = pages_of(ticket_pdf(sheet(1, event=event, title=title)))
    assert {code for _, code in read(page)} == {codes(1)[0].code}


def test_what_an_order_has_for_tickets_stands_on_its_sheet():
    made = sheet_of(ticketed())
    assert made is not None
    assert [one.title for one in made.tickets] == ["Weekend ticket", "Weekend ticket"]
    assert [one.number for one in made.tickets] == ["1 of 2", "2 of 2"]
    assert made.facts == (
        ("When", "5 February 2027 at 12:00, doors open at 11:00"),
        ("Where", "Old Harbour Park, Satamakatu 1, 00160 Helsinki"),
    )


def test_an_order_whose_shop_told_no_place_has_a_sheet_as_ever():
    made = sheet_of(ticketed(replace(PLACED, visit=None)))
    assert made is not None
    assert made.facts == (("When", "5 February 2027 at 12:00"),)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Show it to nobody else"), ("fi", "Älä näytä sitä muille"), ("sv", "Visa den inte")],
)
def test_tickets_speak_the_language_of_their_order(language, words):
    made = sheet_of(ticketed(replace(PLACED, language=language)))
    assert made is not None
    assert words in " ".join(text_of(ticket_pdf(made)).split())


def test_nothing_personal_stands_on_them():
    made = sheet_of(ticketed())
    assert made is not None
    said = text_of(ticket_pdf(made))
    for personal in ("Ada", "Lovelace", "ada@example.org", "7946"):
        assert personal not in said


def test_an_order_without_valid_tickets_has_no_sheet():
    assert sheet_of(order()) is None
