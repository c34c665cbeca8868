"""Vouchers as a service: what stands twice, what came between, and what stands beside an order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.kernel.store import Append
from ledger.vouchers import service
from ledger.vouchers.refusals import UnknownVoucher, VoucherExists, VoucherInUse, VoucherUsedUp
from ledger.vouchers.service import Tally, Vouchers, after_stamps, appending
from ledger.vouchers.stamps import (
    VoucherChanged,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
)
from ledger.vouchers.voucher import Voucher
from tests.kits.worlds import World
from tests.ledger.vouchers.test_vouchers import FREE, Desk, kept

ORDER, OTHER = UUID(int=1), UUID(int=2)
ONE_EURO = Money(100, "EUR")


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World()
    yield Desk(world)
    world.close()


def commit(desk: Desk, append: Append) -> None:
    desk.world.store.append(append)


WHO: dict[str, Any] = {"correlation_id": UUID(int=5), "actor": "staff:ada"}


def issued(desk: Desk, **changes: Any) -> VoucherIssued:
    whole = VoucherIssued(
        shop=desk.shop.id, shop_slug="winterfest", code_index="X", terms=FREE, code="X"
    )
    return replace(whole, **changes)


def test_what_was_never_issued_is_unknown(desk: Desk) -> None:
    order = desk.world.place().id
    for id in (uuid4(), order):
        assert desk.vouchers.find(id) is None
        for ask in (
            lambda stream=id: desk.vouchers.get(stream),
            lambda stream=id: desk.vouchers.history(stream, last=1),
            lambda stream=id: desk.vouchers.change(stream, FREE, actor="staff", version=1),
            lambda stream=id: desk.vouchers.revoke(stream, reason="?", actor="staff"),
            lambda stream=id: desk.vouchers.expire(stream, actor="worker", at=desk.world.clock()),
        ):
            with pytest.raises(UnknownVoucher):
                ask()


@pytest.mark.parametrize("changes", [{"terms": replace(FREE, uses=2)}, {"source": UUID(int=8)}])
def test_a_code_stands_for_one_thing(desk: Desk, changes: dict[str, Any]) -> None:
    first = desk.vouchers.issue(desk.id("X"), issued(desk), **WHO)
    assert desk.vouchers.issue(desk.id("X"), issued(desk, label="other"), **WHO) == first
    with pytest.raises(VoucherExists):
        desk.vouchers.issue(desk.id("X"), issued(desk, **changes), **WHO)


def test_what_is_so_already_is_not_stamped_again(desk: Desk) -> None:
    id = desk.open("X", FREE).id
    assert desk.vouchers.change(id, FREE, actor="staff", version=1).version == 1
    # Whoever asks for the same has seen no other version of it that matters.
    assert desk.vouchers.change(id, FREE, actor="staff", version=7).version == 1
    assert desk.vouchers.expire(id, actor="worker", at=desk.world.clock()).version == 1
    assert desk.vouchers.revoke(id, reason="over", actor="staff").version == 2
    assert desk.vouchers.revoke(id, reason="over", actor="staff").version == 2


def test_terms_are_changed_as_they_were_seen(desk: Desk) -> None:
    id, two = desk.open("X").id, replace(FREE, uses=2)
    for seen in (0, 2):
        with pytest.raises(VoucherInUse):
            desk.vouchers.change(id, two, actor="staff", version=seen)
    assert desk.vouchers.change(id, two, actor="staff", version=1).terms == two


def test_its_newest_stamps_are_told(desk: Desk) -> None:
    id = desk.open("X").id
    for uses in (2, 3):
        terms = replace(FREE, uses=uses)
        desk.vouchers.change(id, terms, actor="staff", version=uses - 1)
    told = [[one.version for one in desk.vouchers.history(id, last=last)] for last in (1, 2, 3, 9)]
    assert told == [[3], [2, 3], [1, 2, 3], [1, 2, 3]]


def test_appends_are_put_together_for_others_to_commit(desk: Desk) -> None:
    id, two = desk.id("X"), replace(FREE, uses=2)
    commit(desk, desk.vouchers.issue_append(id, issued(desk), **WHO))
    same = desk.vouchers.change_append(id, FREE, **WHO)
    assert (same.drafts, same.expected) == ([], {id: 1})
    other = desk.vouchers.change_append(id, two, **WHO)
    assert [(one.stream, one.stamp) for one in other.drafts] == [(id, VoucherChanged(terms=two))]
    over = desk.vouchers.revoke_append(id, reason="over", **WHO)
    assert [one.stamp for one in over.drafts] == [VoucherRevoked(reason="over")]
    commit(desk, over)
    assert desk.vouchers.revoke_append(id, reason="over", **WHO).drafts == []
    assert desk.get("X").revoked


def test_terms_that_somebody_used_are_not_changed_in_one_go(desk: Desk) -> None:
    id = desk.open("X", replace(FREE, uses=3)).id
    desk.buy("a", "X", ("friday", 1))
    with pytest.raises(VoucherInUse):
        desk.vouchers.change_append(id, FREE, **WHO)


def test_an_append_tells_who_asked_under_what_and_what_it_saw(desk: Desk) -> None:
    voucher = desk.open("X", kept(desk, 3))
    terms = kept(desk, 1)
    made = appending(voucher, [VoucherChanged(terms=terms)], **WHO, request="digest")
    (draft,) = made.drafts
    assert (draft.correlation_id, draft.actor, draft.request) == (
        UUID(int=5),
        WHO["actor"],
        "digest",
    )
    assert made.expected == {voucher.id: 1}
    assert [(one.held, one.sold) for one in made.seats] == [(-2, 0)]


def test_a_voucher_as_it_will_stand_counts_on_from_its_version(desk: Desk) -> None:
    voucher = desk.open("X", replace(FREE, uses=3))
    stamps = [VoucherRedeemed(order=one, uses=1, reduction=ONE_EURO) for one in (ORDER, OTHER)]
    later = after_stamps(voucher, stamps)
    assert (later.version, later.taken_by) == (3, {ORDER: 1, OTHER: 1})
    assert after_stamps(voucher, []) == voucher


def test_no_more_are_remembered_than_there_is_room_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_MOST", 2)
    some: Any = Vouchers(desk.world.store)
    remembered = []
    for code in "ABC":
        some.get(desk.open(code).id)
        remembered.append(len(some._known))
    assert remembered == [1, 2, 1]


# Beside an order.

NOTHING = Append(drafts=[], expected={})


def beside(desk: Desk, tally: Tally, uses: int, *, order: UUID = ORDER, code: str = "X") -> Append:
    return tally.beside(
        NOTHING, desk.id(code), order=order, uses=uses, reduction=ONE_EURO * uses, **WHO
    )


def stamps(append: Append) -> list[Any]:
    return [one.stamp for one in append.drafts]


def test_an_order_takes_and_gives_back_to_what_it_is_to_have(desk: Desk) -> None:
    desk.open("X", replace(FREE, uses=5))
    tally = Tally(desk.vouchers)
    took = [
        (0, []),
        (2, [VoucherRedeemed(order=ORDER, uses=2, reduction=ONE_EURO * 2)]),
        (2, []),
        (5, [VoucherRedeemed(order=ORDER, uses=3, reduction=ONE_EURO * 5)]),
        (1, [VoucherGivenBack(order=ORDER, uses=4)]),
        (0, [VoucherGivenBack(order=ORDER, uses=1)]),
    ]
    assert [(uses, stamps(beside(desk, tally, uses))) for uses, _ in took] == took


def test_each_append_stands_on_top_of_the_one_before(desk: Desk) -> None:
    id = desk.open("X", replace(FREE, uses=3)).id
    tally = Tally(desk.vouchers)
    made = [beside(desk, tally, 1, order=one).expected for one in (ORDER, OTHER)]
    assert made == [{id: 1}, {id: 2}]
    with pytest.raises(VoucherUsedUp):
        beside(desk, tally, 2, order=UUID(int=3))
    known: Voucher | None = tally.get(id)
    assert known is not None
    assert known.taken_by == {ORDER: 1, OTHER: 1}


def test_beside_an_order_without_a_voucher_stands_nothing(desk: Desk) -> None:
    tally = Tally(desk.vouchers)
    assert tally.get(desk.id("NONE")) is None
    assert beside(desk, tally, 1, code="NONE") == NOTHING


def test_seats_that_were_kept_go_over_to_the_order(desk: Desk) -> None:
    desk.open("X", kept(desk, 3))
    tally = Tally(desk.vouchers)
    moved = [
        [(one.held, one.sold) for one in beside(desk, tally, uses).seats] for uses in (2, 3, 1)
    ]
    assert moved == [[(-2, 0)], [(-1, 0)], [(2, 0)]]


def test_seats_are_kept_until_its_time_is_over_and_told_once(desk: Desk) -> None:
    until = desk.world.clock() + timedelta(days=1)
    id = desk.open("X", replace(kept(desk), valid_until=until)).id
    over = desk.vouchers.expire(id, actor="worker", at=until)
    assert (over.expired, over.version) == (True, 2)
    assert desk.vouchers.expire(id, actor="worker", at=until) == over
