"""A sale that was a mistake goes back whole; what a till says of sales, their orders say."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit.check_tills import TillCheck
from ledger.audit.verify import verify
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.refusals import (
    AlreadyCancelled,
    AnswersInvalid,
    KeyReused,
    NotCancellable,
    QuoteChanged,
    SecondPersonNeeded,
    ShiftOver,
    UnknownOrder,
)
from ledger.kernel.store import Append, Appended
from ledger.order.attendance import scan_cause
from ledger.order.commands import CheckIn, Wanted
from ledger.order.letters_due import letters_due
from ledger.order.order import Order
from ledger.order.stamps import Cancelled, ManualRefund, SeatsReleased
from ledger.shop.shop import spec_of
from ledger.shop.stamps import shop_id
from ledger.till.service import TillWish
from ledger.till.stamps import (
    RateSum,
    SaleRung,
    SaleVoided,
    ShiftClosed,
    ShiftOpened,
    Way,
)
from tests.kits.asking_shop import ask
from tests.kits.audit import CopiedRows
from tests.kits.pages import World
from web.actions.till import Till, sell, tills, void
from web.actions.till_report import report_of

WHY = "one too many"


class Desk:
    """A shop with a till at which somebody sells."""

    def __init__(self) -> None:
        self.world = World()
        self.parts = self.world.parts
        self.till = self.opened("staff:one")

    def opened(self, actor: str, minor: int = 10_000) -> Till:
        shop, wish = self.world.shops.newest("winterfest"), self.wish(actor)
        opening = Money(minor, "EUR")
        shift = tills(self.parts).open(wish, shop=shop.id, slug=shop.slug, opening=opening)
        return Till(shop=shop, actor=actor, shift=shift.id)

    def wish(self, actor: str) -> TillWish:
        return TillWish(correlation_id=uuid4(), actor=actor)

    def sell(self, *lines: Wanted, way: Way = Way.CASH, **changes: Any) -> Order:
        lines = lines or (Wanted(product="weekend", quantity=2),)
        shop = self.till.shop
        due = sum(shop.products[one.product].price.amount * one.quantity for one in lines)
        told: dict[str, Any] = {"key": uuid4(), "shown": Money(due, "EUR"), "email": ""}
        told |= {"language": "en", **changes}
        return sell(self.parts, self.till, lines=lines, way=way, **told)

    def void(self, order: Order, till: Till | None = None, **changes: Any) -> Order:
        told: dict[str, Any] = {"key": uuid4(), "reason": WHY, "shown": None, **changes}
        return void(self.parts, till or self.till, order.id, **told)

    def report(self, till: Till | None = None) -> Any:
        return report_of(self.parts, tills(self.parts).get((till or self.till).shift))

    def force(self, stream: UUID, *stamps: Any, cause: UUID | None = None) -> UUID:
        """Append past every rule of the services."""
        cause = cause or uuid4()
        version = len(self.world.store.read(stream))
        drafts = [
            Draft[object](stream=stream, stamp=one, correlation_id=cause, actor="staff:one")
            for one in stamps
        ]
        (answer,) = self.world.store.append(Append(drafts=drafts, expected={stream: version}))
        assert isinstance(answer, Appended), answer
        return cause

    def laws(self) -> set[str]:
        return {one.law for one in verify(self.world.store.stored())}


def test_a_sale_that_was_a_mistake_goes_back_whole_and_the_report_balances():
    desk = Desk()
    kept, wrong = desk.sell(), desk.sell(Wanted(product="weekend", quantity=1))
    before = desk.world.store.head()[0]
    key = uuid4()
    after = desk.void(wrong, key=key, shown=Money(3500, "EUR"))
    assert [type(one.stamp) for one in desk.world.store.feed(before, limit=9)] == [
        ManualRefund,
        Cancelled,
        SeatsReleased,
        SaleVoided,
    ]
    assert not after.alive
    assert not after.valid_tickets
    assert not after.held
    assert not letters_due(after)
    size = desk.world.store.head()[0]
    assert desk.void(wrong, key=key).id == wrong.id
    assert desk.world.store.head()[0] == size, "the same press is one void"
    with pytest.raises(AlreadyCancelled):
        desk.void(wrong)
    report = desk.report()
    assert report.shift.expected == Money(17_000, "EUR")
    assert report.balances
    assert [one.lives for one in report.sales] == [True, False]
    assert [one.sale.stamp.reason for one in report.voids] == [WHY]
    assert desk.parts.orders.get(kept.id).alive
    assert desk.laws() == set()


def test_who_comes_back_later_is_paid_from_the_till_that_is_open_then():
    desk = Desk()
    order = desk.sell(Wanted(product="friday", quantity=1), email="cem@example.org")
    closed = tills(desk.parts).close(
        desk.till.shift, desk.wish("staff:one"), counted=Money(11_550, "EUR")
    )
    with pytest.raises(ShiftOver):
        desk.void(order)
    other = desk.opened("token:booth", 5_000)
    after = desk.void(order, other)
    assert letters_due(after), "who left an address is told"
    assert desk.report().shift.difference == closed.difference == Money(0, "EUR")
    assert desk.report(other).shift.expected == Money(3_450, "EUR")
    assert desk.report(other).balances
    assert desk.laws() == set()


def test_what_was_free_is_given_back_for_nothing():
    desk = Desk()
    desk.void(desk.sell(Wanted(product="volunteer", quantity=1)))
    report = desk.report()
    assert report.shift.expected == Money(10_000, "EUR")
    assert report.balances
    assert desk.laws() == set()


def test_a_mistake_that_is_none_any_more_is_refused_in_words_that_help():
    desk = Desk()
    sold = desk.sell()
    with pytest.raises(QuoteChanged):
        desk.void(sold, shown=Money(1, "EUR"))
    elsewhere = desk.world.a_paid_order()
    with pytest.raises(UnknownOrder):
        desk.void(elsewhere)
    scan, at = uuid4(), desk.world.clock()
    came = CheckIn(
        correlation_id=scan_cause(desk.till.shop.id, scan),
        actor="door",
        at=at,
        scan=scan,
        door="main",
        device="north",
        scanned_at=at,
        number=1,
        rules={},
    )
    desk.parts.orders.handle(sold.id, came)
    with pytest.raises(NotCancellable) as refused:
        desk.void(sold)
    assert refused.value.code == "ticket_used"
    assert desk.report().voids == []


def test_a_sum_that_needs_a_second_person_does_not_leave_the_till_with_one():
    desk = Desk()
    spec = spec_of(desk.till.shop)
    policy = replace(spec.preferences.cancellation, approval_above=Money(3000, "EUR"))
    terms = replace(spec.preferences, cancellation=policy)
    desk.world.shops.import_shop(
        replace(spec, preferences=terms), actor="test", at=desk.world.clock()
    )
    desk.till = desk.opened("staff:two")
    with pytest.raises(SecondPersonNeeded):
        desk.void(desk.sell())


def test_the_same_key_is_the_same_sale_and_no_other():
    desk = Desk()
    key = uuid4()
    first = desk.sell(key=key)
    assert desk.sell(key=key).id == first.id
    with pytest.raises(KeyReused):
        desk.sell(Wanted(product="weekend", quantity=1), key=key)


def test_what_a_shop_has_to_know_of_a_ticket_is_asked_at_the_door_too():
    desk = Desk()
    ask(desk.world)
    desk.till = desk.opened("staff:two")
    with pytest.raises(AnswersInvalid):
        desk.sell(Wanted(product="weekend", quantity=1))
    names = ({"name": "Ada Lovelace"},)
    order = desk.sell(Wanted(product="weekend", quantity=1, answers=names))
    assert order.answers[1] == {"name": "Ada Lovelace"}
    assert desk.laws() == set()


def rates(minor: int) -> tuple[RateSum, ...]:
    return (RateSum(vat_percent="13.5", gross=Money(minor, "EUR")),)


def rung(order: UUID, minor: int, way: Way = Way.CASH) -> SaleRung:
    return SaleRung(order=order, amount=Money(minor, "EUR"), way=way, rates=rates(minor))


@pytest.mark.parametrize("bent", ["no order", "rates", "closed", "twice", "stranger"])
def test_an_auditor_finds_what_a_till_and_its_orders_do_not_agree_about(bent):
    desk = Desk()
    order = desk.sell()
    assert desk.laws() == set()
    shift = desk.till.shift
    match bent:
        case "no order":
            desk.force(shift, rung(uuid4(), 3500))
        case "rates":
            void = SaleVoided(order=order.id, amount=order.held, way=Way.CASH, rates=rates(1))
            desk.force(shift, void)
        case "closed":
            desk.force(shift, ShiftClosed(counted=Money(0, "EUR")), rung(order.id, 7000))
        case "twice":
            again = ShiftOpened(
                shop=shop_id("winterfest"), shop_slug="x", number=1, opening=Money(0, "EUR")
            )
            desk.force(shift, again)
        case _:
            opened = ShiftOpened(
                shop=shop_id("winterfest"), shop_slug="x", number=7, opening=Money(0, "EUR")
            )
            desk.force(uuid4(), opened)
    assert "A9" in desk.laws()


@pytest.mark.parametrize(
    "till", [(6900, "EUR", "cash"), (7000, "EUR", "card"), (7000, "SEK", "cash")]
)
def test_a_row_that_says_another_sum_than_its_order_is_found(till):
    desk = Desk()
    order = desk.sell()
    rows = CopiedRows(desk.world.store.stored())
    assert {one.law for one in verify(rows)} == set()
    told = (order.id.bytes, order.id.bytes)
    (at,) = (one.position for one in rows.kept if one.type == "SALE_RUNG")
    news = [(at, told[0], told[1], order.id.bytes, False, True, till)]
    paid = (at + 3, told[0], told[1], order.id.bytes, False, False, (7000, "EUR", "cash"))
    assert [where for where, _ in TillCheck().take([*news, paid])] == [at]
    rows.kept = [one for one in rows.kept if one.type != "PAID"]
    assert ("A9", at) in {(one.law, one.position) for one in verify(rows)}


def test_both_sides_are_compared_whichever_is_told_first_and_none_is_kept_for_ever():
    cause, order, shift = uuid4().bytes, uuid4().bytes, uuid4().bytes
    agreed = (7000, "EUR", "cash")
    till = (5, shift, cause, order, True, True, agreed)
    told = (4, order, cause, order, True, False, agreed)
    check = TillCheck()
    assert [*check.take([told, till])] == []
    assert [*check.at_end()] == []
    assert [*check.take([till])] == []
    assert len([*check.at_end()]) == 1
    far = (9_000, order, uuid4().bytes, order, False, False, agreed)
    assert [at for at, _ in check.take([far])] == [5]
    assert [*check.at_end()] == []
