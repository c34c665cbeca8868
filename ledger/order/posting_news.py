"""What a stamp changes in the letter that it is about."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from ledger.kernel.changing import fields_of
from ledger.kernel.events import Recorded
from ledger.order.letter_delivery import Posting
from ledger.order.numbers import receipt_numbers
from ledger.order.stamps import (
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)
from ledger.order.tries import last_try

# An answer that comes after all is better than not knowing; a claim is worth the least.
_RANK = {"": 0, "started": 1, "unknown": 2, "failed": 3, "sent": 4}


class PostingSoFar(TypedDict):
    """The fields of a `Posting` that is being folded, one by one. A test compares the two."""

    number: int | None
    numbered_at: datetime | None
    tries: Mapping[int, str]
    changed_at: datetime | None
    permanent: bool
    started_at: datetime | None
    again_after: int
    again_under: UUID | None


_UNTOUCHED: PostingSoFar = fields_of(Posting())


def untouched() -> PostingSoFar:
    """A letter that nobody has begun to send."""
    return _UNTOUCHED.copy()


def _started(one: PostingSoFar, stamp: ReceiptSendStarted, recorded: Recorded) -> None:
    """Its number, if it draws one, is of the series of the shop that the stamp names."""
    one["started_at"] = recorded.recorded_at
    if stamp.numbered_for is not None:
        series = receipt_numbers(stamp.numbered_for)
        one["number"] = recorded.numbers.get(series, one["number"])
        one["numbered_at"] = one["numbered_at"] or recorded.recorded_at
    _told(one, "started", stamp.try_number, recorded)


def _sent(one: PostingSoFar, stamp: ReceiptSent, recorded: Recorded) -> None:
    _told(one, "sent", stamp.try_number, recorded)


def _failed(one: PostingSoFar, stamp: ReceiptFailed, recorded: Recorded) -> None:
    one["permanent"] = one["permanent"] or stamp.permanent
    _told(one, "failed", stamp.try_number, recorded)


def _unknown(one: PostingSoFar, stamp: ReceiptUnknown, recorded: Recorded) -> None:
    _told(one, "unknown", stamp.try_number, recorded)


def _told(one: PostingSoFar, word: str, number: int, recorded: Recorded) -> None:
    if _RANK[word] > _RANK[one["tries"].get(number, "")]:
        one["tries"] = {**one["tries"], number: word}
    one["changed_at"] = recorded.recorded_at


def wanted_again(one: PostingSoFar, stamp: ReceiptResendRequested, recorded: Recorded) -> None:
    """Whatever became of its tries so far, the letter is due once more."""
    one["permanent"] = False
    one["again_after"] = last_try(one["tries"])
    one["again_under"] = recorded.correlation_id


# News of a letter under its own correlation id, by type of stamp.
NEWS: Mapping[type, Callable[[PostingSoFar, Any, Recorded], None]] = {
    ReceiptSendStarted: _started,
    ReceiptSent: _sent,
    ReceiptFailed: _failed,
    ReceiptUnknown: _unknown,
}
