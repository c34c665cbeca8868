"""One cancellation link that was asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.order.stamps import CancellationRequested


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A cancellation link that was asked for. `code` is None once its person was erased."""

    correlation_id: UUID
    code_hash: str
    code: str | None
    requested_at: datetime
    position: int


def link_request(stamp: CancellationRequested, recorded: Recorded) -> LinkRequest:
    """The link that a stamp calls for."""
    return LinkRequest(
        correlation_id=recorded.correlation_id,
        code_hash=stamp.code_hash,
        code=stamp.code,
        requested_at=recorded.recorded_at,
        position=recorded.position,
    )
