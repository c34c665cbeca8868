"""Vouchers that people changed where they live, and doors that are shut: seen, told, left alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.worker.reactors.voucher_lane import VoucherLane
from ledger.cases.decide import CloseCase
from ledger.cases.stamps import CaseKind
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.stamps import GrantKind
from tests.kits.voucher_house import EVENT, OWN, VoucherHouse, cases_of, clean, voucher_of
from tests.stand_ins.pretix import PretixStandIn

STUCK, STOPPED = CaseKind.VOUCHER_STUCK, CaseKind.VOUCHERS_STOPPED


def look(house: VoucherHouse, *, times: int = 1) -> None:
    looks = house.uses()
    for _ in range(times):
        looks.run()
        house.clock.forward(minutes=6)


def states(house: VoucherHouse, kind: CaseKind = STUCK) -> list[str]:
    return [one.state for one in cases_of(house, kind)]


def test_a_voucher_that_was_deleted_there_is_a_case_and_is_never_made_anew(house, served):
    bea, ada = house.confirmed("bea@example.org"), house.confirmed("ada@example.org")
    house.run()
    code = voucher_of(house, bea).code
    del served.vouchers[int(voucher_of(house, bea).reference)]
    look(house, times=3)
    house.run()
    (case,) = cases_of(house, STUCK)
    assert case.opened is not None
    assert case.opened.about == str(bea.id)
    assert "confirm them again" in case.opened.text
    assert str(code) not in case.opened.text
    assert len(served.made) == 2
    assert voucher_of(house, ada).made
    # Who is taken back and confirms again has another one, and another letter.
    house.says(bea.id, GrantState.CANCELLED)
    house.run()
    house.says(bea.id)
    house.run()
    assert states(house) == ["resolved"]
    assert len(served.made) == 3
    assert voucher_of(house, bea).code != code
    assert len(house.mail.delivered) == 3
    clean(house)


def test_a_voucher_that_is_there_again_is_no_case_any_more(house, served):
    house.confirmed("bea@example.org")
    house.run()
    looks = house.uses()
    looks.run()
    kept = served.vouchers.pop(1)
    house.clock.forward(minutes=6)
    looks.run()
    assert states(house) == ["open"]
    served.vouchers[1] = kept
    house.clock.forward(minutes=6)
    looks.run()
    assert states(house) == ["resolved"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": "50.00"}, "value"),
        ({"code": "BEASCODE"}, "code"),
        ({"max_usages": 5}, "max_usages"),
        ({"valid_until": "2020-01-01T00:00:00+00:00"}, "valid_until"),
    ],
)
def test_a_voucher_that_was_changed_there_is_a_case_once_and_stays_as_it_is(
    house: VoucherHouse, served: PretixStandIn, change: dict[str, object], told: str
):
    house.confirmed("bea@example.org")
    house.run()
    look(house)
    assert states(house) == []
    served.vouchers[1].update(change)
    look(house, times=2)
    look(house)  # another process, which saw nothing before
    (case,) = cases_of(house, STUCK)
    assert case.opened is not None
    assert f": {told}. It is left" in case.opened.text
    assert "BEASCODE" not in case.opened.text
    assert not any(call.startswith("PATCH") for call in served.calls)
    clean(house)


@pytest.mark.parametrize("state", [GrantState.CONFIRMED, GrantState.CANCELLED])
def test_what_we_are_about_to_change_or_withdraw_was_not_changed_by_hand(
    house: VoucherHouse, served: PretixStandIn, state: GrantState
):
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    house.listed("bea@example.org", GrantKind.GRANT)
    house.says(bea.id, state)
    served.vouchers[1].update(price_mode="set", value="0.00")
    look(house)
    del served.vouchers[1]
    look(house)
    assert states(house) == []


@pytest.mark.parametrize("comment", ["", "for Bea", "Stampledger {mark}, she asked twice"])
def test_a_mark_that_was_written_over_is_still_found_by_id_and_code(
    house: VoucherHouse, served: PretixStandIn, comment: str
):
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    mark = str(voucher_of(house, bea).correlation_id)
    served.vouchers[1]["comment"] = comment.format(mark=mark)
    look(house)
    assert states(house) == []
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run()
    assert served.vouchers[1]["value"] == "0.00"
    house.says(bea.id, GrantState.CANCELLED)
    house.run()
    assert served.vouchers == {}, "nobody who is not to have it keeps it"
    assert voucher_of(house, bea).withdrawn
    clean(house)


def test_a_voucher_with_another_code_goes_with_its_invitation_and_is_not_upgraded(house, served):
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    served.vouchers[1]["code"] = "BEASCODE"
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run(passes=3)
    assert served.vouchers[1]["value"] == "25.00", "the letter would tell of a code that is none"
    assert len(house.mail.delivered) == 1
    house.says(bea.id, GrantState.CANCELLED)
    house.run()
    assert served.vouchers == {}
    assert states(house) == ["resolved"]


def test_a_pretix_that_was_set_up_anew_gives_other_ids_and_nobody_else_s_use_counts(house, served):
    bea, ada = house.confirmed("bea@example.org"), house.confirmed("ada@example.org")
    house.run()
    served.vouchers[1], served.vouchers[2] = served.vouchers[2], served.vouchers[1]
    for number, one in served.vouchers.items():
        one["id"] = number
    served.redeem(str(voucher_of(house, bea).code), "ZPXLK")
    served.redeem(str(voucher_of(house, ada).code), "ZPXLM")
    served.redeem(str(voucher_of(house, ada).code), "ZPXLM", uses=0)
    look(house, times=2)
    assert not voucher_of(house, ada).used
    house.says(ada.id, GrantState.CANCELLED)
    house.run()
    assert [one["code"] for one in served.vouchers.values()] == [voucher_of(house, bea).code]
    clean(house)


def used_by_many(house: VoucherHouse, served: PretixStandIn, many: int = 4) -> list[Grantee]:
    """People who used their vouchers, as it was seen."""
    people = [house.confirmed(f"p{number}@example.org") for number in range(many)]
    house.run()
    for number, one in enumerate(people):
        served.redeem(str(voucher_of(house, one).code), f"ZP{number}")
    look(house)
    assert all(voucher_of(house, one).used for one in people)
    return people


def restored(served: PretixStandIn, *, moved: bool) -> None:
    """As from a backup of before the orders; set up anew it gives other ids."""
    for number, one in [*served.vouchers.items()]:
        one["redeemed"] = 0
        if moved:
            del served.vouchers[number]
            one["id"] = 100 + number
            served.vouchers[100 + number], served.event_of[100 + number] = one, "conf"


@pytest.mark.parametrize("moved", [False, True])
def test_uses_that_a_restored_pretix_counts_from_zero_still_count(house, served, moved):
    people = used_by_many(house, served)
    restored(served, moved=moved)
    look(house, times=3)
    house.says(people[0].id, GrantState.CANCELLED)
    house.run()
    house.says(people[0].id)
    house.run()
    assert all(voucher_of(house, one).used for one in people)
    assert len(served.made) == len(served.vouchers) == 4, "nobody has a second one"
    assert len(house.mail.delivered) == 4
    told = [one for one in cases_of(house, STUCK) if one.opened and one.opened.about == "org/conf"]
    (case,) = told
    assert case.opened is not None
    assert "4 vouchers of org/conf were used" in case.opened.text
    # Used there again, they are as before; the rest is given back when a person says so.
    served.redeem(str(voucher_of(house, people[1]).code), "ZPNEW", uses=1)
    look(house)
    close = CloseCase(correlation_id=uuid4(), actor="t", at=house.clock(), reason="cancelled")
    house.cases.handle(case.id, close)
    look(house)
    assert [voucher_of(house, one).used for one in people] == [False, True, False, False]
    clean(house)


def test_one_who_is_shown_under_another_id_with_no_use_counts_as_used(house, served):
    (bea,) = used_by_many(house, served, 1)
    restored(served, moved=True)
    look(house)
    assert voucher_of(house, bea).used
    assert states(house) == ["open"]
    served.redeem(str(voucher_of(house, bea).code), "ZPNEW", uses=2)
    look(house)
    assert voucher_of(house, bea).uses == 2, "what is used there counts, whatever its id is"


def test_a_few_who_cancel_there_gave_their_vouchers_back(house, served):
    people = used_by_many(house, served)
    for one in people[:2]:
        served.redeem(str(voucher_of(house, one).code), "ZPOLD", uses=0)
    look(house)
    assert [voucher_of(house, one).used for one in people] == [False, False, True, True]
    assert states(house) == []


def test_an_own_voucher_that_was_revoked_or_changed_by_hand_is_a_case(house):
    house.set_up(destination=OWN)
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    ada = house.confirmed("ada@example.org")
    house.run()
    own = house.fulfilment.own.vouchers
    first, second = (own.get(UUID(voucher_of(house, one).reference)) for one in (bea, ada))
    own.revoke(first.id, reason="by hand", actor="staff")
    own.change(second.id, replace(second.terms, uses=3), actor="staff", version=second.version)
    look(house, times=2)
    texts = sorted(one.opened.text for one in cases_of(house, STUCK) if one.opened)
    assert len(texts) == 2
    assert ": uses. It is left" in texts[1]
    # What is to be upgraded and is gone is refused, and told once more.
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run(passes=3)
    assert voucher_of(house, bea).upgrade.code == "gone"
    assert len(cases_of(house, STUCK)) == 3
    house.says(bea.id, GrantState.DECLINED)
    house.run()
    assert states(house).count("resolved") == 2
    clean(house)


def test_an_event_whose_door_is_shut_holds_back_no_other(house, served):
    shut = house.confirmed("bea@example.org")
    served.events = {"other"}
    house.run(passes=2)
    assert voucher_of(house, shut).create.open
    house.set_up(destination=replace(EVENT, event="other"))
    people = [house.confirmed(f"p{number}@example.org") for number in range(3)]
    house.run(passes=3)
    assert all(voucher_of(house, one).made for one in people)
    assert states(house, STOPPED) == ["open"]
    served.events.add("conf")
    house.clock.forward(minutes=11)
    house.run()
    assert voucher_of(house, shut).made
    assert states(house, STOPPED) == ["resolved"]


def test_an_alarm_ends_in_whichever_process_hears_an_answer_and_comes_again_on_the_same_day(
    house, served
):
    house.confirmed("bea@example.org")
    good, served.token = served.token, "another"
    house.run(passes=2)
    served.token = good
    house.clock.forward(minutes=11)
    fresh = VoucherLane(clock=house.clock)
    house.run(lane=fresh)
    assert states(house, STOPPED) == ["resolved"]
    house.confirmed("ada@example.org")
    served.token = "another"
    house.run(passes=2, lane=fresh)
    assert sorted(states(house, STOPPED)) == ["open", "resolved"]


def test_what_nobody_was_asked_about_ends_no_alarm(house, served):
    bea = house.confirmed("bea@example.org")
    good, served.token = served.token, "another"
    house.run(passes=2)
    ada = house.confirmed("ada@example.org")
    house.another_worker().act(ada.id, may_ask=lambda told: False)
    house.says(ada.id, GrantState.DECLINED)
    house.clock.forward(minutes=11)
    house.worker().each(ada.id)
    assert voucher_of(house, ada).withdrawn
    assert states(house, STOPPED) == ["open"]
    served.token = good
    house.clock.forward(minutes=11)
    house.run()
    assert voucher_of(house, bea).made


def test_a_look_that_is_turned_away_is_an_alarm_too(house, served):
    house.confirmed("bea@example.org")
    house.run()
    good, served.token = served.token, "another"
    look(house)
    assert states(house, STOPPED) == ["open"]
    assert house.lane.rests
    served.token = good
    house.clock.forward(minutes=11)
    look(house)
    assert states(house, STOPPED) == ["resolved"]


def test_whoever_heard_429_rests_with_all_its_looks(house, served):
    house.confirmed("bea@example.org")
    house.run()
    served.plan("429", method="GET")
    before = len(served.calls)
    looks = house.uses()
    looks.run()
    assert len(served.calls) == before + 1
    house.lane.rest(timedelta(minutes=30))
    house.clock.forward(minutes=6)
    looks.run()
    assert len(served.calls) == before + 1


def test_a_look_at_what_is_as_before_reads_nobody_s_stream_and_each_page_once(house, served):
    for number in range(55):
        house.confirmed(f"p{number}@example.org")
    house.run()
    looks = house.uses()
    looks.run()
    house.clock.forward(minutes=6)
    before, reads, plain = len(served.calls), list[object](), house.ledger.read

    def read(stream, **more):
        reads.append(stream)
        return plain(stream, **more)

    house.ledger.read = read
    looks.run()
    assert len(served.calls) - before == 2, "two pages"
    assert not {*reads} & {row.stream for row in house.rows._grantee_rows()}
    del house.ledger.read
