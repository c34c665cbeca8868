"""What became of a voucher where it lives: gone, changed, given back, and who is told of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.case import case_id
from ledger.cases.stamps import CaseKind, Severity
from ledger.grants.commands import RequestVoucher, StartGrantLetter
from ledger.grants.decide import decide_grant
from ledger.grants.drift import DriftCases, are_many, stands
from ledger.grants.grantee import GrantState
from ledger.grants.keeper import KeptVoucher
from ledger.grants.next_step import (
    LEASE,
    Draw,
    Forget,
    KeeperAsk,
    LeaveUsed,
    due_step,
    next_step,
    owed_letter,
    pause_after,
)
from ledger.grants.programme import programme_id
from ledger.grants.programme_cases import ProgrammeCases
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherSuccess,
    GrantKind,
    GrantLetter,
    VoucherUpgraded,
    VoucherUsesSeen,
    VoucherWithdrawn,
)
from ledger.grants.uses import fewer_uses, of_reference, question_of
from ledger.kernel.events import derived
from tests.kits.worlds import World
from tests.ledger.grants.test_grantee import CODE, EVENT, NOON, RULES, Person

INSTANT, HOUR = timedelta(microseconds=1), timedelta(hours=1)


def issued(kind: GrantKind = GrantKind.GRANT, uses: int = 0) -> Person:
    bea = Person().issued(kind)
    if uses:
        bea.see(VoucherUsesSeen(uses=uses, seen_at=NOON))
    return bea


def shown(bea: Person, **changes: Any) -> KeptVoucher:
    voucher = bea.state.voucher
    assert voucher is not None
    given: dict[str, Any] = {
        "reference": "13",
        "code": CODE,
        "uses": 0,
        "ours": voucher.correlation_id,
    }
    return KeptVoucher(**(given | changes))


# What is due, and when.


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 600), (5, 600), (50, 600)]
)
def test_after_each_refusal_the_pause_is_longer(tries: int, seconds: int) -> None:
    assert pause_after(tries) == timedelta(seconds=seconds)


def test_an_open_try_is_looked_after_once_its_lease_is_over() -> None:
    bea = Person()
    bea.listed()
    bea.confirmed()
    assert next_step(bea.state, NOON) == Draw()
    bea.requested()
    assert next_step(bea.state, NOON) == KeeperAsk(asked=Asked.CREATE, number=1)
    bea.asked()
    assert next_step(bea.state, NOON + LEASE - INSTANT) is None
    looked_after = KeeperAsk(asked=Asked.CREATE, number=1, again=True)
    assert next_step(bea.state, NOON + LEASE) == looked_after
    bea.see(CreateVoucherFailure(code="busy", try_number=1))
    pause = pause_after(1)
    assert next_step(bea.state, NOON + pause - INSTANT) is None
    assert next_step(bea.state, NOON + pause) == KeeperAsk(asked=Asked.CREATE, number=2)


def test_what_was_never_made_when_its_time_ends_is_forgotten() -> None:
    bea = Person()
    bea.listed()
    bea.confirmed()
    rules = replace(RULES, destination=replace(EVENT, valid_until=NOON + HOUR))
    bea.wish(RequestVoucher, code=CODE, code_index="c" * 64, rules=rules)
    assert isinstance(next_step(bea.state, NOON + HOUR - INSTANT), KeeperAsk)
    assert next_step(bea.state, NOON + HOUR) == Forget()


@pytest.mark.parametrize(
    ("state", "uses", "step"),
    [
        (GrantState.CONFIRMED, 0, None),
        (GrantState.CONFIRMED, 1, None),
        (GrantState.DECLINED, 0, KeeperAsk(asked=Asked.WITHDRAW, number=1)),
        (GrantState.DECLINED, 1, LeaveUsed(asked=Asked.WITHDRAW)),
    ],
)
def test_who_does_not_come_has_a_voucher_withdrawn_that_nobody_used(
    state: GrantState, uses: int, step: Any
) -> None:
    bea = issued(uses=uses)
    bea.confirmed(state)
    assert next_step(bea.state, NOON) == step


def test_a_letter_is_owed_for_what_can_be_used() -> None:
    bea = issued()
    owed = owed_letter(bea.state)
    assert owed is not None
    assert owed.letter is GrantLetter.VOUCHER
    assert decide_grant(
        StartGrantLetter(
            correlation_id=owed.cause, actor="worker", at=NOON, owed=owed, try_number=1
        ),
        bea.state,
    )
    assert owed_letter(issued(uses=1).state) is None
    bea.confirmed(GrantState.DECLINED)
    assert owed_letter(bea.state) is None


# What is shown of it.


def test_a_voucher_stands_while_nothing_is_to_be_done_about_it() -> None:
    bea = issued()
    state = bea.state
    assert state.voucher is not None
    assert stands(state, state.voucher)
    bea.confirmed(GrantState.DECLINED)
    assert not stands(bea.state, state.voucher)
    gone: dict[str, Any] = {"withdrawal": state.voucher.create}
    unmade: dict[str, Any] = {"create": state.voucher.upgrade}
    for changes in (gone, unmade):
        assert not stands(state, replace(state.voucher, **changes))
    under_way = state.voucher.upgrade.tried(1, NOON)
    for name in ("create", "upgrade", "withdrawal"):
        opened_: dict[str, Any] = {name: under_way}
        assert not stands(state, replace(state.voucher, **opened_))


@pytest.mark.parametrize(
    ("fallen", "of", "many"),
    [(2, 2, False), (3, 3, True), (3, 30, True), (3, 31, False), (4, 31, True), (0, 0, False)],
)
def test_many_are_three_and_a_tenth_of_all(fallen: int, of: int, many: bool) -> None:
    assert are_many(fallen, of=of) is many


def test_fewer_uses_than_were_seen_are_told_with_whether_it_has_another_id() -> None:
    bea = issued(uses=2)
    for uses in (2, 3):
        assert fewer_uses(bea.state, shown(bea, uses=uses)) is None
    fallen = fewer_uses(bea.state, shown(bea, uses=1))
    assert fallen is not None
    assert (fallen.grantee, fallen.seen.uses, fallen.moved) == (bea.id, 1, False)
    moved = fewer_uses(bea.state, shown(bea, uses=1, reference="99"))
    assert moved is not None
    assert moved.moved


def test_a_voucher_is_known_by_its_mark_or_where_there_is_none_by_its_reference() -> None:
    bea = issued(uses=2)
    assert fewer_uses(bea.state, shown(bea, ours=UUID(int=1))) is None
    assert fewer_uses(bea.state, shown(bea, ours=None)) is not None
    assert fewer_uses(bea.state, shown(bea, ours=None, reference="99")) is None
    assert of_reference(bea.state, "13") == bea.state.voucher
    assert of_reference(bea.state, "99") is None


def test_who_was_erased_has_no_voucher_to_ask_for() -> None:
    voucher = issued().state.voucher
    assert voucher is not None
    ask = question_of(voucher)
    assert ask is not None
    assert (ask.voucher, ask.code, ask.kind) == (voucher.correlation_id, CODE, GrantKind.GRANT)
    assert (ask.reference, ask.destination, ask.worth) == ("13", EVENT, voucher.worth)
    assert question_of(replace(voucher, request=replace(voucher.request, code=None))) is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ((), "requested"),
        ((CreateVoucherFailure(code="no", try_number=1),), "requested"),
        ((CreateVoucherFailure(code="no", try_number=1, permanent=True),), "refused"),
        ((CreateVoucherSuccess(provider_reference="13"),), "issued"),
        (
            (
                CreateVoucherSuccess(provider_reference="13"),
                VoucherUsesSeen(uses=1, seen_at=NOON),
            ),
            "used",
        ),
        ((VoucherWithdrawn(),), "withdrawn"),
    ],
)
def test_how_a_voucher_stands_in_a_word(changes: Any, state: str) -> None:
    bea = Person()
    bea.listed()
    bea.confirmed()
    bea.requested()
    bea.asked()
    for fact in changes:
        bea.see(fact)
    assert bea.state.voucher is not None
    assert bea.state.voucher.state == state


def test_an_upgrade_changes_what_it_is_and_what_its_letter_goes_out_under() -> None:
    bea = issued(GrantKind.CO_SPEAKER)
    before = bea.state.voucher
    assert before is not None
    terms = replace(before.terms, value="0.00")
    bea.see(VoucherUpgraded(kind=GrantKind.SPEAKER, terms=terms, worth=None))
    after = bea.state.voucher
    assert after is not None
    assert (after.kind, after.terms, after.worth) == (GrantKind.SPEAKER, terms, None)
    assert before.letter_cause == before.correlation_id != after.letter_cause
    assert (before.kind, before.upgraded_at, after.upgraded_at) == (
        GrantKind.CO_SPEAKER,
        None,
        NOON,
    )


# Who is told of it.


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def opened(world: World) -> list[tuple[str, str]]:
    return [(one.about, one.provider_reference) for one in world.cases_opened()]


def test_a_voucher_that_is_gone_is_one_case_until_it_is_there(world: World) -> None:
    drift, bea = DriftCases(cases=world.cases), issued().state
    assert bea.voucher is not None
    for _ in range(2):
        drift.gone(bea, bea.voucher)
    (case,) = world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.VOUCHER_STUCK, Severity.WARNING)
    assert (case.provider, case.provider_reference, case.about) == ("pretix", "13", str(bea.id))
    assert "winterfest" in case.text
    drift.there(bea.voucher)
    feed = [type(one.stamp).__name__ for one in world.store.feed(0, limit=1000)]
    assert feed[-1] == "CaseResolved"


def test_each_change_by_hand_is_a_case_that_names_what_differs(world: World) -> None:
    drift, bea = DriftCases(cases=world.cases), issued().state
    assert bea.voucher is not None
    wanted = {"value": "0.00", "code": "secret", "price": "none"}
    for shown_ in ({**wanted, "value": "1.00"}, {**wanted, "value": "1.00"}, {"code": "secret"}):
        drift.changed(bea, bea.voucher, wanted=wanted, shown=shown_)
    first, second = world.cases_opened()
    assert "changed it: value. It" in first.text
    assert "changed it: price, value. It" in second.text
    assert "secret" not in first.text


def test_a_fall_is_believed_for_an_hour_after_its_case_was_closed(world: World) -> None:
    drift = DriftCases(cases=world.cases)

    def fell() -> bool:
        return drift.uses_fell(EVENT, 3, at=world.clock())

    assert [fell(), fell()] == [False, False]
    assert opened(world) == [("org/conf", "")]
    assert world.cases_opened()[0].text.startswith("3 vouchers of org/conf ")
    cause = derived(programme_id(UUID(int=0)), "fell/org/conf/1")
    assert world.cases.settle(case_id(cause, CaseKind.VOUCHER_STUCK), actor="staff")
    assert fell()
    world.clock.pass_(hours=1)
    assert fell()
    world.clock.pass_(seconds=1)
    assert not fell()
    assert len(opened(world)) == 2


def test_a_programme_that_is_over_is_one_open_case_however_many_are_held_back(
    world: World,
) -> None:
    cases = ProgrammeCases(cases=world.cases)
    for _ in range(2):
        cases.over(RULES, NOON)
    (case,) = world.cases_opened()
    assert (case.kind, case.severity) == (CaseKind.VOUCHERS_OVER, Severity.WARNING)
    assert (case.provider, "2027-01-01 12:00 UTC" in case.text) == ("pretix", True)
    cases.prolonged(RULES, NOON)
    cases.over(RULES, NOON)
    assert len(world.cases_opened()) == 2
    cases.over(RULES, NOON + HOUR)
    assert len(world.cases_opened()) == 3
    cases.prolonged(RULES, NOON)
    cases.over(RULES, NOON + HOUR)
    assert len(world.cases_opened()) == 3


def test_before_anything_is_listed_nothing_is_due() -> None:
    assert due_step(Person().state) is None
