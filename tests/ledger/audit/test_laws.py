"""Each law's check has a history that breaks it, and finds it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ledger.audit.checks import CHECKS
from ledger.audit.raw_rows import FaultyClaim
from ledger.audit.verify import Verification, verify
from ledger.audit.verify_streams import Share
from ledger.cases.stamps import CaseResolved
from ledger.codec import frame, unframe
from ledger.codec.rows import Kept, KeptBeside, StoredCommit, StoredRow, Totals
from ledger.kernel import values
from ledger.kernel.money import Money
from ledger.kernel.store import SeatChange
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    Cause,
    CreateCaptureRequest,
    CreateRefundRequest,
    CreateVoidRequest,
    Letter,
    ManualRefund,
    PaymentWithdrawn,
    ReceiptSendStarted,
    Refunded,
    SeatsReleased,
)
from ledger.proof.leaf import stamp_bytes
from ledger.proof.merkle import leaf_hash
from ledger.shop.stamps import QuotaSet, quota_id, shop_id
from tests.kits.audit import PRICE, CopiedRows, a_history, attempt_of, force, paid
from tests.kits.worlds import SPEC, World

SHOP = shop_id("winterfest")


@pytest.fixture
def world() -> World:
    return a_history()


@pytest.fixture
def copy(world) -> CopiedRows:
    return CopiedRows(world.store.stored())


def laws(ledger: World | CopiedRows) -> set[str]:
    rows = ledger.store.stored() if isinstance(ledger, World) else ledger
    return {finding.law for finding in verify(rows)}


def told(world: World) -> str:
    return " ".join(finding.text for finding in verify(world.store.stored()))


def refund(world: World, amount: Money) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=attempt_of(world, "kept"),
        payment_reference="pi_kept",
        provider="stripe",
        amount=amount,
        fee=Money(0, "EUR"),
        cause=Cause.STAFF,
    )


def rehash(copy: CopiedRows, position: int) -> None:
    """Cover a change up in its row, as a careful forger would."""
    row = copy.kept[position - 1]
    hashed = stamp_bytes(
        copy.ledger_id,
        position,
        stream=row.stream,
        version=row.version,
        type=row.type,
        recorded_at=row.recorded_at,
        correlation_id=row.correlation_id,
        numbers=row.numbers,
        state=row.state,
    )
    copy.bend(position, leaf=leaf_hash(hashed))


def test_the_history_keeps_every_law(world):
    assert verify(world.store.stored()) == ()


def test_every_check_says_its_law():
    assert all((check.__doc__ or "").startswith(("Law ", "SPEC ")) for check in CHECKS)


def test_law_2_time_runs_backwards(copy):
    copy.bend(5, recorded_at=copy.kept[3].recorded_at - timedelta(days=1))
    rehash(copy, 5)
    assert "2" in laws(copy)


def test_law_2_a_version_is_skipped(copy):
    at = copy.position_of("PAID")
    copy.bend(at, version=copy.kept[at - 1].version + 1)
    rehash(copy, at)
    assert "2" in laws(copy)


def test_law_3_the_columns_lie_about_the_body(copy):
    copy.bend(copy.position_of("PAID"), binding=bytes(32))
    assert laws(copy) == {"3"}


def test_law_3_the_same_stamp_stands_twice(copy):
    at = copy.position_of("PAID")
    row = copy.kept[at - 1]
    copy.kept.append(values.replace(row, position=len(copy.kept) + 1, version=row.version + 99))
    copy.signed[-1] = values.replace(copy.signed[-1], last=len(copy.kept))
    assert {"3", "14"} <= laws(copy)


def test_law_4_something_happens_to_an_order_that_was_never_placed(world):
    force(world, SeatsReleased(), cause=uuid4(), order="nobody's")
    assert laws(world) == {"4"}


def test_law_7_more_is_asked_back_than_was_paid(world):
    force(world, refund(world, PRICE + Money(1, "EUR")), cause=uuid4())
    assert laws(world) == {"7"}


def test_law_7_the_same_money_is_asked_back_twice(world):
    force(world, refund(world, PRICE), cause=uuid4())
    force(world, refund(world, PRICE), cause=uuid4())
    assert laws(world) == {"7"}


def test_law_7_money_is_handed_back_that_is_not_held(world):
    given = ManualRefund(payment=attempt_of(world, "returned"), amount=Money(1, "EUR"))
    force(world, given, cause=uuid4(), order="returned")
    assert laws(world) == {"7"}


def test_law_7_money_is_taken_from_the_books_that_is_not_held(world):
    payment = attempt_of(world, "returned")
    taken = PaymentWithdrawn(payment=payment, amount=Money(1, "EUR"), approver="boss")
    force(world, taken, cause=uuid4(), order="returned")
    assert laws(world) == {"7"}


def test_law_8_a_quota_shrinks_below_what_is_taken(world):
    force(world, QuotaSet(slug="weekend", capacity=1), cause=uuid4(), stream=SHOP)
    assert laws(world) == {"8"}
    assert "oversold" in told(world)


def kept_ready() -> World:
    """An authorized order, at a shop that captures later."""
    preferences = replace(SPEC.preferences, grace_period=3600)
    world = World(replace(SPEC, preferences=preferences))
    order = world.place("order")
    kept = Authorized(amount=order.due, provider="stripe", provider_reference="pi_1")
    world.orders.record(
        order.id, kept, correlation_id=attempt_of(world, "order"), actor="provider:stripe"
    )
    return world


def captures(cents: int) -> CreateCaptureRequest:
    amount = Money(cents, "EUR")
    return CreateCaptureRequest(amount=amount, provider="stripe", provider_reference="pi_1")


def test_law_7_at_most_what_is_authorized_is_captured():
    world = kept_ready()
    assert laws(world) == set()
    force(world, captures(7001), cause=attempt_of(world, "order"), order="order")
    assert laws(world) == {"7"}


def test_law_7_what_has_expired_is_not_captured():
    world, gone = kept_ready(), AuthorizationExpired(provider_reference="pi_1")
    force(world, gone, cause=attempt_of(world, "order"), order="order")
    force(world, captures(7000), cause=attempt_of(world, "order"), order="order")
    assert laws(world) == {"7"}


@pytest.mark.parametrize("first", ["capture", "void"])
def test_g1_what_is_given_up_is_not_captured_and_the_other_way_round(first):
    world = kept_ready()
    attempt = attempt_of(world, "order")
    void = CreateVoidRequest(payment=attempt, provider="stripe", provider_reference="pi_1")
    asked = [(captures(7000), attempt), (void, uuid4())]
    for stamp, cause in asked if first == "capture" else reversed(asked):
        force(world, stamp, cause=cause, order="order")
    assert laws(world) == {"G1"}


def test_law_11_an_authorization_that_nobody_asked_for(world):
    kept = Authorized(amount=PRICE, provider="stripe", provider_reference="pi_9")
    force(world, kept, cause=uuid4())
    assert laws(world) == {"11"}


def test_law_8_the_running_totals_were_moved_without_a_stamp(world):
    quota = quota_id(SHOP, "weekend")
    force(world, SeatsReleased(), cause=uuid4(), seats=[SeatChange(quota=quota, sold=-1)])
    assert laws(world) == {"8"}


def test_law_9_two_receipts_under_one_correlation_id(world):
    begun = ReceiptSendStarted(letter=Letter.CANCELLED, try_number=1)
    force(world, begun, cause=attempt_of(world, "kept"))
    assert laws(world) == {"9"}
    assert "beside a receipt" in told(world)


def test_law_9_a_receipt_that_was_not_owed(world):
    begun = ReceiptSendStarted(letter=Letter.REFUNDED, try_number=1, numbered_for=SHOP)
    force(world, begun, cause=uuid4())
    assert laws(world) == {"9"}


def test_law_9_a_letter_that_was_sent_before(world):
    again = ReceiptSendStarted(letter=Letter.PAID, try_number=2)
    force(world, again, cause=attempt_of(world, "kept"))
    assert laws(world) == {"9"}


@pytest.mark.parametrize(
    "fact",
    [paid(provider="paytrail"), paid(Money(7000, "SEK"))],
    ids=["another provider", "another currency"],
)
def test_law_11_money_that_is_not_what_was_asked_for(fact):
    world = World()
    world.place("order")
    force(world, fact, cause=attempt_of(world, "order"), order="order")
    assert "11" in laws(world)


def test_law_11_money_that_nobody_asked_for(world):
    force(world, paid(), cause=uuid4())
    assert laws(world) == {"11"}


def test_law_11_a_refund_of_a_payment_that_is_not_this_orders(world):
    back = Refunded(payment=uuid4(), amount=PRICE, provider_reference="re_9")
    force(world, back, cause=uuid4())
    assert laws(world) == {"11"}


def test_law_12_a_sealed_field_in_the_clear(copy):
    at = copy.position_of("CANCELLED")
    state = copy.kept[at - 1].state
    copy.bend(at, state=state[:-1] + b',"reason":"Ada is ill"}')
    rehash(copy, at)
    assert "12" in laws(copy)


def test_law_12_a_sealed_part_that_is_no_ciphertext(copy):
    at = copy.position_of("CANCELLED")
    state, plain = copy.kept[at - 1].state, b'{"reason":"Ada is ill"}'
    copy.bend(at, state=state[:2] + len(plain).to_bytes(4, "big") + plain + state[6:])
    rehash(copy, at)
    assert "12" in laws(copy)


def test_law_13_bytes_that_say_the_same_in_another_way(copy):
    at = copy.position_of("CANCELLED")
    copy.bend(at, state=copy.kept[at - 1].state + b" ")
    rehash(copy, at)
    assert "13" in laws(copy)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("ORDER_PLACED", (b'"grace_period":null,', b'"overpaid":"case",')),
        (
            "PREFERENCES_CHANGED",
            (b',"grace_period":null', b',"how_to_pay":{}', b',"overpaid":"case"'),
        ),
    ],
)
def test_law_13_a_first_version_with_more_inside_is_read_for_ever(copy, name, missing):
    """Of then, what bound had fewer fields: that is not held against it."""
    at = copy.position_of(name)
    _, sealed, body = unframe(copy.kept[at - 1].state)
    for one in missing:
        assert one in body
        body = body.replace(one, b"")
    copy.bend(at, state=frame(1, sealed, body), binding=b"as it was then")
    rehash(copy, at)
    assert "3" not in laws(copy)
    assert "13" not in laws(copy)


def test_law_13_an_older_version_is_read_for_ever(copy):
    at = copy.position_of("CANCELLED")
    older = b'{"actor":"a","evidence":null,"occurred_at":null}'
    copy.bend(at, state=b"\x00\x01\x00\x00\x00\x00" + older)
    rehash(copy, at)
    assert "13" not in laws(copy)


def test_law_13_a_stamp_in_a_stream_of_another_kind(world):
    force(world, CaseResolved(action="closed"), cause=uuid4())
    assert laws(world) == {"13"}


def test_law_13_a_type_that_nobody_knows(copy):
    copy.bend(copy.position_of("PAID"), type="PAYED")
    assert {"13", "14"} <= laws(copy)


def test_law_14_a_row_that_was_changed_and_hashed_anew(copy):
    at = copy.position_of("PAID")
    copy.bend(at, state=copy.kept[at - 1].state.replace(b"7000", b"7001"))
    rehash(copy, at)
    assert "14" in laws(copy)


def test_numbers_of_a_series_have_no_gaps(copy):
    first = next(row for row in copy.kept if row.numbers)
    copy.bend(first.position, numbers={name: n + 1 for name, n in first.numbers.items()})
    rehash(copy, first.position)
    assert "C5" in laws(copy)


def test_receipt_numbers_have_no_gaps(copy):
    first = next(row for row in copy.kept if row.type == "RECEIPT_SEND_STARTED")
    copy.bend(first.position, numbers=dict.fromkeys(first.numbers, 7))
    rehash(copy, first.position)
    assert "R7" in laws(copy)


def test_a_stamp_that_should_have_drawn_a_number_did_not(copy):
    at = copy.position_of("RECEIPT_SEND_STARTED")
    copy.bend(at, numbers={})
    assert "C5" in laws(copy)


def test_streams_that_were_let_go_are_read_again(world, monkeypatch):
    monkeypatch.setattr(Share.__init__, "__kwdefaults__", {"hashes_only": False, "most": 1})
    assert verify(world.store.stored()) == ()


def test_what_is_appended_during_a_verification_is_no_finding(world):
    size, root = world.store.head()
    verification = Verification(Meanwhile(world))
    assert list(verification) == []
    assert verification.verdict is not None
    assert (verification.verdict.rows, verification.verdict.root) == (size, root)
    assert world.store.head()[0] > size


class Meanwhile(CopiedRows):
    """Whenever rows are read, somebody has just ordered something."""

    def __init__(self, world: World) -> None:
        super().__init__(world.store.stored())
        self.world, self.orders = world, 0

    def rows(self, after: int, *, limit: int) -> Sequence[StoredRow]:
        self.orders += 1
        self.world.place(f"meanwhile {self.orders}", ("volunteer", 1))
        return self.world.store.stored().rows(after, limit=limit)

    def commits(self, after: int, *, limit: int) -> Sequence[StoredCommit]:
        return self.world.store.stored().commits(after, limit=limit)

    def streams(self, streams: Collection[UUID], *, until: int) -> Sequence[StoredRow]:
        return self.world.store.stored().streams(streams, until=until)

    def seat_totals(self, until: int) -> Mapping[UUID, Totals]:
        return self.world.store.stored().seat_totals(until)

    def kept_beside(self, after: int, *, until: int) -> KeptBeside:
        return self.world.store.stored().kept_beside(after, until=until)

    def strays(self) -> Sequence[Kept]:
        return self.world.store.stored().strays()

    def repeated(self, until: int) -> Sequence[int]:
        return self.world.store.stored().repeated(until)

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        return self.world.store.stored().faulty_claims()
