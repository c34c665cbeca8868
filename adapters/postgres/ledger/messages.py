"""Providers' messages as parameters of the one statement that keeps them."""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.postgres.ledger.binary import byteas, digest, moments, texts, uuids
from adapters.store.recorder import SealedMessage

_IN_BINARY: tuple[Callable[[Sequence[Any]], bytes], ...] = (
    *(uuids, uuids, byteas, moments, texts, texts, texts, texts, texts, byteas),
    *(texts, texts, texts),
)


def columns_of(messages: Sequence[SealedMessage]) -> Sequence[list[Any]]:
    """The columns of `inbox_keep`, in its order."""
    return [[*column] for column in zip(*map(_row, messages), strict=True)]


def binary_columns_of(messages: Sequence[SealedMessage]) -> Sequence[bytes]:
    """The same in PostgreSQL's binary form."""
    columns = columns_of(messages)
    return [form(column) for form, column in zip(_IN_BINARY, columns, strict=True)]


def _row(message: SealedMessage) -> tuple[Any, ...]:
    return (
        message.key.key_id,
        message.id,
        message.key.wrapped,
        message.received_at,
        message.provider,
        message.door,
        message.verdict,
        message.provider_event_id,
        message.evidence_hash,
        message.sealed,
        digest(message.key.wrapped),
        digest(message.sealed),
        "done" if message.done else "waiting",
    )
