"""One letter on its way: claimed, sent, failed, or of unknown fate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.order.calls import last_try
from ledger.order.changing import changed
from ledger.recorded import Recorded
from ledger.stamps import (
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)

PostingStamp = ReceiptSendStarted | ReceiptSent | ReceiptFailed | ReceiptUnknown
# An answer that comes after all is better than not knowing; a claim is worth the least.
_RANK = ("", "started", "unknown", "failed", "sent")


@dataclass(frozen=True, kw_only=True)
class Posting:
    """How far one letter has come. `tries` by number; `changed_at` is the last news of it.

    Asked for again under `again_under`, only the tries after the number `again_after` count.
    """

    number: int | None = None
    tries: Mapping[int, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    permanent: bool = False
    started_at: datetime | None = None
    again_after: int = 0
    again_under: UUID | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def state(self) -> str:
        """started, sent, failed or unknown: of the last try, but sent once is sent."""
        counted = self.tries
        if self.again_after:
            counted = {n: word for n, word in counted.items() if n > self.again_after}
        if "sent" in counted.values():
            return "sent"
        return counted.get(self.last_try, "due")


_UNTOUCHED = Posting()


def posting(
    before: Posting | None, stamp: PostingStamp, recorded: Recorded, series: str
) -> Posting:
    """The letter after a stamp. Its number, if it draws one, is of this series."""
    known = before or _UNTOUCHED
    match stamp:
        case ReceiptSendStarted():
            number = recorded.numbers.get(series, known.number)
            started = changed(known, number=number, started_at=recorded.recorded_at)
            return _told(started, "started", stamp, recorded)
        case ReceiptSent():
            return _told(known, "sent", stamp, recorded)
        case ReceiptFailed():
            failed = changed(known, permanent=known.permanent or stamp.permanent)
            return _told(failed, "failed", stamp, recorded)
        case ReceiptUnknown():
            return _told(known, "unknown", stamp, recorded)
        case _:
            assert_never(stamp)


def _told(known: Posting, word: str, stamp: PostingStamp, recorded: Recorded) -> Posting:
    best = max(word, known.tries.get(stamp.try_number, ""), key=_RANK.index)
    tries = {**known.tries, stamp.try_number: best}
    return changed(known, tries=tries, changed_at=recorded.recorded_at)


def wanted_again(
    before: Posting | None, stamp: ReceiptResendRequested, recorded: Recorded
) -> Posting:
    """Whatever became of its tries so far, the letter is due once more."""
    known = before or _UNTOUCHED
    return changed(
        known,
        permanent=False,
        again_after=known.last_try,
        again_under=recorded.correlation_id,
    )
