"""Programmes that are over, vouchers of our own shop, and what is seen of uses elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from ledger.cases.decide import CloseCase
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.commands import WantAgain
from ledger.grants.drift import DriftCases
from ledger.grants.fulfilment import Came, Fulfilled
from ledger.grants.grantee import GrantState
from ledger.grants.keeper import KeeperAway, KeeperSilent, KeptVoucher, VoucherAsk, VoucherKeeper
from ledger.grants.stamps import (
    Asked,
    CreateVoucherSuccess,
    GrantKind,
    VoucherHeldBack,
    VoucherWithdrawn,
)
from ledger.grants.uses import look_again, see_uses
from tests.kits.voucher_keeper import EVENT, OWN, KeptHouse

NOTHING, DONE, WAITS = (Fulfilled(one) for one in (Came.NOTHING, Came.DONE, Came.WAITS))
MADE = CreateVoucherSuccess(provider_reference="13")
DAY = timedelta(days=1)
WISH = UUID(int=9)


@pytest.fixture
def house() -> Iterator[KeptHouse]:
    made = KeptHouse()
    made.set_up()
    yield made
    made.world.close()


def over_cases(house: KeptHouse) -> list[str]:
    """How the cases of a programme that is over stand, the first first."""
    feed = house.world.store.feed(0, limit=10_000)
    opened = [one.stream for one in feed if isinstance(one.stamp, CaseOpened)]
    found = [house.cases.get(one) for one in opened]
    return [one.state for one in found if one.opened and one.opened.kind is CaseKind.VOUCHERS_OVER]


def held_back(house: KeptHouse) -> int:
    stamps = house.world.store.read(house.bea.id)
    return sum(isinstance(one.stamp, VoucherHeldBack) for one in stamps)


def close_case(house: KeptHouse) -> None:
    feed = house.world.store.feed(0, limit=10_000)
    (case,) = (one.stream for one in feed if isinstance(one.stamp, CaseOpened))
    wish = CloseCase(correlation_id=WISH, actor="test", at=house.clock(), reason="seen")
    house.cases.handle(case, wish)


def test_of_a_programme_that_is_over_nobody_is_given_one_and_people_are_told_once(
    house: KeptHouse,
) -> None:
    ended = house.clock() - DAY
    house.set_up(valid_until=ended)
    house.confirmed()
    for _ in range(2):
        assert house.act() == WAITS
        assert (over_cases(house), held_back(house)) == (["open"], 1)
    assert (house.bea.over_since, house.bea.voucher, house.questions()) == (ended, None, [])
    close_case(house)
    assert house.act() == WAITS
    assert over_cases(house) == ["resolved"], "a person has seen to whoever was held back"


def test_a_programme_that_ends_at_this_very_moment_is_over(house: KeptHouse) -> None:
    house.set_up(valid_until=house.clock())
    house.confirmed()
    assert house.act() == WAITS
    assert held_back(house) == 1


def test_another_end_that_is_over_is_another_case(house: KeptHouse) -> None:
    house.set_up(valid_until=house.clock() - DAY)
    house.confirmed()
    house.act()
    house.set_up(valid_until=house.clock() - DAY / 2)
    assert house.act() == WAITS
    assert (over_cases(house), held_back(house)) == (["open", "open"], 2)


@pytest.mark.parametrize("later", [None, DAY])
def test_who_was_held_back_is_given_one_once_the_programme_is_prolonged(
    house: KeptHouse, later: timedelta | None
) -> None:
    house.set_up(valid_until=house.clock() - DAY)
    house.confirmed()
    house.act()
    until = house.clock() + later if later else None
    house.set_up(valid_until=until)
    assert house.act(MADE).came is Came.DONE
    assert (over_cases(house), house.voucher.made) == (["resolved"], True)
    assert house.voucher.destination == replace(EVENT, valid_until=until)


def test_of_a_programme_that_goes_on_there_is_no_case(house: KeptHouse) -> None:
    house.set_up(valid_until=house.clock() + DAY)
    house.confirmed()
    assert house.act(MADE).came is Came.DONE
    assert (over_cases(house), held_back(house)) == ([], 0)


# In our own shop.


@pytest.fixture
def own() -> Iterator[KeptHouse]:
    made = KeptHouse(OWN)
    made.set_up()
    yield made
    made.world.close()


def test_in_our_own_shop_nobody_is_asked(own: KeptHouse) -> None:
    own.confirmed()
    assert own.act(may_ask=lambda where: False) == DONE
    assert (own.voucher.made, own.questions(), own.act()) == (True, [], NOTHING)
    own.says(GrantState.DECLINED)
    assert own.act() == DONE
    assert own.voucher.withdrawn
    assert own.world.cases_opened() == []


def revoked(own: KeptHouse) -> None:
    own.vouchers.revoke(UUID(own.voucher.reference), reason="a mistake", actor="test")


def test_one_that_was_revoked_by_hand_is_not_upgraded_and_is_a_case_until_it_is_withdrawn(
    own: KeptHouse,
) -> None:
    own.confirmed(GrantKind.CO_SPEAKER)
    own.act()
    revoked(own)
    own.listed(GrantKind.GRANT)
    assert own.act() == DONE
    assert own.trouble(Asked.UPGRADE, 1).opened == CaseOpened(
        kind=CaseKind.VOUCHER_STUCK,
        severity=Severity.WARNING,
        text="A voucher of winterfest for a person was not upgraded: gone.",
        provider="own",
        provider_reference=own.voucher.reference,
        about=str(own.bea.id),
    )
    again = WantAgain(correlation_id=WISH, actor="test", at=own.clock(), reason="look again")
    own.grantees.handle(own.bea.id, again)
    assert own.act() == DONE
    assert [own.trouble(Asked.UPGRADE, one).state for one in (1, 2)] == ["open", "open"]
    own.says(GrantState.DECLINED)
    assert own.act() == DONE
    assert [own.trouble(Asked.UPGRADE, one).state for one in (1, 2)] == ["resolved", "resolved"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_one_that_was_revoked_by_hand_is_withdrawn_without_a_case(
    own: KeptHouse, by_hand: bool
) -> None:
    own.confirmed()
    own.act()
    if by_hand:
        revoked(own)
    own.says(GrantState.DECLINED)
    assert own.act() == DONE
    assert own.world.cases_opened() == []


def test_one_that_stands_is_upgraded_without_a_case(own: KeptHouse) -> None:
    own.confirmed(GrantKind.CO_SPEAKER)
    own.act()
    own.listed(GrantKind.GRANT)
    assert own.act() == DONE
    assert (own.voucher.kind, own.world.cases_opened()) == (GrantKind.GRANT, [])


def test_of_two_workers_at_once_one_makes_it(own: KeptHouse) -> None:
    own.confirmed()
    own.fulfilment._requested(own.bea)
    other = own.another(clock=own.world.clock)
    own.clock.meanwhile.append(lambda: other.act(own.bea.id))
    assert own.act() == NOTHING
    assert own.voucher.made


# Seen elsewhere.


def test_one_that_was_gone_and_is_withdrawn_is_nobodys_trouble(house: KeptHouse) -> None:
    house.confirmed()
    house.act(MADE)
    DriftCases(cases=house.cases).gone(house.bea, house.voucher)
    (case,) = (
        one.stream
        for one in house.world.store.feed(0, limit=10_000)
        if isinstance(one.stamp, CaseOpened)
    )
    house.says(GrantState.DECLINED)
    assert house.cases.get(case).state == "open"
    house.act(VoucherWithdrawn())
    assert house.cases.get(case).state == "resolved"


def look(house: KeptHouse, *answers: Any, reference: str = "13") -> bool | KeeperSilent:
    house.keeper.asked.clear()
    house.keeper.answers += answers
    keeper = cast(VoucherKeeper, house.keeper)
    return look_again(house.grantees, keeper, house.bea.id, reference, at=house.clock())


def test_a_look_at_a_voucher_asks_for_it_as_it_is_and_stamps_what_is_news(
    house: KeptHouse,
) -> None:
    house.confirmed()
    house.act(MADE)
    voucher = house.voucher
    seen = KeptVoucher(reference="13", code="code 1", uses=1, ours=voucher.correlation_id)
    assert look(house, replace(seen, uses=0)) is False
    ((_, ask),) = house.keeper.asked
    assert ask == VoucherAsk(
        voucher=voucher.correlation_id,
        code="code 1",
        kind=voucher.kind,
        terms=voucher.terms,
        destination=EVENT,
        worth=voucher.worth,
        reference="13",
        try_number=1,
        again=False,
    )
    assert look(house, seen) is True
    assert look(house, seen) is False
    assert look(house, None) is False
    assert (house.voucher.uses, house.voucher.uses_seen_at) == (1, house.clock())
    silent = KeeperSilent(reason="timeout")
    assert look(house, silent) is silent
    assert look(house, reference="14") is False
    assert house.keeper.asked == []


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ({}, True),
        ({"uses": 0}, False),
        ({"ours": None}, True),
        ({"ours": None, "reference": "14"}, False),
        ({"reference": "14"}, True),
        ({"ours": WISH}, False),
    ],
)
def test_uses_are_those_of_the_voucher_that_has_the_mark_or_the_reference(
    house: KeptHouse, told: dict[str, Any], news: bool
) -> None:
    house.confirmed()
    house.act(MADE)
    ours = house.voucher.correlation_id
    seen = replace(KeptVoucher(reference="13", code="code 1", uses=2, ours=ours), **told)
    assert see_uses(house.grantees, house.bea.id, seen, at=house.clock()) is news
    assert house.voucher.uses == (2 if news else 0)


def test_a_look_that_was_before_the_last_one_is_no_news(house: KeptHouse) -> None:
    house.confirmed()
    house.act(MADE)
    seen = KeptVoucher(reference="13", code="code 1", uses=2)
    assert see_uses(house.grantees, house.bea.id, seen, at=house.clock())
    before = replace(seen, uses=1)
    assert not see_uses(house.grantees, house.bea.id, before, at=house.clock() - DAY)
    assert house.voucher.uses == 2


def test_the_key_of_a_try_is_its_own_for_ever(house: KeptHouse) -> None:
    house.confirmed()
    house.act(KeeperSilent(reason="timeout"))
    ((_, ask),) = house.keeper.asked
    first = replace(ask, voucher=WISH)
    assert first.key == UUID("459fcf47-0e73-5e2e-81c9-eb8381486654")
    assert replace(first, again=True, reference="13").key == first.key
    assert replace(first, try_number=2).key != first.key
    assert ask.key != first.key


def test_a_keeper_that_tells_nothing_says_why() -> None:
    silent = KeeperSilent(reason="timeout")
    away = KeeperAway(silent)
    assert (str(away), away.silent) == ("timeout", silent)
