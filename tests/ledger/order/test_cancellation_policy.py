"""Who may cancel, until when, and what comes back (SPEC X1)."""

import ast
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.order.cancellation_policy import (
    Why,
    apart_from_time,
    eligibility,
    link_just_sent,
    quote,
)
from ledger.order.order import Order
from ledger.shop.stamps import CancellationPolicy
from tests.kits.clock_changes import CHANGES, around, local
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CHECKED_IN,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    HANDED_BACK,
    ISSUED,
    LATER,
    LINK,
    LOST,
    NO_PAGE,
    NOON,
    PAGE,
    PAID,
    PAID_TWICE,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    SCAN,
    SECOND,
    TIMED_OUT,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
NEVER = CancellationPolicy(period_days=0, fee_fixed=eur(0))
BY_HAND = (replace(ASKED, provider="manual"), replace(PAID, provider="manual"))
HALF = eur(3500)
SOME = (
    replace(REFUND_ASKED, amount=HALF),
    replace(REFUND_ACCEPTED, amount=HALF),
    replace(REFUNDED, amount=HALF),
)
TWICE = (*BOUGHT, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
GONE = (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED, CANCELLED)
PARTS = replace(PLACED, cancellation=replace(PLACED.cancellation, parts=True))
STARTED = replace(PLACED, starts_at=NOON + timedelta(minutes=30))

# What stands in the way, the code that programs get, and an order that is so.
REASONS: dict[Why, tuple[str, tuple[Any, ...]]] = {
    Why.NOTHING: ("", BOUGHT),
    Why.CANCELLED: ("cancelled", (PLACED, ASKED, TIMED_OUT)),
    Why.CANCELLED_NOT_RETURNED: ("cancelled", (*GONE, REFUND_FAILED)),
    Why.DISPUTED: ("disputed", (*BOUGHT, DISPUTED)),
    Why.REFUND_UNDER_WAY: ("refund_under_way", (*BOUGHT, REFUND_ASKED)),
    Why.REFUND_FAILED: ("refund_under_way", (*BOUGHT, REFUND_ASKED, REFUND_REFUSED)),
    Why.UNPAID: ("not_paid", (PLACED, ASKED, NO_PAGE)),
    Why.NOT_COME: ("not_paid", (PLACED, ASKED)),
    Why.AT_THE_BANK: ("not_paid", (PLACED, ASKED, PAGE, PENDING)),
    Why.PART_MISSING: ("not_paid", (PLACED, ASKED, replace(PAID, amount=HALF))),
    Why.AUTHORIZED: ("not_paid", (LATER, ASKED, PAGE, AUTHORIZED)),
    Why.PARTLY_RETURNED: ("not_paid", (*BOUGHT, *SOME)),
    Why.RETURNED: ("not_paid", (*BOUGHT, HANDED_BACK)),
    Why.CHARGED_BACK: ("not_paid", (*BOUGHT, DISPUTED, LOST)),
    Why.NO_SELF_SERVICE: ("no_self_service", (replace(PLACED, cancellation=NEVER), ASKED, PAID)),
    Why.TOO_LATE: ("too_late", (STARTED, ASKED, PAID)),
    Why.PAID_BY_HAND: ("not_refundable", (PLACED, *BY_HAND)),
    Why.SEVERAL_PAYMENTS: ("not_refundable", TWICE),
    Why.TICKET_USED: ("ticket_used", (*BOUGHT, ISSUED, put(CHECKED_IN, under=SCAN))),
    Why.SOME_USED: ("ticket_used", (PARTS, *BOUGHT[1:], ISSUED, put(CHECKED_IN, under=SCAN))),
}
# Of parts of an order: tests/ledger/order/test_parts.py and test_used_tickets.py.
OF_PARTS = {Why.NO_PARTS, Why.REST_IS_FREE, Why.KEPT, Why.PIECES_USED}


def test_every_no_has_an_order_that_is_so():
    assert set(Why) == {*REASONS, *OF_PARTS}


@pytest.mark.parametrize("why", REASONS, ids=lambda why: why.value or "allowed")
def test_every_no_has_its_code(why):
    reason, stack = REASONS[why]
    answer = eligibility(order_of(*stack), NOON + timedelta(hours=1))
    assert (answer.allowed, answer.why, answer.reason) == (not reason, why, reason)


def test_a_no_tells_what_it_looked_at():
    answer = eligibility(order_of(*BOUGHT, DISPUTED), NOON)
    assert answer.inputs == {
        "at": "2027-01-10T12:00:00+00:00",
        "status": "DISPUTED",
        "cancelled": False,
        "placed_at": "2027-01-10T12:00:00+00:00",
        "period_days": 14,
        "starts_at": "2027-02-12T10:00:00+00:00",
        "deadline": "2027-01-24T12:00:00+00:00",
        "total": 7000,
        "received": 7000,
        "providers": ["stripe"],
        "payments": 1,
        "under_way": False,
        "ticket_used": False,
    }


def test_the_answer_apart_from_time_is_never_that_it_is_too_late():
    assert apart_from_time(order_of(*REASONS[Why.TOO_LATE][1])).allowed
    assert apart_from_time(order_of(*BOUGHT, DISPUTED)).why is Why.DISPUTED
    never = order_of(*REASONS[Why.NO_SELF_SERVICE][1])
    assert apart_from_time(never).why is Why.NO_SELF_SERVICE


def bought_at(moment: datetime, *, days: int, starts: datetime) -> Order:
    """An order placed and paid at that moment, under a policy of so many days."""
    policy = CancellationPolicy(period_days=days, fee_fixed=eur(0))
    placed = replace(PLACED, cancellation=policy, starts_at=starts)
    return order_of(*(put(one, at=moment) for one in (placed, ASKED, PAID)))


def the_second_counts(order: Order, deadline: datetime) -> None:
    """In time until the second before the deadline; the deadline itself is too late."""
    answers = [eligibility(order, at) for at in around(deadline)]
    assert [one.why for one in answers] == [Why.NOTHING, Why.TOO_LATE, Why.TOO_LATE]
    assert {one.deadline for one in answers} == {deadline}
    assert eligibility(order, deadline - timedelta(microseconds=1)).allowed


@pytest.mark.parametrize("change", CHANGES)
def test_the_deadline_is_so_many_days_of_24_hours_across_a_change_of_the_clocks(change):
    zone, placed, until = CHANGES[change]
    begun = local(zone, placed)
    order = bought_at(begun, days=2, starts=begun + timedelta(days=90))
    assert local(zone, until) == begun + timedelta(hours=48)
    the_second_counts(order, local(zone, until))


@pytest.mark.parametrize("change", CHANGES)
def test_the_deadline_is_capped_at_the_start_across_a_change_of_the_clocks(change):
    zone, placed, until = CHANGES[change]
    starts = local(zone, until) - timedelta(minutes=90)
    the_second_counts(bought_at(local(zone, placed), days=2, starts=starts), starts)
    exactly = bought_at(local(zone, placed), days=2, starts=local(zone, until))
    the_second_counts(exactly, local(zone, until))


def test_a_shop_that_has_begun_takes_no_cancellation():
    begun = bought_at(NOON, days=14, starts=NOON - timedelta(days=1))
    assert eligibility(begun, NOON).why is Why.TOO_LATE


def test_a_policy_of_no_days_never_lets_anybody_cancel():
    never = bought_at(NOON, days=0, starts=NOON + timedelta(days=90))
    assert eligibility(never, NOON).why is Why.NO_SELF_SERVICE
    assert eligibility(never, NOON).deadline is None


@pytest.mark.parametrize(("seconds", "paused"), [(59, True), (60, False), (61, False)])
def test_another_link_is_sent_a_minute_later(seconds, paused):
    order = order_of(*(put(one, at=NOON) for one in (*BOUGHT, LINK)))
    assert link_just_sent(order, NOON + timedelta(seconds=seconds)) is paused


def test_a_free_order_returns_nothing_but_may_be_cancelled():
    order = order_of(FREE, CONFIRMED_FREE)
    assert eligibility(order, NOON).allowed
    assert (quote(order).amount, quote(order).payment) == (eur(0), None)


def test_the_quote_names_the_payment_and_the_fee():
    policy = CancellationPolicy(period_days=14, fee_fixed=eur(150), fee_percent="2.5")
    order = order_of(replace(PLACED, cancellation=policy), ASKED, PAID)
    found = quote(order)
    assert (found.amount, found.fee) == (PRICE - eur(325), eur(325))
    assert (found.payment, found.payment_reference) == (ATTEMPT, "pi_1")
    assert eligibility(order, NOON).quote == found


def test_the_fee_is_never_more_than_what_was_paid():
    policy = CancellationPolicy(period_days=14, fee_fixed=eur(9900), fee_percent="100")
    found = quote(order_of(replace(PLACED, cancellation=policy), ASKED, PAID))
    assert (found.amount, found.fee) == (eur(0), PRICE)


# There is one answer, and nobody works out a second one.

ROOT = Path(__file__).parents[3]
POLICY = "ledger/order/cancellation_policy.py"
# Who may speak of it: where a shop's policy is checked, or told to people who have not ordered
# yet, or filled in by its organiser, and the table of transitions, each row of which is proven
# against the answer.
OTHERS = {
    "ledger/shop/rules.py",
    "ledger/shop/shop.py",
    "adapters/shop_file/write.py",
    "web/admin/shop_settings.py",
    "web/pages/shop.py",
    "ledger/order/transitions.py",
    "ledger/order/admission.py",
}
FIELDS = {"period_days", "fee_fixed", "fee_percent"}
# Words of the answer that mean nothing else: whoever says them has an answer of their own.
CODES = {str(why) for why in Why if "_" in why} | {"not_paid"}
CODES -= {"charged_back", "refund_failed"}


def second_answers(source: str) -> set[str]:
    """What in a module looks like its own answer to who may cancel, until when, for what."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in FIELDS:
                found.add(name)
            case ast.Attribute(value=ast.Attribute(attr="cancellation"), attr="release"):
                found.add("release")
            case ast.Call(func=ast.Name(id="Eligibility" | "Quote" as name)):
                found.add(name)
            case ast.Name(id="LINK_PAUSE") | ast.Attribute(attr="LINK_PAUSE"):
                found.add("LINK_PAUSE")
            case ast.Constant(value=str(text)) if text in CODES:
                found.add(text)
    return found


def test_who_may_cancel_is_answered_in_one_place():
    rings = ("ledger", "projections", "adapters", "web")
    modules = [path for ring in rings for path in (ROOT / ring).rglob("*.py")]
    answering = {str(one.relative_to(ROOT)) for one in modules if second_answers(one.read_text())}
    assert answering == {POLICY, *OTHERS}


def test_templates_show_the_answer_and_give_none():
    for page in (ROOT / "web/templates").glob("*.html"):
        told = page.read_text()
        own = ("cancelling.reason", "cancelling.why", "cancelling.inputs", *FIELDS)
        assert [one for one in own if one in told] == []


@pytest.mark.parametrize(
    "second",
    [
        "until = order.placed_at + timedelta(days=order.terms.cancellation.period_days)",
        "kept = order.terms.cancellation.fee_fixed",
        "free = order.terms.cancellation.release is Release.AT_REQUEST",
        "paused = at < newest.requested_at + cancellation.LINK_PAUSE",
        'reason = "too_late" if at > until else ""',
        "return Eligibility(why=Why.NOTHING)",
    ],
)
def test_a_second_answer_is_seen(second):
    assert second_answers(f"def own(order, at):\n    {second}")
