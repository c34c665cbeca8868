"""A case alone: put aside and over, sent back without an answer, assigned for good."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.case import Case, Snooze
from ledger.cases.decide import AssignMoney, CloseCase, ReturnMoney, is_nobodys
from ledger.cases.resolve import Resolutions, settle, start_return
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseReturnAccepted
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import CaseClosed, NotRefundable
from ledger.kernel.store import Append, Contradiction, Outcome
from ledger.order.commands import MarkPaid
from ledger.order.stamps import Paid
from ledger.payments.provider import NoAnswer
from tests.kits.worlds import World
from tests.ledger.cases.test_resolve import PRICE, Provider, opened, resolve, stray, tell
from tests.ledger.order.test_next_step import time_out


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


def asked_back(world: World) -> UUID:
    """A case whose money is asked back; nobody has asked the provider yet."""
    case = opened(world)
    wish = ReturnMoney(
        correlation_id=world.id("wish"), actor="desk", at=world.clock(), reason="nobody's"
    )
    world.cases.handle(case, wish)
    return case


def test_only_a_case_that_is_open_is_asleep(world: World) -> None:
    case = opened(world)
    snooze = Snooze(until=world.clock() + timedelta(days=1), by="desk")
    aside = replace(world.cases.get(case), snooze=snooze)
    assert aside.asleep(world.clock())
    assert not aside.asleep(snooze.until)
    resolve(world, Provider(), case, CloseCase)
    assert not replace(world.cases.get(case), snooze=snooze).asleep(world.clock())


def test_a_case_that_nobody_opened_holds_nobodys_money(world: World) -> None:
    known = world.cases.get(opened(world))
    assert is_nobodys(known)
    assert not is_nobodys(Case(id=known.id))
    assert known.opened is not None
    other = replace(known.opened, kind=CaseKind.OVERPAID)
    assert not is_nobodys(replace(known, opened=other))


@pytest.mark.parametrize(("answer", "heard"), [("silence", 1), ("accepted", 0), ("refused", 0)])
def test_who_gives_no_answer_about_a_return_is_told_of(
    world: World, answer: str, heard: int
) -> None:
    case, silent = asked_back(world), list[NoAnswer]()
    provider: Any = Provider(answers=[answer])
    start_return(world.cases, provider, case, actor="desk", unanswered=silent.append)
    assert silent == [NoAnswer("time-out")] * heard


def test_money_goes_back_by_its_own_provider_or_not_at_all(world: World) -> None:
    case = opened(world)
    desk = Resolutions(world.store, orders=world.orders, cases=world.cases, providers={})
    wish = ReturnMoney(
        correlation_id=world.id("wish"), actor="desk", at=world.clock(), reason="nobody's"
    )
    with pytest.raises(NotRefundable):
        desk.resolve(case, wish)
    assert world.cases.get(case).returned.request is None


def test_a_return_that_nobody_asked_for_resolves_no_case(world: World) -> None:
    case = opened(world)
    told = CaseReturnAccepted(amount=PRICE, provider_reference="re_1")
    after = world.cases.record(case, told, actor="provider:stripe")
    assert after.returned.word == "accepted"
    assert settle(world.cases, after).state == "open"


def test_a_case_that_is_resolved_is_not_resolved_again(world: World) -> None:
    case = asked_back(world)
    told = CaseReturnAccepted(amount=PRICE, provider_reference="re_1")
    resolved = settle(world.cases, world.cases.record(case, told, actor="provider:stripe"))
    assert resolved.state == "resolved"
    assert settle(world.cases, resolved).version == resolved.version


def test_a_payment_that_was_assigned_is_no_other_orders(world: World) -> None:
    case, other = opened(world), world.place("other")
    resolve(world, Provider(), case, AssignMoney, order=world.id("order"))
    (attempt,) = other.attempts
    mine = stray(world, order=other.id, attempt=attempt, correlation_id=attempt)
    assert tell(world, mine) is None
    assert "Paid" not in world.stamps("other")
    assert not world.orders.get(other.id).received
    more = Paid(amount=PRICE, provider="stripe", provider_reference="pi_8")
    assert tell(world, replace(mine, fact=more)) == other.id


def test_what_follows_from_assigned_money_is_done_at_once(world: World) -> None:
    time_out(world)
    case = opened(world)
    resolve(world, Provider(), case, AssignMoney, order=world.id("order"))
    assert world.stamps()[-2:] == ["PaymentAssigned", "SeatsRetaken"]


class FasterStore:
    """A store in which somebody else is faster: with the same wish, or with another one."""

    def __init__(self, world: World, *, same: bool) -> None:
        self._store, self._same = world.store, same

    def read(self, stream: UUID, *, after: int = 0) -> Sequence[Recorded[object]]:
        return self._store.read(stream, after=after)

    def append(self, *appends: Append) -> Sequence[Outcome]:
        if self._same:
            self._store.append(*appends)
        return [Contradiction(existing=self._store.feed(0, limit=1)[0]) for _ in appends]


@pytest.mark.parametrize("kind", [AssignMoney, CloseCase])
@pytest.mark.parametrize("same", [True, False])
def test_who_is_not_the_first_is_refused_unless_their_own_request_was_granted(
    world: World, kind: Any, same: bool
) -> None:
    case = opened(world)
    store: Any = FasterStore(world, same=same)
    desk = Resolutions(store, orders=world.orders, cases=Cases(store), providers={})
    more = {"order": world.id("order")} if kind is AssignMoney else {}
    wish = kind(
        correlation_id=world.id("wish"),
        actor="desk",
        at=world.clock(),
        reason="the payer rang",
        request=f"{world.id('key')}/digest",
        **more,
    )
    if same:
        assert desk.resolve(case, wish).state == "resolved"
    else:
        with pytest.raises(CaseClosed):
            desk.resolve(case, wish)
        assert world.cases.get(case).state == "open"


def test_a_transfer_that_is_entered_again_is_told_with_its_amount(world: World) -> None:
    world.place("other")
    (attempt,) = world.orders.get(world.id("order")).attempts
    paid = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
    world.orders.record(world.id("order"), paid, correlation_id=attempt, actor="test")
    first = world.orders.get(world.id("order"))
    for amount in (Money(1, "EUR"), None):
        wish = MarkPaid(
            correlation_id=attempt,
            actor="till",
            at=world.clock(),
            reason="statement",
            amount=amount,
            transfer="T 1",
        )
        name = "order" if amount else "other"
        world.cases.transfer_entered_again(world.id(name), wish, first)
    assert [one.amount for one in world.cases_opened()] == [Money(1, "EUR"), PRICE]
