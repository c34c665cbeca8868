"""A code for machines: QR and Code 128, as what a PDF draws."""

import segno
from reportlab.graphics.barcode.code128 import Code128

_LEVEL, _MASK = "q", 2


def qr_modules(code: str) -> tuple[int, str]:
    """How many modules a side has, and rectangles of whole modules, the first row at the top.

    A quarter of it may be dirty or torn. The bits of a code are random already: no mask does
    better than another, and looking for one would take most of the time.
    """
    rows = segno.make(code, error=_LEVEL, micro=False, mask=_MASK, boost_error=False).matrix
    found = []
    for above, row in enumerate(rows, 1):
        start = 0
        for column, dark in enumerate((*row, 0)):
            if not dark:
                if column > start:
                    found.append(f"{start} {len(rows) - above} {column - start} 1 re")
                start = column + 1
    return len(rows), " ".join(found)


def bar_modules(code: str) -> str:
    """A rectangle of height 1 for each bar, in modules (ISO/IEC 15417)."""
    drawn = Code128(code)
    drawn.validate()
    drawn.encode()
    at, bars = 0, []
    for sign in drawn.decompose():
        width = ord(sign.lower()) - ord("a") + 1
        if sign.isupper():
            bars.append(f"{at} 0 {width} 1 re")
        at += width
    return " ".join(bars)


def ticket_svg(code: str, title: str) -> str:
    """The square for a page, on white also where the page is dark."""
    drawn = segno.make_qr(code, error="m")
    look = {"dark": "#000", "light": "#fff", "omitsize": True}
    return drawn.svg_inline(scale=6, border=4, title=title, **look)
