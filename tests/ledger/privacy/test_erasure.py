"""What may be erased and what must stay: by the fold, and by the shop's law."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ledger.audit.verify import verify
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft
from ledger.kernel.refusals import PersonErased, StillOpen
from ledger.kernel.store import Append
from ledger.kernel.values import replace as copied
from ledger.order.commands import ErasePerson, MarkPaid, RefundByHand
from ledger.order.decide import decide
from ledger.order.decisions.erase import Open, hindrances
from ledger.order.evolve import evolve
from ledger.order.letter_delivery import Posting
from ledger.order.letters_due import letters_due
from ledger.order.next_step import next_step
from ledger.order.retention import due_at, kept_receipts, years_later
from ledger.order.stamps import CreateRefundRequest, Disputed, Letter, Paid
from ledger.privacy.holdings import Holdings
from ledger.privacy.messages import names, text_of, words_of
from ledger.shop.stamps import Retention
from tests.kits import spec
from tests.kits.audit import a_history
from tests.kits.spec import ATTEMPT, NOON, PRICE

OVER = spec.OPENING + timedelta(days=2)
UNPAID = (spec.PLACED, spec.ASKED, spec.PAGE, spec.TIMED_OUT, spec.RELEASED)


def erased(*stamps):
    """The order after its stamps and its erasure."""
    before = spec.order_of(*stamps)
    command = ErasePerson(correlation_id=uuid4(), actor="test", at=OVER, ground=Ground.ASKED)
    (stamp,) = decide(command, before)
    return evolve(before, told(before, stamp))


def told(order, stamp, *, under=None):
    (recorded,) = spec.history(spec.PLACED)
    return copied(
        recorded,
        stream=order.id,
        version=order.version + 1,
        position=order.position + 1,
        stamp=stamp,
        correlation_id=under or uuid4(),
        recorded_at=OVER,
    )


def test_nothing_of_the_person_is_left_in_the_fold():
    gone = erased(spec.PLACED, spec.ASKED, spec.PAGE, spec.PAID)
    assert gone.erased
    assert gone.terms.customer is None
    assert "ada@" not in repr(gone).casefold()


def test_an_erasure_is_not_asked_twice_until_there_is_more_to_erase():
    gone = erased(*UNPAID)
    again = ErasePerson(correlation_id=uuid4(), actor="test", at=OVER, ground=Ground.ASKED)
    assert decide(again, gone) == ()
    late = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
    paid = evolve(gone, told(gone, late, under=ATTEMPT))
    with pytest.raises(StillOpen):
        decide(again, paid)


def test_money_that_comes_after_an_erasure_goes_back_and_lets_nobody_in():
    gone = erased(*UNPAID)
    late = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
    paid = evolve(gone, told(gone, late, under=ATTEMPT))
    step = next_step(paid, OVER)
    assert step is not None
    assert [type(one) for one in decide(step, paid)] == [CreateRefundRequest]
    assert letters_due(paid) == ()


def test_staff_put_money_right_and_keep_nothing_new():
    gone = erased(spec.PLACED, spec.ASKED, spec.PAGE, spec.PAID)
    staff: dict[str, Any] = {
        "correlation_id": uuid4(),
        "actor": "staff",
        "at": OVER,
        "reason": "sorry",
    }
    with pytest.raises(PersonErased):
        decide(MarkPaid(**staff), gone)
    assert decide(RefundByHand(**staff), gone)


def test_tickets_and_disputes_are_open():
    paid = spec.order_of(spec.PLACED, spec.ASKED, spec.PAGE, spec.PAID)
    assert {one.open for one in hindrances(paid, NOON)} >= {Open.TICKETS}
    assert hindrances(paid, OVER) == ()
    disputed = Disputed(payment=ATTEMPT, amount=PRICE, provider_reference="dp_1")
    taken = evolve(paid, told(paid, disputed))
    assert Open.MONEY in {one.open for one in hindrances(taken, OVER)}


def test_a_law_that_wants_the_name_on_receipts_puts_it_off():
    order = spec.order_of(spec.PLACED, spec.ASKED, spec.PAGE, spec.PAID)
    rule = Retention(named_receipts=True)
    assert not [*kept_receipts(order, rule)]  # none was numbered: nothing to keep
    posted = {**order.postings}
    numbered = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # the first of January, there
    posted[ATTEMPT, Letter.PAID] = Posting(number=7, numbered_at=numbered)
    order = copied(order, postings=posted)
    (kept,) = kept_receipts(order, rule)
    assert kept.until == datetime(2034, 1, 1, tzinfo=kept.until.tzinfo)
    held = Holdings(orders=[order], rules={order.terms.shop_slug: rule})
    assert [one.hindrance.open for one in held.obstacles(OVER)] == [Open.BY_LAW]
    assert due_at(order, rule) == kept.until
    assert not replace(held, rules={}).obstacles(OVER)


def test_a_leap_day_ends_on_the_first_of_march():
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert years_later(leap, 3) == datetime(2031, 3, 1, 12, tzinfo=UTC)
    assert years_later(leap, 5000).year == 7028
    assert years_later(leap, 50_000).year == 9999


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "ADA@example.org"}',
        rb'{"name": "\u0041da Lovelace"}',
        b"/webhooks?customer=ada%40example.org",
        b'{"phone": "358401234567"}',
    ],
)
def test_a_message_names_a_person_however_it_is_written(body):
    person = replace(spec.ADA, email="ada@example.org", phone="+358 40 1234567")
    order = spec.order_of(replace(spec.PLACED, customer=person))
    assert names(text_of(body), words_of(order))
    assert not names(text_of(b'{"name": "Ada Byron", "email": "b@example.org"}'), words_of(order))


def test_the_auditor_finds_an_erasure_of_what_is_open():
    """Z1: as somebody would write it who goes round the decision."""
    world = a_history()
    order = world.id("kept")
    version = len(world.store.read(order))
    wrong = Erased(subject=order, ground=Ground.ASKED)
    draft = Draft(stream=order, stamp=wrong, correlation_id=uuid4(), actor="test")
    world.store.append(Append(drafts=[draft], expected={order: version}))
    found = [*verify(world.store.stored())]
    assert [(one.law, one.stream) for one in found] == [("Z1", order)]
