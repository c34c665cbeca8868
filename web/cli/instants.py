"""Times as people give them to commands: RFC 3339, or a date."""

import re
from datetime import UTC, datetime

import click

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
