"""Which letters tickets are written in: every reader's own Helvetica, else a font that goes along.

A name may hold any sign there is. One that no font here has is seen as a box, never left out.
"""

from functools import cache, lru_cache
from pathlib import Path
from unicodedata import normalize

from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

_FILES = Path(__file__).parent / "fonts"
_PLAIN = {False: "Helvetica", True: "Helvetica-Bold"}
_WIDE = {False: "DejaVuSans", True: "DejaVuSans-Bold"}
_BOX = "\N{WHITE SQUARE}"


def written(text: str, *, bold: bool) -> tuple[str, str]:
    """The text as it can be drawn, and the font that draws it."""
    composed = normalize("NFC", text)
    try:
        composed.encode("cp1252")
    except UnicodeEncodeError:
        known = _known(bold)
        return "".join(sign if ord(sign) in known else _BOX for sign in composed), _WIDE[bold]
    return composed, _PLAIN[bold]


@lru_cache(maxsize=1024)
def width_of(text: str, *, bold: bool, size: float) -> float:
    """In points. Most of what stands on a ticket stands on all of its event."""
    drawn, font = written(text, bold=bold)
    return float(stringWidth(drawn, font, size))


@cache
def _known(bold: bool) -> frozenset[int]:
    """The signs that the font which goes along can draw."""
    font = TTFont(_WIDE[bold], str(_FILES / f"{_WIDE[bold]}.ttf"))
    registerFont(font)
    return frozenset(font.face.charToGlyph)
