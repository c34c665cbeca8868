"""What a letter says before it is laid out, what comes out of it, and how plain text is folded."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from ledger.kernel.money import Money, VatShare
from ledger.order.stamps import Line

WIDTH = 66
# Characters: longer words may be broken, after so many.
_LONG, _RUN = 24, 18


def fold(text: str, indent: str = "") -> str:
    """A paragraph broken into lines; addresses stay whole."""
    if _is_one_line(text, WIDTH - len(indent)):
        return indent + text
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def breakable(text: str) -> Markup:
    """For HTML: long runs, such as bar codes, may be broken, and are copied as one.

    >>> str(breakable("FI37 1234567890123456789012345"))
    'FI37 123456789012345678<wbr>9012345'
    """
    if len(text) <= _LONG:
        return escape(text)
    words = (_runs(word) for word in text.split(" "))
    runs = (Markup("<wbr>").join(parts) for parts in words)
    return Markup(" ").join(runs)


def _runs(word: str) -> list[str]:
    if len(word) <= _LONG:
        return [word]
    return [word[at : at + _RUN] for at in range(0, len(word), _RUN)]


def one_line(text: str) -> str:
    """Text for a header or a ticket: whatever is not printable becomes a space."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def pair(label: str, value: str) -> str:
    """A label on the left, its value flush right; a long label is folded above it."""
    room = max(WIDTH - len(value) - 2, 20)
    wrapped = [label] if _is_one_line(label, room) else _folded_label(label, room)
    *above, last = wrapped or [""]
    return "\n".join((*above, f"{last}{' ' * max(WIDTH - len(last) - len(value), 2)}{value}"))


def _is_one_line(text: str, room: int) -> bool:
    """Most are, and folding them would change nothing."""
    return 0 < len(text) <= room and text.isprintable() and text[0] != " " != text[-1]


def _folded_label(label: str, room: int) -> list[str]:
    return textwrap.wrap(label, room, subsequent_indent="  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that travels with a letter. `name` is what the HTML calls it."""

    name: str
    png: bytes
    side: int
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes along with a letter. `kind` is its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedLetter:
    """A letter ready to be sent. `to` is empty once the person was erased: then nobody is left.

    `unsubscribe` is the address that takes no more of them back by one press (RFC 8058).
    """

    subject: str
    text: str
    html: str
    to: str
    reply_to: str
    from_name: str
    pictures: Sequence[Picture] = ()
    attachments: Sequence[Attachment] = ()
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one thing that the reader can do from here. `note` is the sentence above the button."""

    label: str
    url: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The figures of a letter: which lines it shows, what they come to, what VAT is in it.

    `extra` are rows of their own under the sum, such as a fee that was kept back. `pieces` are
    shown in place of all that was ordered.
    """

    sum_label: str
    total: Money
    vat: Sequence[VatShare] = ()
    lines: bool = True
    pieces: Sequence[Line] = ()
    extra: Sequence[tuple[str, Money]] = ()


# A paragraph of the shop's own: its lines, in pieces of a text and the address that it leads to.
Passage = Sequence[Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A letter in words. `mark` is the word of its stamp, `facts` are labelled values.

    `tickets` says that it speaks of the order's tickets, which then go along; `timed` that it tells
    times, whose zone it then names. `opening` and `closing` are the shop's own words.
    """

    subject: str
    mark: str
    tone: str
    heading: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    statement: Statement | None = None
    action: Action | None = None
    notes: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tickets: bool = False
    timed: bool = True
    opening: Sequence[Passage] = ()
    closing: Sequence[Passage] = ()
