"""One voucher, one row, one letter for each person, whatever a pretix answers and who dies when."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.mail.smtp import Rejected, Unknown
from adapters.worker.reactors.voucher_lane import VoucherLane
from ledger.cases.decide import CloseCase
from ledger.cases.stamps import CaseKind
from ledger.grants.commands import WantAgain
from ledger.grants.grantee import GrantState
from ledger.grants.next_step import LEASE
from ledger.grants.stamps import (
    GrantKind,
    VoucherHeldBack,
    VoucherLetterSent,
    VoucherRequested,
)
from ledger.vouchers.stamps import EffectKind
from tests.kits.axe import VOUCHER_PATH, Axe
from tests.kits.voucher_house import (
    EVENT,
    OWN,
    VoucherHouse,
    cases_of,
    clean,
    house_at,
    stamps,
    voucher_of,
)
from tests.kits.worker_fakes import Killed
from tests.stand_ins.pretix import PretixStandIn


def test_who_confirms_has_one_voucher_and_one_letter_and_nobody_else_has(house, served):
    bea, ada = house.confirmed("bea@example.org"), house.listed("ada@example.org")
    house.run()
    house.says(bea.id)
    house.run()
    assert [one["code"] for one in served.vouchers.values()] == [voucher_of(house, bea).code]
    assert house.grantees.get(ada.id).voucher is None
    assert [subject for subject, _ in house.mail.delivered] == ["Your voucher for Winterfest"]
    clean(house)


def test_eight_workers_for_one_person_make_one_voucher(house, served):
    bea = house.confirmed("bea@example.org")
    workers = [house.another_worker() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda one: one.act(bea.id), workers)]
    house.clock.forward(seconds=LEASE.total_seconds())
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda one: one.act(bea.id), workers)]
    assert len(served.made) == len(stamps(house, VoucherRequested)) == 1
    assert voucher_of(house, bea).made


def test_a_voucher_whose_answer_was_lost_is_found_by_its_code(house, served):
    bea = house.confirmed("bea@example.org")
    served.plan("gone")
    served.plan("gone", method="GET", times=2)
    house.worker().run()
    assert not voucher_of(house, bea).made
    assert voucher_of(house, bea).create.open
    house.run()
    assert served.made == [voucher_of(house, bea).code]
    assert voucher_of(house, bea).create.last_try == 1, "the same try, looked up"


def test_who_is_throttled_rests_and_spends_nobody_s_try(house, served):
    people = [house.confirmed(f"p{number}@example.org") for number in range(5)]
    served.plan("429")
    house.worker().run()
    assert len(served.calls) == 1, "nobody else asks while it rests"
    house.run()
    assert len(served.made) == 5
    assert {voucher_of(house, one).create.last_try for one in people} == {1}


def test_a_token_that_is_not_taken_stops_the_lane_with_one_alarm_that_ends_when_it_is(
    house, served
):
    for number in range(5):
        house.confirmed(f"p{number}@example.org")
    good, served.token = served.token, "another"
    house.worker().run()
    assert len(served.calls) == 1
    house.clock.forward(minutes=11)
    house.worker().run()
    opened = [
        one for one in stamps(house, object) if getattr(one.stamp, "kind", "") == "vouchers_stopped"
    ]
    assert len(opened) == 1
    served.token = good
    house.run()
    assert len(served.made) == 5
    assert house.cases.get(opened[0].stream).state == "resolved"


def test_a_co_speaker_who_becomes_a_grantee_is_upgraded_there_and_told_once_more(house, served):
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    assert served.vouchers[1]["price_mode"] == "percent"
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run()
    assert (served.vouchers[1]["price_mode"], served.vouchers[1]["value"]) == ("set", "0.00")
    assert len(served.made) == 1
    assert len(house.mail.delivered) == 2
    assert len({name for _, name in house.mail.delivered}) == 2, "two letters, not one twice"
    house.run()
    assert len(house.mail.delivered) == 2
    assert voucher_of(house, bea).kind is GrantKind.GRANT
    clean(house)


def test_a_used_one_is_a_case_and_stays_as_it_is(house, served):
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    served.redeem(str(voucher_of(house, bea).code), "ZPXLK")
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run()
    assert served.vouchers[1]["value"] == "25.00"
    assert voucher_of(house, bea).used
    row = next(iter(house.rows._grantee_rows()))
    assert (row.voucher, row.trouble) == ("used", "used")
    assert list(house.rows.voucher_events()) == [("org", "conf")]
    opened = [
        one.stamp
        for one in stamps(house, object)
        if getattr(one.stamp, "kind", "") == "voucher_stuck"
    ]
    assert len(opened) == 1
    assert len(house.mail.delivered) == 1
    clean(house)


def test_uses_are_seen_without_a_webhook_and_given_back(house, served):
    bea = house.confirmed("bea@example.org")
    house.run()
    served.redeem(str(voucher_of(house, bea).code), "ZPXLK")
    looks = house.uses()
    assert looks.run().done == 1
    assert voucher_of(house, bea).used
    assert looks.run().done == 0, "only now and then"
    served.redeem(str(voucher_of(house, bea).code), "ZPXLK", uses=0)
    house.clock.forward(minutes=6)
    assert looks.run().done == 1
    assert not voucher_of(house, bea).used


def test_who_does_not_come_after_all_has_none(house, served):
    bea = house.confirmed("bea@example.org")
    house.run()
    house.says(bea.id, GrantState.CANCELLED)
    house.run()
    assert served.vouchers == {}
    house.says(bea.id)
    house.run()
    assert len(served.vouchers) == 1
    assert len({*served.made}) == 2, "another code"
    clean(house)


def test_a_letter_that_failed_is_tried_again_and_one_of_unknown_fate_has_the_same_name(house):
    house.confirmed("bea@example.org")
    house.mail.answers += [Rejected("450", permanent=False), Unknown("lost")]
    house.run(seconds=600)
    assert len(house.mail.delivered) == 1
    names = {one.stamp.message_id for one in stamps(house, VoucherLetterSent)}  # type: ignore[attr-defined]
    assert len(names) == 1


def test_a_sold_out_quota_is_for_people_and_goes_on_when_they_say_so(house, served):
    served.room = 0
    house.set_up(destination=replace(EVENT, block_quota=True))
    bea = house.confirmed("bea@example.org")
    house.run(passes=3)
    assert voucher_of(house, bea).state == "refused"
    served.room = 5
    house.run(passes=3)
    assert voucher_of(house, bea).state == "refused"
    wish = WantAgain(correlation_id=uuid4(), actor="t", at=house.clock(), reason="room")
    house.grantees.handle(bea.id, wish)
    house.run()
    assert voucher_of(house, bea).state == "issued"


def test_who_confirms_when_it_is_over_is_held_back_and_given_one_when_it_is_prolonged(
    house, served
):
    house.set_up(destination=replace(EVENT, valid_until=house.clock()))
    late = [house.confirmed(f"{one}@example.org") for one in ("bea", "ada")]
    house.run(passes=3)
    assert not served.made
    assert not house.mail.delivered
    assert {row.trouble for row in house.rows._grantee_rows()} == {"over"}
    (case,) = cases_of(house, CaseKind.VOUCHERS_OVER)
    assert len(stamps(house, VoucherHeldBack)) == 2
    # Closed by hand while they wait, it is not opened again for them; for somebody new it is.
    close = CloseCase(correlation_id=uuid4(), actor="t", at=house.clock(), reason="told them")
    house.cases.handle(case.id, close)
    house.run(passes=3)
    assert len(cases_of(house, CaseKind.VOUCHERS_OVER)) == 1
    house.confirmed("cyd@example.org")
    house.run(passes=3)
    states = [one.state for one in cases_of(house, CaseKind.VOUCHERS_OVER)]
    assert states == ["resolved", "open"]
    later = replace(EVENT, valid_until=house.clock() + timedelta(days=9))
    house.set_up(destination=later)
    house.run()
    assert {voucher_of(house, one).state for one in late} == {"issued"}
    assert len(served.made) == len(house.mail.delivered) == 3
    assert {row.trouble for row in house.rows._grantee_rows()} == {""}
    assert {one.state for one in cases_of(house, CaseKind.VOUCHERS_OVER)} == {"resolved"}
    clean(house)


@pytest.mark.parametrize("trouble", ["500", "gone"])
def test_what_was_requested_in_time_and_not_made_by_its_end_is_held_back(house, served, trouble):
    """A voucher that is over is told to nobody, also where a pretix made it and nobody heard."""
    house.set_up(destination=replace(EVENT, valid_until=house.clock() + timedelta(hours=1)))
    bea = house.confirmed("bea@example.org")
    served.plan(trouble, times=1)
    served.plan(trouble, method="GET", times=1000)
    house.run(passes=3)
    assert len(stamps(house, VoucherRequested)) == 1
    house.clock.forward(minutes=70)
    served.calm()
    house.run()
    assert voucher_of(house, bea).withdrawn
    assert house.grantees.get(bea.id).held_back
    assert served.vouchers == {}
    assert not house.mail.delivered
    assert [one.state for one in cases_of(house, CaseKind.VOUCHERS_OVER)] == ["open"]
    house.set_up(destination=replace(EVENT, valid_until=house.clock() + timedelta(days=9)))
    house.run()
    assert voucher_of(house, bea).state == "issued"
    assert len(served.vouchers) == len(house.mail.delivered) == 1
    assert [one.state for one in cases_of(house, CaseKind.VOUCHERS_OVER)] == ["resolved"]
    clean(house)


def test_who_was_told_of_a_voucher_keeps_it_when_its_time_is_over(house, served):
    house.set_up(destination=replace(EVENT, valid_until=house.clock() + timedelta(hours=1)))
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    house.clock.forward(minutes=70)
    house.listed("bea@example.org", GrantKind.GRANT)
    house.run()
    assert voucher_of(house, bea).state == "issued"
    assert len(served.vouchers) == 1
    assert len(house.mail.delivered) == 2
    assert not cases_of(house, CaseKind.VOUCHERS_OVER)


def test_what_a_person_was_to_mend_is_no_trouble_once_it_is_over(house, served):
    served.room = 0
    ends = replace(EVENT, block_quota=True, valid_until=house.clock() + timedelta(hours=1))
    house.set_up(destination=ends)
    bea = house.confirmed("bea@example.org")
    house.run(passes=3)
    assert [one.state for one in cases_of(house, CaseKind.VOUCHER_STUCK)] == ["open"]
    house.clock.forward(minutes=70)
    wish = WantAgain(correlation_id=uuid4(), actor="t", at=house.clock(), reason="room")
    house.grantees.handle(bea.id, wish)
    house.run(passes=3)
    assert house.grantees.get(bea.id).held_back
    assert [one.state for one in cases_of(house, CaseKind.VOUCHER_STUCK)] == ["resolved"]


def test_our_own_shop_issues_in_one_append_and_upgrades_and_revokes(house):
    house.set_up(destination=OWN)
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    house.run()
    own = house.fulfilment.own.vouchers
    known = own.get(UUID(voucher_of(house, bea).reference))
    assert known.terms.effect.kind is EffectKind.PERCENT_OFF
    assert known.terms.products == ("weekend",)
    house.listed("bea@example.org", GrantKind.SPEAKER)
    house.run()
    assert own.get(known.id).terms.effect.kind is EffectKind.SET_PRICE
    assert len(house.mail.delivered) == 2
    house.says(bea.id, GrantState.DECLINED)
    house.run()
    assert own.get(known.id).revoked
    clean(house)


@pytest.mark.parametrize("at", range(1, 8))
def test_whoever_dies_at_any_stamp_leaves_one_voucher_and_one_letter(house, served, at: int):
    bea = house.confirmed("bea@example.org")
    append, so_far = house.ledger.append, 0

    def dying(*appends: Any) -> Any:
        nonlocal so_far
        so_far += 1
        if so_far == at:
            raise Killed
        done = append(*appends)
        if so_far == -at:
            raise Killed
        return done

    house.ledger.append = dying
    try:
        house.run(passes=2)
    except Killed:
        pass
    finally:
        del house.ledger.append
    house.clock.forward(minutes=10)
    house.run()
    assert served.made == [voucher_of(house, bea).code]
    assert len(house.mail.delivered) in (1, 2), "a letter of unknown fate has one name"
    assert len({name for _, name in house.mail.delivered}) == 1
    clean(house)


def test_a_bad_day_of_thirty(house, served):
    bad_day(house, served, people=30, workers=3, seed=7)


def bad_day(
    house: VoucherHouse, served: PretixStandIn, *, people: int, workers: int, seed: int
) -> None:
    """429, 500 and nothing at random; in the end one voucher, one row and one letter each."""
    random = Random(seed)
    everybody = [house.confirmed(f"p{number}@example.org") for number in range(people)]
    for kind in ("429", "500", "500-after", "gone", "cut", "409"):
        for method in ("POST", "GET"):
            served.plan(kind, method=method, times=random.randint(1, max(1, people // 8)))
    random.shuffle(served._troubles)
    lanes = [VoucherLane(clock=house.clock) for _ in range(workers)]
    crew = [house.worker(lane=lane) for lane in lanes]
    letters = [house.letters() for _ in range(workers)]
    for _ in range(60):
        with ThreadPoolExecutor(2 * workers) as pool:
            [*pool.map(lambda one: one.run(), [*crew, *letters])]
        if not any(row.work_due_at or row.letter_due for row in house.rows._grantee_rows()):
            break
        house.clock.forward(seconds=25)
    codes = {voucher_of(house, one).code for one in everybody}
    assert {one["code"] for one in served.vouchers.values()} == codes
    assert len(served.made) == len(codes) == people
    assert {row.voucher for row in house.rows._grantee_rows()} == {"issued"}
    assert len({name for _, name in house.mail.delivered}) == people
    assert len(house.mail.delivered) == people
    clean(house)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_day_of_five_hundred(house, served, seed: int):
    bad_day(house, served, people=500, workers=3, seed=seed)


def struck() -> None:
    raise Killed


def killed_at(house: VoucherHouse, line: int) -> bool:
    """Whether a worker got so far, and was ended there."""
    lane = VoucherLane(clock=house.clock)  # whoever is killed takes its locks along
    worker, letters = house.worker(lane=lane), house.letters()
    sys.settrace(Axe(line, VOUCHER_PATH, struck))
    try:
        worker.run()
        letters.run()
    except Killed:
        return True
    finally:
        sys.settrace(None)
    return False


def survives(served: PretixStandIn, line: int) -> bool:
    """One person, killed at this line, and then somebody goes on; False beyond the last line."""
    served.vouchers.clear()
    served.made.clear()
    house = house_at(served)
    person = house.confirmed(f"p{line}@example.org", GrantKind.CO_SPEAKER)
    if not killed_at(house, line):
        return False
    house.clock.forward(minutes=10)
    house.run()
    assert served.made == [voucher_of(house, person).code], line
    assert len({name for _, name in house.mail.delivered}) == 1, line
    clean(house)
    return True


def test_whoever_is_killed_at_some_lines_leaves_one_voucher(served):
    lines = range(1, 100_000, 89)
    reached = next(line for line in lines if not survives(served, line))
    assert reached > 300


@pytest.mark.slow
def test_whoever_is_killed_at_any_line_leaves_one_voucher(served):
    reached = next(line for line in range(1, 100_000) if not survives(served, line))
    assert reached > 300
