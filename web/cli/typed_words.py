"""Words that are typed: text that a database can hold, of a length that a person types."""

from collections.abc import Sequence
from unicodedata import category

import click

_BLANKS = "\t\n"
_LONGEST = 1_000
_LONGEST_REASON = 500


def require_text(arguments: Sequence[str]) -> None:
    """Raises `click.UsageError` for what no shell of ours, file or database takes for text."""
    if not all(_is_text(one) for one in arguments):
        raise click.UsageError("An argument holds bytes that are no text (UTF-8).")


def _is_text(typed: str) -> bool:
    """Neither control characters, nor what stands for bytes that are no UTF-8."""
    return all(category(one) not in ("Cc", "Cs") or one in _BLANKS for one in typed)


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
