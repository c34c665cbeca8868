from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from ledger.kernel.refusals import AccountMistyped
from tests.kits.product import SIGNED, Product
from tests.kits.web_fakes import NOON
from web.cli.refund_by_hand import refund_by_hand, refunds_by_hand
from web.http.access import Token, digest_of


@pytest.mark.parametrize("role", ["admin", "staff", "auditor"])
def test_an_orders_stamps_are_told_without_what_is_sealed(product: Product, role: str):
    answer = product.client.get(f"{product.paid()}/stamps", headers=product.token(role))
    assert answer.status_code == 200
    types = [one["type"] for one in answer.json["stamps"]]
    assert types == ["ORDER_PLACED", "CREATE_PAYMENT_REQUEST", "CREATE_PAYMENT_SUCCESS", "PAID"]
    assert answer.json["stamps"][-1]["amount"] == 3500
    assert answer.json["stamps"][-1]["provider_reference"].startswith("pi_")
    assert "Ada" not in answer.text
    assert "example.org" not in answer.text


def test_a_cancellation_code_is_not_among_the_stamps(product: Product):
    address = product.paid()
    product.client.post(f"{address}/cancellation-requests")
    answer = product.client.get(f"{address}/stamps", headers=product.token("auditor"))
    assert "CANCELLATION_REQUESTED" in answer.text
    assert product.link(address) not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/cases", "stamps"])
def test_without_a_token_nothing_is_told(product: Product, path: str):
    address = path if path.startswith("/") else f"{product.paid()}/{path}"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
        answer = product.client.get(address, headers=headers)
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_none(product: Product):
    token = Token(name="old", role="admin", expires_at=NOON - timedelta(seconds=1))
    product.tokens.known[digest_of("secret")] = token
    answer = product.client.get("/api/v1/cases", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 401


def test_a_token_of_another_shop_is_not_enough(product: Product):
    headers = product.token("staff", shop="summerfest")
    answer = product.client.get(f"{product.paid()}/stamps", headers=headers)
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/forbidden")
    mine = product.token("staff", shop="winterfest")
    assert product.client.get(f"{product.paid()}/stamps", headers=mine).status_code == 200


def test_money_that_is_nobodys_waits_as_a_case(product: Product):
    headers = product.token("staff")
    assert product.client.get("/api/v1/cases?state=open", headers=headers).json == {"cases": []}
    news = {"order": str(uuid4()), "attempt": str(uuid4()), "amount": 500}
    product.client.post("/webhooks/stripe", json=news, headers=SIGNED)
    (case,) = product.client.get("/api/v1/cases?state=open", headers=headers).json["cases"]
    assert (case["kind"], case["severity"], case["state"]) == (
        "unmatched_money",
        "critical",
        "open",
    )
    assert (case["amount"], case["currency"], case["provider"]) == (500, "EUR", "stripe")


def test_a_state_that_is_none_is_refused(product: Product):
    answer = product.client.get("/api/v1/cases?state=lost", headers=product.token("staff"))
    assert answer.status_code == 400


def test_where_money_by_hand_went_is_for_ticket_sales_alone(product: Product, caplog: Any) -> None:
    address = product.paid()
    body = {
        "method": "manual",
        "reason": "the card is gone",
        "version": product.client.get(address).json["version"],
        "account": "FI37 1590 3000 0007 77",
    }
    staff = product.token("staff")
    mistyped = product.client.post(f"{address}/refunds", json=body, headers=staff)
    assert (mistyped.status_code, mistyped.json["type"].rpartition("/")[2]) == (
        422,
        "account-mistyped",
    )
    body["account"] = "FI37 1590 3000 0007 76"
    assert product.client.post(f"{address}/refunds", json=body, headers=staff).status_code == 200
    shown = product.client.get(f"{address}/refunds-by-hand", headers=staff).json["refunds"]
    assert [(one["amount"], one["account"]) for one in shown] == [(3500, body["account"])]
    for role in ("auditor", ""):
        headers = product.token(role) if role else {}
        assert product.client.get(f"{address}/refunds-by-hand", headers=headers).status_code in (
            401,
            403,
        )
    elsewhere = [
        product.client.get(address).text,
        product.client.get(f"{address}/stamps", headers=staff).text,
        caplog.text,
    ]
    assert not any("1590" in one for one in elsewhere)
    told = CliRunner().invoke(
        refunds_by_hand, [address.rpartition("/")[2]], obj=lambda: product.parts
    )
    assert body["account"] in told.stdout


def test_the_same_is_told_from_the_command_line(product: Product) -> None:
    order = product.paid().rpartition("/")[2]
    words = [order, "--reason", "cash", "--amount", "500"]
    bad = CliRunner().invoke(
        refund_by_hand, [*words, "--account", "FI37"], obj=lambda: product.parts
    )
    assert isinstance(bad.exception, AccountMistyped)
    done = CliRunner().invoke(refund_by_hand, words, obj=lambda: product.parts)
    assert "PARTIALLY_REFUNDED" in done.stdout
