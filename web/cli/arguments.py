"""What is typed, read strictly: words and times."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import click

# Control characters but the tabulator and the end of a line, and what stands for bytes that are
# no UTF-8: the categories Cc and Cs of Unicode.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST = 1_000
_LONGEST_REASON = 500


def require_text(arguments: Sequence[str]) -> None:
    """Raises `click.UsageError` for what no shell of ours, file or database takes for text."""
    if not all(_is_text(one) for one in arguments):
        raise click.UsageError("An argument holds bytes that are no text (UTF-8).")


def _is_text(typed: str) -> bool:
    return _NO_TEXT.search(typed) is None


class Word(click.ParamType[str]):
    """Some text."""

    name = "text"

    def __init__(self, *, longest: int = _LONGEST) -> None:
        self._longest = longest

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value)
        if not text.strip() or len(text) > self._longest or not _is_text(text):
            self.fail(f"1 to {self._longest} characters of text are expected", param, ctx)
        return text


def checked_reason(reason: str) -> str:
    """Why, as a person may say it; it is kept sealed. Raises `click.UsageError`."""
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise click.UsageError(f"--reason has 1 to {_LONGEST_REASON} characters.")
    return reason


_FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?"
)
LIKE = "a time like 2026-11-29T20:00:00Z, or a date like 2026-11-29"


def instant(text: str) -> datetime:
    """The moment in UTC. Without a zone it is UTC; a date is its first moment.

    >>> instant("2026-11-29T22:00:00+02:00").isoformat()
    '2026-11-29T20:00:00+00:00'

    Raises `ValueError`.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(LIKE)
    written = re.sub(r"[.,](\d{1,6})\d*", lambda part: f".{part[1]:0<6}", text.upper())
    when = datetime.fromisoformat(written)
    try:
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(LIKE) from error


class Instant(click.ParamType[datetime]):
    """A moment, given to a command."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment in UTC; else a sentence about what a time looks like, and exit status 2."""
        if isinstance(value, datetime):
            return value
        try:
            return instant(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is not {LIKE}.", param, ctx)
