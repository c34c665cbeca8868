"""SumUp's books beside ours, over HTTP: refunds by their events, pages, other sales."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.kernel.money import Money
from ledger.order.stamps import PaidOut
from ledger.order.status import status
from tests.kits.product import Product
from tests.kits.sumup_shop import SumupShop, sumup_shop


@pytest.fixture
def shop(product: Product) -> Iterator[SumupShop]:
    with sumup_shop(product) as shop:
        yield shop


def verdicts(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(line["kind"], line["verdict"]) for line in found["lines"]}


def totals(found: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {one["kind"]: (one["theirs"], one["ours"], one["difference"]) for one in found["totals"]}


def test_a_payment_and_parts_of_it_that_went_back_agree(shop):
    order = shop.buy()
    shop.pay(order)
    shop.tell()
    for cents in (500, 700):
        shop.refund(order, cents)
    found = shop.books(status=0)
    assert found["counts"] == {"matched": 3}
    assert totals(found) == {"payment": (3500, 3500, 0), "refund": (1200, 1200, 0)}


@pytest.mark.parametrize("tells", [True, False])
def test_what_nobody_told_us_of_is_found_by_its_reference_or_by_its_page(shop, tells):
    shop.sumup.tells_reference = tells
    order = shop.buy()
    shop.sumup.refund_by_hand(shop.pay(order), 500)
    shop.buy()  # nobody pays for this one
    found = shop.books("--commit", status=0)
    assert verdicts(found) == {("payment", "missing_here"), ("refund", "missing_here")}
    assert {line["order"] for line in found["lines"]} <= {str(order.id), None}
    assert totals(found) == {"payment": (3500, 3500, 0), "refund": (500, 500, 0)}
    assert status(shop.order(order.id)) == "PARTIALLY_REFUNDED"
    size = shop.size
    assert shop.books("--commit", status=0)["counts"] == {"matched": 2}
    shop.tell()
    assert shop.size == size


def test_a_refund_of_an_older_payment_and_a_chargeback_are_in_the_period(shop):
    order = shop.buy()
    paid = shop.pay(order)
    shop.tell()
    shop.product.clock.move(days=40)
    shop.sumup.refund_by_hand(paid, 500)
    shop.sumup.charge_back(paid, 1000)
    found = shop.books("--commit", status=0)
    assert verdicts(found) == {("refund", "missing_here"), ("dispute", "missing_here")}
    assert totals(found) == {"refund": (500, 500, 0), "dispute": (1000, 1000, 0)}


def test_what_is_sold_at_a_till_is_not_ours_and_another_web_shops_money_is_a_case(shop):
    shop.pay(shop.buy())
    shop.tell()
    shop.sumup.sell(1200)
    shop.sumup.sell(300, kind="CASH")
    assert shop.books(status=0)["counts"] == {"matched": 1}
    shop.sumup.tells_reference = True
    shop.sumup.sell(900, kind="ECOM", reference="their order 7")
    found = shop.books("--commit", status=1)
    assert verdicts(found) == {("payment", "missing_here")}
    (case,) = shop.parts.views.cases("open")
    opened = shop.parts.cases.get(case.stream).opened
    assert (opened.amount.amount, opened.payer_reference) == (900, "their order 7")
    assert shop.books("--commit", status=1)["taken_in"] == 0


def test_long_lists_are_read_to_their_end(shop, monkeypatch):
    monkeypatch.setattr("adapters.providers.sumup.books._PAGE_SIZE", "2")
    for _ in range(5):
        shop.pay(shop.buy())
        shop.product.clock.move(hours=1)
    found = shop.books("--commit", status=0)
    assert (found["taken_in"], totals(found)) == (5, {"payment": (17500, 17500, 0)})


def test_what_is_kept_names_neither_card_nor_customer(shop):
    order = shop.buy()
    shop.sumup.refund_by_hand(shop.pay(order), 500)
    shop.tell()
    shop.books("--commit", status=0)
    shop.sumup.sell(900, kind="ECOM")
    shop.books("--commit", status=1)
    kept = [shop.parts.inbox.open(one).body for one in shop.product.inbox.states]
    assert len(kept) == 3
    for word in (b"4242", b"VISA", b"Ada", b"ovelace", b"ada@", b"merchant@example.com"):
        assert not any(word in one for one in kept), word


def stamps(shop: SumupShop, kind: type) -> list[Any]:
    feed = shop.product.store.ledger.feed(0, limit=1000)
    return [one.stamp for one in feed if isinstance(one.stamp, kind)]


def paid_out(shop: SumupShop) -> list[tuple[str, str, int, int]]:
    """What orders were told of payouts."""
    return [
        (one.payout, "back" if one.kept_back else "came", one.amount.amount, one.fee_millionths)
        for one in stamps(shop, PaidOut)
    ]


def sold(shop: SumupShop, *, refunds: tuple[int, ...] = ()) -> Any:
    """A paid order's transaction, of which parts went back."""
    order = shop.buy()
    known_as = shop.pay(order)
    shop.tell()
    for cents in refunds:
        shop.refund(order, cents)
    return shop.sumup.transaction(known_as)


def payouts(shop: SumupShop, *words: str, status: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.books("--settlements", *words, status=status)["settlements"]
    return found


def test_each_order_learns_once_which_payout_brought_its_money(shop):
    one, two = sold(shop), sold(shop, refunds=(500,))
    moves = ((one, "PAYOUT", 3500), (two, "PAYOUT", 3500), (two, "REFUND_DEDUCTION", 500))
    reference = shop.sumup.pay_out(*moves, fee=88)
    (told,) = payouts(shop, status=0)
    assert (told["payments"], told["refunds"], told["fees"]) == (7000, 500, "1.76")
    assert (told["amount"], told["bank_reference"]) == (6324, reference)
    assert paid_out(shop) == []
    payouts(shop, "--commit", status=0)
    stamped = [(reference, "came", 3500, 880_000)] * 2 + [(reference, "back", 500, 0)]
    assert paid_out(shop) == stamped
    size = shop.size
    payouts(shop, "--commit", status=0)
    assert (paid_out(shop), shop.size) == (stamped, size)


def test_what_is_no_orders_stands_beside_it_and_what_did_not_arrive_brings_nothing(shop):
    one, till = sold(shop), shop.sumup.sell(1200)
    shop.sumup.pay_out(
        (one, "PAYOUT", 3500), (one, "CHARGE_BACK_DEDUCTION", 700), (till, "BALANCE_DEDUCTION", 100)
    )
    (told,) = payouts(shop, "--commit", status=0)
    assert [(row["what"], row["amount"]) for row in told["beside"]] == [
        ("CHARGE_BACK_DEDUCTION", -700),
        ("BALANCE_DEDUCTION", -100),
    ]
    two = sold(shop)
    shop.sumup.pay_out((two, "PAYOUT", 3500), status="FAILED")
    *_, told = payouts(shop, "--commit", status=0)
    assert (told["failed"], told["payments"], told["amount"]) == (True, 0, 0)
    assert len(paid_out(shop)) == 1


@pytest.mark.parametrize(("days", "listed"), [(0, 2), (20, 1), (40, 0)])
def test_a_payout_that_failed_after_it_was_stamped_is_one_case_as_long_as_it_may(
    shop, days, listed
):
    lost, kept = (shop.sumup.pay_out((sold(shop), "PAYOUT", 3500)) for _ in range(2))
    payouts(shop, "--commit", status=0)
    shop.sumup.payouts[0]["status"] = "FAILED"
    shop.product.clock.move(days=days + 1)
    since = shop.product.clock() - timedelta(days=1)
    for _ in range(2):
        told = payouts(shop, "--since", f"{since:%Y-%m-%dT%H:%M:%SZ}", "--commit", status=0)
        found = [(one["id"], one["failed"]) for one in told]
        assert found == [(lost, True), (kept, False)][:listed]
        opened = [(one.provider_reference, one.amount) for one in stamps(shop, CaseOpened)]
        assert opened == [(lost, Money(3500, "EUR"))][:listed]
    assert len(paid_out(shop)) == 2


def test_which_of_two_equal_refunds_was_kept_back_is_not_guessed(shop):
    one = sold(shop, refunds=(500, 500))
    shop.sumup.pay_out((one, "REFUND_DEDUCTION", 500))
    (told,) = payouts(shop, "--commit", status=1)
    assert ["2 refunds" in unread["why"] for unread in told["unread"]] == [True]
    assert paid_out(shop) == []


def test_a_payment_that_two_payouts_claim_is_a_contradiction_once(shop):
    one = sold(shop)
    first = shop.sumup.pay_out((one, "PAYOUT", 3500))
    payouts(shop, "--commit", status=0)
    shop.sumup.pay_out((one, "PAYOUT", 3500))
    for _ in range(2):
        payouts(shop, "--commit", status=0)
    assert [told[0] for told in paid_out(shop)] == [first]
    assert [told.kind for told in stamps(shop, CaseOpened)] == [CaseKind.CONTRADICTION]


def test_what_was_sold_at_a_till_stands_beside_it(shop):
    shop.sumup.pay_out((shop.sumup.sell(1200), "PAYOUT", 1200), fee=20)
    (told,) = payouts(shop, "--commit", status=0)
    assert [(row["what"], row["amount"]) for row in told["beside"]] == [("POS", 1180)]
    assert paid_out(shop) == []


def test_an_amount_that_with_its_fee_is_not_what_was_paid_is_stamped_nowhere(shop):
    shop.sumup.pay_out((sold(shop), "PAYOUT", 3500), fee=88)
    shop.sumup.payouts[-1]["fee"] = 0
    (told,) = payouts(shop, "--commit", status=1)
    assert ["do not come to" in unread["why"] for unread in told["unread"]] == [True]
    assert paid_out(shop) == []
