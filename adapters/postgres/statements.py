"""The SQL statements, by the names of their files."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> bytes:
    """The one statement in `sql/NAME.sql`."""
    return (_FOLDER / f"{name}.sql").read_bytes()
