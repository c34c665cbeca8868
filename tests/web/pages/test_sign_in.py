"""Signing in as people do: a letter, a press, and what must not sign anybody in."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from ledger.accounts.link import LINK_LIVES
from tests.kits.authenticator import Device
from tests.kits.product import Product
from web.http.onward import onward_path

ADA = "ada@example.org"
HIDDEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def token(page: Any) -> str:
    found = HIDDEN.search(page.text)
    assert found, page.text
    return found[1]


def ask(product: Product, email: str = ADA, *, client: Any = None, next: str = "") -> Any:
    client = client or product.client
    page = client.get("/me/sign-in", query_string={"next": next})
    return client.post(
        "/me/sign-in", data={"email": email, "next": next, "csrf_token": token(page)}
    )


def link(product: Product) -> str:
    return urlsplit(product.post.letters[-1]["url"]).path


def press(product: Product, path: str, *, client: Any = None) -> Any:
    client = client or product.client
    page = client.get(path)
    return client.post(path, data={"csrf_token": token(page)}) if page.status_code == 200 else page


def sign_in(product: Product, email: str = ADA, *, client: Any = None, next: str = "") -> Any:
    ask(product, email, client=client, next=next)
    return press(product, link(product), client=client)


def is_in(client: Any) -> bool:
    return bool(client.get("/me").status_code == 200)


def test_a_letter_brings_a_link_and_a_press_signs_in(product: Product):
    assert product.client.get("/me").location == "/me/sign-in?next=/me"
    answer = ask(product)
    assert (answer.status_code, answer.location) == (303, "/me/sign-in?sent=1&next=/me")
    assert product.post.letters[0]["to"] == ADA
    assert press(product, link(product)).location == "/me"
    page = product.client.get("/me")
    assert "Signed in as ada@example.org" in page.text
    assert "ad…" in product.client.get("/winterfest/").text
    assert ADA not in product.client.get("/winterfest/").text


def test_opening_the_link_does_nothing_however_often(product: Product):
    ask(product)
    scanner = product.app.test_client()
    for _ in range(3):
        assert scanner.get(link(product)).status_code == 200
        assert scanner.head(link(product)).status_code == 200
    assert not is_in(scanner)
    assert product.store.feed(0, limit=99)[-1].stamp.__class__.__name__ != "AccountOpened"
    press(product, link(product))
    assert is_in(product.client)


def test_another_browser_is_asked_whether_it_was_you(product: Product):
    ask(product)
    other = product.app.test_client()
    assert "The link for ad… was asked for in another browser" in other.get(link(product)).text
    assert "sign in as ad… on this device" in product.client.get(link(product)).text
    assert "data-press-at-once" not in other.get(link(product)).text
    assert "data-press-at-once" in product.client.get(link(product)).text
    press(product, link(product), client=other)
    assert (is_in(other), is_in(product.client)) == (True, False)


def test_a_press_without_its_form_signs_nobody_in(product: Product):
    ask(product)
    product.app.config["WTF_CSRF_ENABLED"] = True
    assert product.app.test_client().post(link(product)).status_code == 400
    assert press(product, link(product)).location == "/me"


def test_a_link_signs_in_once(product: Product):
    ask(product)
    used = link(product)
    other = product.app.test_client()
    held = token(other.get(used))
    press(product, used)
    assert other.get(used).status_code == 410
    assert other.post(used, data={"csrf_token": held}).status_code == 410
    assert not is_in(other)


def test_a_link_is_good_for_a_quarter_of_an_hour(product: Product):
    ask(product)
    late = link(product)
    held = token(product.client.get(late))
    product.clock.move(seconds=LINK_LIVES.total_seconds())
    assert product.client.get(late).status_code == 410
    assert product.client.post(late, data={"csrf_token": held}).status_code == 410
    assert not is_in(product.client)


def test_the_ledger_away_leaves_the_link_good(product: Product):
    ask(product)
    held = token(product.client.get(link(product)))
    product.store.cut = True
    assert product.client.post(link(product), data={"csrf_token": held}).status_code == 503
    product.store.cut = False
    assert press(product, link(product)).location == "/me"


def test_nothing_tells_whether_there_is_an_account(product: Product):
    sign_in(product)
    product.client = product.app.test_client()
    known, unknown = ask(product), ask(product, "bob@example.org")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    first, second = (dict(one) for one in product.post.letters[-2:])
    assert {**first, "to": "", "url": ""} == {**second, "to": "", "url": ""}


def test_an_address_gets_a_few_letters_an_hour_and_the_page_stays_the_same(product: Product):
    asked: list[str] = []

    def hit(key: str, *, per_seconds: int, limit: int) -> Any:
        asked.append(key)
        return type("Hit", (), {"left": 1, "seconds": 1, "__bool__": lambda self: False})()

    answer = ask(product)
    many = len(product.post.letters)
    product.limits.tight = False
    parts = product.parts
    object.__setattr__(parts, "limits", _OnlyAddress(hit))
    again = ask(product)
    assert (again.status_code, again.location) == (answer.status_code, answer.location)
    assert len(product.post.letters) == many
    assert all(ADA not in key for key in asked)


class _OnlyAddress:
    """Everybody may press; an address gets no letter any more."""

    def __init__(self, tight: Any) -> None:
        self._tight = tight

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Any:
        if key.startswith("sign-in/") and len(key) == len("sign-in/") + 64:
            return self._tight(key, per_seconds=per_seconds, limit=limit)
        return type("Hit", (), {"left": 1, "seconds": 1, "__bool__": lambda self: True})()


def test_a_visitor_who_asks_too_often_waits(product: Product):
    page = product.client.get("/me/sign-in")
    product.limits.tight = True
    typed = {"email": ADA, "csrf_token": token(page)}
    answer = product.client.post("/me/sign-in", data=typed)
    assert answer.status_code == 429
    assert product.post.letters == []
    assert ADA in answer.text


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@example.org", "ada@example.org\nBcc: x"])
def test_what_is_no_address_gets_no_letter(product: Product, email: str):
    assert ask(product, email).status_code == 422
    assert product.post.letters == []


def test_the_same_address_in_other_letters_is_the_same_account(product: Product):
    sign_in(product)
    other = product.app.test_client()
    sign_in(product, "Ada@Example.org", client=other)
    assert "Signed in as ada@example.org" in other.get("/me").text


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_nobody_is_led_to_another_site(product: Product, next: str):
    assert onward_path(next) == "/me"
    ask(product, next=next)
    assert press(product, link(product)).location == "/me"


def test_whoever_was_going_somewhere_goes_on(product: Product):
    ask(product, next="/winterfest/?buy.weekend=2")
    assert press(product, link(product)).location == "/winterfest/?buy.weekend=2"


def test_the_letter_is_in_the_language_of_who_asked_and_the_account_remembers(product: Product):
    product.client.get("/me/sign-in?lang=fi")
    sign_in(product)
    assert product.post.letters[-1]["language"] == "fi"
    other = product.app.test_client()
    sign_in(product, client=other)
    assert "Oma tili" in other.get("/me").text


def test_signing_out_ends_it_here_and_nowhere_else(product: Product):
    other = product.app.test_client()
    sign_in(product)
    sign_in(product, client=other)
    product.client.post("/me/sign-out", data={"csrf_token": token(product.client.get("/me"))})
    assert (is_in(product.client), is_in(other)) == (False, True)


def test_other_devices_are_signed_out_one_by_one_and_all(product: Product):
    clients = [product.app.test_client() for _ in range(3)]
    for one in clients:
        sign_in(product, client=one)
    page = clients[0].get("/me")
    (there, *_) = re.findall(
        r'name="session" value="([0-9a-f-]{36})">\s*<p>[^\n]*\n[^\n]*\n\s*<button', page.text
    )
    clients[0].post("/me/sessions/end", data={"session": there, "csrf_token": token(page)})
    assert sum(is_in(one) for one in clients) == 2
    clients[0].post("/me/sessions/end", data={"session": "others", "csrf_token": token(page)})
    assert [is_in(one) for one in clients] == [True, False, False]


def test_a_passkey_is_added_signs_in_and_is_refused_once_removed(product: Product):
    sign_in(product)
    device, client = Device(), product.client
    held = {"X-CSRFToken": token(client.get("/me"))}
    made = device.create(client.post("/me/passkeys/question", headers=held).text)
    typed = {"name": "Phone", "answer": made, "csrf_token": held["X-CSRFToken"]}
    assert "added=1" in client.post("/me/passkeys", data=typed).location
    assert "Phone" in client.get("/me").text

    def enter(other: Any) -> Any:
        mine = token(other.get("/me/sign-in"))
        asked = other.post("/me/sign-in/passkey/question", headers={"X-CSRFToken": mine}).text
        typed = {"answer": device.get(asked), "csrf_token": mine, "next": "/cart"}
        return other.post("/me/sign-in/passkey", data=typed)

    assert enter(product.app.test_client()).location == "/cart"
    (kept,) = product.parts.passkeys.of("customer", next(iter(_accounts(product))))
    typed = {"passkey": str(kept.id), "csrf_token": held["X-CSRFToken"]}
    client.post("/me/passkeys/remove", data=typed)
    refused = product.app.test_client()
    assert enter(refused).status_code == 403
    assert not is_in(refused)


def _accounts(product: Product) -> set[Any]:
    feed = product.store.feed(0, limit=999)
    return {one.stream for one in feed if type(one.stamp).__name__ == "AccountOpened"}


def test_an_erased_person_is_signed_in_nowhere_and_begins_anew(product: Product):
    sign_in(product)
    (account,) = _accounts(product)
    keys: Any = product.store.ledger.keyring._store
    keys.destroy(account)
    product.store.ledger.keyring.forget(account)
    assert not is_in(product.client)
    assert product.parts.sessions.of("customer", account, at=product.clock()) == []
    sign_in(product)
    assert is_in(product.client)
    assert len(_accounts(product)) == 2
