"""One letter on its way: claimed, sent, failed, or of unknown fate."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never
from uuid import UUID

from msgspec import Struct, field

from ledger.kernel.events import Recorded
from ledger.kernel.values import replace
from ledger.order.numbers import receipt_numbers
from ledger.order.stamps import (
    LetterWordsUsed,
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)
from ledger.order.tries import last_try

LetterStamp = (
    LetterWordsUsed
    | ReceiptSendStarted
    | ReceiptSent
    | ReceiptFailed
    | ReceiptUnknown
    | ReceiptResendRequested
)

# The code of a try that was given up, since whoever reads wants no news any more.
DECLINED = "declined"

# An answer that comes after all is better than not knowing; a claim is worth the least.
_RANK = {"": 0, "started": 1, "unknown": 2, "failed": 3, DECLINED: 3, "sent": 4}


class Posting(Struct, frozen=True, kw_only=True):
    """How far one letter has come. `tries` by number; `changed_at` is the last news of it.

    `numbered_at` is a receipt's own date: its number was drawn then, with its first try.

    `worded` are the versions of the shop's own words that its tries are written in, by number.

    Asked for again under `again_under`, only the tries after the number `again_after` count.
    """

    number: int | None = None
    numbered_at: datetime | None = None
    tries: Mapping[int, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    permanent: bool = False
    started_at: datetime | None = None
    worded: Mapping[int, int] = field(default_factory=dict)
    again_after: int = 0
    again_under: UUID | None = None

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def words(self) -> int:
        """The version of the shop's own words that the last try is written in; 0: in ours."""
        return self.worded.get(self.last_try, 0)

    @property
    def state(self) -> str:
        """started, sent, failed, declined or unknown: of the last try, but sent once is sent."""
        counted = self.tries
        if self.again_after:
            counted = {n: word for n, word in counted.items() if n > self.again_after}
        if "sent" in counted.values():
            return "sent"
        return counted.get(self.last_try, "due")


_UNTOUCHED = Posting()


def told_posting(before: Posting | None, stamp: LetterStamp, recorded: Recorded[object]) -> Posting:
    """The letter after a stamp about it."""
    posting = before or _UNTOUCHED
    match stamp:
        case LetterWordsUsed():
            return replace(posting, worded={**posting.worded, stamp.try_number: stamp.version})
        case ReceiptSendStarted():
            return told(_numbered(posting, stamp, recorded), "started", stamp.try_number, recorded)
        case ReceiptSent():
            return told(posting, "sent", stamp.try_number, recorded)
        case ReceiptFailed():
            failed = replace(posting, permanent=posting.permanent or stamp.permanent)
            word = DECLINED if stamp.code == DECLINED else "failed"
            return told(failed, word, stamp.try_number, recorded)
        case ReceiptUnknown():
            return told(posting, "unknown", stamp.try_number, recorded)
        case ReceiptResendRequested():
            # Whatever became of its tries so far, the letter is due once more.
            return replace(
                posting,
                permanent=False,
                again_after=posting.last_try,
                again_under=recorded.correlation_id,
            )
        case _:
            assert_never(stamp)


def _numbered(posting: Posting, stamp: ReceiptSendStarted, recorded: Recorded[object]) -> Posting:
    """Its number, if it draws one, is of the series of the shop that the stamp names."""
    if stamp.numbered_for is None:
        return replace(posting, started_at=recorded.recorded_at)
    return replace(
        posting,
        started_at=recorded.recorded_at,
        number=recorded.numbers.get(receipt_numbers(stamp.numbered_for), posting.number),
        numbered_at=posting.numbered_at or recorded.recorded_at,
    )


def told(posting: Posting, word: str, number: int, recorded: Recorded[object]) -> Posting:
    """The letter after a word about a try: started, unknown, failed, declined or sent."""
    tries = posting.tries
    if _RANK[word] > _RANK[tries.get(number, "")]:
        tries = {**tries, number: word}
    return replace(posting, tries=tries, changed_at=recorded.recorded_at)
