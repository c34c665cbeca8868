"""What a person's voucher calls for is done: nothing before its intent, and nothing twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.commands import WantAgain
from ledger.grants.fulfilment import Came, Fulfilled
from ledger.grants.grantee import GrantState
from ledger.grants.keeper import KeeperSilent, VoucherAsk
from ledger.grants.next_step import LEASE
from ledger.grants.service import Grantees
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherSuccess,
    GrantKind,
    GrantTerms,
    PriceMode,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherUsesSeen,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append
from tests.kits.voucher_keeper import EVENT, KeptHouse

NOTHING, DONE, WAITS = (Fulfilled(one) for one in (Came.NOTHING, Came.DONE, Came.WAITS))
ALL = GrantTerms(mode=PriceMode.SET, value="0.00")
QUARTER = GrantTerms(mode=PriceMode.PERCENT, value="25.00")
MADE = CreateVoucherSuccess(provider_reference="13")
FULL = VoucherUpgraded(kind=GrantKind.GRANT, terms=ALL, worth=Money(10000, "EUR"))
GONE = VoucherWithdrawn()
SILENT = KeeperSilent(reason="timeout")
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def house() -> Iterator[KeptHouse]:
    made = KeptHouse()
    made.set_up()
    yield made
    made.world.close()


def stuck(house: KeptHouse, text: str, **told: Any) -> CaseOpened:
    given: dict[str, Any] = {"provider": "pretix", "provider_reference": "13", **told}
    return CaseOpened(
        kind=CaseKind.VOUCHER_STUCK,
        severity=Severity.WARNING,
        text=f"A voucher of winterfest for a person was not {text}.",
        about=str(house.bea.id),
        **given,
    )


def stamped(house: KeptHouse) -> list[str]:
    """What stands of the person, from their confirmation on."""
    names = [type(one.stamp).__name__ for one in house.world.store.read(house.bea.id)]
    return names[names.index("PersonConfirmed") + 1 :]


# Asked, and answered.


def test_a_voucher_is_drawn_then_asked_for_after_its_intent_stands(house: KeptHouse) -> None:
    house.confirmed()
    stood: list[bool] = []

    def answer(ask: VoucherAsk) -> CreateVoucherSuccess:
        stood.append(house.voucher.create.open)
        return MADE

    assert house.act(answer) == Fulfilled(Came.DONE, about=EVENT)
    voucher = house.voucher
    assert (stood, voucher.made, voucher.reference) == ([True], True, "13")
    assert (voucher.code, voucher.request.code_index) == ("code 1", "index 1")
    assert house.keeper.asked == [
        (
            Asked.CREATE,
            VoucherAsk(
                voucher=voucher.correlation_id,
                code="code 1",
                kind=GrantKind.GRANT,
                terms=ALL,
                destination=EVENT,
                worth=Money(10000, "EUR"),
                reference="",
                try_number=1,
                again=False,
            ),
        )
    ]
    assert house.act() == NOTHING
    assert house.drawn == 1


def test_who_did_not_say_that_they_come_is_given_nothing(house: KeptHouse) -> None:
    house.listed()
    assert house.act() == NOTHING
    assert house.drawn == 0


def test_nothing_is_drawn_before_it_is_known_where_vouchers_are_made() -> None:
    house = KeptHouse()
    house.confirmed()
    assert house.act() == WAITS
    assert (house.drawn, stamped(house)) == (0, [])


def test_who_may_not_be_asked_now_or_is_not_there_is_waited_for(house: KeptHouse) -> None:
    house.confirmed()
    assert house.act(may_ask=lambda where: where != EVENT) == WAITS
    alone = house.another(keepers={})
    assert alone.act(house.bea.id) == WAITS
    assert alone.act(house.bea.id, may_ask=lambda where: True) == WAITS
    assert (house.questions(), house.voucher.create.last_try) == ([], 0)


def test_no_answer_leaves_the_try_open_and_it_is_asked_again_after_its_lease(
    house: KeptHouse,
) -> None:
    house.confirmed()
    assert house.act(SILENT) == Fulfilled(Came.WAITS, SILENT, EVENT)
    assert house.voucher.create.open
    house.clock.forward(seconds=LEASE.total_seconds() - 1)
    assert house.act() == NOTHING
    house.clock.forward(seconds=1)
    assert house.act(MADE) == Fulfilled(Came.DONE, about=EVENT)
    assert house.questions() == [(Asked.CREATE, 1, False), (Asked.CREATE, 1, True)]
    assert stamped(house).count("CreateVoucherRequest") == 1


@pytest.mark.parametrize(("slept", "asked"), [(LEASE / 2 - INSTANT, 1), (LEASE / 2, 0)])
def test_whoever_slept_for_half_the_lease_asks_nobody_any_more(
    house: KeptHouse, slept: timedelta, asked: int
) -> None:
    house.confirmed()
    house.clock.step = slept
    came = house.act(SILENT)
    assert (came.came, came.silent) == (Came.WAITS, SILENT if asked else None)
    assert len(house.questions()) == asked
    assert house.voucher.create.open


def test_what_is_asked_again_may_be_asked_however_long_it_took(house: KeptHouse) -> None:
    house.confirmed()
    house.act(SILENT)
    house.clock.step = LEASE
    house.clock.forward(seconds=LEASE.total_seconds())
    assert house.act(MADE).came is Came.DONE


def test_of_two_workers_at_once_one_asks(house: KeptHouse) -> None:
    house.confirmed()
    house.act(may_ask=lambda where: False)
    other = house.another(clock=house.world.clock)

    def faster(where: Any) -> bool:
        house.keeper.answers.append(SILENT)
        other.act(house.bea.id)
        return True

    assert house.act(may_ask=faster) == NOTHING
    assert house.questions() == [(Asked.CREATE, 1, False)]


def test_of_a_person_who_was_erased_meanwhile_nobody_is_asked(house: KeptHouse) -> None:
    house.confirmed()
    house.act(SILENT)
    house.clock.forward(seconds=LEASE.total_seconds())
    bea = house.bea

    def erased(where: Any) -> bool:
        stamp = Erased(subject=bea.id, ground=Ground.ASKED)
        draft = Draft[object](stream=bea.id, stamp=stamp, correlation_id=uuid4(), actor="test")
        house.world.store.append(Append(drafts=[draft], expected={bea.id: bea.version}))
        return True

    assert house.fulfilment.act(bea.id, may_ask=erased) == NOTHING
    assert len(house.questions()) == 1


# Upgraded and withdrawn.


def issued(house: KeptHouse, kind: GrantKind = GrantKind.GRANT) -> None:
    house.confirmed(kind)
    house.act(MADE)
    house.keeper.asked.clear()


def test_who_is_given_all_of_it_has_it_upgraded_by_the_rules_of_today(house: KeptHouse) -> None:
    issued(house, GrantKind.CO_SPEAKER)
    assert (house.voucher.terms, house.voucher.worth) == (QUARTER, Money(2500, "EUR"))
    house.listed(GrantKind.GRANT)
    assert house.act(FULL) == Fulfilled(Came.DONE, about=EVENT)
    ((asked, ask),) = house.keeper.asked
    assert (asked, ask.kind, ask.terms, ask.worth) == (
        Asked.UPGRADE,
        GrantKind.GRANT,
        ALL,
        Money(10000, "EUR"),
    )
    assert (ask.reference, ask.try_number) == ("13", 1)
    assert (house.voucher.kind, house.act()) == (GrantKind.GRANT, NOTHING)


def test_who_does_not_come_has_it_withdrawn(house: KeptHouse) -> None:
    issued(house)
    house.says(GrantState.DECLINED)
    assert house.act(GONE) == Fulfilled(Came.DONE, about=EVENT)
    assert house.questions() == [(Asked.WITHDRAW, 1, False)]
    assert (house.voucher.withdrawn, house.act()) == (True, NOTHING)


def test_what_was_never_asked_for_is_forgotten_without_asking(house: KeptHouse) -> None:
    house.confirmed()
    house.act(may_ask=lambda where: False)
    house.says(GrantState.DECLINED)
    assert house.act() == DONE
    assert (house.voucher.withdrawn, house.questions()) == (True, [])


def test_only_so_much_is_done_for_one_person_at_a_time(house: KeptHouse) -> None:
    """Whoever changes their mind at each answer does not keep the worker from all others."""
    house.confirmed(GrantKind.CO_SPEAKER)

    def then(stamp: object, change: Any, *told: Any) -> Any:
        def answer(ask: VoucherAsk) -> object:
            change(*told)
            return stamp

        return answer

    answers = (
        then(MADE, house.listed, GrantKind.GRANT),
        then(FULL, house.says, GrantState.DECLINED),
        then(GONE, house.says),
    )
    assert house.act(*answers) == Fulfilled(Came.DONE, about=EVENT)
    assert (len(house.keeper.asked), house.drawn) == (3, 1)
    assert house.act(MADE).came is Came.DONE
    assert house.drawn == 2


# Refused.


def to_be_made(house: KeptHouse) -> None:
    house.confirmed()


def to_be_upgraded(house: KeptHouse) -> None:
    issued(house, GrantKind.CO_SPEAKER)
    house.listed(GrantKind.GRANT)


def to_be_withdrawn(house: KeptHouse) -> None:
    issued(house)
    house.says(GrantState.DECLINED)


REFUSED = [
    (to_be_made, Asked.CREATE, CreateVoucherFailure, MADE, "made", ""),
    (to_be_upgraded, Asked.UPGRADE, VoucherUpgradeFailure, FULL, "upgraded", "13"),
    (to_be_withdrawn, Asked.WITHDRAW, VoucherWithdrawalFailure, GONE, "withdrawn", "13"),
]


@pytest.mark.parametrize(("begin", "asked", "failure", "success", "word", "reference"), REFUSED)
def test_what_people_have_to_mend_is_a_case_until_it_was_done(
    house: KeptHouse,
    begin: Any,
    asked: Asked,
    failure: Any,
    success: object,
    word: str,
    reference: str,
) -> None:
    begin(house)
    refusal = failure(code="quota_full", try_number=1, permanent=True)
    assert house.act(refusal) == Fulfilled(Came.DONE, about=EVENT)
    case = house.trouble(asked, 1)
    assert case.opened == stuck(house, f"{word}: quota_full", provider_reference=reference)
    assert (case.state, house.act()) == ("open", NOTHING)
    again = WantAgain(correlation_id=uuid4(), actor="test", at=house.clock(), reason="mended")
    house.grantees.handle(house.bea.id, again)
    assert house.act(success).came is Came.DONE
    assert house.trouble(asked, 1).state == "resolved"
    assert [one[1] for one in house.questions()][-1] == 2


@pytest.mark.parametrize(("begin", "asked", "failure"), [one[:3] for one in REFUSED])
def test_what_may_pass_by_itself_is_no_case(
    house: KeptHouse, begin: Any, asked: Asked, failure: Any
) -> None:
    begin(house)
    assert house.act(failure(code="busy", try_number=1)) == Fulfilled(Came.DONE, about=EVENT)
    assert house.trouble(asked, 1).opened is None
    assert house.voucher.question(asked).code == "busy"
    assert house.world.cases_opened() == []


def test_a_refusal_that_says_that_it_was_used_counts_as_a_look_at_its_uses(
    house: KeptHouse,
) -> None:
    to_be_withdrawn(house)
    house.act(VoucherWithdrawalFailure(code="used", try_number=1, permanent=True))
    assert (house.voucher.uses, house.voucher.uses_seen_at) == (1, house.clock())
    assert house.trouble(Asked.WITHDRAW, 1).opened == stuck(house, "withdrawn: used")
    assert house.act() == NOTHING


def test_any_other_refusal_says_nothing_of_its_uses(house: KeptHouse) -> None:
    to_be_withdrawn(house)
    house.act(VoucherWithdrawalFailure(code="busy", try_number=1))
    assert house.voucher.uses_seen_at is None


def used(house: KeptHouse) -> None:
    seen = VoucherUsesSeen(uses=1, seen_at=house.clock())
    house.grantees.record(house.bea.id, house.voucher.correlation_id, seen, actor="test")


@pytest.mark.parametrize(
    ("begin", "asked", "word"),
    [
        (to_be_upgraded, Asked.UPGRADE, "upgraded"),
        (to_be_withdrawn, Asked.WITHDRAW, "withdrawn"),
    ],
)
def test_a_used_voucher_is_left_and_people_are_told_once(
    house: KeptHouse, begin: Any, asked: Asked, word: str
) -> None:
    begin(house)
    used(house)
    assert house.act() == DONE
    assert house.trouble(asked, 1).opened == stuck(house, f"{word}: used")
    assert (house.questions(), house.act()) == ([], NOTHING)
    assert len(house.world.cases_opened()) == 1


def test_of_two_workers_at_once_one_leaves_a_used_voucher(house: KeptHouse) -> None:
    to_be_withdrawn(house)
    used(house)
    other = house.another(clock=house.world.clock)
    house.clock.meanwhile.append(lambda: other.act(house.bea.id))
    assert house.act() == NOTHING
    assert stamped(house).count("VoucherWithdrawalFailure") == 1


def test_of_two_workers_at_once_one_forgets(house: KeptHouse) -> None:
    house.confirmed()
    house.act(may_ask=lambda where: False)
    house.says(GrantState.DECLINED)
    other = house.another(clock=house.world.clock)
    house.clock.meanwhile.append(lambda: other.act(house.bea.id))
    assert house.act() == NOTHING
    assert stamped(house).count("VoucherWithdrawn") == 1


def test_what_was_wanted_of_it_is_nobodys_trouble_once_it_is_withdrawn(house: KeptHouse) -> None:
    to_be_upgraded(house)
    house.act(VoucherUpgradeFailure(code="quota_full", try_number=1, permanent=True))
    house.says(GrantState.DECLINED)
    house.act(VoucherWithdrawalFailure(code="no_permission", try_number=1, permanent=True))
    again = WantAgain(correlation_id=uuid4(), actor="test", at=house.clock(), reason="mended")
    house.grantees.handle(house.bea.id, again)
    assert house.act(GONE).came is Came.DONE
    assert house.trouble(Asked.UPGRADE, 1).state == "resolved"
    assert house.trouble(Asked.WITHDRAW, 1).state == "resolved"
    assert len(house.world.cases_opened()) == 2


def test_what_could_not_be_made_in_time_is_nobodys_trouble_any_more(house: KeptHouse) -> None:
    house.set_up(valid_until=house.clock() + timedelta(hours=1))
    house.confirmed()
    house.act(CreateVoucherFailure(code="quota_full", try_number=1, permanent=True))
    assert house.trouble(Asked.CREATE, 1).state == "open"
    house.clock.forward(hours=1)
    again = WantAgain(correlation_id=uuid4(), actor="test", at=house.clock(), reason="mended")
    house.grantees.handle(house.bea.id, again)
    first = house.voucher.correlation_id
    assert house.act().came is Came.WAITS
    assert house.bea.vouchers[0].withdrawn
    assert house.voucher.correlation_id == first
    assert house.trouble(Asked.CREATE, 1).state == "resolved"


class Contradicting(Grantees):
    """Of another news the same stands already, with other figures."""

    def record(self, grantee: UUID, voucher: UUID, fact: Any, *, actor: str) -> None:
        return None


def test_news_that_stand_already_with_other_figures_are_a_case(house: KeptHouse) -> None:
    house.confirmed()
    house.keeper.answers.append(SILENT)
    worker = house.another(grantees=Contradicting(house.world.store))
    house.keeper.answers[:] = [MADE, SILENT]
    assert worker.act(house.bea.id).about == EVENT
    case = house.trouble(Asked.CREATE, 0)
    assert case.opened == stuck(house, "made: contradiction", provider_reference="")
