"""The people who run the shops as a service: add them, say what they may, remove them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.events import Draft
from ledger.kernel.refusals import Contradicted, LastAdmin, UnknownMember
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, StampStore
from ledger.staff.member import StaffMember, fold_member
from ledger.staff.role import Grant, Role
from ledger.staff.stamps import (
    RoleGranted,
    RoleWithdrawn,
    SignInReset,
    StaffAdded,
    StaffRemoved,
    StaffStamp,
    member_id,
)

Decide = Callable[[StaffMember], Sequence[StaffStamp]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Under which identity somebody changes who may what."""

    correlation_id: UUID
    actor: str


class StaffMembers:
    """All of them. Read from the ledger at each look, so that what was withdrawn ends at once."""

    def __init__(self, store: StampStore, directory: Callable[[], Sequence[UUID]]) -> None:
        self._store, self._directory = store, directory

    def get(self, member: UUID) -> StaffMember:
        """As they stand; version 0 for nobody."""
        history = self._store.read(member)
        if history and not isinstance(history[0].stamp, StaffAdded):
            return StaffMember(id=member)  # another kind of stream, such as an order's
        return fold_member(member, history)

    def every(self) -> Sequence[StaffMember]:
        """Everybody who ever belonged, the oldest first."""
        return [self.get(one) for one in dict.fromkeys(self._directory())]

    def belonging(self) -> Sequence[StaffMember]:
        """Everybody who belongs, the oldest first."""
        return [one for one in map(self.get, dict.fromkeys(self._directory())) if one.belongs]

    def add(self, ask: Ask, *, email: str, email_index: str, grant: Grant) -> StaffMember:
        """Whoever has this address belongs and has this role; again it changes nothing."""

        def wished(member: StaffMember) -> Sequence[StaffStamp]:
            added = StaffAdded(email_index=email_index, email=email)
            before: list[StaffStamp] = [] if member.belongs else [added]
            return [*before, *_given(member, grant)]

        return self._change(member_id(email_index), ask, wished)

    def grant(self, ask: Ask, member: UUID, grant: Grant) -> StaffMember:
        """They may it from here on. Raises `UnknownMember`."""
        return self._change(member, ask, lambda one: _given(_known(one), grant))

    def withdraw(self, ask: Ask, member: UUID, grant: Grant) -> StaffMember:
        """They may it no longer. Raises `UnknownMember`, `LastAdmin`."""
        taken = RoleWithdrawn(role=grant.role, shop=grant.shop or "")
        return self._change(member, ask, lambda one: [taken] if grant in _known(one).grants else [])

    def reset(self, ask: Ask, member: UUID) -> StaffMember:
        """What they signed in with counts no more. Raises `UnknownMember`."""
        return self._change(member, ask, lambda one: _for_known(one, SignInReset()))

    def remove(self, ask: Ask, member: UUID) -> StaffMember:
        """They may nothing any more. Raises `UnknownMember`, `LastAdmin`."""
        return self._change(member, ask, lambda one: _for_known(one, StaffRemoved()))

    def _change(self, member: UUID, ask: Ask, wished: Decide) -> StaffMember:
        def attempt() -> StaffMember | Conflict:
            before = self.get(member)
            drafts = [_draft(before, one, ask) for one in wished(before)]
            if not drafts:
                return before
            expected = {member: before.version, **self._witness(before, drafts)}
            match self._store.append(Append(drafts=drafts, expected=expected))[0]:
                case Appended():
                    return self.get(member)
                case Conflict() as conflict:
                    return conflict
                case _:
                    raise Contradicted

        return again_on_conflict(member, attempt)

    def _witness(self, before: StaffMember, drafts: Sequence[Draft[object]]) -> dict[UUID, int]:
        """Another admin of all shops, who must not have changed meanwhile. Raises `LastAdmin`.

        Two admins who remove each other at the same moment each rely on the other: one of the two
        commits meets a conflict, looks again, and is refused.
        """
        if not before.runs_everything or not any(_ends_admin(one.stamp) for one in drafts):
            return {}
        others = (one for one in self.belonging() if one.id != before.id)
        remains = next((one for one in others if one.runs_everything), None)
        if remains is None:
            raise LastAdmin
        return {remains.id: remains.version}


def _ends_admin(stamp: object) -> bool:
    everywhere = RoleWithdrawn(role=Role.ADMIN)
    return isinstance(stamp, StaffRemoved) or stamp == everywhere


def _given(member: StaffMember, grant: Grant) -> Sequence[StaffStamp]:
    if grant in member.grants:
        return []
    return [RoleGranted(role=grant.role, shop=grant.shop or "")]


def _known(member: StaffMember) -> StaffMember:
    if not member.belongs:
        raise UnknownMember
    return member


def _for_known(member: StaffMember, stamp: StaffStamp) -> Sequence[StaffStamp]:
    _known(member)
    return [stamp]


def _draft(member: StaffMember, stamp: StaffStamp, ask: Ask) -> Draft[object]:
    return Draft(stream=member.id, stamp=stamp, correlation_id=ask.correlation_id, actor=ask.actor)
