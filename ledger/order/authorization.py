"""One authorization: money that a payer's bank keeps ready, until it is captured or given up."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct, field

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.values import replace
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreateVoidFailure,
    CreateVoidRequest,
    Voided,
)
from ledger.order.tries import CallState, Tries, last_try, turned_down, waiting

AuthorizationStamp = (
    Authorized
    | CreateCaptureRequest
    | CreateCaptureFailure
    | CreateVoidRequest
    | Voided
    | CreateVoidFailure
    | AuthorizationExpired
)


class Authorization(Struct, frozen=True, kw_only=True):
    """How far one authorization has come. `amount` is None until the provider told of it.

    Whether it was captured is told by the money that came, which the attempt knows.
    `capture_amount` is what we last asked for, `asked_at` when we last asked to capture or void
    it, `refused_at` when the provider last refused to.
    """

    amount: Money | None = None
    position: int = 0
    authorized_at: datetime | None = None
    expires_at: datetime | None = None
    captures: Tries = field(default_factory=dict)
    voids: Tries = field(default_factory=dict)
    capture_amount: Money | None = None
    asked_at: datetime | None = None
    refused_at: datetime | None = None
    voided: bool = False
    expired: bool = False

    @property
    def gone(self) -> bool:
        """Given up or expired: it can bring no money any more, as far as we were told."""
        return self.voided or self.expired

    @property
    def last_capture(self) -> int:
        """The number of the last try to capture it; 0 before the first."""
        return last_try(self.captures)

    @property
    def last_void(self) -> int:
        """The number of the last try to void it; 0 before the first."""
        return last_try(self.voids)

    @property
    def capture_unanswered(self) -> bool:
        return waiting(self.captures) and not self.gone

    @property
    def void_unanswered(self) -> bool:
        return waiting(self.voids) and not self.gone

    @property
    def capture_refused(self) -> bool:
        return turned_down(self.captures) and not self.gone

    @property
    def void_refused(self) -> bool:
        return turned_down(self.voids) and not self.gone


_UNTOLD = Authorization()


def authorization(
    before: Authorization | None, stamp: AuthorizationStamp, recorded: Recorded[object]
) -> Authorization:
    """The authorization after a stamp; its end may be told before its beginning."""
    known = before or _UNTOLD
    match stamp:
        case Authorized():
            return replace(
                known,
                amount=stamp.amount,
                position=recorded.position,
                authorized_at=recorded.happened_at,
                expires_at=stamp.expires_at,
            )
        case CreateCaptureRequest():
            captures = {**known.captures, stamp.try_number: CallState.REQUESTED}
            return replace(
                known,
                captures=captures,
                capture_amount=stamp.amount,
                asked_at=recorded.happened_at,
            )
        case CreateCaptureFailure():
            captures = {**known.captures, stamp.try_number: CallState.REFUSED}
            return replace(known, captures=captures, refused_at=recorded.recorded_at)
        case CreateVoidRequest():
            voids = {**known.voids, stamp.try_number: CallState.REQUESTED}
            return replace(known, voids=voids, asked_at=recorded.happened_at)
        case CreateVoidFailure():
            voids = {**known.voids, stamp.try_number: CallState.REFUSED}
            return replace(known, voids=voids, refused_at=recorded.recorded_at)
        case Voided():
            return replace(known, voided=True)
        case AuthorizationExpired():
            return replace(known, expired=True)
        case _:
            assert_never(stamp)
