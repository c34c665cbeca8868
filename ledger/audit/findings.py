"""What an auditor found: the law that was broken, and where."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken law. `law` is its number in the design, or the statement of the specification.

    `position` and `stream` are None where a finding is about the ledger as a whole.
    `text` tells what is wrong, impersonally.
    """

    law: str
    position: int | None
    stream: UUID | None
    text: str


# A finding at its place: the position of the row where it was made, and the rank of its check.
Found = tuple[int, int, Finding]
