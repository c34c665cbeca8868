"""Wrapped data keys in schema `keys`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from adapters.keys.master_key import Wrapping
from adapters.postgres.ledger.binary import ByteaColumn, digest
from adapters.store.recorder import WrappedKey

Run = Callable[..., list[tuple[Any, ...]]]


class PostgresKeys:
    """The key store of a ledger in PostgreSQL, on its recorder's connections."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def of_subject(self, subject: UUID) -> WrappedKey | None:
        return next((WrappedKey(*row) for row in self._run("read_key_of_subject", subject)), None)

    def by_ids(self, key_ids: Sequence[UUID]) -> Sequence[WrappedKey]:
        return [WrappedKey(*row) for row in self._run("read_keys", [*key_ids])]

    def add(self, keys: Iterable[WrappedKey]) -> None:
        """Outside of a commit of the ledger."""
        rows = [*keys]
        self._run(
            "insert_keys",
            [key.key_id for key in rows],
            [key.subject for key in rows],
            ByteaColumn([key.wrapped for key in rows]),
            [digest(key.wrapped) for key in rows],
        )

    def add_first(self, key: WrappedKey) -> None:
        """Unless its subject has one already."""
        told = digest(key.wrapped)
        self._run("insert_first_key", key.key_id, key.subject, key.wrapped, told)

    def check(self, wrapping: Wrapping) -> None:
        """Raises `SealBroken` when data keys are under a master key that is not known."""
        for key in self.page(UUID(int=0), limit=1):
            wrapping.unwrap(key)

    def count(self) -> int:
        """How many data keys there are."""
        ((number,),) = self._run("count_keys")
        return int(number)

    def page(self, after: UUID, *, limit: int) -> Sequence[WrappedKey]:
        """The next keys by key id."""
        return [WrappedKey(*row) for row in self._run("read_keys_after", after, limit)]

    def replace(self, pairs: Sequence[tuple[WrappedKey, WrappedKey]]) -> None:
        """Each former by its renewed one, unless it changed or was destroyed meanwhile."""
        self._run(
            "renew_keys",
            [former.key_id for former, _ in pairs],
            ByteaColumn([former.wrapped for former, _ in pairs]),
            ByteaColumn([renewed.wrapped for _, renewed in pairs]),
        )
