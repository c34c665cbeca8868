"""One voucher of a code, whatever pretix answers, forgets, ignores or leaves unanswered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

import pytest

from adapters.providers.pace import Pace
from adapters.providers.pretix import PretixVouchers
from ledger.grants.keeper import KeeperSilent, VoucherAsk
from ledger.grants.stamps import (
    CreateVoucherFailure,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantTerms,
    Place,
    PriceMode,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from tests.kits.patience import PATIENCE
from tests.stand_ins.pretix import BASE, PretixStandIn
from tests.stand_ins.serving import Asked, Told, serving

CODE = "A2B3C4D5E6F7G8H9K2M3N4P5Q6R7S8"
FREE = GrantTerms(mode=PriceMode.SET, value="0.00")
PART = GrantTerms(mode=PriceMode.PERCENT, value="25.00")
UNTIL = datetime(2027, 3, 1, tzinfo=UTC)
EVENT = Destination(
    place=Place.PRETIX, organizer="org", event="conf", quota=1, block_quota=True, valid_until=UNTIL
)
ASK = VoucherAsk(
    voucher=UUID(int=7), code=CODE, kind=GrantKind.GRANT, terms=FREE, destination=EVENT
)
PART_ASK = replace(ASK, kind=GrantKind.CO_SPEAKER, terms=PART)
MADE = CreateVoucherSuccess(provider_reference="1")


@pytest.fixture(scope="module")
def served() -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


@pytest.fixture
def pretix(served: PretixStandIn) -> PretixStandIn:
    url = served.url
    served.__init__()  # type: ignore[misc]
    served.url = url
    return served


@cache
def line(token: str, url: str) -> PretixVouchers:
    return PretixVouchers(token, api_base=url, patience=PATIENCE)


def vouchers(pretix: PretixStandIn, **more: str) -> PretixVouchers:
    return line(more.get("token", pretix.token), pretix.url)


def failure(code: str, *, permanent: bool = True, number: int = 1) -> CreateVoucherFailure:
    return CreateVoucherFailure(code=code, try_number=number, permanent=permanent)


def test_a_voucher_is_made_with_all_that_was_asked_for(pretix: PretixStandIn):
    assert vouchers(pretix).create(ASK) == MADE
    (made,) = pretix.vouchers.values()
    assert (made["code"], made["price_mode"], made["value"]) == (CODE, "set", "0.00")
    assert (made["quota"], made["block_quota"], made["max_usages"]) == (1, True, 1)
    assert datetime.fromisoformat(made["valid_until"]) == UNTIL


@pytest.mark.parametrize("trouble", ["500-after", "cut", "gone"])
def test_an_answer_that_was_lost_is_looked_up_and_never_a_second_code(
    pretix: PretixStandIn, trouble: str
):
    pretix.plan(trouble)
    assert vouchers(pretix).create(ASK) == MADE
    assert vouchers(pretix).create(replace(ASK, again=True)) == MADE
    assert pretix.made == [CODE]


def test_a_server_that_went_wrong_before_it_did_anything_is_asked_under_another_key(
    pretix: PretixStandIn,
):
    pretix.plan("500")
    assert vouchers(pretix).create(ASK) == failure("server_error", permanent=False)
    assert vouchers(pretix).create(replace(ASK, try_number=2)) == MADE


def test_the_old_voucher_of_a_key_is_not_taken_for_ours(pretix: PretixStandIn):
    assert vouchers(pretix).create(ASK) == MADE
    other = replace(ASK, code="Z" + CODE[1:])
    assert vouchers(pretix).create(other) == failure("key_taken", permanent=False)
    again = replace(other, try_number=2)
    assert vouchers(pretix).create(again) == CreateVoucherSuccess(provider_reference="2")


def test_a_refusal_that_is_replayed_under_its_key_is_overcome_by_another(pretix: PretixStandIn):
    pretix.room = 0
    assert vouchers(pretix).create(ASK) == failure("sold_out")
    pretix.room = 5
    assert vouchers(pretix).create(ASK) == failure("sold_out"), "the old key says the old thing"
    assert vouchers(pretix).create(replace(ASK, try_number=2)) == MADE


def test_who_asks_too_often_is_told_how_long_to_rest(pretix: PretixStandIn):
    pretix.plan("429")
    told = vouchers(pretix).create(ASK)
    assert isinstance(told, KeeperSilent)
    assert told.rest == timedelta(seconds=2)
    pretix.plan("409")
    told = vouchers(pretix).create(ASK)
    assert isinstance(told, KeeperSilent)
    assert told.rest is None, "that is about this key alone"
    assert len(pretix.calls) == 2, "nobody looks while they are to rest"


def test_a_token_that_is_not_taken_is_for_a_person(pretix: PretixStandIn):
    told = vouchers(pretix, token="wrong").create(ASK)
    assert isinstance(told, KeeperSilent)
    assert told.person == "unauthorized"


def test_a_code_that_is_there_in_other_letters_and_without_our_mark_is_for_a_person(
    pretix: PretixStandIn,
):
    vouchers(pretix).create(replace(ASK, voucher=uuid4(), code=CODE.lower()))
    assert vouchers(pretix).create(ASK) == failure("code_taken")


def test_what_is_ignored_in_silence_is_seen_and_not_told_to_anybody(pretix: PretixStandIn):
    pretix.silent_fields = frozenset({"valid_until"})
    assert vouchers(pretix).create(ASK) == failure("terms_differ")
    pretix.silent_fields = frozenset()
    assert vouchers(pretix).create(replace(ASK, try_number=2)) == MADE, "mended where it is"
    assert pretix.made == [CODE]


def test_an_event_that_is_not_there_is_for_a_person(pretix: PretixStandIn):
    elsewhere = replace(ASK, destination=replace(EVENT, event="other"))
    told = vouchers(pretix).create(elsewhere)
    assert isinstance(told, KeeperSilent)
    assert told.person == "forbidden"
    quota = replace(ASK, destination=replace(EVENT, quota=9))
    assert vouchers(pretix).create(quota) == failure("unknown_quota_or_item")


def test_an_upgrade_is_read_back(pretix: PretixStandIn):
    vouchers(pretix).create(PART_ASK)
    up = replace(ASK, reference="1")
    assert vouchers(pretix).upgrade(up) == VoucherUpgraded(kind=GrantKind.GRANT, terms=FREE)
    assert pretix.vouchers[1]["value"] == "0.00"
    assert vouchers(pretix).upgrade(up) == VoucherUpgraded(kind=GrantKind.GRANT, terms=FREE)


def test_an_upgrade_that_is_ignored_in_silence_is_none(pretix: PretixStandIn):
    vouchers(pretix).create(PART_ASK)
    pretix.silent_fields = frozenset({"price_mode", "value"})
    told = vouchers(pretix).upgrade(replace(ASK, reference="1"))
    assert told == VoucherUpgradeFailure(code="not_changed", try_number=1, permanent=True)


def test_an_upgrade_whose_answer_was_lost_is_read_back(pretix: PretixStandIn):
    vouchers(pretix).create(PART_ASK)
    pretix.plan("gone", method="PATCH")
    told = vouchers(pretix).upgrade(replace(ASK, reference="1"))
    assert isinstance(told, VoucherUpgraded)


def test_a_used_voucher_is_neither_upgraded_nor_withdrawn(pretix: PretixStandIn):
    vouchers(pretix).create(PART_ASK)
    pretix.redeem(CODE, "ZPXLK")
    told = vouchers(pretix).upgrade(replace(ASK, reference="1"))
    assert told == VoucherUpgradeFailure(code="used", try_number=1, permanent=True)
    gone = vouchers(pretix).withdraw(replace(PART_ASK, reference="1"))
    assert gone == VoucherWithdrawalFailure(code="used", try_number=1, permanent=True)
    assert pretix.vouchers[1]["value"] == "25.00"


def test_a_voucher_used_between_the_look_and_the_deletion_stays(pretix: PretixStandIn):
    vouchers(pretix).create(ASK)
    calm = pretix.handle

    def used_meanwhile(asked):
        if asked.method == "DELETE":
            pretix.vouchers[1]["redeemed"] = 1
        return calm(asked)

    pretix.handle = used_meanwhile  # type: ignore[method-assign]
    try:
        told = vouchers(pretix).withdraw(ASK)
    finally:
        del pretix.handle
    assert told == VoucherWithdrawalFailure(code="used", try_number=1, permanent=True)


@pytest.mark.parametrize("trouble", ["", "500-after", "gone"])
def test_a_voucher_is_withdrawn_once_whatever_is_heard_of_it(pretix: PretixStandIn, trouble: str):
    vouchers(pretix).create(ASK)
    if trouble:
        pretix.plan(trouble, method="DELETE")
    assert vouchers(pretix).withdraw(ASK) == VoucherWithdrawn()
    assert vouchers(pretix).withdraw(ASK) == VoucherWithdrawn(), "none is none"
    assert pretix.deleted == [CODE]


def test_what_is_there_is_looked_at_and_listed_page_by_page(pretix: PretixStandIn):
    told = vouchers(pretix)
    for number in range(60):
        told.create(replace(ASK, voucher=UUID(int=number), code=f"{CODE[:-2]}{number:02d}"))
    pretix.vouchers[3]["comment"] = "by hand"
    assert [one.ours for one in told.kept(EVENT)] == [UUID(int=n) for n in range(60) if n != 2]
    pretix.redeem(f"{CODE[:-2]}05", "ZPXLK")
    assert told.uses_by(EVENT, "ZPXLK") == ("6",)
    seen = told.look(replace(ASK, voucher=UUID(int=5), code=f"{CODE[:-2]}05", reference="6"))
    assert seen is not None and not isinstance(seen, KeeperSilent) and seen.uses == 1  # noqa: PT018


def test_eight_at_once_make_one(pretix: PretixStandIn):
    with ThreadPoolExecutor(8) as pool:
        told = {*pool.map(lambda _: vouchers(pretix).create(ASK), range(8))}
    assert told == {MADE}
    assert pretix.made == [CODE]


def test_every_call_goes_to_its_event_and_nowhere_else(pretix: PretixStandIn):
    vouchers(pretix).create(replace(ASK, destination=replace(EVENT, event="../../x")))
    assert not any(call.startswith(f"POST {BASE}") for call in pretix.calls)


@pytest.mark.parametrize("status", [502, 504])
def test_whoever_stands_in_between_and_gives_up_does_not_say_that_nothing_was_done(
    pretix: PretixStandIn, status: int
):
    calm, late = pretix.handle, list[Asked]()

    def gives_up(asked: Asked) -> tuple[Told, str]:
        if asked.method == "POST" and not late:
            late.append(asked)
            return Told(status=status, body=b"<html>gateway</html>"), ""
        return calm(asked)

    pretix.handle = gives_up  # type: ignore[method-assign]
    try:
        told = vouchers(pretix).create(ASK)
        assert isinstance(told, KeeperSilent), "a failure would be withdrawn as never made"
        calm(late[0])
        assert vouchers(pretix).create(replace(ASK, again=True)) == MADE
    finally:
        del pretix.handle
    assert pretix.made == [CODE]


def test_a_voucher_of_our_code_and_nobody_s_mark_is_not_told_to_be_withdrawn(
    pretix: PretixStandIn,
):
    vouchers(pretix).create(ASK)
    pretix.vouchers[1]["comment"] = "for Bea"
    told = vouchers(pretix).withdraw(ASK)
    assert told == VoucherWithdrawalFailure(code="code_taken", try_number=1, permanent=True)
    assert len(pretix.vouchers) == 1
    assert vouchers(pretix).withdraw(replace(ASK, reference="1")) == VoucherWithdrawn()


def test_a_voucher_whose_id_is_somebody_else_s_by_now_is_found_by_its_code(pretix: PretixStandIn):
    vouchers(pretix).create(ASK)
    pretix.vouchers[9] = pretix.vouchers.pop(1) | {"id": 9}
    pretix.event_of[9] = "conf"
    vouchers(pretix).create(replace(ASK, voucher=UUID(int=8), code="Z" + CODE[1:]))
    assert vouchers(pretix).withdraw(replace(ASK, reference="2")) == VoucherWithdrawn()
    assert [one["id"] for one in pretix.vouchers.values()] == [2]


def test_every_call_waits_for_its_turn_those_that_only_look_too(pretix: PretixStandIn):
    time, pauses = 0.0, list[float]()

    def passes(seconds: float) -> None:
        nonlocal time
        pauses.append(seconds)
        time += seconds

    pace = Pace(5, now=lambda: time, sleep=passes)
    keeper = PretixVouchers(pretix.token, api_base=pretix.url, patience=PATIENCE, pace=pace.wait)
    keeper.create(PART_ASK)
    keeper.upgrade(replace(ASK, reference="1"))
    keeper.withdraw(replace(ASK, reference="1"))
    list(keeper.kept(EVENT))
    calls = len(pretix.calls)
    assert calls >= 8
    assert len(pauses) == calls - 1
    assert time == pytest.approx((calls - 1) / 5)


@pytest.mark.parametrize(("told", "minutes"), [("1800", 30), ("86400", 60)])
def test_a_rest_of_up_to_an_hour_is_kept(pretix: PretixStandIn, told: str, minutes: int):
    answer = Told(status=429, headers={"Retry-After": told})
    pretix.error = lambda status, message: answer  # type: ignore[method-assign]
    pretix.plan("429")
    try:
        silent = vouchers(pretix).create(ASK)
    finally:
        del pretix.error
    assert isinstance(silent, KeeperSilent)
    assert silent.rest == timedelta(minutes=minutes)
