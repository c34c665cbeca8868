"""Somebody on a list at each moment: told twice, made too late, erased again and again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from ledger.cases.case import case_id
from ledger.cases.stamps import CaseKind
from ledger.grants.commands import SetState, StartGrantLetter, WantLetter
from ledger.grants.grantee import GENERATIONS, Grantee, GrantState, grantee_id
from ledger.grants.next_step import (
    LEASE,
    Draw,
    Forget,
    KeeperAsk,
    LeaveUsed,
    OwedLetter,
    next_step,
    owed_letter,
    posting_of,
)
from ledger.grants.programme import programme_id
from ledger.grants.programme_cases import ProgrammeCases
from ledger.grants.service import Grantees
from ledger.grants.stamps import (
    Asked,
    CreateVoucherSuccess,
    GrantKind,
    GrantLetter,
    VoucherLetterFailed,
    VoucherLetterSent,
    VoucherUpgraded,
    VoucherUsesSeen,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft, Recorded, derived
from ledger.kernel.refusals import Busy, Contradicted, UnknownGrantee
from ledger.kernel.store import Append, Contradiction, StampStore
from ledger.order.letter_delivery import Posting
from ledger.vouchers.service import Vouchers
from ledger.vouchers.voucher import Voucher
from tests.kits.voucher_keeper import OWN, KeptHouse
from tests.ledger.grants.test_edges import made, requested, used
from tests.ledger.grants.test_grantee import EVENT, NOON, RULES, Person

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# News twice.


@pytest.mark.parametrize(
    ("news", "when"),
    [
        (CreateVoucherSuccess(provider_reference="13"), "made_at"),
        (
            VoucherUpgraded(kind=GrantKind.GRANT, terms=made().state.vouchers[0].terms, worth=None),
            "upgraded_at",
        ),
        (VoucherWithdrawn(), "withdrawn_at"),
    ],
)
def test_what_is_told_again_later_happened_when_it_was_told_first(news: Any, when: str) -> None:
    bea = requested()
    correlation_id = bea.state.vouchers[0].correlation_id
    bea._keep(news, correlation_id, None)
    bea.now = NOON + MINUTE
    bea._keep(news, correlation_id, None)
    assert getattr(bea.state.vouchers[0], when) == NOON


def test_a_look_of_the_very_moment_of_the_last_one_is_known() -> None:
    bea = made()
    assert bea.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    assert not bea.see(VoucherUsesSeen(uses=0, seen_at=NOON))
    assert not bea.see(VoucherUsesSeen(uses=1, seen_at=NOON + MINUTE))
    assert bea.see(VoucherUsesSeen(uses=0, seen_at=NOON + MINUTE))


# Letters.


def start(owed: OwedLetter, number: int) -> dict[str, Any]:
    return {"owed": owed, "try_number": number}


def test_a_try_of_a_letter_is_claimed_once_and_the_next_one_after_it() -> None:
    bea = made()
    owed = owed_letter(bea.state)
    assert owed is not None
    claims = [len(bea.wish(StartGrantLetter, **start(owed, one))) for one in (1, 1, 2, 1, 2, 3)]
    assert claims == [1, 0, 1, 0, 0, 1]


def test_what_failed_for_good_goes_on_having_failed_for_good() -> None:
    bea = made()
    for number, permanent in enumerate((False, True, False), 1):
        failed = VoucherLetterFailed(
            letter=GrantLetter.VOUCHER, try_number=number, code="550", permanent=permanent
        )
        bea.letter(failed)
    owed = owed_letter(bea.state)
    assert owed is not None
    posting = posting_of(bea.state, owed)
    assert posting is not None
    assert posting.permanent


# Too late.

WISH, ADA = UUID(int=9), UUID(int=7)
INSTANT = timedelta(microseconds=1)
WITHDRAW = KeeperAsk(asked=Asked.WITHDRAW, number=1)


def lasting(bea: Person, until: timedelta, **more: Any) -> Grantee:
    """The same with a voucher that is valid for so long after noon."""
    (voucher,) = bea.state.vouchers
    request = replace(voucher.request, destination=replace(EVENT, valid_until=NOON + until))
    return replace(bea.state, vouchers=(replace(voucher, request=request),), **more)


def begun(letter: GrantLetter, *, cause: UUID | None = None) -> dict[str, Any]:
    known = cause or made().state.vouchers[0].correlation_id
    return {"postings": {(known, letter): Posting(tries={1: "started"})}}


INVITED: dict[str, Any] = {"state": GrantState.INVITED, "invited_under": WISH}


@pytest.mark.parametrize(
    ("person", "until", "more", "step", "letter"),
    [
        (made, INSTANT, {}, None, GrantLetter.VOUCHER),
        (made, 0 * INSTANT, {}, WITHDRAW, None),
        (made, 0 * INSTANT, begun(GrantLetter.VOUCHER), None, GrantLetter.VOUCHER),
        (made, 0 * INSTANT, begun(GrantLetter.INVITATION), WITHDRAW, None),
        (made, 0 * INSTANT, begun(GrantLetter.VOUCHER, cause=WISH), WITHDRAW, None),
        (made, 0 * INSTANT, INVITED, WITHDRAW, GrantLetter.INVITATION),
        (used, 0 * INSTANT, {}, LeaveUsed(asked=Asked.WITHDRAW), None),
        (requested, 0 * INSTANT, {}, Forget(), None),
        (requested, INSTANT, {}, KeeperAsk(asked=Asked.CREATE, number=1), None),
    ],
    ids=[
        "in time",
        "too late",
        "too late, and told of",
        "too late, and told of something else",
        "too late, and told of another one",
        "too late, and asked anew whether they come",
        "too late, and used all the same",
        "over before it is made",
        "to be made in time",
    ],
)
def test_a_voucher_that_was_made_too_late_is_withdrawn_unless_somebody_was_told_of_it(
    person: Callable[[], Person],
    until: timedelta,
    more: dict[str, Any],
    step: Any,
    letter: GrantLetter | None,
) -> None:
    bea = lasting(person(), until, **more)
    owed = owed_letter(bea)
    assert next_step(bea, NOON) == step
    assert (owed.letter if owed else None) is letter


def test_who_comes_and_has_no_voucher_yet_is_owed_no_letter() -> None:
    bea = Person()
    bea.listed()
    bea.confirmed()
    assert (next_step(bea.state, NOON), owed_letter(bea.state)) == (Draw(), None)


def test_a_try_that_is_under_way_is_looked_after_also_when_it_was_used_meanwhile() -> None:
    bea = made()
    bea.confirmed(GrantState.DECLINED)
    bea.asked()
    bea.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    again = KeeperAsk(asked=Asked.WITHDRAW, number=1, again=True)
    assert next_step(bea.state, NOON + LEASE) == again
    assert next_step(bea.state, NOON) is None


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, True),
        ({"over_since": None}, False),
        ({"state": GrantState.DECLINED}, False),
        ({"erased_at": NOON}, False),
        ({"vouchers": made().state.vouchers}, False),
    ],
)
def test_who_is_held_back_is_somebody_who_comes_and_has_none(
    changes: dict[str, Any], held: bool
) -> None:
    bea = Person()
    bea.listed()
    bea.confirmed()
    assert replace(bea.state, **{"over_since": NOON, **changes}).held_back is held


# In the ledger.


@pytest.fixture
def house() -> Iterator[KeptHouse]:
    house = KeptHouse(OWN)
    house.set_up()
    yield house
    house.world.close()


def erase(house: KeptHouse) -> None:
    bea = house.bea
    stamp = Erased(subject=bea.id, ground=Ground.ASKED)
    draft = Draft[object](stream=bea.id, stamp=stamp, correlation_id=uuid4(), actor="test")
    house.world.store.append(Append(drafts=[draft], expected={bea.id: bea.version}))


def test_who_was_erased_is_asked_nothing_and_may_be_listed_anew_so_many_times(
    house: KeptHouse,
) -> None:
    for number in range(1, GENERATIONS + 1):
        assert house.listed().id == grantee_id(house.shop, "bea", number)
        before = house.bea.id
        erase(house)
    wish = SetState(correlation_id=WISH, actor="test", at=house.clock(), state=GrantState.CONFIRMED)
    with pytest.raises(UnknownGrantee):
        house.grantees.handle(before, wish)
    with pytest.raises(Busy):
        house.listed()
    assert len(house.grantees.every(house.shop, "bea")) == GENERATIONS


def test_a_wish_that_stands_about_another_letter_is_refused(house: KeptHouse) -> None:
    house.confirmed(GrantKind.CO_SPEAKER)
    house.act()
    wish = WantLetter(correlation_id=WISH, actor="test", at=house.clock(), reason="lost")
    house.grantees.handle(house.bea.id, wish)
    house.listed(GrantKind.GRANT)
    house.act()
    with pytest.raises(Contradicted):
        house.grantees.handle(house.bea.id, wish)


def test_news_of_a_letter_stand_with_the_person(house: KeptHouse) -> None:
    house.confirmed()
    house.act()
    owed = owed_letter(house.bea)
    assert owed is not None
    sent = VoucherLetterSent(
        letter=GrantLetter.VOUCHER, try_number=1, message_id="<1>", body_hash="h"
    )
    for _ in range(2):
        after = house.grantees.told_letter(house.bea.id, owed, sent, actor="worker")
        posting = posting_of(after, owed)
        assert posting is not None
        assert (posting.state, after.version) == ("sent", house.bea.version)


class Contradicting(Grantees):
    """Of every news another stands already."""

    def record(self, grantee: UUID, voucher: UUID, fact: Any, *, actor: str) -> None:
        return None


def test_a_look_that_contradicts_another_leaves_the_person_as_they_stand(
    house: KeptHouse,
) -> None:
    house.confirmed()
    house.act()
    house.world.place("bea buys", ("weekend", 1), voucher=UUID(house.voucher.reference))
    own = replace(house.fulfilment.own, grantees=Contradicting(house.world.store))
    assert own.see(house.bea, house.clock()) == house.bea
    assert house.fulfilment.own.see(house.bea, house.clock()).vouchers[0].uses == 1


class BoughtBetween(Vouchers):
    """Somebody buys with a voucher between the first look at it and the second."""

    meanwhile: list[Callable[[], object]]

    def find(self, voucher: UUID) -> Voucher | None:
        found = super().find(voucher)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found


def test_what_is_used_between_two_looks_is_not_withdrawn(house: KeptHouse) -> None:
    house.confirmed()
    house.act()
    voucher = UUID(house.voucher.reference)
    house.says(GrantState.DECLINED)
    between = BoughtBetween(house.world.store)
    between.meanwhile = [
        lambda: house.world.place("bea buys", ("weekend", 1), voucher=voucher),
    ]
    own = replace(house.fulfilment.own, vouchers=between)
    assert not own.carry_out(house.bea, WITHDRAW, house.clock())
    assert not house.voucher.withdrawn


class ContradictingStore:
    """A store in which the same stands already, with other figures."""

    def __init__(self, before: Recorded[object]) -> None:
        self.before = before

    def append(self, *appends: Append) -> Sequence[Contradiction]:
        return [Contradiction(existing=self.before) for _ in appends]


def test_what_stands_there_with_other_figures_is_not_carried_out(house: KeptHouse) -> None:
    house.confirmed()
    house.fulfilment._requested(house.bea)
    before = house.world.store.read(house.bea.id)[-1]
    own = replace(house.fulfilment.own, store=cast(StampStore, ContradictingStore(before)))
    create = KeeperAsk(asked=Asked.CREATE, number=1)
    assert not own.carry_out(house.bea, create, house.clock())
    assert not house.voucher.made


def test_one_that_is_nowhere_in_the_shop_is_not_upgraded(house: KeptHouse) -> None:
    house.confirmed(GrantKind.CO_SPEAKER)
    house.fulfilment._requested(house.bea)
    lost = CreateVoucherSuccess(provider_reference=str(WISH))
    house.grantees.record(house.bea.id, house.voucher.correlation_id, lost, actor="test")
    house.listed(GrantKind.GRANT)
    upgrade = KeeperAsk(asked=Asked.UPGRADE, number=1)
    assert house.fulfilment.own.carry_out(house.bea, upgrade, house.clock())
    assert (house.voucher.upgrade.code, house.voucher.upgraded) == ("gone", None)


def test_the_first_case_of_a_programme_that_is_over_has_the_same_id_for_ever(
    house: KeptHouse,
) -> None:
    ProgrammeCases(cases=house.cases).over(RULES, NOON)
    cause = derived(programme_id(RULES.shop), f"over/{NOON.isoformat()}/1")
    assert house.cases.get(case_id(cause, CaseKind.VOUCHERS_OVER)).opened is not None
