"""What a letter says before it is laid out, and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.kernel.money import Money
from ledger.kernel.vat import VatShare


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that travels with a letter. `name` is what the HTML calls it."""

    name: str
    png: bytes
    side: int
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedLetter:
    """A letter ready to be sent. `to` is empty once the person was erased: then nobody is left."""

    subject: str
    text: str
    html: str
    to: str
    reply_to: str
    from_name: str
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one thing that the reader can do from here. `note` is the sentence above the button."""

    label: str
    url: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The figures of a letter: which lines it shows, what they come to, what VAT is in it.

    `extra` are rows of their own under the sum, such as a fee that was kept back.
    """

    sum_label: str
    total: Money
    vat: Sequence[VatShare] = ()
    lines: bool = True
    extra: Sequence[tuple[str, Money]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A letter in words. `mark` is the word of its stamp, `facts` are labelled values."""

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
