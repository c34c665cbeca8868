"""The SQL statements, by the names of their files: each room keeps its own in `sql/`."""

from functools import cache
from pathlib import Path


@cache
def _files() -> dict[str, Path]:
    """No two rooms have a statement of one name."""
    return {path.stem: path for path in Path(__file__).parent.glob("**/sql/*.sql")}


@cache
def statement(name: str) -> bytes:
    """The one statement in `sql/NAME.sql` of its room."""
    return _files()[name].read_bytes()
