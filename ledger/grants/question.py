"""What the keeper of a voucher was asked to do, try by try, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that is asked for. `asked` says when each try began, `failed` its refusal's code.

    News may come in any order: what was done is done, whatever was refused before or after.
    """

    asked: Mapping[int, datetime] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)
    failed_at: Mapping[int, datetime] = field(default_factory=dict)
    for_people: frozenset[int] = frozenset()
    again_after: int = 0
    done: bool = False

    @property
    def last_try(self) -> int:
        """0 before the first."""
        return max((*self.asked, *self.failed), default=0)

    @property
    def open(self) -> bool:
        """The last try has no answer: it may have been done."""
        last = self.last_try
        return last > 0 and not self.done and last not in self.failed

    @property
    def code(self) -> str:
        """Why the last try was refused; empty where it was not."""
        return "" if self.done else self.failed.get(self.last_try, "")

    @property
    def waits_for_people(self) -> bool:
        """It was refused in a way that only a person can mend, and none has asked again."""
        last = self.last_try
        return not self.done and last in self.for_people and last > self.again_after

    def tried(self, number: int, at: datetime) -> "Question":
        """After an intent."""
        return replace(self, asked={**self.asked, number: self.asked.get(number, at)})

    def refused(self, number: int, code: str, at: datetime, *, permanent: bool) -> "Question":
        """After a refusal."""
        return replace(
            self,
            failed={**self.failed, number: code},
            failed_at={**self.failed_at, number: at},
            for_people=self.for_people | {number} if permanent else self.for_people,
        )

    def wanted_again(self, after_try: int) -> "Question":
        """After staff asked for another try."""
        return replace(self, again_after=max(self.again_after, after_try))

    def answered(self) -> "Question":
        """After it was done."""
        return replace(self, done=True)
