"""An address that news of a shop goes to, or not: folded, asked, and told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID, uuid4

from ledger.kernel.events import Draft, Foreign, Recorded, derived
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, StampStore
from ledger.news.stamps import NewsAddressed, NewsDeclined, NewsStamp, NewsWanted, reader_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsReader:
    """An address of a shop as it stands."""

    id: UUID
    version: int = 0
    declined: bool = False
    mailings: frozenset[UUID] = frozenset()

    def wants(self, mailing: UUID) -> bool:
        """Whether a letter to buyers goes to this address, for the first time."""
        return not self.declined and mailing not in self.mailings


class NotWanted(Exception):
    """The address wants no news, or has this letter already."""


def fold_reader(id: UUID, history: Iterable[Recorded[object]]) -> NewsReader:
    """The address as it stands after these stamps."""
    reader = NewsReader(id=id)
    for recorded in history:
        reader = evolve_reader(reader, recorded)
    return reader


def evolve_reader(reader: NewsReader, recorded: Recorded[object]) -> NewsReader:
    """The address after one more stamp."""
    reader, stamp = replace(reader, version=recorded.version), recorded.stamp
    if not isinstance(stamp, NewsStamp):
        raise Foreign(stamp)
    match stamp:
        case NewsAddressed():
            return replace(reader, mailings=reader.mailings | {stamp.mailing})
        case NewsDeclined():
            return replace(reader, declined=True)
        case NewsWanted():
            return replace(reader, declined=False)
        case _:
            assert_never(stamp)


class NewsReaders:
    """The addresses of all shops."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, shop: UUID, email_index: str) -> NewsReader:
        """An address by its keyed hash."""
        id = reader_id(shop, email_index)
        return fold_reader(id, self._store.read(id))

    def addressed(
        self, shop: UUID, email_index: str, *, mailing: UUID, order: UUID, actor: str
    ) -> Callable[[], Append]:
        """What claims a letter for an address, in the append of the order that it goes out by.

        Raises `NotWanted` when it is asked for.
        """

        def beside() -> Append:
            reader = self.get(shop, email_index)
            if not reader.wants(mailing):
                raise NotWanted
            stamp = NewsAddressed(mailing=mailing, order=order)
            cause = derived(mailing, str(reader.id))
            draft: Draft[object] = Draft(
                stream=reader.id, stamp=stamp, correlation_id=cause, actor=actor
            )
            return Append(drafts=[draft], expected={reader.id: reader.version})

        return beside

    def choose(
        self, shop: UUID, email_index: str, *, wanted: bool, order: UUID, actor: str
    ) -> NewsReader:
        """They want news from now on, or none; asked again it changes nothing."""

        def attempt() -> NewsReader | Conflict:
            reader = self.get(shop, email_index)
            if reader.declined is not wanted:
                return reader
            stamp = NewsWanted(order=order) if wanted else NewsDeclined(order=order)
            draft: Draft[object] = Draft(
                stream=reader.id, stamp=stamp, correlation_id=uuid4(), actor=actor
            )
            (outcome,) = self._store.append(
                Append(drafts=[draft], expected={reader.id: reader.version})
            )
            if isinstance(outcome, Conflict):
                return outcome
            assert isinstance(outcome, Appended), outcome
            return self.get(shop, email_index)

        return again_on_conflict(reader_id(shop, email_index), attempt)
