"""A refund of Paytrail's ends, by whichever of its names the callback tells it (SPEC P10)."""

from dataclasses import replace
from itertools import permutations
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.commands import RefundPayment
from ledger.order.issues import troubles
from ledger.order.letters_due import letters_due
from ledger.order.stamps import (
    CreateRefundFailure,
    Letter,
    ReceiptSendStarted,
    ReceiptSent,
)
from ledger.order.status import status
from ledger.payments.refund import refund_payment
from projections.provider_references import provider_references
from tests.adapters.providers.paytrail.test_door import LOST, REFUND, Selling, refunding
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    PAGE,
    PAID,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_REFUSED,
    REFUNDED,
    WISH,
    order_of,
    put,
)

PENDING = (201, {"status": "pending", "transactionId": REFUND})


@pytest.fixture
def selling():
    made = Selling()
    yield made
    made.world.close()


def kinds(order):
    return [one.kind for one in troubles(order)]


def staff_refund(selling, name, cents, transaction):
    """Staff sends a part back; Paytrail takes it. The refund's stamp."""
    selling.teller.answers += [(201, {"status": "pending", "transactionId": transaction})]
    wish = RefundPayment(
        correlation_id=selling.world.id(name),
        actor="desk",
        at=selling.world.clock(),
        reason="asked",
        amount=Money(cents, "EUR"),
    )
    providers = {"paytrail": selling.teller.payments}
    refund_payment(selling.world.orders, providers, selling.order_id, wish)
    return selling.teller.body()["refundStamp"]


def told(selling, stamp, **changed):
    return selling.told("refund", stamp=stamp, **{"transaction_id": None, **changed})


def test_accepted_and_then_failed_by_its_stamp_alone_is_a_case_and_a_correction(selling):
    stamp = refunding(selling, PENDING)
    assert status(selling.order) == "REFUND_REQUESTED"
    wish = selling.world.id("wish")
    for letter in (
        ReceiptSendStarted(letter=Letter.REFUNDED, try_number=1),
        ReceiptSent(letter=Letter.REFUNDED, try_number=1, message_id="<1@x>", body_hash="ab"),
    ):
        selling.world.orders.record(selling.order_id, letter, correlation_id=wish, actor="worker")
    selling.deliver(told(selling, stamp, status="fail"))
    assert status(selling.order) == "REFUND_FAILED"
    assert kinds(selling.order) == ["refund_failed"]
    assert not selling.order.refund_pending
    assert Letter.CORRECTION in [due.letter for due in letters_due(selling.order)]


@pytest.mark.parametrize("first", [0, 1])
def test_the_earlier_of_two_refunds_fails_after_the_later_was_accepted(selling, first):
    selling.deliver(selling.told())
    stamps = [
        staff_refund(selling, name, cents, transaction)
        for name, cents, transaction in (("one", 1000, "r-1"), ("two", 2000, "r-2"))
    ]
    kept = (1000, 2000)[1 - first]
    selling.deliver(told(selling, stamps[1 - first], status="ok", amount=kept))
    selling.deliver(told(selling, stamps[first], status="fail", amount=3000 - kept))
    assert status(selling.order) == "REFUND_FAILED"
    assert kinds(selling.order) == ["refund_failed"]
    assert selling.order.refunded.amount == kept


def test_a_refund_that_was_asked_for_after_the_failure_takes_its_place(selling):
    selling.deliver(selling.told())
    stamp = staff_refund(selling, "one", 1000, "r-1")
    selling.deliver(told(selling, stamp, status="fail", amount=1000))
    again = staff_refund(selling, "two", 1000, "r-2")
    selling.deliver(told(selling, again, status="ok", amount=1000))
    assert (status(selling.order), kinds(selling.order)) == ("PARTIALLY_REFUNDED", [])


@pytest.mark.parametrize("word", ["pending", "ok"])
@pytest.mark.parametrize("cents", [1, 6999, 7001])
def test_a_refund_of_ours_that_is_told_with_another_amount_is_a_case(selling, word, cents):
    stamp = refunding(selling, PENDING)
    before = selling.order
    selling.deliver(told(selling, stamp, status=word, amount=cents))
    assert selling.order == before
    (case,) = selling.world.cases_opened()
    assert (case.kind, case.order) == ("unmatched_money", selling.order_id)
    assert "amount" in case.text
    selling.deliver(told(selling, stamp, status="ok"))
    assert (status(selling.order), len(selling.world.cases_opened())) == ("REFUNDED", 1)


@pytest.mark.parametrize("transaction", [REFUND, None])
@pytest.mark.parametrize("cents", [1, 6999, 7001])
def test_a_refund_of_ours_that_failed_with_another_amount_is_a_case(selling, transaction, cents):
    stamp = refunding(selling, PENDING)
    before = selling.order
    failed = {"status": "fail", "transaction_id": transaction}
    selling.deliver(told(selling, stamp, **failed, amount=cents))
    assert selling.order == before
    (case,) = selling.world.cases_opened()
    assert (case.kind, case.order) == ("unmatched_money", selling.order_id)
    assert "amount" in case.text
    selling.deliver(told(selling, stamp, **failed))
    assert (status(selling.order), len(selling.world.cases_opened())) == ("REFUND_FAILED", 1)


NEWS = [
    {"transaction_id": REFUND, "status": "pending"},
    {"transaction_id": REFUND, "status": "ok"},
    {"status": "ok"},
]


@pytest.mark.parametrize("news", [*permutations(NEWS)], ids=str)
@pytest.mark.parametrize("answer", [PENDING, LOST], ids=["accepted", "lost"])
def test_settled_by_either_name_is_settled_once(selling, answer, news):
    stamp = refunding(selling, answer)
    selling.deliver(*(told(selling, stamp, **one) for one in news))
    assert status(selling.order) == "REFUNDED"
    assert selling.order.refunded == selling.order.due
    assert selling.world.cases_opened() == []


def test_a_refund_that_is_told_without_our_stamp_is_known_by_its_transaction(selling):
    refunding(selling, PENDING)

    def find(provider: str, reference: str) -> UUID | None:
        rows = provider_references(selling.order)
        return next((row.stream for row in rows if row.reference == reference), None)

    selling.find = find
    selling.deliver(told(selling, None, transaction_id=REFUND, status="ok"))
    assert status(selling.order) == "REFUNDED"
    assert len(selling.order.refunds) == 1


STACK = (PLACED, ASKED, PAGE, PAID, REFUND_ASKED)


@pytest.mark.parametrize(
    "news", [*permutations([REFUND_ACCEPTED, REFUNDED, REFUND_REFUSED])], ids=str
)
def test_a_refused_try_has_failed_in_any_order(news):
    order = order_of(*STACK, *news)
    assert (status(order), order.held_by(ATTEMPT)) == ("REFUND_FAILED", PRICE)
    assert kinds(order) == ["refund_failed"]


@pytest.mark.parametrize("word", ["never_made", "refunded_elsewhere", "charge_already_refunded"])
def test_what_turns_up_after_somebody_said_that_nothing_was_made_stands(word):
    said = CreateRefundFailure(code=word)
    for news in permutations([REFUND_ACCEPTED, said]):
        assert status(order_of(*STACK, *news)) == "REFUND_REQUESTED"
    assert status(order_of(*STACK, said, REFUND_ACCEPTED, REFUNDED)) == "REFUNDED"


def test_what_is_found_beside_a_refused_try_stands():
    """Looked up before a new try: the refund is there, whatever the answer said."""
    order = order_of(*STACK, REFUND_REFUSED, replace(REFUND_ACCEPTED, try_number=2))
    assert status(order) == "REFUND_REQUESTED"


def test_a_try_that_failed_does_not_answer_the_next_one():
    again = put(replace(REFUND_ASKED, try_number=2), under=WISH)
    order = order_of(*STACK, REFUND_REFUSED, again, REFUND_ACCEPTED)
    assert order.refunds[WISH].unanswered
    settled = replace(REFUNDED, provider_reference="re_2")
    accepted = replace(REFUND_ACCEPTED, provider_reference="re_2", try_number=2)
    done = order_of(*STACK, REFUND_REFUSED, again, REFUND_ACCEPTED, settled, accepted)
    assert (status(done), done.refunded) == ("REFUNDED", PRICE)
