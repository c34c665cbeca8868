"""A browser's session: its cookie, its word, and what it takes to have another's."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from flask import session as signed_cookie
from flask_wtf.csrf import generate_csrf

from ledger.accounts.session import LIFETIMES
from tests.kits.product import Product, open_shop
from web.http.session import (
    browser_hash,
    end_session,
    end_sessions,
    is_browser,
    sessions_of,
    sign_in,
    sign_out,
    signed_in,
)

ADA, BOB = UUID(int=1), UUID(int=2)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def doors(product: Product) -> Any:
    """Bare doors of a test: the pages have their own."""

    def come(kind: Any, number: int) -> str:
        return str(sign_in(kind, UUID(int=number), how="link").id)

    def who(kind: Any) -> str:
        found = signed_in(kind)
        return str(found.subject.int) if found else ""

    def leave(kind: Any) -> str:
        sign_out(kind)
        return ""

    product.app.add_url_rule("/_test/in/<kind>/<int:number>", "test_in", come)
    product.app.add_url_rule("/_test/who/<kind>", "test_who", who)
    product.app.add_url_rule("/_test/out/<kind>", "test_out", leave)
    return product.client


def cookie(answer: Any, name: str = "customer") -> str:
    (found,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]
    return str(found)


def word_in(answer: Any, name: str = "customer") -> str:
    return cookie(answer, name).partition("=")[2].partition(";")[0]


@pytest.fixture
def client(product: Product) -> Any:
    return doors(product)


def test_who_signs_in_is_known_until_they_sign_out(client: Any):
    assert client.get("/_test/who/customer").text == ""
    client.get("/_test/in/customer/1")
    assert client.get("/_test/who/customer").text == "1"
    client.get("/_test/out/customer")
    assert client.get("/_test/who/customer").text == ""


def test_customer_and_staff_are_signed_in_apart(client: Any):
    client.get("/_test/in/customer/1")
    assert client.get("/_test/who/staff").text == ""
    client.get("/_test/in/staff/2")
    client.get("/_test/out/customer")
    assert client.get("/_test/who/staff").text == "2"


def test_no_script_and_no_other_site_sends_the_cookie(client: Any):
    told = cookie(client.get("/_test/in/customer/1"))
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told
    assert f"Max-Age={int(LIFETIMES['customer'].at_most.total_seconds())}" in told
    assert "Secure" not in told


def test_behind_https_the_cookie_is_for_this_host_alone():
    client = doors(open_shop(base_url="https://tickets.example"))
    told = cookie(client.get("/_test/in/staff/1"), "__Host-staff")
    assert "Secure" in told
    assert "Path=/" in told
    assert "Domain" not in told


def test_only_the_hash_of_the_word_is_kept(product: Product, client: Any):
    word = word_in(client.get("/_test/in/customer/1"))
    assert len(word) == 43
    kept: Any = product.parts.sessions
    assert list(kept._sessions) == [sha256(word.encode()).digest()]


def test_a_word_laid_under_somebody_beforehand_never_becomes_theirs(client: Any):
    laid = "A" * 43
    client.set_cookie("customer", laid)
    assert word_in(client.get("/_test/in/customer/1")) != laid
    client.set_cookie("customer", laid)
    assert client.get("/_test/who/customer").text == ""


def test_signing_in_again_ends_the_former_word(client: Any):
    first = word_in(client.get("/_test/in/customer/1"))
    assert word_in(client.get("/_test/in/customer/2")) != first
    client.set_cookie("customer", first)
    assert client.get("/_test/who/customer").text == ""


def test_a_word_that_was_signed_out_counts_no_more(client: Any):
    word = word_in(client.get("/_test/in/customer/1"))
    assert "Max-Age=0" in cookie(client.get("/_test/out/customer"))
    client.set_cookie("customer", word)
    assert client.get("/_test/who/customer").text == ""


def test_it_is_over_when_nobody_used_it(product: Product, client: Any):
    client.get("/_test/in/customer/1")
    product.clock.move(days=29)
    assert client.get("/_test/who/customer").text == "1"
    product.clock.move(days=30)
    assert client.get("/_test/who/customer").text == ""


def test_forms_of_before_do_not_outlive_a_sign_in(product: Product):
    with product.app.test_request_context():
        before = generate_csrf()
        raw = signed_cookie["csrf_token"]
        sign_in("customer", ADA, how="link")
        assert "csrf_token" not in signed_cookie
        assert generate_csrf() != before
        assert signed_cookie["csrf_token"] != raw


def test_sessions_are_listed_and_ended_one_by_one_and_all(product: Product):
    agent = {"User-Agent": FIREFOX}
    with product.app.test_request_context(headers=agent):
        first = sign_in("customer", ADA, how="link")
    with product.app.test_request_context():
        second, third = (sign_in("customer", ADA, how="passkey") for _ in range(2))
        assert {one.id for one in sessions_of("customer", ADA)} == {first.id, second.id, third.id}
        assert {one.device for one in sessions_of("customer", ADA)} == {"Firefox, Linux", ""}
        assert not end_session("customer", BOB, first.id)
        assert end_session("customer", ADA, first.id)
        assert end_sessions("customer", ADA, but=third.id) == 1
        assert [one.id for one in sessions_of("customer", ADA)] == [third.id]


def test_a_browser_is_told_from_others_before_anybody_signs_in(product: Product):
    with product.app.test_request_context():
        assert not is_browser(sha256(b"").digest())
        mark = browser_hash()
        assert browser_hash() == mark
        assert is_browser(mark)
    with product.app.test_request_context():
        assert not is_browser(mark)
        assert browser_hash() != mark
