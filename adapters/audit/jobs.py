"""What the processes of one verification say to each other, besides reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is told first: where the ledger is, and which of so many shares is its own.

    `patience` is how many seconds it outlasts an outage of the database.
    """

    url: str
    share: int
    of: int
    hashes_only: bool
    patience: float


@dataclass(frozen=True, slots=True)
class Failed:
    """What a process says last, if it cannot go on."""

    text: str


# After one position and up to another.
Window = tuple[int, int]
