"""Strikes at the line of some files that is reached as the so-and-so-manieth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class Axe:
    """For `sys.settrace`. `files` are parts of the names of the files whose lines count."""

    at: int
    files: Sequence[str]
    strike: Callable[[], object]
    lines: int = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        if not any(part in frame.f_code.co_filename for part in self.files):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                self.strike()
        return self


# What is ours between a person who confirmed and a voucher in their mailbox.
VOUCHER_PATH = (
    "/ledger/grants/",
    "/adapters/providers/pretix/",
    "/reactors/people_vouchers",
    "/reactors/voucher_lane",
    "/reactors/grant_letters",
)
