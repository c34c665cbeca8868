"""Who looks after a case and until when it waits, for pages, the API and the command line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from ledger.cases.attention import AttentionCommand, HandCase, SnoozeCase, decide_attention
from ledger.cases.case import Case
from ledger.kernel.refusals import UnknownMember, UnknownOrder
from ledger.staff.member import StaffMember
from ledger.staff.role import Role, may
from web.actions.wish import Wish
from web.wiring.parts import Parts

# Whoever was not seen for longer has gone on to something else.
SEEN_WITHIN = timedelta(minutes=2)


def snooze(parts: Parts, case: UUID, wish: Wish, *, until: datetime | None, reason: str) -> Case:
    """Put aside until then, or back at once. Raises `CaseClosed`, `SnoozeOutOfRange`."""
    return _carry_out(parts, case, SnoozeCase(**wish, until=until, reason=reason))


def hand(parts: Parts, case: UUID, wish: Wish, *, to: str, shop: str | None) -> Case:
    """Handed to whoever this actor is; nobody, where it is empty. Raises `UnknownMember`."""
    if to and to != wish["actor"] and to not in {one.actor for one in keepers(parts, shop)}:
        raise UnknownMember
    return _carry_out(parts, case, HandCase(**wish, to=to))


def shop_of(parts: Parts, case: UUID) -> str | None:
    """The shop of the order that a case is about; none of money that is nobody's."""
    about = parts.cases.get(case).about_order
    try:
        return parts.orders.get(about).terms.shop_slug if about else None
    except UnknownOrder:
        return None


def keepers(parts: Parts, shop: str | None) -> Sequence[StaffMember]:
    """Who can resolve cases of a shop; of no shop, whoever sells tickets for all of them."""
    return [one for one in parts.staff.belonging() if may(tuple(one.grants), Role.STAFF, shop=shop)]


def lookers(parts: Parts, thing: UUID, actor: str) -> Mapping[str, datetime]:
    """Who else looks at it, the latest first; whoever asks is seen by them from now on."""
    at = parts.clock()
    return parts.office.presence.look(thing, actor, at=at, since=at - SEEN_WITHIN)


def _carry_out(parts: Parts, case: UUID, command: AttentionCommand) -> Case:
    return parts.cases.stamp(
        case,
        lambda now: decide_attention(command, now),
        correlation_id=command.correlation_id,
        actor=command.actor,
        request=command.request,
    )
