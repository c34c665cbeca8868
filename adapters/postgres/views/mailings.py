"""Letters to all buyers that are being sent, and how far they are."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID


class MailingQueries:
    """What pages and the worker ask of letters to buyers."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def running_mailings(self) -> Sequence[str]:
        """The shops whose letter is being sent."""
        return [shop for (shop,) in self._read("views_read_running_mailings")]

    def mailing_letters(self, mailing: UUID) -> Mapping[str, int]:
        """How many of its letters are in which state."""
        return dict(self._read("views_count_mailing", mailing))

    def pages_at(self, position: int) -> bool:
        """Whether the list of orders shows all that was stamped up to there."""
        ((reached,),) = self._read("views_read_pages_position")
        return bool(reached >= position)
