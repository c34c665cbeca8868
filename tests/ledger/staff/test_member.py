"""Who belongs to the people of a shop, and what they may where."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft, Foreign, Recorded
from ledger.kernel.refusals import LastAdmin, UnknownMember
from ledger.kernel.store import Append
from ledger.staff.invitation import INVITATION_LIVES, StaffInvitation, invitation_id
from ledger.staff.member import StaffMember, evolve_member, fold_member
from ledger.staff.role import Grant, Role, may, roles_in
from ledger.staff.service import Ask, StaffMembers
from ledger.staff.stamps import (
    RoleGranted,
    RoleWithdrawn,
    SignInReset,
    StaffAdded,
    StaffRemoved,
    member_id,
)
from tests.kits.histories import placed
from tests.kits.worlds import World

WHEN = datetime(2027, 1, 1, 12, tzinfo=UTC)
ADMIN, HERE = Grant(role=Role.ADMIN), Grant(role=Role.STAFF, shop="winterfest")
ADDED = StaffAdded(email_index="ada", email="ada@example.org")
ADA = member_id("ada")


def history(*stamps: object) -> list[Recorded[object]]:
    return [
        Recorded[object](
            stream=ADA,
            version=number,
            position=number,
            recorded_at=WHEN + timedelta(minutes=number),
            stamp=one,
            correlation_id=uuid4(),
            actor="test",
        )
        for number, one in enumerate(stamps, start=1)
    ]


class People:
    """The service over a store in memory, and the stamps that it wrote."""

    def __init__(self) -> None:
        self.world = World()
        self.known: list[UUID] = []
        self.members = StaffMembers(self.world.store, lambda: self.known)

    def add(self, name: str, grant: Grant) -> UUID:
        ask = Ask(correlation_id=uuid4(), actor="test")
        made = self.members.add(ask, email=f"{name}@example.org", email_index=name, grant=grant)
        self.known.append(made.id)
        return made.id

    def do(self, act: Callable[..., StaffMember], member: UUID, *more: Grant) -> StaffMember:
        return act(Ask(correlation_id=uuid4(), actor="staff:root"), member, *more)

    def stamps(self, member: UUID) -> list[object]:
        return [one.stamp for one in self.world.store.read(member)]


@pytest.fixture
def people() -> People:
    return People()


def test_a_grant_counts_in_its_shop_or_in_all():
    assert ADMIN.holds_in("winterfest")
    assert ADMIN.holds_in(None)
    assert HERE.holds_in("winterfest")
    assert not HERE.holds_in("summerfest")
    assert not HERE.holds_in(None)
    assert roles_in([ADMIN, HERE], "winterfest") == {Role.ADMIN, Role.STAFF}
    assert roles_in([ADMIN, HERE], "summerfest") == {Role.ADMIN}


@pytest.mark.parametrize(
    ("grants", "roles", "allowed"),
    [
        ([HERE], [Role.STAFF], True),
        ([HERE], [Role.DOOR, Role.STAFF], True),
        ([HERE], [Role.DOOR], False),
        ([HERE], [], False),
        ([], [Role.STAFF], False),
        ([ADMIN], [Role.DOOR], True),
        ([ADMIN], [], True),
    ],
)
def test_an_admin_may_what_anybody_may_and_others_what_their_role_says(grants, roles, allowed):
    assert may(grants, *roles, shop="winterfest") is allowed


def test_a_member_is_what_their_stamps_say():
    given, taken = RoleGranted(role=Role.STAFF, shop="winterfest"), RoleGranted(role=Role.ADMIN)
    told = history(ADDED, given, taken, RoleWithdrawn(role=Role.ADMIN), SignInReset())
    assert fold_member(ADA, told) == StaffMember(
        id=ADA,
        version=5,
        email_index="ada",
        email="ada@example.org",
        grants=frozenset({HERE}),
        belongs=True,
        added_at=told[0].recorded_at,
    )
    assert fold_member(ADA, told).actor == f"staff:{ADA}"
    assert fold_member(ADA, []) == StaffMember(id=ADA, version=0)


def test_whoever_is_removed_belongs_no_more_and_whoever_is_erased_has_no_address():
    told = history(ADDED, RoleGranted(role=Role.ADMIN), StaffRemoved())
    gone = fold_member(ADA, told)
    assert (gone.belongs, gone.grants, gone.email) == (False, frozenset(), "ada@example.org")
    (erased,) = history(Erased(subject=ADA, ground=Ground.ASKED))
    after = evolve_member(gone, erased)
    assert (after.email, after.email_index, after.erased_at) == (None, "ada", erased.recorded_at)


def test_another_streams_stamp_is_no_members():
    with pytest.raises(Foreign):
        fold_member(ADA, history(placed()))


def test_only_who_belongs_and_is_admin_of_all_shops_runs_everything():
    everywhere, one_shop = frozenset({ADMIN}), frozenset({Grant(role=Role.ADMIN, shop="w")})
    assert StaffMember(id=ADA, belongs=True, grants=everywhere).runs_everything
    assert not StaffMember(id=ADA, belongs=False, grants=everywhere).runs_everything
    assert not StaffMember(id=ADA, belongs=True, grants=one_shop).runs_everything


def test_whoever_is_added_belongs_and_has_the_role_and_again_it_changes_nothing(people):
    ada = people.add("ada", HERE)
    added = StaffAdded(email_index="ada", email="ada@example.org")
    granted = RoleGranted(role=Role.STAFF, shop="winterfest")
    assert people.stamps(ada) == [added, granted]
    people.add("ada", HERE)
    assert people.stamps(ada) == [added, granted]
    people.add("ada", ADMIN)
    assert people.stamps(ada) == [added, granted, RoleGranted(role=Role.ADMIN)]
    assert [one.actor for one in people.world.store.read(ada)] == ["test"] * 3
    assert [one.id for one in people.members.every()] == [ada]


def test_a_role_is_given_and_taken_once(people):
    ada = people.add("ada", HERE)
    door = Grant(role=Role.DOOR)
    for _ in range(2):
        assert people.do(people.members.grant, ada, door).grants == {HERE, door}
    for _ in range(2):
        assert people.do(people.members.withdraw, ada, HERE).grants == {door}
    assert people.stamps(ada)[2:] == [
        RoleGranted(role=Role.DOOR),
        RoleWithdrawn(role=Role.STAFF, shop="winterfest"),
    ]
    assert people.world.store.read(ada)[-1].actor == "staff:root"


def test_a_sign_in_is_reset_as_often_as_one_asks(people):
    ada = people.add("ada", HERE)
    people.do(people.members.reset, ada)
    people.do(people.members.reset, ada)
    assert people.stamps(ada)[2:] == [SignInReset(), SignInReset()]


def test_whoever_is_removed_may_come_back(people):
    ada = people.add("ada", HERE)
    people.do(people.members.remove, ada)
    assert people.members.belonging() == []
    assert [one.id for one in people.members.every()] == [ada]
    people.add("ada", HERE)
    assert [one.id for one in people.members.belonging()] == [ada]


@pytest.mark.parametrize("act", ["grant", "withdraw", "reset", "remove"])
def test_nobody_is_told_of_anything_who_does_not_belong(people, act):
    more = [HERE] if act in ("grant", "withdraw") else []
    with pytest.raises(UnknownMember):
        people.do(getattr(people.members, act), member_id("nobody"), *more)
    ada = people.add("ada", HERE)
    people.do(people.members.remove, ada)
    with pytest.raises(UnknownMember):
        people.do(getattr(people.members, act), ada, *more)


@pytest.mark.parametrize("act", ["withdraw", "remove"])
def test_the_last_admin_of_all_shops_remains(people, act):
    more = [ADMIN] if act == "withdraw" else []
    ada, bea = people.add("ada", ADMIN), people.add("bea", Grant(role=Role.ADMIN, shop="w"))
    with pytest.raises(LastAdmin):
        people.do(getattr(people.members, act), ada, *more)
    people.do(people.members.grant, bea, ADMIN)
    assert not people.do(getattr(people.members, act), ada, *more).runs_everything


def test_what_ends_no_admin_of_all_shops_asks_for_no_other(people):
    ada = people.add("ada", ADMIN)
    people.do(people.members.grant, ada, HERE)
    people.do(people.members.withdraw, ada, HERE)
    people.do(people.members.reset, ada)
    bea = people.add("bea", HERE)
    people.do(people.members.remove, bea)
    assert people.members.get(ada).runs_everything


def test_two_admins_cannot_remove_each_other(people):
    """What one relies on moves just before the append: it looks again, and is refused."""
    ada, bea = people.add("ada", ADMIN), people.add("bea", ADMIN)
    store = people.world.store

    class Slow:
        """Between looking and appending, the other one's removal comes in."""

        read = store.read

        def append(self, *appends: Append):
            if people.members.get(bea).belongs:
                draft: Draft[object] = Draft(
                    stream=bea, stamp=StaffRemoved(), correlation_id=uuid4(), actor="staff:ada"
                )
                store.append(Append(drafts=[draft], expected={bea: 2}))
            return store.append(*appends)

    slow = StaffMembers(Slow(), lambda: people.known)  # type: ignore[arg-type]
    with pytest.raises(LastAdmin):
        people.do(slow.remove, ada)
    assert people.members.get(ada).runs_everything


def test_another_kind_of_stream_is_nobody(people):
    order = people.world.place().id
    assert people.members.get(order) == StaffMember(id=order)


def test_an_invitation_ends_a_week_after_it_was_made_and_is_one_for_address_role_and_shop():
    def named(index: str = "ada", grant: Grant = HERE) -> UUID:
        return invitation_id(index, grant)

    invitation = StaffInvitation(
        id=named(),
        email="ada@example.org",
        email_index="ada",
        grant=HERE,
        language="en",
        invited_by="staff:root",
        made_at=WHEN,
    )
    assert timedelta(days=7) == INVITATION_LIVES
    assert invitation.ends_at == WHEN + timedelta(days=7)
    assert named() == named()
    others = [named("bea"), named(grant=ADMIN), named(grant=Grant(role=Role.STAFF, shop="s"))]
    assert len({named(), *others, named(grant=Grant(role=Role.STAFF))}) == 5
