"""Strikes at the line of some files that is reached as the so-and-so-manieth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


# Who is heard of outside: the ledger, whoever keeps the vouchers, the mailbox.
VOUCHER_EFFECTS = (
    ("append", "/adapters/store/ledger.py"),
    ("handle_request", "/httpx2/_transports/default.py"),
    ("send", "/tests/kits/voucher_process.py"),
)


@dataclass
class KillPoints:
    """For `sys.settrace`: at which of their lines a process is to be killed.

    What it leaves behind follows from what was heard of it outside before. So a line that comes
    again before anything else is heard is the same place; after that it is another one. `points`
    are the numbers that an `Axe` counts, by how much was heard.
    """

    files: Sequence[str]
    effects: Sequence[tuple[str, str]]
    lines: int = 0
    heard: int = 0
    points: dict[tuple[int, str, int], int] = field(default_factory=dict)

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        file = frame.f_code.co_filename
        if event == "call":
            name = frame.f_code.co_name
            self.heard += any(name == one and file.endswith(at) for one, at in self.effects)
        if not any(part in file for part in self.files):
            return None
        if event == "line":
            self.lines += 1
            self.points.setdefault((self.heard, file, frame.f_lineno), self.lines)
        return self
