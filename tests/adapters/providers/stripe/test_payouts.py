"""What Stripe paid out: which order each line is of, once, and what is no order's beside it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ledger.cases.stamps import CaseKind
from ledger.kernel.money import Money
from ledger.order.payouts import by_our_books, payout_cause
from ledger.order.stamps import ManualRefund, PaidOut
from projections.reports.figures import Kind as Figured
from projections.reports.figures import figures
from tests.kits.stripe_shop import ACCOUNT, StripeShop, stripe_shop
from web.cli.reconcile import reconcile


@pytest.fixture
def shop(tmp_path):
    with stripe_shop(tmp_path) as shop:
        yield shop


def payouts(shop: StripeShop, *words: str, status: int) -> tuple[dict[str, Any], ...]:
    shop.world.clock.pass_(minutes=1)
    words = ("--provider", "stripe", "--settlements", "--json", *words)
    done = shop.run(reconcile, *words)
    assert done.exit_code == status, done.output
    return tuple(json.loads(done.stdout)["settlements"])


def stamped(shop: StripeShop) -> list[tuple[str, str, int, int]]:
    """What orders were told of payouts."""
    feed = shop.world.store.feed(0, limit=100_000)
    return [
        (
            one.stamp.payout,
            "back" if one.stamp.kept_back else "came",
            one.stamp.amount.amount,
            one.stamp.fee_millionths,
        )
        for one in feed
        if isinstance(one.stamp, PaidOut)
    ]


def sold(shop: StripeShop, *names: str) -> list[str]:
    """Paid orders; the provider's names of their payments."""
    for name in names:
        shop.buy(name)
    paid = [shop.pay(name) for name in names]
    shop.tell()
    return paid


def test_each_order_learns_once_which_payout_brought_its_money(shop):
    first, _ = sold(shop, "one", "two")
    payout = shop.provider.lever("payouts")
    (told,) = payouts(shop, status=0)
    fees = 2 * (round(7000 * 15 / 1000) + 25)
    assert (told["payments"], told["refunds"], told["fees"]) == (14000, 0, f"{fees / 100:.2f}")
    assert (told["amount"], told["difference"]) == (14000 - fees, 0)
    assert stamped(shop) == []

    payouts(shop, "--commit", status=0)
    shop.refund(first, amount="500")
    shop.tell()
    second = shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    size, kept = shop.size, dict(shop.inbox.states)
    assert stamped(shop) == [
        (payout["id"], "came", 7000, 1_300_000),
        (payout["id"], "came", 7000, 1_300_000),
        (second["id"], "back", 500, 0),
    ]
    payouts(shop, "--commit", status=0)
    assert (shop.size, shop.inbox.states) == (size, kept)


def test_a_line_names_its_evidence_which_reads_the_same_again(shop):
    (intent,) = sold(shop, "one")
    shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    recorded = shop.world.orders.history(shop.order("one").id)[-1]
    assert isinstance(recorded.stamp, PaidOut)
    assert recorded.stamp.provider_reference == intent
    assert recorded.correlation_id == payout_cause(recorded.stamp, account=ACCOUNT)
    kept = {shop.inbox.open(one).body for one in shop.inbox.states}
    told = [shop.door.reread(one) for one in kept if b"payout_line" in one]
    assert [one.fact for (one,) in told] == [recorded.stamp]
    assert recorded.evidence is not None
    assert not any(b"ada@" in one or b"4242" in one for one in kept)


def test_every_page_of_a_payout_is_read(shop):
    sold(shop, "one")
    for _ in range(104):
        shop.refund(shop.attempt("one").reference, amount="10")
    shop.tell()
    shop.provider.lever("payouts")
    (told,) = payouts(shop, "--commit", status=0)
    assert (told["refunds"], len(stamped(shop))) == (1040, 105)


def test_disputes_and_what_else_is_no_orders_stand_beside_it(shop):
    (intent,) = sold(shop, "one")
    dispute = shop.provider.lever("disputes", payment_intent=intent, amount=2000)
    shop.tell()
    shop.provider.lever("payouts")
    (told,) = payouts(shop, "--commit", status=0)
    assert [(one["what"], one["amount"]) for one in told["beside"]] == [("adjustment", -3500)]
    assert (told["net"], told["amount"]) == (7000, 7000 - 130 - 3500)
    shop.provider.lever(f"disputes/{dispute['id']}/close", outcome="won")
    shop.tell()
    shop.provider.lever("payouts")
    *_, told = payouts(shop, "--commit", status=0)
    assert [(one["what"], one["amount"]) for one in told["beside"]] == [("adjustment", 2000)]
    assert [one[1] for one in stamped(shop)] == ["came"]


def test_of_a_payout_that_is_under_way_nothing_is_stamped_yet(shop):
    sold(shop, "one")
    made = shop.provider.lever("payouts")
    for state in ("pending", "in_transit"):
        shop.provider.lever(f"payouts/{made['id']}", status=state)
        (told,) = payouts(shop, "--commit", status=0)
        assert (told["settled_at"], stamped(shop)) == (None, [])
    shop.provider.lever(f"payouts/{made['id']}", status="paid")
    payouts(shop, "--commit", status=0)
    assert len(stamped(shop)) == 1


@pytest.mark.parametrize("ending", ["failed", "canceled"])
def test_what_a_payout_did_not_bring_comes_with_the_next_one(shop, ending):
    sold(shop, "one")
    lost = shop.provider.lever("payouts")
    shop.provider.lever(f"payouts/{lost['id']}", status=ending)
    (told,) = payouts(shop, "--commit", status=0)
    assert (told["failed"], stamped(shop)) == (True, [])
    sold(shop, "two")
    brings = shop.provider.lever("payouts")
    *_, told = payouts(shop, "--commit", status=0)
    assert (told["payments"], told["beside"], told["difference"]) == (14000, [], 0)
    assert [(one[0], one[2]) for one in stamped(shop)] == [(brings["id"], 7000)] * 2


def test_a_payment_that_two_payouts_claim_is_a_contradiction_once(shop):
    sold(shop, "one")
    first = shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    second = shop.provider.lever("payouts")
    shop.provider.sandbox.world.books.run(
        "update objects set hidden = json_set(hidden, '$.payout', ?)"
        " where json_extract(hidden, '$.payout') = ? and json_extract(body, '$.type') = 'charge'",
        (second["id"], first["id"]),
    )
    for _ in range(2):
        told = payouts(shop, "--commit", status=1)
        unread = [why["why"] for one in told for why in one["unread"]]
        assert ["its rows come to" in one for one in unread] == [True, True]
        assert [one[0] for one in stamped(shop)] == [first["id"]]
        (case,) = shop.cases("open")
        assert (case.kind, case.order_id) == (CaseKind.CONTRADICTION, shop.order("one").id)


def test_a_run_that_is_cut_off_between_two_orders_counts_each_once(shop):
    sold(shop, "one", "two")
    shop.provider.lever("payouts")
    record, done = shop.world.orders.record, list[object]()

    def once(*what: Any, **told: Any) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(record(*what, **told))
        return done[0]

    shop.world.orders.record = once
    words = ("--provider", "stripe", "--settlements", "--commit")
    assert shop.run(reconcile, *words).exit_code == 1
    shop.world.orders.record = record
    assert len(stamped(shop)) == 1
    payouts(shop, "--commit", status=0)
    payouts(shop, "--since", "2026-12-20T00:00:00Z", "--commit", status=0)
    assert len(stamped(shop)) == 2
    assert {*shop.inbox.states.values()} == {"done"}


def test_a_payout_made_by_hand_says_that_nobody_tells_what_it_brought(shop):
    sold(shop, "one")
    shop.provider.lever("payouts", amount=5000)
    (told,) = payouts(shop, "--commit", status=1)
    assert ["by hand" in one["why"] for one in told["unread"]] == [True]
    assert stamped(shop) == []


def test_money_that_no_order_has_is_a_finding_and_is_stamped_nowhere(shop):
    session = shop.bare_page(900)
    shop.provider.lever(f"sessions/{session}/pay")
    shop.provider.lever("payouts")
    (told,) = payouts(shop, "--commit", status=1)
    assert [one["verdict"] for one in told["findings"]] == ["open_case"]
    assert stamped(shop) == []
    (case,) = shop.cases("open")
    assert case.kind == CaseKind.UNMATCHED_MONEY
    payouts(shop, "--commit", status=1)
    assert len(shop.cases("open")) == 1


def test_a_refund_that_failed_is_kept_back_and_comes_again_beside_the_orders(shop):
    (intent,) = sold(shop, "one")
    refund = shop.refund(intent, amount="500")
    shop.tell()
    shop.provider.lever("payouts")
    shop.provider.lever(f"refunds/{refund}/fail")
    shop.tell()
    shop.provider.lever("payouts")
    kept, again = payouts(shop, "--commit", status=0)
    told = [(one["what"], one["amount"]) for one in (*kept["beside"], *again["beside"])]
    assert told == [("refund_failed", -500), ("refund_failed", 500)]
    assert [one[1] for one in stamped(shop)] == ["came"]


def test_a_refund_that_was_stamped_as_kept_back_and_failed_is_stamped_as_it_comes_again(shop):
    (intent,) = sold(shop, "one")
    refund = shop.refund(intent, amount="500")
    shop.tell()
    kept = shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    shop.provider.lever(f"refunds/{refund}/fail")
    shop.tell()
    again = shop.provider.lever("payouts")
    for _ in range(2):
        payouts(shop, "--commit", status=0)
        of_refund = [one for one in stamped(shop) if one[2] == 500]
        assert of_refund == [(kept["id"], "back", 500, 0), (again["id"], "came", 500, 0)]
    order = shop.order("one")
    entered = [(one, how) for one, how in figures(order).items() if one.kind is Figured.KEPT_BACK]
    assert [(one.payout, how.many, how.amount) for one, how in entered] == [
        (kept["id"], 1, 500),
        (again["id"], -1, -500),
    ]
    assert all(by_our_books(order, one) == one.amount for one in order.payouts.values())


def test_a_payout_that_failed_after_it_was_stamped_is_one_case_and_its_money_counts_once(shop):
    sold(shop, "one", "two")
    lost = shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    shop.provider.lever(f"payouts/{lost['id']}", status="failed")
    shop.provider.lever("payouts")
    for _ in range(2):
        _, told = payouts(shop, "--commit", status=0)
        assert (told["payments"], told["difference"]) == (14000, 0)
        assert [(one[0], one[2]) for one in stamped(shop)] == [(lost["id"], 7000)] * 2
        (case,) = shop.cases("open")
        assert (case.kind, case.order_id) == (CaseKind.CONTRADICTION, None)


@pytest.mark.parametrize(("days", "cases"), [(20, 1), (40, 0)])
def test_a_payout_of_before_the_period_is_looked_at_again_as_long_as_it_may_fail(shop, days, cases):
    sold(shop, "one")
    lost = shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    shop.provider.lever(f"payouts/{lost['id']}", status="failed")
    later = datetime.fromtimestamp(lost["created"], UTC) + timedelta(days=days)
    shop.world.clock.pass_(days=days + 1)
    told = payouts(shop, "--since", f"{later:%Y-%m-%dT%H:%M:%SZ}", "--commit", status=0)
    assert [one["failed"] for one in told] == [True] * cases
    assert [one.kind for one in shop.cases("open")] == [CaseKind.CONTRADICTION] * cases


def test_what_was_handed_back_at_the_door_waits_for_no_payout(shop):
    sold(shop, "one")
    order = shop.order("one")
    (payment,) = order.attempts
    given = ManualRefund(payment=payment, amount=Money(7000, "EUR"), reason="at the door")
    shop.world.orders.record(order.id, given, correlation_id=uuid4(), actor="staff")
    shop.provider.lever("payouts")
    payouts(shop, "--commit", status=0)
    entered = figures(shop.order("one")).items()
    counted = {one.kind: (how.many, how.amount) for one, how in entered}
    assert counted[Figured.REFUNDED] == counted[Figured.HANDED_BACK] == (1, 7000)
    assert counted[Figured.RECEIVED] == counted[Figured.PAID_OUT] == (1, 7000)
