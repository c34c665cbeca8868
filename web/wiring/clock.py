"""The clock, which a file may move for demos and acceptance tests (SPEC O0)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from web.wiring.settings import SettingWrong


def clock(file: Path | None) -> Callable[[], datetime]:
    """What time it is, in UTC, shifted by the seconds the file holds at each look."""
    if file is None:
        return lambda: datetime.now(UTC)
    return lambda: datetime.now(UTC) + _offset(file)


def _offset(file: Path) -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text().strip() or 0))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, OverflowError, OSError) as error:
        raise SettingWrong("STAMPLEDGER_CLOCK_FILE", "must hold a number of seconds") from error
