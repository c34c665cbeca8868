"""A ticket that was sent on to its holder, and for how long it is theirs."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ledger.kernel.events import Recorded
from ledger.kernel.values import replace
from ledger.order.stamps import TicketSentOn


class Sending(Struct, frozen=True, kw_only=True):
    """One ticket, by its number, sent on to one address.

    `email` and `code` are None once the order's person was erased. `ended_position` is that of the
    stamp that took it back, or sent it to somebody else; 0 while it is theirs. `version` is that of
    the order when it changed last.
    """

    correlation_id: UUID
    ticket: int
    email: str | None
    email_index: str
    language: str
    link_hash: str
    code: str | None
    sent_at: datetime
    position: int
    version: int
    ended_position: int = 0


def sending(stamp: TicketSentOn, recorded: Recorded[object]) -> Sending:
    """What a stamp sends on."""
    return Sending(
        correlation_id=recorded.correlation_id,
        ticket=stamp.ticket,
        email=stamp.email,
        email_index=stamp.email_index,
        language=stamp.language,
        link_hash=stamp.link_hash,
        code=stamp.code,
        sent_at=recorded.recorded_at,
        position=recorded.position,
        version=recorded.version,
    )


def ended(
    sendings: Iterable[Sending], which: UUID | None, recorded: Recorded[object]
) -> tuple[Sending, ...]:
    """All of them, the one under this correlation id over with this stamp."""
    return tuple(
        replace(one, ended_position=recorded.position, version=recorded.version)
        if one.correlation_id == which and not one.ended_position
        else one
        for one in sendings
    )
