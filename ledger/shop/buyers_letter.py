"""A letter to all buyers of a shop: to whom, in which words, and whether it is being sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.shop.letter_words import LetterWords
from ledger.shop.stamps import MailingStarted, MailingState

_OPEN = (MailingState.RUNNING, MailingState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One letter to buyers. `id` is the correlation id of the stamp that started it."""

    id: UUID
    stamp: MailingStarted
    state: MailingState
    started_at: datetime
    actor: str
    position: int

    @property
    def is_open(self) -> bool:
        """Whether somebody may still get it."""
        return self.state in _OPEN

    @property
    def words(self) -> LetterWords:
        """What stands in each of its letters."""
        return LetterWords(subject=self.stamp.subject, opening=self.stamp.text)


def open_one(mailings: Mapping[UUID, Mailing]) -> Mailing | None:
    """The one that is being sent or paused: there is one at most."""
    return next((one for one in mailings.values() if one.is_open), None)
