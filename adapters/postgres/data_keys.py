"""Wrapped data keys in schema `keys`."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from adapters.recording import WrappedKey

Run = Callable[..., list[tuple[Any, ...]]]


class PostgresKeys:
    """The key store of a ledger in PostgreSQL, on its recorder's connections."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def of_subject(self, subject: UUID) -> WrappedKey | None:
        return next((WrappedKey(*row) for row in self._run("read_key_of_subject", subject)), None)

    def by_id(self, key_id: UUID) -> WrappedKey | None:
        return next((WrappedKey(*row) for row in self._run("read_key_by_id", key_id)), None)

    def add(self, keys: Iterable[WrappedKey]) -> None:
        """Outside of a commit of the ledger, as for inbox messages."""
        rows = [*keys]
        self._run(
            "insert_keys",
            [key.key_id for key in rows],
            [key.subject for key in rows],
            [key.wrapped for key in rows],
        )

    def destroy(self, subject: UUID) -> None:
        self._run("destroy_key", subject)
