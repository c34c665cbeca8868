"""Changing one's mind at once: every answer of SPEC G2 and G3."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from ledger.cases.stamps import CaseKind
from ledger.kernel.money import Money
from ledger.kernel.values import replace
from ledger.order.commands import CaptureAuthorization
from ledger.order.issues import troubles
from ledger.order.order import Order
from ledger.order.stamps import Authorized, CreateVoidRequest, Paid, Voided
from tests.kits.product import SHOP, Product, open_shop
from tests.kits.web_fakes import NOON, CapturingStripe
from web.http.modification_token import token_for

PRICE = Money(3500, "EUR")
NO_ORDER = "5ad6a9b1-0c0e-4f6a-9f63-0f3c1c8a7d11"


class Shop:
    """A shop that captures an hour later, one authorized order, and its token."""

    def __init__(self) -> None:
        self.bank = CapturingStripe()
        self.product: Product = open_shop(provider=self.bank, grace_period=3600)
        self.placed = self.product.place(key="k").json
        self.id, self.token = self.placed["order"]["id"], self.placed["modification_token"]
        self.attempt = UUID(self.placed["payment"]["correlation_id"])
        self.reference = f"pi_{self.attempt}"

    @property
    def order(self) -> Order:
        return self.product.parts.orders.get(UUID(self.id))

    def record(self, fact: Any) -> None:
        orders = self.product.parts.orders
        orders.record(UUID(self.id), fact, correlation_id=self.attempt, actor="provider:stripe")

    def authorize(self) -> "Shop":
        kept = Authorized(amount=PRICE, provider="stripe", provider_reference=self.reference)
        self.record(kept)
        return self

    def pays(self, cents: int) -> None:
        money = Money(cents, "EUR")
        self.record(Paid(amount=money, provider="stripe", provider_reference=self.reference))

    def capture(self) -> None:
        self.product.clock.move(hours=1)
        wish = CaptureAuthorization(
            correlation_id=self.attempt, actor="worker", at=self.product.clock()
        )
        self.product.parts.orders.handle(UUID(self.id), wish)

    def cancel(self, token: str | None = None, *, order: str = "") -> Any:
        given = self.token if token is None else token
        headers = {"x-modification-token": given} if given else {}
        return self.product.client.post(f"/store/orders/{order or self.id}/cancel", headers=headers)

    def voids(self) -> int:
        history = self.product.parts.orders.history(UUID(self.id))
        return sum(isinstance(one.stamp, CreateVoidRequest) for one in history)


@pytest.fixture
def shop() -> Shop:
    return Shop().authorize()


def test_cancelling_in_time_voids(shop):
    answer = shop.cancel()
    assert answer.status_code == 200
    assert answer.json == {
        "order_id": shop.id,
        "status": "canceled",
        "payment_action": "voided",
    }
    assert [ask.payment_reference for ask in shop.bank.voids] == [shop.reference]
    assert (shop.order.alive, shop.order.released, shop.order.seats) == (False, True, {})


def test_cancelling_again_is_fine_and_voids_nothing_more(shop):
    shop.cancel()
    shop.product.clock.move(hours=2)
    answer = shop.cancel()
    assert (answer.status_code, answer.json["payment_action"]) == (200, "none")
    assert answer.json["status"] == "canceled"
    assert (shop.voids(), len(shop.bank.voids)) == (1, 1)


def test_an_order_that_was_never_paid_for_is_cancelled_and_its_page_closed():
    shop = Shop()
    answer = shop.cancel()
    assert (answer.status_code, answer.json["payment_action"]) == (200, "none")
    assert shop.bank.expired == [f"cs_{shop.attempt}"]
    assert not shop.order.alive


@pytest.mark.parametrize("when", ["grace over", "under way", "captured"])
def test_too_late_is_a_409_and_changes_nothing(shop, when):
    if when == "grace over":
        shop.product.clock.move(hours=1)
    else:
        shop.capture()
    if when == "captured":
        shop.pays(3500)
    before = shop.order.version
    answer = shop.cancel()
    assert answer.status_code == 409
    assert answer.json["code"] == "late_cancel"
    assert answer.json["message"] == answer.json["detail"]
    assert answer.json["type"] == "/problems/late-cancel"
    assert (shop.order.version, shop.bank.voids) == (before, [])


def test_a_partial_capture_is_a_422(shop):
    shop.pays(1000)
    answer = shop.cancel()
    assert (answer.status_code, answer.json["code"]) == (422, "partial_capture")
    assert answer.json["message"]
    assert shop.order.alive


def forged(shop: Shop, **changes: Any) -> str:
    claims = {"aud": shop.id, "exp": int((NOON + timedelta(days=3)).timestamp()), **changes}
    return jwt.encode(claims, "a key of somebody else, long enough", algorithm="HS256")


def bad_tokens(shop: Shop) -> Iterator[str]:
    other = shop.product.place().json["modification_token"]
    head, body, tail = shop.token.split(".")
    none = jwt.encode({"aud": shop.id, "exp": 9999999999}, "", algorithm="none")
    yield from ("", "x", "a.b.c", "é", other, none, forged(shop), "." * 3000)
    yield from (f"{head}.{body}.", f"{head}.{body[:-2]}AA.{tail}", shop.token + "x")


def test_without_the_right_token_it_is_a_401(shop):
    before = shop.order.version
    for token in bad_tokens(shop):
        answer = shop.cancel(token)
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/unauthorized"), token
    assert shop.order.version == before


def test_a_token_of_another_algorithm_or_another_key_is_none_of_ours(shop, monkeypatch):
    with shop.product.app.app_context():
        from web.http.modification_token import _key

        claims = {"aud": shop.id, "exp": 9999999999}
        for algorithm in ("HS384", "HS512"):
            with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
                token = jwt.encode(claims, _key(), algorithm=algorithm)
            assert shop.cancel(token).status_code == 401
        for lacking in ({"aud": shop.id}, {"exp": 9999999999}, {**claims, "exp": "never"}):
            assert shop.cancel(jwt.encode(lacking, _key(), algorithm="HS256")).status_code == 401
        assert shop.cancel(jwt.encode(claims, _key(), algorithm="HS256")).status_code == 200


def test_the_token_lives_for_a_day_after_the_grace_period(shop):
    shop.product.clock.move(hours=24, minutes=59)
    assert shop.cancel().status_code == 409
    shop.product.clock.move(minutes=1)
    assert shop.cancel().status_code == 401


@pytest.mark.parametrize("order", [NO_ORDER, "nothing", "a" * 3000])
def test_guessing_orders_tells_nothing(shop, order):
    assert shop.cancel(order=order).json == shop.cancel("x", order=order).json
    assert shop.cancel(order=order).status_code == 401


def test_an_unreachable_ledger_is_a_503_and_nothing_is_cancelled(shop):
    shop.product.store.cut = True
    answer = shop.cancel()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    shop.product.store.cut = False
    assert shop.order.alive
    assert shop.bank.voids == []


def test_a_ledger_that_goes_away_after_the_cancellation_does_not_unsay_it(shop, monkeypatch):
    def void(ask):
        shop.product.store.cut = True
        return Voided(provider_reference=ask.payment_reference)

    monkeypatch.setattr(shop.bank, "void", void)
    answer = shop.cancel()
    assert (answer.status_code, answer.json["payment_action"]) == (200, "void_pending")
    shop.product.store.cut = False
    assert not shop.order.alive
    assert [one.void_unanswered for one in shop.order.attempts.values()] == [True]


def test_a_void_that_fails_leaves_the_order_cancelled_with_a_warning(shop, capsys):
    shop.bank.mood = "refuses"
    answer = shop.cancel()
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["payment_action"]) == ("canceled", "void_failed")
    assert answer.json["warning"]
    assert "void failed, manual void required" in "".join(capsys.readouterr())
    told = shop.product.client.get(f"{SHOP}/orders/{shop.id}").json
    assert (told["status"], told["flags"]) == ("CANCELLED", ["void_failed"])
    assert [one.kind for one in troubles(shop.order)] == [CaseKind.VOID_FAILED]
    assert shop.cancel().json["payment_action"] == "none"


def test_a_void_without_an_answer_is_told_and_left_to_the_worker(shop):
    shop.bank.mood = "silent"
    answer = shop.cancel()
    assert (answer.status_code, answer.json["payment_action"]) == (200, "void_pending")
    assert answer.json["warning"]
    assert [one.void_unanswered for one in shop.order.attempts.values()] == [True]


def test_what_was_captured_after_all_is_asked_back(shop):
    shop.bank.captured = True
    answer = shop.cancel()
    assert (answer.status_code, answer.json["payment_action"]) == (200, "refunded")
    assert shop.order.refund_pending == PRICE
    assert CaseKind.CAPTURED_AFTER_VOID in {one.kind for one in troubles(shop.order)}


def test_a_repeated_order_gets_the_same_token(shop):
    assert shop.product.place(key="k").json["modification_token"] == shop.token
    with shop.product.app.app_context():
        assert token_for(shop.order) == shop.token


def test_a_shop_that_captures_at_once_gives_no_token(product):
    assert product.place().json["modification_token"] is None
    answer = product.client.post("/store/orders/x/cancel", headers={"x-modification-token": "y"})
    assert answer.status_code == 401


def test_somebody_who_tries_again_and_again_is_slowed_down(shop):
    shop.product.limits.tight = True
    assert shop.cancel().status_code == 429
    assert shop.order.alive


def test_the_token_is_in_no_log(shop, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    shop.cancel()
    assert shop.token not in "".join([caplog.text, *capsys.readouterr()])


def test_an_order_may_be_cancelled_in_many_requests_at_once_and_is_voided_once(shop):
    stale = shop.order
    shop.cancel()
    assert replace(stale) != shop.order
    for _ in range(5):
        assert shop.cancel().json["payment_action"] == "none"
    assert shop.voids() == 1
