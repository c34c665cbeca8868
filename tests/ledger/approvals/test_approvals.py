"""What one person asked for and a second one agreed to: once, in time, and still the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.approvals.approval import Approval, decline, evolve_approval, fold_approval, give
from ledger.approvals.service import ANSWER_WITHIN, Approvals
from ledger.approvals.stamps import Act, ApprovalDeclined, ApprovalGiven, ApprovalRequested
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign, Recorded, derived
from ledger.kernel.refusals import ApprovalOver, OrderMoved, OwnApproval, UnknownApproval
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    RefundByHand,
    RefundPayment,
    SwapLines,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.stamps import Pieces
from tests.kits.audit import attempt_of, paid, pay
from tests.kits.spec import NOON, ORDER, PLACED, PRICE, eur
from tests.kits.worlds import SPEC, World

ID = UUID(int=7)
BLINK = timedelta(microseconds=1)
UNTIL = NOON + timedelta(days=7)
REQUEST = ApprovalRequested(
    order=ORDER, shop="winterfest", act=Act.REFUND, amount=PRICE, until=UNTIL, reason="ill"
)


def approval(*stamps: tuple[str, Any]) -> Approval:
    return fold_approval(
        ID,
        [
            Recorded[object](
                stream=ID,
                version=number,
                position=number,
                recorded_at=NOON,
                stamp=one,
                correlation_id=ID,
                actor=actor,
            )
            for number, (actor, one) in enumerate(stamps, start=1)
        ],
    )


ASKED = ("staff:ada", REQUEST)
GIVEN, DECLINED = ("staff:bea", ApprovalGiven()), ("staff:bea", ApprovalDeclined(reason="no"))


def test_an_approval_is_open_until_its_end_or_an_answer():
    open = approval(ASKED)
    assert [open.state(at) for at in (NOON, UNTIL - BLINK, UNTIL)] == ["open", "open", "expired"]
    assert approval(ASKED, GIVEN).state(UNTIL) == "given"
    assert approval(ASKED, DECLINED).state(UNTIL) == "declined"
    assert approval().state(UNTIL) == "open"
    assert (open.asked_by, open.asked_at, open.version) == ("staff:ada", NOON, 1)
    assert approval(ASKED, GIVEN).given_by == "staff:bea"
    no = approval(ASKED, DECLINED)
    assert (no.declined_by, no.reason) == ("staff:bea", "no")
    assert open.request == REQUEST
    with pytest.raises(UnknownApproval):
        _ = approval().request


def test_what_an_erasure_leaves_of_it():
    gone = approval(ASKED, DECLINED, ("test", Erased(subject=ID, ground=Ground.ASKED)))
    assert (gone.erased, gone.reason, gone.request.reason) == (True, None, None)
    assert gone.request == replace(REQUEST, reason=None)
    before = approval(("test", Erased(subject=ID, ground=Ground.ASKED)))
    assert (before.erased, before.asked) == (True, None)
    with pytest.raises(Foreign):
        approval(("test", PLACED))


def test_only_a_second_person_says_yes_in_time_and_once():
    assert give(approval(ASKED), actor="staff:bea", at=UNTIL - BLINK) == ApprovalGiven()
    with pytest.raises(OwnApproval):
        give(approval(ASKED), actor="staff:ada", at=NOON)
    for over in (approval(ASKED, GIVEN), approval(ASKED, DECLINED)):
        with pytest.raises(ApprovalOver):
            give(over, actor="staff:bea", at=NOON)
    with pytest.raises(ApprovalOver):
        give(approval(ASKED), actor="staff:bea", at=UNTIL)
    with pytest.raises(UnknownApproval):
        give(approval(), actor="staff:bea", at=NOON)


def test_anybody_says_no_in_time_and_once():
    assert decline(approval(ASKED), reason="no", at=NOON) == ApprovalDeclined(reason="no")
    for over, at in ((approval(ASKED, GIVEN), NOON), (approval(ASKED), UNTIL)):
        with pytest.raises(ApprovalOver):
            decline(over, reason="no", at=at)
    with pytest.raises(UnknownApproval):
        decline(approval(), reason="no", at=NOON)


def test_each_stamp_is_one_version():
    (second,) = [
        Recorded[object](
            stream=ID,
            version=2,
            position=9,
            recorded_at=NOON,
            stamp=ApprovalGiven(),
            correlation_id=ID,
            actor="staff:bea",
        )
    ]
    assert evolve_approval(approval(ASKED), second).version == 2


def nothing_swapped(*_: object) -> SwapLines:
    raise AssertionError("nobody asked for a swap")


class Desk:
    """A shop where money needs a second person, a paid order, and who was asked."""

    def __init__(self) -> None:
        policy = replace(SPEC.preferences.cancellation, approval_above=eur(0), parts=True)
        self.world = World(
            replace(SPEC, preferences=replace(SPEC.preferences, cancellation=policy))
        )
        self.known: list[UUID] = []
        self.since: list[Any] = []
        self.approvals = Approvals(
            self.world.store, self.world.orders, self._lately, about=lambda orders: self.known
        )
        self.order = self.world.place("order").id
        pay(self.world, "order", paid(reference="pi_order"))

    def _lately(self, since: Any) -> list[UUID]:
        self.since.append(since)
        return self.known

    @property
    def said(self) -> dict[str, Any]:
        return {
            "correlation_id": self.world.id("wish"),
            "actor": "staff:ada",
            "at": self.world.clock(),
            "reason": "ill",
        }

    def ask(self, wish: Any) -> Approval:
        asked = self.approvals.ask(self.order, wish)
        self.known = [asked.id]
        return asked

    def given(self, approval: UUID, *, actor: str, at: datetime) -> Any:
        return self.approvals.given(approval, actor=actor, at=at, swapped=nothing_swapped)

    def give(self, asked: Approval, actor: str = "staff:bea") -> Any:
        at = self.world.clock()
        wish, beside = self.given(asked.id, actor=actor, at=at)
        self.world.orders.handle(self.order, wish, beside=lambda *_: beside())
        return wish


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_is_asked_is_kept_and_asked_once(desk):
    asked = desk.ask(RefundPayment(**desk.said, despite_dispute=True))
    assert asked.request == ApprovalRequested(
        order=desk.order,
        shop="winterfest",
        act=Act.REFUND,
        amount=PRICE,
        until=desk.world.clock() + timedelta(days=7),
        payment=attempt_of(desk.world, "order"),
        despite_dispute=True,
        reason="ill",
    )
    assert (asked.asked_by, asked.version) == ("staff:ada", 1)
    again = desk.approvals.ask(desk.order, RefundPayment(**{**desk.said, "actor": "staff:eve"}))
    assert again == asked


@pytest.mark.parametrize(
    ("wish", "act", "told"),
    [
        (RefundPayment, Act.REFUND, {}),
        (RefundByHand, Act.REFUND_BY_HAND, {"account": "FI3715903000000776", "payee": "Ada"}),
        (RefundByHand, Act.REFUND_BY_HAND, {}),
        (CancelOrder, Act.CANCEL, {"refund": True}),
        (CancelPart, Act.CANCEL_PART, {"pieces": (Pieces(line=0, quantity=1),)}),
        (
            CancelPart,
            Act.CANCEL_PART,
            {"pieces": (Pieces(line=0, quantity=1),), "by_hand": True, "waive_fee": True},
        ),
        (
            CancelPart,
            Act.CANCEL_PART,
            {
                "pieces": (Pieces(line=0, quantity=1),),
                "by_hand": True,
                "account": "FI3715903000000776",
            },
        ),
    ],
)
def test_what_was_asked_is_done_on_a_second_persons_word(desk, wish, act, told):
    asked = desk.ask(wish(**desk.said, **told))
    assert asked.request.act is act
    done, _ = desk.given(asked.id, actor="staff:bea", at=desk.world.clock())
    assert type(done) is wish
    assert (done.actor, done.reason, done.approval) == ("staff:ada", "ill", asked.id)
    assert done.correlation_id == derived(asked.id, "act")
    assert {name: getattr(done, name) for name in told} == told
    for name in ("by_hand", "waive_fee", "account", "payee", "despite_dispute"):
        assert not getattr(done, name, None) or name in told


def test_a_cancellation_without_a_refund_stays_without(desk):
    asked = desk.ask(CancelOrder(**desk.said))
    assert asked.request.amount == eur(0)
    assert asked.request.payment is None
    wish, _ = desk.given(asked.id, actor="staff:bea", at=desk.world.clock())
    assert not wish.refund


def test_the_word_stands_beside_what_is_done(desk):
    asked = desk.ask(RefundPayment(**desk.said))
    desk.give(asked)
    assert desk.approvals.get(asked.id).given_by == "staff:bea"
    assert "CreateRefundRequest" in desk.world.stamps("order")
    with pytest.raises(ApprovalOver):
        desk.give(asked)


def test_nobody_agrees_with_themselves_or_to_what_is_over(desk):
    asked = desk.ask(RefundPayment(**desk.said))
    with pytest.raises(OwnApproval):
        desk.give(asked, actor="staff:ada")
    desk.world.clock.pass_(days=7)
    with pytest.raises(ApprovalOver):
        desk.give(asked)
    for unknown in (uuid4(), desk.order):
        with pytest.raises(UnknownApproval):
            desk.given(unknown, actor="staff:bea", at=desk.world.clock())


def test_what_would_come_out_otherwise_by_now_is_not_done(desk):
    asked = desk.ask(CancelOrder(**desk.said, refund=True))
    part = RefundByHand(
        **{**desk.said, "correlation_id": uuid4()}, amount=eur(100), approval=uuid4()
    )
    desk.world.orders.handle(desk.order, part)
    with pytest.raises(OrderMoved) as moved:
        desk.give(asked)
    assert moved.value.version == desk.world.orders.get(desk.order).version


def test_it_is_declined_once_and_then_nothing_is_done(desk):
    asked = desk.ask(RefundPayment(**desk.said))
    at = desk.world.clock()
    no = desk.approvals.decline(asked.id, actor="staff:bea", reason="no", at=at)
    assert (no.declined_by, no.reason, no.state(at)) == ("staff:bea", "no", "declined")
    with pytest.raises(ApprovalOver):
        desk.approvals.decline(asked.id, actor="staff:bea", reason="no", at=at)
    with pytest.raises(ApprovalOver):
        desk.give(asked)


def test_what_waits_was_asked_lately_and_nobody_answered(desk):
    assert timedelta(days=7) == ANSWER_WITHIN
    at = desk.world.clock()
    assert desk.approvals.lately(at) == []
    asked = desk.ask(RefundPayment(**desk.said))
    assert desk.approvals.lately(at) == desk.approvals.waiting(at) == [asked]
    assert desk.since[-1] == at - timedelta(days=7)
    assert desk.approvals.of_orders([desk.order]) == [asked]
    assert desk.approvals.of_orders([]) == []
    desk.known = [uuid4(), asked.id]
    assert desk.approvals.lately(at) == [asked]
    desk.approvals.decline(asked.id, actor="staff:bea", reason="no", at=at)
    assert desk.approvals.waiting(at) == []
    assert len(desk.approvals.lately(at)) == 1


def test_a_correction_names_who_agreed(desk):
    from ledger.order.commands import MarkPaid

    desk.world.place("hand")
    mark = MarkPaid(**{**desk.said, "correlation_id": uuid4()})
    desk.world.orders.handle(desk.world.id("hand"), mark)
    desk.order = desk.world.id("hand")
    asked = desk.ask(WithdrawPayment(**desk.said, approver=""))
    assert (asked.request.act, asked.request.amount) == (Act.WITHDRAW_PAYMENT, PRICE)
    wish = desk.give(asked)
    assert (wish.approver, wish.payment) == ("staff:bea", asked.request.payment)


def test_a_cancellation_by_mistake_is_taken_back_on_a_second_persons_word(desk):
    free = CancelOrder(**{**desk.said, "correlation_id": uuid4()}, approval=uuid4())
    desk.world.orders.handle(desk.order, free)
    asked = desk.ask(WithdrawCancellation(**desk.said, approver=""))
    assert (asked.request.act, asked.request.amount) == (Act.WITHDRAW_CANCELLATION, eur(0))
    assert desk.give(asked).approver == "staff:bea"
    assert desk.world.orders.get(desk.order).alive
