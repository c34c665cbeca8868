"""Stripe's books beside ours: what never came is found, and taken in once."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.worker.open_cases import Desk
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.kernel.money import Money
from ledger.order.stamps import Paid, Refunded
from ledger.order.status import status
from ledger.payments.provider import ProviderAway
from tests.kits.stripe_shop import StripeShop, stripe_shop
from tests.kits.worlds import PREFERENCES, SPEC
from web.cli.cases import cases
from web.cli.reconcile import reconcile

CAPTURES_LATER = replace(SPEC, preferences=replace(PREFERENCES, grace_period=3600))


@pytest.fixture
def shop(tmp_path):
    with stripe_shop(tmp_path) as shop:
        yield shop


def books(shop: StripeShop, *words: str, status: int) -> dict[str, Any]:
    """The books as they are after a while; the sandbox's clock goes on, ours stands."""
    shop.world.clock.pass_(minutes=1)
    done = shop.run(reconcile, "--provider", "stripe", "--json", *words)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdicts(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(line["kind"], line["verdict"]) for line in found["lines"]}


def totals(found: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {one["kind"]: (one["theirs"], one["ours"], one["difference"]) for one in found["totals"]}


def test_books_that_agree_are_clean(shop):
    shop.buy()
    shop.refund(shop.pay(), amount="500")
    shop.tell()
    found = books(shop, status=0)
    assert found["counts"] == {"matched": 2}
    assert found["lines"] == []
    assert totals(found) == {"payment": (7000, 7000, 0), "refund": (500, 500, 0)}
    assert found["net"] == [{"currency": "EUR", "theirs": 6500, "ours": 6500, "difference": 0}]


def test_nothing_to_compare_is_clean(shop):
    assert books(shop, status=0)["counts"] == {}


def test_money_that_nobody_told_us_of_is_found_and_taken_in_once(shop):
    shop.buy()
    shop.pay()
    before = shop.size
    found = books(shop, status=1)
    assert verdicts(found) == {("payment", "missing_here")}
    assert [line["order"] for line in found["lines"]] == [str(shop.order().id)]
    assert totals(found) == {"payment": (7000, 0, 7000)}
    assert (shop.size, shop.inbox.states) == (before, {})

    found = books(shop, "--commit", status=0)
    assert found["taken_in"] == 1
    assert totals(found) == {"payment": (7000, 7000, 0)}
    assert status(shop.order()) == "PAID"
    size, kept = shop.size, dict(shop.inbox.states)
    assert [*kept.values()] == ["done"]

    assert books(shop, "--commit", status=0)["counts"] == {"matched": 1}
    shop.tell()
    assert (shop.size, shop.inbox.states) == (size, kept)


def test_what_is_taken_in_names_its_evidence_and_the_evidence_names_nobody(shop):
    shop.buy()
    shop.pay()
    books(shop, "--commit", status=0)
    (kept,) = shop.inbox.states
    message = shop.inbox.open(kept)
    assert message is not None
    paid = shop.world.orders.history(shop.order().id)[-1]
    assert paid.evidence is not None
    assert "ada@" not in message.body.decode()
    assert "4242" not in message.body.decode()


def test_a_payment_its_refund_and_its_dispute_are_taken_in_together(shop):
    shop.blind = True  # the views show nothing of what this very run stamps
    shop.buy()
    intent = shop.pay()
    shop.refund(intent, amount="1000")
    dispute = shop.provider.lever("disputes", payment_intent=intent, amount=2000)
    found = books(shop, "--commit", status=0)
    assert verdicts(found) == {
        ("payment", "missing_here"),
        ("refund", "missing_here"),
        ("dispute", "missing_here"),
    }
    assert status(shop.order()) == "DISPUTED"
    assert shop.order().refunded.amount == 1000
    shop.provider.lever(f"disputes/{dispute['id']}/close", outcome="lost")
    assert verdicts(books(shop, status=1)) == {("dispute", "state_differs")}
    found = books(shop, "--commit", status=0)
    assert totals(found)["dispute"] == (2000, 2000, 0)
    assert books(shop, status=0)["counts"] == {"matched": 3}


def test_a_refund_that_is_settled_there_and_promised_here_is_a_matter_of_time(shop):
    shop.buy()
    intent = shop.pay()
    shop.provider.lever("refunds/next", behaviour="pending")
    refund = shop.refund(intent, amount="1000")
    shop.tell()
    shop.provider.lever(f"refunds/{refund}/settle")
    found = books(shop, status=0)
    assert verdicts(found) == {("refund", "timing")}
    books(shop, "--commit", status=0)
    assert Refunded.__name__ in shop.world.stamps()
    assert books(shop, status=0)["counts"] == {"matched": 2}


def test_a_refund_that_failed_after_it_was_settled_is_found(shop):
    shop.buy()
    refund = shop.refund(shop.pay())
    shop.tell()
    shop.provider.lever(f"refunds/{refund}/fail", reason="lost_or_stolen_card")
    assert verdicts(books(shop, status=1)) == {("refund", "state_differs")}
    books(shop, "--commit", status=0)
    assert status(shop.order()) == "REFUND_FAILED"


def test_what_a_page_without_our_names_brought_is_found_by_the_page(shop):
    shop.buy_at_a_page_without_names()
    shop.pay()
    books(shop, "--commit", status=0)
    assert status(shop.order()) == "PAID"


def test_money_of_somebody_else_on_the_account_is_a_case_once(shop):
    session = shop.bare_page(900)
    shop.provider.lever(f"sessions/{session}/pay")
    assert verdicts(books(shop, status=1)) == {("payment", "missing_here")}
    found = books(shop, "--commit", status=1)
    assert [line["verdict"] for line in found["left"]] == ["open_case"]
    size, kept = shop.size, dict(shop.inbox.states)
    messages = [shop.inbox.open(one) for one in kept]
    assert [b"ada@" in one.body for one in messages if one] == [False]
    assert books(shop, "--commit", status=1)["taken_in"] == 0
    assert (shop.size, shop.inbox.states) == (size, kept)


def a_stranger_pays(shop: StripeShop, amount: int) -> UUID:
    """Money of nobody, taken in; its case."""
    shop.provider.lever(f"sessions/{shop.bare_page(amount)}/pay")
    books(shop, "--commit", status=1)
    feed = shop.world.store.feed(0, limit=1000)
    return next(one.stream for one in feed if isinstance(one.stamp, CaseOpened))


def test_money_of_nobody_that_was_sent_back_is_no_finding(shop):
    case = a_stranger_pays(shop, 900)
    shop.run(cases, "resolve", str(case), "--action", "return", "--reason", "nobody's")
    found = books(shop, status=0)
    assert verdicts(found) == {("payment", "resolved_case"), ("refund", "resolved_case")}
    assert [one["difference"] for one in found["totals"] + found["net"]] == [0, 0, 0]
    assert books(shop, "--commit", status=0)["taken_in"] == 0


def test_money_of_nobody_that_a_person_gave_to_an_order_is_the_orders(shop):
    order = shop.buy()
    case = a_stranger_pays(shop, 7000)
    words = ("--action", "assign", "--order", str(order.id), "--reason", "it is hers")
    assert shop.run(cases, "resolve", str(case), *words).exit_code == 0
    found = books(shop, status=0)
    assert found["counts"] == {"matched": 1}
    assert totals(found) == {"payment": (7000, 7000, 0)}


def test_a_payment_that_the_provider_does_not_know_is_missing_there(shop, tmp_path_factory):
    shop.buy()
    shop.pay()
    shop.tell()
    with stripe_shop(tmp_path_factory.mktemp("other")) as other:
        shop.stripe = other.stripe
        found = books(shop, status=1)
    assert verdicts(found) == {("payment", "missing_there")}
    assert totals(found) == {"payment": (0, 7000, -7000)}


def test_another_amount_is_a_case_and_stays_a_finding(shop):
    order = shop.buy()
    other = Paid(amount=Money(6999, "EUR"), provider="stripe", provider_reference=shop.pay())
    (attempt,) = order.attempts
    shop.world.orders.record(order.id, other, correlation_id=attempt, actor="provider:stripe")
    found = books(shop, "--commit", status=1)
    assert verdicts(found) == {("payment", "amount_differs")}
    assert totals(found) == {"payment": (7000, 6999, 1)}
    assert [one.kind for one in shop.world.cases_opened()] == [CaseKind.CONTRADICTION]
    size, kept = shop.size, dict(shop.inbox.states)
    books(shop, "--commit", status=1)
    assert (shop.size, shop.inbox.states) == (size, kept)


def test_money_that_is_only_kept_ready_is_found_and_is_no_money_yet(tmp_path):
    with stripe_shop(tmp_path, CAPTURES_LATER) as shop:
        shop.buy()
        intent = shop.pay()
        found = books(shop, "--commit", status=0)
        assert verdicts(found) == {("payment", "missing_here")}
        assert found["totals"] == []
        assert status(shop.order()) == "AUTHORIZED"
        assert books(shop, status=0)["counts"] == {"matched": 1}

        shop.capture(intent, 4000)
        assert verdicts(books(shop, status=1)) == {("payment", "state_differs")}
        found = books(shop, "--commit", status=0)
        assert totals(found) == {"payment": (4000, 4000, 0)}
        assert books(shop, status=0)["counts"] == {"matched": 1}


def test_an_authorization_that_lapsed_unnoticed_is_found(tmp_path):
    with stripe_shop(tmp_path, CAPTURES_LATER) as shop:
        shop.buy()
        shop.pay()
        shop.tell()
        shop.provider.lever("clock", advance=8 * 24 * 3600)
        shop.world.clock.pass_(days=8)
        assert verdicts(books(shop, status=1)) == {("payment", "state_differs")}
        books(shop, "--commit", status=0)
        assert status(shop.order()) == "FAILED"
        assert books(shop, status=0)["counts"] == {"matched": 1}


def test_what_is_older_than_the_period_on_both_sides_is_left_out(shop):
    shop.buy()
    shop.pay()
    shop.tell()
    shop.world.clock.pass_(hours=1)
    assert books(shop, *after(shop, minutes=0), status=0)["counts"] == {}


def test_what_was_begun_before_the_period_and_settled_in_it_is_a_matter_of_time(shop):
    shop.buy()
    shop.provider.lever(f"sessions/{shop.attempt().session}/pay-later")
    shop.tell()
    shop.world.clock.pass_(days=2)
    shop.provider.lever("clock", advance=2 * 24 * 3600)
    shop.provider.lever(f"payments/{shop.attempt().session}/settle")
    shop.tell()
    found = books(shop, *after(shop, days=-1), status=0)
    assert verdicts(found) == {("payment", "timing")}
    assert totals(found) == {"payment": (0, 7000, -7000)}


def test_what_was_begun_before_the_period_and_settled_in_it_untold_is_found(shop):
    shop.buy()
    shop.provider.lever(f"sessions/{shop.attempt().session}/pay-later")
    shop.tell()
    shop.world.clock.pass_(days=2)
    shop.provider.lever("clock", advance=2 * 24 * 3600)
    shop.provider.lever(f"payments/{shop.attempt().session}/settle")
    found = books(shop, *after(shop, days=-1), "--commit", status=0)
    assert verdicts(found) == {("payment", "missing_here")}
    assert status(shop.order()) == "PAID"
    again = books(shop, *after(shop, days=-1), status=0)
    assert again["taken_in"] == 0
    assert shop.world.cases_opened() == []


def test_a_refund_of_last_week_that_failed_untold_is_found(shop):
    shop.buy()
    refund = shop.refund(shop.pay())
    shop.tell()
    shop.world.clock.pass_(days=3)
    shop.provider.lever("clock", advance=3 * 24 * 3600)
    assert books(shop, *after(shop, days=-1), status=0)["counts"] == {}
    shop.provider.lever(f"refunds/{refund}/fail", reason="lost_or_stolen_card")
    found = books(shop, *after(shop, days=-1), "--commit", status=0)
    assert verdicts(found) == {("refund", "state_differs")}
    assert status(shop.order()) == "REFUND_FAILED"


def test_a_dispute_that_was_decided_months_later_untold_is_found(shop):
    shop.buy()
    dispute = shop.provider.lever("disputes", payment_intent=shop.pay(), amount=2000)
    shop.tell()
    Desk(shop.world.cases).open_all(shop.order())  # as the worker does
    shop.world.clock.pass_(days=70)
    shop.provider.lever("clock", advance=70 * 24 * 3600)
    assert books(shop, status=0)["counts"] == {}
    shop.provider.lever(f"disputes/{dispute['id']}/close", outcome="won")
    found = books(shop, "--commit", status=0)
    assert verdicts(found) == {("dispute", "state_differs")}
    assert status(shop.order()) == "PAID"
    assert books(shop, status=0)["counts"] == {}


def test_what_we_recorded_before_the_period_began_is_a_matter_of_time(shop):
    shop.buy()
    shop.provider.lever("clock", advance=3600)
    shop.pay()
    paid = Paid(
        amount=Money(7000, "EUR"),
        provider="stripe",
        provider_reference=shop.provider.objects("payment_intents")[0]["id"],
    )
    (attempt,) = shop.order().attempts
    shop.world.orders.record(shop.order().id, paid, correlation_id=attempt, actor="test")
    since = after(shop, minutes=30)
    shop.world.clock.pass_(hours=2)
    found = books(shop, *since, status=0)
    assert verdicts(found) == {("payment", "timing")}
    assert totals(found) == {"payment": (7000, 0, 7000)}


def after(shop: StripeShop, **span: int) -> tuple[str, str]:
    return "--since", f"{shop.world.clock() + timedelta(**span):%Y-%m-%dT%H:%M:%S}"


def test_long_lists_are_read_to_their_end(shop, monkeypatch):
    monkeypatch.setattr("adapters.providers.stripe.books._PAGE_SIZE", 2)
    for number in range(5):
        shop.buy(f"order {number}", ("weekend", 1))
        shop.pay(f"order {number}")
    found = books(shop, "--commit", status=0)
    assert (found["taken_in"], totals(found)) == (5, {"payment": (17500, 17500, 0)})


def test_a_provider_that_is_away_is_said_so(shop):
    shop.provider.trouble("500", "/v1/checkout/sessions", method="GET")
    done = shop.run(reconcile, "--provider", "stripe")
    assert isinstance(done.exception, ProviderAway)


def test_a_provider_without_books_is_wrong_usage(shop):
    done = shop.run(reconcile, "--provider", "cash")
    assert done.exit_code == 2
    assert "stripe" in done.output


def test_people_read_a_table(shop):
    shop.buy()
    shop.pay()
    shop.world.clock.pass_(minutes=1)
    done = shop.run(reconcile, "--provider", "stripe")
    assert "missing_here" in done.stdout
    assert "70.00 EUR" in done.stdout
    assert "1 finding." in done.stdout


WRONG: list[Any] = [
    *(7, None, [], {}, {"id": 7}),
    *({"amount": one, "amount_received": one} for one in ("a lot", 10**30, None, True)),
    *({"currency": one} for one in ("E\x00R", 7, None)),
    *({"created": one} for one in (10**20, -1, "soon")),
    *({"status": "\x00"}, {"status": 7}, {"status": []}),
]


@pytest.mark.parametrize("wrong", WRONG, ids=ascii)
@pytest.mark.parametrize("of", ["payment_intents", "refunds"])
def test_an_object_that_cannot_be_read_is_a_finding_and_hides_no_other(shop, wrong, of):
    shop.buy()
    shop.refund(shop.pay(), amount="500")
    shown = {
        "object": "list",
        "url": f"/v1/{of}",
        "has_more": False,
        "data": shop.provider.objects(of),
    }
    spoilt = (
        {**shown["data"][0], "id": "x_7"} | wrong if isinstance(wrong, dict) and wrong else wrong
    )
    shown["data"].insert(0, spoilt)
    shop.provider.trouble("misshapen", f"/v1/{of}", method="GET", answer=shown)
    found = books(shop, "--commit", status=1)
    named = str(wrong.get("id", "x_7")) if isinstance(wrong, dict) and wrong else ""
    kind = "payment" if of == "payment_intents" else "refund"
    assert [(one["kind"], one["reference"]) for one in found["unread"]] == [(kind, named)]
    assert found["taken_in"] == 2
    assert status(shop.order()) == "PARTIALLY_REFUNDED"
    size = shop.size
    shop.provider.trouble("misshapen", f"/v1/{of}", method="GET", answer=shown)
    assert books(shop, "--commit", status=1)["counts"] == {"matched": 2}
    assert shop.size == size
