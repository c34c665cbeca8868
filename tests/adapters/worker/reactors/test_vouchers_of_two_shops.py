"""Two shops give vouchers to the same people; letters are as many as vouchers to be known."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.cases.stamps import CaseKind
from ledger.grants.grantee import GrantState
from ledger.grants.next_step import owed_letter
from ledger.grants.stamps import Destination, GrantKind, VoucherLetterSent
from ledger.kernel.events import derived
from ledger.shop.stamps import shop_id
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
from tests.stand_ins.pretix import PretixStandIn

SPRING = shop_id("springfest")


@pytest.mark.parametrize("theirs", [EVENT, replace(EVENT, event="other"), OWN])
def test_one_person_in_two_shops_has_a_voucher_of_each_and_none_stands_for_the_other(
    house: VoucherHouse, served: PretixStandIn, theirs: Destination
):
    served.events.add("other")
    house.set_up(shop=SPRING, shop_slug="springfest", destination=theirs)
    here = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    there = house.confirmed("bea@example.org", shop=SPRING, slug="springfest")
    house.run()
    mine, other = voucher_of(house, here), voucher_of(house, there)
    assert mine.code != other.code
    assert (mine.kind, other.kind) == (GrantKind.CO_SPEAKER, GrantKind.GRANT)
    assert len(house.mail.delivered) == 2
    # What becomes of one says nothing of the other: used, upgraded, withdrawn.
    served.redeem(str(mine.code), "ZPXLK")
    house.uses().run()
    assert (voucher_of(house, here).used, voucher_of(house, there).used) == (True, False)
    house.says(there.id, GrantState.CANCELLED)
    house.run()
    assert voucher_of(house, there).withdrawn
    assert mine.code in {one["code"] for one in served.vouchers.values()}
    assert cases_of(house, CaseKind.VOUCHER_STUCK) == []
    clean(house)


def test_the_same_reference_at_two_events_is_two_people_s(
    house: VoucherHouse, served: PretixStandIn
):
    """Ids count over all events of a server; a second server could give the same ones."""
    served.events.add("other")
    bea = house.confirmed("bea@example.org")
    house.run()
    house.set_up(destination=replace(EVENT, event="other"))
    ada = house.confirmed("ada@example.org")
    house.run()
    served.redeem(str(voucher_of(house, ada).code), "ZPXLK")
    assert house.uses().run().done == 1
    assert not voucher_of(house, bea).used
    assert [*house.rows.voucher_events()] == [("org", "conf"), ("org", "other")]
    assert cases_of(house, CaseKind.VOUCHER_STUCK) == []


EMAILS = ("bea@example.org", "ada@example.org")
DEEDS = st.one_of(
    st.tuples(st.just("list"), st.sampled_from(EMAILS), st.sampled_from([*GrantKind])),
    st.tuples(
        st.just("say"),
        st.sampled_from(EMAILS),
        st.sampled_from([GrantState.CONFIRMED, GrantState.DECLINED, GrantState.CANCELLED]),
    ),
    st.tuples(st.just("use"), st.sampled_from(EMAILS), st.sampled_from([0, 1])),
    st.tuples(
        st.just("trouble"), st.sampled_from(["POST", "GET"]), st.sampled_from(["500", "gone"])
    ),
    st.tuples(st.just("work"), st.just(""), st.just(0)),
)


def done(house: VoucherHouse, served: PretixStandIn, deed: tuple[str, str, Any]) -> None:
    """One thing that happens, whether or not it has a sense just now."""
    what, whom, how = deed
    if what == "trouble":
        served.plan(how, method=whom)
        return
    if what == "work":
        house.run(passes=2)
        return
    person = house.listed(whom, how if what == "list" else GrantKind.CO_SPEAKER)
    if what == "say":
        house.says(person.id, how)
    voucher = house.grantees.get(person.id).voucher
    code = voucher.code if voucher is not None else None
    if what == "use" and any(one["code"] == code for one in served.vouchers.values()):
        served.redeem(str(code), "ZPXLK", uses=how)
        house.uses().run()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DEEDS, min_size=3, max_size=9))
def test_letters_that_went_out_are_the_vouchers_that_people_should_know(
    served: PretixStandIn, deeds: list[tuple[str, str, Any]]
):
    """Each cause once: none for what nobody is to know, none twice, and none left out."""
    url = served.url
    served.__init__()  # type: ignore[misc]
    served.url = url
    house = house_at(served)
    for deed in deeds:
        done(house, served, deed)
    served.calm()
    house.run(seconds=600)
    sent = [one.correlation_id for one in stamps(house, VoucherLetterSent)]
    assert len(sent) == len({*sent}) == len(house.mail.delivered)
    people = [house.grantees.get(row.stream) for row in house.rows._grantee_rows()]
    should = {owed.cause for one in people if (owed := owed_letter(one)) is not None}
    assert should <= {*sent}
    told_once = {cause for one in people for cause in causes(one.vouchers)}
    assert {*sent} <= told_once, "no letter without a voucher that was there"
    clean(house)


def causes(vouchers: Any) -> list[Any]:
    """What a letter may have gone out under: the voucher, and its upgrade."""
    made = [one for one in vouchers if one.made]
    upgraded = [derived(one.correlation_id, "upgraded") for one in made if one.upgraded]
    return [*(one.correlation_id for one in made), *upgraded]
