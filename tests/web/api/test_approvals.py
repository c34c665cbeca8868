"""The two-person rule, through the API: who asked is never who approves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.approvals.stamps import ApprovalGiven, ApprovalRequested
from ledger.kernel.money import Money
from ledger.kernel.refusals import ApprovalOver
from ledger.order.stamps import ManualRefund, PaymentWithdrawn
from tests.kits.api_shop import winterfest
from tests.kits.back_office import entered
from tests.kits.product import SHOP, Product, open_shop
from tests.kits.web_fakes import NOON
from web.actions.approvals import approve
from web.http.access import Token, digest_of


@pytest.fixture
def product() -> Product:
    """A shop in which ticket sales alone may return 10.00 of an order."""
    made = open_shop()
    spec = winterfest()
    policy = replace(spec.preferences.cancellation, approval_above=Money(1000, "EUR"))
    limited = replace(spec.preferences, cancellation=policy)
    quotas = {"weekend": 50, "sauna": 2}
    spec = replace(spec, preferences=limited, quotas=quotas)
    made.parts.shops.import_shop(spec, actor="test", at=NOON)
    return made


def caller(product: Product, name: str, *, shop: str | None = None) -> dict[str, str]:
    product.tokens.known[digest_of(f"sl_{name}_{shop}")] = Token(name=name, role="staff", shop=shop)
    return {"Authorization": f"Bearer sl_{name}_{shop}"}


def version(product: Product, address: str) -> int:
    return int(product.client.get(address).json["version"])


def act(product: Product, address: str, call: str, who: str, **body: Any) -> Any:
    body = {"reason": "x", "version": version(product, address), **body}
    return product.client.post(f"{address}/{call}", json=body, headers=caller(product, who))


def asked(product: Product, address: str, who: str = "ada", **body: Any) -> str:
    answer = act(product, address, "approvals", who, **{"act": "refund", **body})
    assert answer.status_code == 201, answer.text
    assert answer.json["state"] == "open"
    return str(answer.json["id"])


def say(product: Product, approval: str, word: str, who: str, **body: Any) -> Any:
    path = f"{SHOP}/approvals/{approval}/{word}"
    return product.client.post(path, json=body, headers=caller(product, who))


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition("/")[2]


def test_a_large_refund_wants_a_second_person_and_a_small_one_does_not(product: Product):
    address = product.paid()
    refused = act(product, address, "refunds", "ada", method="provider")
    assert slug(refused) == (409, "second-person-needed")
    assert (refused.json["limit"], refused.json["currency"]) == (1000, "EUR")
    small = act(product, address, "refunds", "ada", method="provider", amount=1000)
    assert small.status_code == 200
    # A large sum in small parts is as large.
    more = act(product, address, "refunds", "ada", method="manual", amount=1)
    assert slug(more) == (409, "second-person-needed")


@pytest.mark.parametrize("method", ["refund", "refund_by_hand", "cancel"])
def test_somebody_else_says_yes_and_it_is_done(product: Product, method: str):
    address = product.paid()
    before = version(product, address)
    approval = asked(product, address, act=method)
    assert version(product, address) == before  # asking moves nothing
    assert slug(say(product, approval, "approve", "ada")) == (409, "own-approval")
    done = say(product, approval, "approve", "bob")
    assert done.status_code == 200, done.text
    back = done.json["money"]
    assert back["refunded"] + back["refund_pending"] == 3500
    assert slug(say(product, approval, "approve", "bob")) == (409, "approval-over")
    assert slug(say(product, approval, "decline", "eve", reason="x")) == (409, "approval-over")
    listed = product.client.get(f"{SHOP}/approvals", headers=caller(product, "bob")).json
    (one,) = listed["approvals"]
    assert (one["state"], one["asked_by"], one["decided_by"]) == ("given", "token:ada", "token:bob")


SWAP: dict[str, Any] = {"act": "swap", "take": [{"product": "sauna", "quantity": 1}], "price": 1000}


def test_a_swap_is_asked_for_and_both_orders_move_with_the_yes(product: Product):
    address = product.paid()
    before = version(product, address)
    refused = act(product, address, "swap", "ada", take=SWAP["take"])
    assert slug(refused) == (409, "second-person-needed")
    approval = asked(product, address, **SWAP)
    assert version(product, address) == before
    assert slug(say(product, approval, "approve", "ada")) == (409, "own-approval")
    shown = entered(product, "staff").get("/admin/approvals").text
    assert "1 × sauna" in shown
    appends, append = list[Any](), product.parts.store.append

    def noted(*some: Any) -> Any:
        appends.extend(some)
        return append(*some)

    product.parts.store.append = noted  # type: ignore[method-assign]
    assert say(product, approval, "approve", "bob").status_code == 200
    old = product.parts.orders.get(UUID(address.rpartition("/")[2]))
    ((under, over),) = old.swaps.items()
    new = product.parts.orders.get(over.order)
    assert (old.given_over.amount, new.received.amount, new.due.amount) == (1000, 1000, 1000)
    assert [(one.product, one.quantity) for one in new.lines] == [("sauna", 1)]
    assert new.terms.customer == old.terms.customer
    (whole,) = [one.drafts for one in appends if {old.id, new.id} <= {d.stream for d in one.drafts}]
    (word,) = [one for one in whole if isinstance(one.stamp, ApprovalGiven)]
    assert (word.actor, str(word.stream)) == ("token:bob", approval)
    assert {one.actor for one in whole if one.correlation_id == under} == {"token:ada"}
    assert slug(say(product, approval, "approve", "eve")) == (409, "approval-over")
    assert len(product.parts.orders.get(old.id).swaps) == 1


def test_a_swap_at_another_price_by_now_or_without_room_is_not_done(product: Product):
    full, address = product.paid(), product.paid()
    dear = asked(product, address, **SWAP)
    for _ in range(2):
        product.placed(lines=[{"product": "sauna", "quantity": 1}])
    assert slug(say(product, dear, "approve", "bob")) == (409, "not-enough-seats")
    spec = winterfest()
    products = [replace(one, price=Money(1100, "EUR")) for one in spec.products]
    raised = replace(spec, products=tuple(products))
    product.parts.shops.import_shop(raised, actor="test", at=product.clock())
    assert slug(say(product, dear, "approve", "bob")) == (409, "price-changed")
    told = act(product, full, "approvals", "ada", **SWAP)
    assert slug(told) == (409, "price-changed")
    assert product.parts.orders.get(UUID(address.rpartition("/")[2])).swaps == {}


@pytest.mark.parametrize("method", ["refund", "refund_by_hand", "cancel", "swap"])
def test_a_yes_that_comes_in_between_is_told_as_such(product: Product, method: str):
    address = product.paid()
    approval = asked(product, address, **({"act": method} if method != "swap" else SWAP))
    orders = product.parts.approvals._orders
    read = orders.get

    def overtaken(order: UUID) -> Any:
        orders.get = read  # type: ignore[method-assign]
        approve(product.parts, UUID(approval), actor="staff:bob")
        return read(order)

    orders.get = overtaken  # type: ignore[method-assign, assignment]
    with pytest.raises(ApprovalOver):
        approve(product.parts, UUID(approval), actor="staff:eve")


def test_who_asked_is_who_asked_whatever_their_other_token(product: Product):
    approval = asked(product, product.paid())
    again = f"{SHOP}/approvals/{approval}/approve"
    other = caller(product, "ada", shop="winterfest")
    assert slug(product.client.post(again, json={}, headers=other)) == (409, "own-approval")


def test_no_is_no_and_said_once(product: Product):
    address = product.paid()
    approval = asked(product, address)
    assert say(product, approval, "decline", "bob", reason="no").json["state"] == "declined"
    assert slug(say(product, approval, "approve", "eve")) == (409, "approval-over")
    assert product.client.get(address).json["money"]["refund_pending"] == 0


def test_a_question_is_over_after_seven_days(product: Product):
    approval = asked(product, product.paid())
    product.clock.now += timedelta(days=7)
    assert slug(say(product, approval, "approve", "bob")) == (409, "approval-over")


def test_what_would_be_something_else_by_now_is_refused(product: Product):
    address = product.paid()
    approval = asked(product, address)
    act(product, address, "refunds", "ada", method="provider", amount=500)
    assert say(product, approval, "approve", "bob").status_code in (409, 412)
    assert product.client.get(address).json["money"]["refund_pending"] <= 500


def test_a_correction_wants_an_identity_and_takes_no_typed_name(product: Product):
    address, _ = product.placed()
    act(product, address, "mark-paid", "ada")
    typed = act(product, address, "mark-paid/withdraw", "ada", approver="boss")
    assert slug(typed) == (409, "second-person-needed")
    approval = asked(product, address, act="withdraw_payment")
    assert say(product, approval, "approve", "bob").json["money"]["received"] == 0
    order = product.parts.orders.history(product.parts.approvals.get(UUID(approval)).request.order)
    taken = [(one.actor, one.stamp) for one in order if isinstance(one.stamp, PaymentWithdrawn)]
    ((actor, stamp),) = taken
    assert isinstance(stamp, PaymentWithdrawn)
    assert (actor, stamp.approver) == ("token:ada", "token:bob")


def test_an_approval_of_another_shop_is_none(product: Product):
    approval = asked(product, product.paid())
    elsewhere = f"/api/v1/shops/summerfest/approvals/{approval}/approve"
    answer = product.client.post(elsewhere, json={}, headers=caller(product, "bob"))
    assert slug(answer) == (404, "unknown-approval")


def test_asking_again_under_the_same_key_is_one_question(product: Product):
    address = product.paid()
    body = {"act": "refund", "reason": "x", "version": version(product, address)}
    headers = {**caller(product, "ada"), "Idempotency-Key": "k"}
    ids = {
        product.client.post(f"{address}/approvals", json=body, headers=headers).json["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"act": "refund_by_hand"},
        {"act": "cancel_part", "by_hand": True, "lines": [{"product": "weekend", "quantity": 1}]},
    ],
)
def test_money_by_hand_goes_to_the_account_that_was_asked_for(product: Product, wish: Any):
    address = product.paid()
    mistyped = act(product, address, "approvals", "ada", **wish, account="FI37 1590 3000 0007 77")
    assert slug(mistyped) == (422, "account-mistyped")
    approval = asked(product, address, **wish, account="fi37 1590 3000 0007 76")
    shown = entered(product, "staff").get("/admin/approvals").text
    assert "FI37 1590 3000 0007 76" in shown
    assert say(product, approval, "approve", "bob").status_code == 200
    returned = product.client.get(f"{address}/refunds-by-hand", headers=caller(product, "ada"))
    (one,) = returned.json["refunds"]
    assert (one["account"], one["actor"]) == ("FI37 1590 3000 0007 76", "token:ada")
    kept = [one.stamp for one in product.store.feed(0, limit=1000)]
    told = [one.account for one in kept if isinstance(one, ManualRefund | ApprovalRequested)]
    assert told == [None, None]  # sealed
