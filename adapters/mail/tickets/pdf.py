"""Tickets as a PDF: A4, three on a page, none of them cut. The same sheet is the same bytes.

Black on white and thin lines: a printer without colour and a phone in the dark show the same.
"""

from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from adapters.mail.tickets.machine_codes import bar_modules, qr_modules
from adapters.mail.tickets.sheet import PrintedTicket, TicketSheet
from adapters.mail.tickets.typefaces import width_of, written
from ledger.tickets.code import in_groups

PER_PAGE = 3
# Streams are bytes, as every reader takes them since long: a tenth of the time goes to the rest.
rl_config.useA85 = 0
_WIDE, _HIGH = A4
_EDGE, _HEIGHT, _GAP, _TOP = 14 * mm, 84 * mm, 5 * mm, 22 * mm
_STUB, _PAD = 56 * mm, 8 * mm
_TEXT = _WIDE - 2 * _EDGE - _STUB - 2 * _PAD
# Around both stands more white than their standards ask for: 4 and 10 modules.
_QR_MODULE, _BAR_MODULE, _BAR_HEIGHT = 1.8 * mm, 0.42 * mm, 14 * mm
_SMALLEST = 9.0
_INK, _SOFT, _LINE = (0.10, 0.11, 0.14), (0.36, 0.39, 0.45), (0.72, 0.70, 0.66)


def ticket_pdf(sheet: TicketSheet) -> bytes:
    """All tickets of a sheet."""
    file = BytesIO()
    # `invariant`: no time, no random name. What was sent once is sent again byte for byte.
    page = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang=sheet.language)
    page.setTitle(f"{sheet.event} · {sheet.title}")
    page.setAuthor(sheet.seller)
    pages = [sheet.tickets[at : at + PER_PAGE] for at in range(0, len(sheet.tickets), PER_PAGE)]
    for number, some in enumerate(pages, 1):
        words = page.beginText()
        _head(words, sheet, f"{number} / {len(pages)}")
        for place, ticket in enumerate(some):
            top = _HIGH - _TOP - place * (_HEIGHT + _GAP)
            _ticket(page, words, sheet, ticket, left=_EDGE, bottom=top - _HEIGHT)
        page.drawText(words)
        page.showPage()
    page.save()
    return file.getvalue()


def _head(words: PDFTextObject, sheet: TicketSheet, number: str) -> None:
    line = _HIGH - 15 * mm
    room = _WIDE - 2 * _EDGE - 20 * mm
    said = shortened(f"{sheet.seller} · {sheet.title}", size=9, room=room)
    _say(words, said, _EDGE, line, size=9, ink=_SOFT)
    _say(words, number, _WIDE - _EDGE - width_of(number, bold=False, size=9), line, 9, ink=_SOFT)


def _ticket(
    page: Canvas,
    words: PDFTextObject,
    sheet: TicketSheet,
    ticket: PrintedTicket,
    *,
    left: float,
    bottom: float,
) -> None:
    width = _WIDE - 2 * _EDGE
    page.setStrokeColorRGB(*_LINE)
    page.setLineWidth(0.7)
    page.roundRect(left, bottom, width, _HEIGHT, 3 * mm)
    stub = left + width - _STUB
    page.setDash(1.5, 2.5)
    page.line(stub, bottom, stub, bottom + _HEIGHT)
    page.setDash()
    _words(words, sheet, ticket, left=left + _PAD, top=bottom + _HEIGHT - _PAD)
    _bars(page, ticket.code, left=left + _PAD, bottom=bottom + _PAD)
    code = in_groups(ticket.code)
    _say(words, code, left + _PAD, bottom + _PAD, size=12, bold=True, spaced=1.2)
    _square(page, words, sheet, ticket, left=stub, bottom=bottom)


def _words(
    words: PDFTextObject, sheet: TicketSheet, ticket: PrintedTicket, *, left: float, top: float
) -> None:
    """From the top down; whatever its length, it ends above the bars."""
    top = _block(words, sheet.event, left, top, size=17, bold=True) - 2 * mm
    top = _block(words, ticket.title, left, top, size=12.5, bold=False) - 4 * mm
    if ticket.holder:
        said = shortened(ticket.holder, size=12.5, room=_TEXT, bold=True)
        _say(words, said, left, top - 9, size=12.5, bold=True)
        top -= 7 * mm
    number = (sheet.labels[0], sheet.order)
    _fact(words, *number, left=left + _TEXT - 24 * mm, top=top, room=24 * mm)
    for place, (label, value) in enumerate(sheet.facts):
        room = _TEXT - 26 * mm if place == 0 else _TEXT
        _fact(words, label, value, left=left, top=top - place * 9 * mm, room=room)


def _fact(
    words: PDFTextObject, label: str, value: str, *, left: float, top: float, room: float
) -> None:
    _say(words, shortened(label, size=7.5, room=room), left, top - 7.5, size=7.5, ink=_SOFT)
    _say(words, shortened(value, size=10.5, room=room), left, top - 7.5 - 13, size=10.5)


def _block(
    words: PDFTextObject, text: str, left: float, top: float, *, size: float, bold: bool
) -> float:
    """Two lines; smaller where they are too few, then three. Returns where it ends."""
    lines = folded(text, size=size, bold=bold)
    while len(lines) > 2 and size > _SMALLEST:
        size = max(size - 1, _SMALLEST)
        lines = folded(text, size=size, bold=bold)
    if len(lines) > 3:
        rest = " ".join(lines[2:])
        lines[2:] = [shortened(rest, size=size, room=_TEXT, bold=bold)]
    for line in lines:
        top -= size * 1.2
        _say(words, line, left, top + size * 0.2, size=size, bold=bold)
    return top


def _bars(page: Canvas, code: str, *, left: float, bottom: float) -> None:
    _modules(page, bar_modules(code), left, bottom + 6 * mm, wide=_BAR_MODULE, high=_BAR_HEIGHT)


def _square(
    page: Canvas,
    words: PDFTextObject,
    sheet: TicketSheet,
    ticket: PrintedTicket,
    *,
    left: float,
    bottom: float,
) -> None:
    modules, dark = qr_modules(ticket.code)
    side = modules * _QR_MODULE
    above = bottom + _HEIGHT - side - 17 * mm
    _modules(page, dark, left + (_STUB - side) / 2, above, wide=_QR_MODULE, high=_QR_MODULE)
    said = f"{sheet.labels[1]} {ticket.number}"
    middle = left + (_STUB - width_of(said, bold=True, size=11)) / 2
    _say(words, said, middle, bottom + _HEIGHT - 11 * mm, size=11, bold=True)
    for place, line in enumerate(folded(sheet.rule, size=7.5, room=_STUB - 8 * mm)[:3]):
        centred = left + (_STUB - width_of(line, bold=False, size=7.5)) / 2
        _say(words, line, centred, above - 10 * mm - place * 10, size=7.5, ink=_SOFT)


def _modules(page: Canvas, dark: str, x: float, y: float, *, wide: float, high: float) -> None:
    """Rectangles in whole modules, which every printer draws as sharp as it can."""
    page.saveState()
    page.setFillColorRGB(0, 0, 0)
    page.translate(x, y)
    page.scale(wide, high)
    page.addLiteral(f"{dark} f")
    page.restoreState()


def _say(
    words: PDFTextObject,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    bold: bool = False,
    ink: tuple[float, float, float] = _INK,
    spaced: float = 0,
) -> None:
    drawn, font = written(text, bold=bold)
    words.setFont(font, size)
    words.setFillColorRGB(*ink)
    words.setTextOrigin(x, y)
    if spaced:
        words.setCharSpace(spaced)
    words.textOut(drawn)
    if spaced:
        words.setCharSpace(0)


def folded(text: str, *, size: float, bold: bool = False, room: float = _TEXT) -> list[str]:
    """Lines that fit; a word that fits into none is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width_of(longer, bold=bold, size=size) <= room:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for sign in word:
            if width_of(lines[-1] + sign, bold=bold, size=size) > room:
                lines.append("")
            lines[-1] += sign
    return lines


def shortened(text: str, *, size: float, room: float, bold: bool = False) -> str:
    """As much as fits, with three dots where something is left out."""
    if width_of(text, bold=bold, size=size) <= room:
        return text
    while text and width_of(f"{text}…", bold=bold, size=size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
