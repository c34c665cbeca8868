"""What single values of a shop must be: texts that can be seen and read, moments, counts."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ledger.shop import limits

Path = tuple[str | int, ...]

_LANGUAGE = re.compile(r"[a-z]{2,3}")
# Characters that turn the direction of what follows, or that nobody sees.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
# Letters and signs by their category that show nothing: fillers and the blank Braille cell.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_TOO_MARKED = re.compile(f"1{{{limits.MARKS + 1}}}")
_SEVERAL_LINES = frozenset("\n\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One value that cannot be: where it stands, what it is, and what would be right.

    `right` has places for `values`, as in %(most)s, so that it can be said in other languages.
    `rests_on` are other values that the rule looked at: where one of those is not known, neither
    is this.
    """

    path: Path
    found: object
    right: str
    values: Mapping[str, object] = field(default_factory=dict)
    rests_on: tuple[Path, ...] = ()

    @property
    def told(self) -> str:
        """What would be right, with its values in their places."""
        return self.right % self.values if self.values else self.right


Faults = Iterator[Fault]


def moment_faults(path: Path, moment: datetime) -> Faults:
    """A moment that has a time zone and that pages can tell."""
    if moment.tzinfo is None or not limits.EARLIEST <= moment < limits.LATEST:
        right = "a moment from %(first)s to %(last)s"
        values = {"first": limits.EARLIEST.year, "last": limits.LATEST.year - 1}
        yield Fault(path=path, found=moment.isoformat(), right=right, values=values)


def count_faults(path: Path, count: int, most: int) -> Faults:
    """No more of them than `most`."""
    if count > most:
        yield Fault(path=path, found=count, right="at most %(most)s of them", values={"most": most})


def texts_faults(
    path: Path,
    texts: Mapping[str, str],
    most: int,
    *,
    needed: bool = False,
    lines: bool = False,
) -> Faults:
    """A text by language, each as `text_faults` wants it; `needed`: in one language at least."""
    yield from count_faults(path, len(texts), limits.LANGUAGES)
    if needed and not texts:
        yield Fault(path=path, found="", right="a text in at least one language")
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            right = "a language of two or three small letters, such as fi"
            yield Fault(path=(*path, language), found=language, right=right)
        yield from text_faults((*path, language), text, most, needed=True, lines=lines)


def text_faults(
    path: Path, text: str, most: int, *, needed: bool = False, lines: bool = False
) -> Faults:
    """A text of at most so many characters, on one line unless `lines`."""
    if needed and not any(map(_visible, text)):
        yield Fault(path=path, found=text, right="a text that can be seen")
    if _TOO_MARKED.search(_marks_of(text)):
        right = "at most %(most)s accents on one letter"
        yield Fault(path=path, found=text, right=right, values={"most": limits.MARKS})
    if len(text) > most:
        right = "at most %(most)s characters"
        yield Fault(path=path, found=text, right=right, values={"most": most})
    allowed = _SEVERAL_LINES if lines else frozenset[str]()
    if any(unfit(one) for one in {*text} - allowed):
        right = "a text without control characters"
        right = right if lines else "a text without control characters, on one line"
        yield Fault(path=path, found=text, right=right)


def unfit(letter: str) -> bool:
    """A character that no text of a shop may hold: controls, halves of others, unseen ones."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Co") or bool(_UNSEEN.match(letter))


def _visible(letter: str) -> bool:
    """A letter, figure, sign or symbol. Marks and joiners alone show nothing."""
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _BLANK


def _marks_of(text: str) -> str:
    """One figure for each character: 1 for a mark that stands on the letter before it."""
    return "".join("01"[unicodedata.category(one) == "Mn"] for one in text)


_SLUG = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{limits.SLUG - 1}}}")


def slug_faults(path: Path, slug: str) -> Faults:
    """What is no word of an address."""
    if not _SLUG.fullmatch(slug):
        right = "small letters, digits and hyphens, at most %(most)s, no hyphen first"
        yield Fault(path=path, found=slug, right=right, values={"most": limits.SLUG})
