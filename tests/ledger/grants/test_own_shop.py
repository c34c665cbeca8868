"""Our own shop keeps the vouchers of people: made, upgraded and withdrawn by one append."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.grants.commands import ListPerson, RequestVoucher, SetState
from ledger.grants.grantee import Grantee, GrantState, grantee_id
from ledger.grants.next_step import KeeperAsk, next_step
from ledger.grants.own_shop import OwnShop
from ledger.grants.programme import programme_id
from ledger.grants.service import Grantees
from ledger.grants.stamps import (
    Asked,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantsSetUp,
    Place,
    VoucherUsesSeen,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.refusals import GrantsNotSetUp, ShopChanged, UnknownGrantee
from ledger.kernel.store import Append
from ledger.vouchers.service import Vouchers
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id
from tests.kits.worlds import World

FREE = Effect(kind=EffectKind.SET_PRICE, amount=Money(0, "EUR"))
QUARTER = Effect(kind=EffectKind.PERCENT_OFF, percent="25")


class House:
    """A shop that gives vouchers of its own to people on its list."""

    def __init__(self) -> None:
        self.world = World()
        self.shop = self.world.shops.newest("winterfest")
        self.grantees, self.vouchers = Grantees(self.world.store), Vouchers(self.world.store)
        self.own = OwnShop(
            store=self.world.store,
            grantees=self.grantees,
            vouchers=self.vouchers,
            currency=lambda slug: "EUR",
        )
        self.rules = GrantsSetUp(
            shop=self.shop.id,
            shop_slug="winterfest",
            destination=Destination(place=Place.OWN, product="weekend"),
            co_speaker_percent="25",
            ticket_price=Money(3500, "EUR"),
        )

    def wish(self, kind: type, grantee: UUID, **more: Any) -> Grantee:
        command = kind(correlation_id=uuid4(), actor="staff", at=self.world.clock(), **more)
        return self.grantees.handle(grantee, command)

    def listed(self, who: str = "bea", kind: GrantKind = GrantKind.GRANT) -> Grantee:
        command = ListPerson(
            correlation_id=uuid4(),
            actor="staff",
            at=self.world.clock(),
            shop=self.shop.id,
            shop_slug="winterfest",
            kind=kind,
            language="fi",
            name=who,
            email=f"{who}@example.org",
            person_index=who,
            reference="",
        )
        return self.grantees.list_person(command, key=who)

    def set_up(self, **more: Any) -> Any:
        return self.grantees.set_up(self.rules, correlation_id=uuid4(), actor="staff", **more)

    def requested(self, who: str = "bea", kind: GrantKind = GrantKind.GRANT) -> Grantee:
        bea = self.listed(who, kind)
        self.wish(SetState, bea.id, state=GrantState.CONFIRMED)
        told = {"code": f"code of {who}", "code_index": who}
        return self.wish(RequestVoucher, bea.id, rules=self.rules, **told)

    def carried_out(self, grantee: Grantee) -> bool:
        step = next_step(self.grantees.get(grantee.id), self.world.clock())
        assert isinstance(step, KeeperAsk)
        return self.own.carry_out(grantee, step, self.world.clock())

    def given(self, who: str = "bea", kind: GrantKind = GrantKind.GRANT) -> Grantee:
        bea = self.requested(who, kind)
        assert self.carried_out(bea)
        return self.grantees.get(bea.id)

    def kept(self, who: str = "bea") -> Voucher:
        return self.vouchers.get(voucher_id(self.shop.id, who))

    def buys(self, who: str = "bea") -> None:
        self.world.place(f"{who} buys", ("weekend", 1), voucher=self.kept(who).id)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.world.close()


def last(house: House, many: int) -> list[str]:
    return [type(one.stamp).__name__ for one in house.world.store.feed(0, limit=10_000)][-many:]


@pytest.mark.parametrize(
    ("kind", "effect"), [(GrantKind.GRANT, FREE), (GrantKind.CO_SPEAKER, QUARTER)]
)
def test_a_voucher_is_made_and_told_in_one_append(
    house: House, kind: GrantKind, effect: Effect
) -> None:
    bea = house.given(kind=kind)
    known = house.kept()
    assert last(house, 3) == ["CreateVoucherRequest", "CreateVoucherSuccess", "VoucherIssued"]
    assert known.terms == VoucherTerms(effect=effect, products=("weekend",))
    assert (known.start.source, known.code) == (bea.id, "code of bea")
    assert (known.start.shop, known.start.shop_slug) == (house.shop.id, "winterfest")
    assert bea.voucher is not None
    assert (bea.voucher.reference, bea.voucher.made) == (str(known.id), True)
    assert next_step(bea, house.world.clock()) is None


def test_what_is_due_no_more_is_not_carried_out(house: House) -> None:
    bea = house.requested()
    step = KeeperAsk(asked=Asked.CREATE, number=1)
    for other in (Asked.WITHDRAW, Asked.UPGRADE):
        wrong = KeeperAsk(asked=other, number=1)
        assert not house.own.carry_out(bea, wrong, house.world.clock())
    assert house.own.carry_out(bea, step, house.world.clock())
    assert not house.own.carry_out(bea, step, house.world.clock())
    assert last(house, 1) == ["VoucherIssued"]


def test_who_does_not_come_has_it_revoked_unless_it_was_used(house: House) -> None:
    bea, ada = house.given(), house.given("ada")
    house.buys("ada")
    for one in (bea, ada):
        house.wish(SetState, one.id, state=GrantState.DECLINED)
    assert house.carried_out(bea)
    assert last(house, 3) == ["VoucherWithdrawalRequest", "VoucherWithdrawn", "VoucherRevoked"]
    assert house.kept().revoked
    assert not house.carried_out(ada)
    assert not house.kept("ada").revoked
    known = house.grantees.get(ada.id).voucher
    assert known is not None
    assert known.uses == 1


def test_who_is_given_all_has_it_upgraded(house: House) -> None:
    house.set_up()
    house.given(kind=GrantKind.CO_SPEAKER)
    bea = house.listed(kind=GrantKind.SPEAKER)
    assert house.carried_out(bea)
    assert last(house, 3) == ["VoucherUpgradeRequest", "VoucherUpgraded", "VoucherChanged"]
    assert house.kept().terms == VoucherTerms(effect=FREE, products=("weekend",))
    known = house.grantees.get(bea.id).voucher
    assert known is not None
    assert (known.kind, known.worth) == (GrantKind.SPEAKER, Money(3500, "EUR"))


def test_what_somebody_revoked_by_hand_is_not_upgraded(house: House) -> None:
    house.set_up()
    bea = house.given(kind=GrantKind.CO_SPEAKER)
    assert bea.voucher is not None
    assert not house.own.revoked(bea.voucher)
    house.vouchers.revoke(house.kept().id, reason="a mistake", actor="staff")
    assert house.own.revoked(bea.voucher)
    bea = house.listed(kind=GrantKind.SPEAKER)
    assert house.carried_out(bea)
    assert last(house, 2) == ["VoucherUpgradeRequest", "VoucherUpgradeFailure"]
    known = house.grantees.get(bea.id).voucher
    assert known is not None
    assert (known.upgrade.code, known.upgrade.waits_for_people) == ("gone", True)


def test_what_was_never_made_counts_as_revoked(house: House) -> None:
    voucher = house.requested().voucher
    assert voucher is not None
    assert house.own.revoked(voucher)


def test_what_somebody_changed_by_hand_is_told_with_both(house: House) -> None:
    bea = house.given()
    assert bea.voucher is not None
    assert house.own.differing(bea, bea.voucher) is None
    known = house.kept()
    more = replace(known.terms, uses=2)
    house.vouchers.change(known.id, more, actor="staff", version=known.version)
    found = house.own.differing(bea, bea.voucher)
    assert found is not None
    assert [one["uses"] for one in found] == ["1", "2"]
    waits = house.requested("ada")
    assert waits.voucher is not None
    assert house.own.differing(waits, waits.voucher) is None


def test_uses_are_seen_once(house: House) -> None:
    bea = house.given()
    now = house.world.clock()
    assert house.own.see(bea, now) is bea
    house.buys()
    seen = house.own.see(bea, now)
    assert seen.voucher is not None
    assert (seen.voucher.uses, seen.version) == (1, bea.version + 1)
    assert house.own.see(seen, now) is seen
    nobody = house.listed("ada")
    assert house.own.see(nobody, now) is nobody


# The list.


def test_nobody_is_on_a_list_before_they_are_put_there(house: House) -> None:
    order = house.world.place()
    assert house.grantees.get(order.id) == Grantee(id=order.id)
    for shop, id in ((house.shop.id, uuid4()), (uuid4(), house.listed().id)):
        with pytest.raises(UnknownGrantee):
            house.grantees.known(shop, id)
    assert house.grantees.of_address(house.shop.id, "nobody") is None
    assert house.grantees.every(house.shop.id, "nobody") == []


def test_who_was_erased_is_listed_again_as_another(house: House) -> None:
    first = house.listed()
    assert house.grantees.known(house.shop.id, first.id) == first
    assert house.grantees.of_address(house.shop.id, "bea") == first
    assert house.listed() == first
    erased = Erased(subject=first.id, ground=Ground.ASKED)
    draft: Draft[object] = Draft(
        stream=first.id, stamp=erased, correlation_id=uuid4(), actor="staff"
    )
    house.world.store.append(Append(drafts=[draft], expected={first.id: first.version}))
    assert house.grantees.place(house.shop.id, "bea") == grantee_id(house.shop.id, "bea", 2)
    again = house.listed()
    assert again.id == grantee_id(house.shop.id, "bea", 2)
    every = house.grantees.every(house.shop.id, "bea")
    assert [one.id for one in every] == [first.id, again.id]


def test_a_wish_is_claimed_by_one(house: House) -> None:
    bea = house.listed()
    command = SetState(
        correlation_id=uuid4(), actor="staff", at=house.world.clock(), state=GrantState.CONFIRMED
    )
    assert len(house.grantees.claim(bea.id, command)) == 1
    assert house.grantees.claim(bea.id, command) == ()


def test_news_is_told_once_and_of_nobodys_voucher_not_at_all(house: House) -> None:
    bea = house.given()
    assert bea.voucher is not None
    cause = bea.voucher.correlation_id
    seen = VoucherUsesSeen(uses=1, seen_at=house.world.clock())
    told = [house.grantees.record(bea.id, cause, seen, actor="worker") for _ in range(2)]
    assert [one.version for one in told if one] == [bea.version + 1] * 2
    other = house.grantees.record(bea.id, uuid4(), VoucherWithdrawn(), actor="worker")
    assert other is not None
    assert other.version == bea.version + 1
    late = house.grantees.record(
        bea.id, cause, CreateVoucherSuccess(provider_reference="x"), actor="worker"
    )
    assert late is not None
    assert late.version == bea.version + 1


def test_rules_are_set_up_as_they_were_seen_and_once(house: House) -> None:
    with pytest.raises(GrantsNotSetUp):
        house.grantees.rules(house.shop.id)
    for seen in (1, 2):
        with pytest.raises(ShopChanged):
            house.set_up(version=seen)
    made = house.set_up(version=0)
    assert (made.id, made.version) == (programme_id(house.shop.id), 1)
    assert house.set_up(version=1) == house.set_up() == made
    assert house.grantees.rules(house.shop.id) == house.rules
