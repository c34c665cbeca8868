import json
from inspect import iscoroutinefunction

import psycopg
import pytest
import structlog

from tests.kits.product import SHOP, Product, open_shop
from web.http.access_log import configure


def test_every_answer_forbids_what_it_can(product: Product):
    for path in ("/healthz", f"{SHOP}/products", "/problems/busy", "/nothing/at/all"):
        headers = product.client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        # What everybody may see is kept by a browser, and shown again only after asking.
        kept = path.endswith("/products")
        assert headers["Cache-Control"] == ("private, no-cache" if kept else "no-store")
        assert "Strict-Transport-Security" not in headers


def test_over_https_it_stays_https():
    product = open_shop(base_url="https://tickets.example")
    assert "Strict-Transport-Security" in product.client.get("/healthz").headers
    assert product.app.config["SESSION_COOKIE_SECURE"] is True
    assert product.app.config["SESSION_COOKIE_NAME"].startswith("__Host-")


@pytest.mark.parametrize("path", [f"{SHOP}/orders", "/webhooks/stripe", "/winterfest/checkout"])
def test_more_than_a_mebibyte_is_refused(product: Product, path: str):
    answer = product.client.post(path, data=b"x" * ((1 << 20) + 1))
    assert answer.status_code == 413


def test_a_ledger_out_of_reach_is_told_and_when_to_come_again(product: Product):
    address, _ = product.placed()
    product.store.cut = True
    for answer in (product.client.get(address), product.place()):
        assert (answer.status_code, answer.json["type"]) == (503, "/problems/unavailable")
        assert int(answer.headers["Retry-After"]) > 0


def test_a_database_out_of_reach_beside_the_ledger_is_told_alike(product: Product):
    def gone(digest: str) -> None:
        raise psycopg.OperationalError("connection to ada@example.org lost")

    product.tokens.find = gone  # type: ignore[method-assign]
    answer = product.client.get("/api/v1/cases", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/unavailable")


def test_a_missing_slash_leads_back_to_us_whatever_host_was_named(product: Product):
    answer = product.client.get("/winterfest?lang=fi", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/winterfest/?lang=fi")
    for path in ("//elsewhere.example", "/%5Celsewhere.example", "/%2F%2Felsewhere.example"):
        location = product.client.get(path).headers.get("Location", "/")
        assert location[:1] == "/"
        assert location[1:2] not in ("/", "\\")


def test_another_method_is_told_which_ones_there_are(product: Product):
    answer = product.client.delete(f"{SHOP}/products")
    assert (answer.status_code, answer.json["type"]) == (405, "/problems/method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_form_without_its_token_is_refused(product: Product):
    answer = product.client.post(f"{product.paid().replace('/api/v1/shops', '')}/cancel", data={})
    assert answer.status_code == 400
    assert "Form too old" in answer.text


def test_what_breaks_says_nothing_of_itself(product: Product):
    def broken(*_: object) -> None:
        raise RuntimeError("secret of ada@example.org")

    product.parts.orders.get = broken  # type: ignore[method-assign, assignment]
    with structlog.testing.capture_logs() as logs:
        answer = product.client.get(f"{SHOP}/orders/x")
    assert (answer.status_code, answer.json["type"]) == (500, "/problems/internal-error")
    assert "secret" not in answer.text + json.dumps(logs)
    assert any(one["event"] == "internal error" for one in logs)


def test_the_log_names_routes_and_never_orders_or_codes(product: Product):
    with structlog.testing.capture_logs() as logs:
        address = product.paid()
        product.client.post(f"{address}/cancellation-requests")
        code = product.link(address)
        product.client.get(f"/winterfest/orders/{address.rpartition('/')[2]}/cancel/{code}")
    told = json.dumps(logs)
    assert "/api/v1/shops/<shop>/orders" in told
    assert code not in told
    assert address.rpartition("/")[2] not in told
    assert "example.org" not in told


def test_what_is_set_up_again_is_heard_by_those_who_have_spoken_before(product: Product):
    before = structlog.get_config()
    try:
        configure()
        product.client.get("/healthz")
        configure()
        with structlog.testing.capture_logs() as logs:
            product.client.get("/healthz")
    finally:
        structlog.configure(**before)
    assert [one["route"] for one in logs] == ["/healthz"]


def test_nothing_that_flask_calls_is_a_coroutine(product: Product):
    """The app takes it for granted, and calls each as it is."""
    app = product.app
    before = [one for some in app.before_request_funcs.values() for one in some]
    after = [one for some in app.after_request_funcs.values() for one in some]
    assert before
    assert after
    called: list[object] = [*before, *after, *app.view_functions.values()]
    assert not [one for one in called if iscoroutinefunction(one)]


def test_who_needs_no_session_gets_no_cookie(product: Product):
    assert "Set-Cookie" not in product.client.get(f"{SHOP}/products").headers
    form = product.client.get("/winterfest/checkout?buy.weekend=1")
    assert "session=" in form.headers["Set-Cookie"]
    assert "Cookie" in form.headers["Vary"]


def test_alive_and_ready(product: Product):
    assert product.client.get("/healthz").json == {"status": "ok"}
    answer = product.client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert answer.json["checks"]["lag"]["behind"] == {"order_pages": 0}


def test_not_ready_where_a_shops_provider_has_no_settings(product: Product):
    checks = product.client.get("/readyz").json["checks"]
    well = {"ok": True, "live": {"stripe": False}, "missing": {}}
    assert checks["providers"].items() >= well.items()
    product.parts.providers.clear()  # type: ignore[attr-defined]
    answer = product.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["providers"]["missing"] == {"winterfest": "stripe"}


def test_not_ready_without_the_ledger(product: Product):
    product.store.cut = True
    answer = product.client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    assert product.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "outside",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
    ],
)
def test_details_are_for_insiders(product: Product, outside: dict):
    assert product.client.get("/readyz", **outside).json == {"status": "ready"}
    assert product.client.get("/metrics", **outside).status_code == 401
    token = product.token("auditor")
    known = {**outside, "headers": {**outside.get("headers", {}), **token}}
    assert "checks" in product.client.get("/readyz", **known).json
    assert product.client.get("/metrics", **known).status_code == 200


def test_requests_are_counted_by_route(product: Product):
    address, _ = product.placed()
    product.client.get(address)
    counted = product.client.get("/metrics").text
    assert 'route="/api/v1/shops/<shop>/orders/<order>",status="200"} 1.0' in counted
    assert address.rpartition("/")[2] not in counted
    assert "stampledger_stamps" in counted
