"""Whose session this browser has in the back office, and the half of one before a second factor.

What they may is read from the ledger for each request: who was removed is out at once, whichever
process answers.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from flask import session

from ledger.accounts.session import Kind
from ledger.staff.member import StaffMember
from web.actions.staff import mark_of, unchanged
from web.http import session as sessions
from web.http.addresses import now
from web.http.current import parts
from web.http.identity import Identity, of_member

KIND: Kind = "staff"
_HALF, _HALF_LIVES = "second", timedelta(minutes=5)
_log = structlog.get_logger("web.access")


def signed_in() -> Identity | None:
    """Who signed in, if that still counts."""
    found = sessions.signed_in(KIND)
    member = parts().staff.get(found.subject) if found is not None else None
    return of_member(member) if member is not None and member.belongs else None


def begin_session(member: StaffMember, *, how: str) -> None:
    """They are signed in on this browser."""
    session.pop(_HALF, None)
    sessions.sign_in(KIND, member.id, how=how)
    _log.info("signed in", actor=member.actor, how=how)


def end_session() -> None:
    """This browser is nobody's from now on."""
    sessions.sign_out(KIND)


def begin_second_step(member: StaffMember) -> None:
    """Their password fitted; within five minutes a code has to follow, on this browser."""
    mark = mark_of(parts().credentials.read(member.id).password_hash)
    until = (now() + _HALF_LIVES).timestamp()
    session[_HALF] = [str(member.id), mark, until]


def before_second_step() -> StaffMember | None:
    """Whose password fitted on this browser, lately, and is the same still."""
    match session.get(_HALF):
        case [str(id), str(mark), float(until) | int(until)] if now().timestamp() < until:
            member = parts().staff.get(UUID(id))
            return member if member.belongs and unchanged(parts(), member.id, mark) else None
        case _:
            return None
