"""A person's own page: what is theirs is there on every device, and nothing of anybody else."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts.account import Account, account_id, fold_account
from ledger.accounts.stamps import OrdersClaimed
from ledger.audit.verify import verify
from ledger.kernel.events import Draft
from ledger.kernel.store import Append
from ledger.order.commands import Wanted
from ledger.order.stamps import Customer
from ledger.shop.stamps import SignIn
from tests.kits.api_shop import winterfest
from tests.kits.product import ADA, Product, open_shop
from tests.web.pages.test_sign_in import is_in, sign_in, token
from web.actions.place import place_order

ORDERS = re.compile(r'href="/winterfest/orders/([0-9a-f-]{36})"')
FORM = {"first_name": "Ada", "last_name": "Lovelace", "phone": ""}


def order(product: Product, email: str, *, account: UUID | None = None) -> UUID:
    """Placed through the action that page and API share."""
    placed = place_order(
        product.parts,
        "winterfest",
        key=uuid4(),
        lines=[Wanted(product="weekend", quantity=1)],
        customer=Customer(first_name="Ada", last_name="Lovelace", email=email),
        language="en",
        content=uuid4().bytes,
        expected_total=None,
        account=account,
    )
    return placed.id


def account(product: Product, email: str = "ada@example.org") -> Account:
    found = product.parts.accounts.of_address(product.parts.keyring.blind_index(email))
    assert found is not None
    return found


def listed(client: Any) -> list[str]:
    return ORDERS.findall(client.get("/me").text)


def buy(client: Any, email: str = "ada@example.org", *, many: int = 1) -> str:
    """By the pages, from what a link names; the order's id."""
    page = client.get(f"/winterfest/checkout?buy.weekend={many}")
    hidden = dict(re.findall(r'name="(key|cart|shown)"[^>]* value="([^"]*)"', page.text))
    typed = {**FORM, "email": email, **hidden, "buy.weekend": many, "csrf_token": token(page)}
    answer = client.post("/winterfest/checkout", data=typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_what_is_ordered_signed_in_is_there_whatever_address_was_typed(product: Product):
    sign_in(product)
    buy(product.client, "somebody@example.org")
    (mine,) = listed(product.client)
    assert product.parts.orders.get(UUID(mine)).terms.account == account(product).id
    other = product.app.test_client()
    sign_in(product, client=other)
    assert listed(other) == [mine]


def test_one_s_orders_are_told_by_the_clocks_of_where_they_take_place(product: Product):
    sign_in(product)
    buy(product.client)
    assert "time zone Europe/Helsinki" in product.client.get("/me?lang=en").text


def test_what_a_guest_ordered_is_offered_and_claimed_by_a_press(product: Product):
    first, second = order(product, "ada@example.org"), order(product, " ADA@example.org ".strip())
    stranger = order(product, "bob@example.org")
    sign_in(product)
    page = product.client.get("/me")
    assert "2 orders placed without signing in" in page.text
    assert listed(product.client) == []
    answer = product.client.post("/me/claim", data={"csrf_token": token(page)})
    assert answer.location == "/me?claimed=2"
    assert {*listed(product.client)} == {str(first), str(second)}
    assert "placed without signing in" not in product.client.get("/me").text
    assert not account(product).has(product.parts.orders.get(stranger))


def test_claiming_again_stamps_nothing(product: Product):
    order(product, "ada@example.org")
    sign_in(product)
    held = {"csrf_token": token(product.client.get("/me"))}
    product.client.post("/me/claim", data=held)
    before = account(product).version
    assert product.client.post("/me/claim", data=held).location == "/me?claimed=0"
    assert account(product).version == before


def test_what_somebody_else_ordered_signed_in_is_not_claimed_by_its_address(product: Product):
    sign_in(product, "bob@example.org")
    order(product, "ada@example.org", account=account(product, "bob@example.org").id)
    ada = product.app.test_client()
    sign_in(product, client=ada)
    assert "placed without signing in" not in ada.get("/me").text
    assert listed(ada) == []


PEOPLE = st.sampled_from(["ada@example.org", "bob@example.org", "eve@example.org"])


@pytest.fixture(scope="module")
def street() -> Product:
    """Three people, each signed in on a browser of their own."""
    return open_shop(seats=10_000)


@given(
    placed=st.lists(st.tuples(st.none() | PEOPLE, PEOPLE), max_size=5),
    claims=st.lists(PEOPLE, max_size=3),
)
def test_nobody_ever_sees_what_is_another_s(
    street: Product, placed: list[tuple[str | None, str]], claims: list[str]
):
    people = ("ada@example.org", "bob@example.org", "eve@example.org")
    browsers = {one: street.app.test_client() for one in people}
    for person, browser in browsers.items():
        sign_in(street, person, client=browser)
    for buyer, typed in placed:
        order(street, typed, account=account(street, buyer).id if buyer else None)
    for person in claims:
        held = {"csrf_token": token(browsers[person].get("/me"))}
        browsers[person].post("/me/claim", data=held)
    for person in people:
        mine = account(street, person)
        for shown in ORDERS.findall(browsers[person].get("/me").text):
            seen = street.parts.orders.get(UUID(shown))
            address = seen.terms.customer.email if seen.terms.customer else ""
            assert seen.terms.account == mine.id or (
                seen.terms.account is None and address == person
            )


def test_a_list_that_lags_or_lies_shows_nothing_of_another(product: Product):
    """Rows may be wrong; whose an order is, its stamps say."""
    foreign = order(product, "bob@example.org")
    sign_in(product)
    mine = account(product)
    views: Any = product.views
    views.orders_of_account = lambda *_, **__: [
        (foreign, product.parts.orders.get(foreign).placed_at)
    ]
    views.orders_of_nobody = lambda *_, **__: [foreign]
    page = product.client.get("/me")
    assert str(foreign) not in page.text
    product.client.post("/me/claim", data={"csrf_token": token(page)})
    assert account(product) == mine
    assert str(foreign) not in product.client.get("/me/export.json").text


def test_orders_come_page_by_page_the_newest_first(product: Product):
    sign_in(product)
    mine = account(product).id
    placed = []
    for _ in range(45):
        placed.append(str(order(product, "ada@example.org", account=mine)))
        product.clock.move(seconds=1)
    seen, address = [], "/me"
    while address:
        page = product.client.get(address)
        seen.append(ORDERS.findall(page.text))
        older = re.search(r'href="(/me\?after=[^"]+)"', page.text)
        address = older[1] if older else ""
    assert [len(one) for one in seen] == [20, 20, 5]
    assert [one for some in seen for one in some] == placed[::-1]


@pytest.mark.parametrize("after", ["x", "W10=", "WzEsMl0=", "%00", "bnVsbA==", "WyIyMDI3IiwiYSJd"])
def test_a_place_in_the_list_that_is_none_is_its_beginning(product: Product, after: str):
    sign_in(product)
    order(product, "ada@example.org", account=account(product).id)
    assert len(ORDERS.findall(product.client.get(f"/me?after={after}").text)) == 1


def test_another_language_is_remembered_here_and_on_other_devices(product: Product):
    sign_in(product)
    page = product.client.get("/me")
    typed = {"language": "sv", "csrf_token": token(page)}
    product.client.post("/me/language", data=typed)
    assert "Mitt konto" in product.client.get("/me").text
    other = product.app.test_client()
    sign_in(product, client=other)
    assert "Mitt konto" in other.get("/me").text
    product.client.post("/me/language", data={**typed, "language": "klingon"})
    assert account(product).language == "sv"


def test_all_that_we_know_is_one_file_for_its_owner(product: Product):
    order(product, "bob@example.org")
    sign_in(product)
    mine = order(product, "ada@example.org", account=account(product).id)
    answer = product.client.get("/me/export.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.loads(answer.text)
    (whose,) = told["accounts"]
    assert whose["email"] == "ada@example.org"
    (one,) = told["orders"]
    assert (one["id"], one["customer"]["email"]) == (str(mine), "ada@example.org")
    assert "bob" not in answer.text
    assert [session["how"] for session in whose["sessions"]] == ["link"]
    assert product.client.get("/me/export.zip").data[:2] == b"PK"


@pytest.mark.parametrize(
    "door",
    ["claim", "language", "sessions/end", "passkeys", "passkeys/question", "passkeys/remove"],
)
def test_a_guest_finds_every_door_closed(product: Product, door: str):
    held = {"csrf_token": token(product.client.get("/me/sign-in"))}
    answer = product.client.post(f"/me/{door}", data=held)
    assert (answer.status_code, answer.location) == (303, "/me/sign-in")
    assert product.client.get("/me/export.json").location == "/me/sign-in?next=/me/export.json"


# The cart


def put(client: Any, many: int, product: str = "weekend") -> None:
    held = token(client.get("/winterfest/"))
    typed = {f"buy.{product}": many, "csrf_token": held, "key": str(uuid4())}
    assert client.post("/winterfest/cart", data=typed).status_code == 303


def count(client: Any) -> int:
    return int(client.get("/api/v1/cart").json["count"])


def test_a_guests_cart_joins_the_accounts_and_is_the_same_everywhere(product: Product):
    put(product.client, 2)
    assert "joined=1" in sign_in(product).location
    assert count(product.client) == 2
    other = product.app.test_client()
    put(other, 1)
    sign_in(product, client=other)
    assert (count(other), count(product.client)) == (2, 2)
    put(other, 1)
    assert (count(other), count(product.client)) == (3, 3)
    assert "in the larger number" in other.get("/me?joined=1").text


def test_signed_out_the_cart_stays_with_the_account(product: Product):
    put(product.client, 2)
    sign_in(product)
    held = {"csrf_token": token(product.client.get("/me"))}
    product.client.post("/me/sign-out", data=held)
    assert count(product.client) == 0
    put(product.client, 1)
    assert count(product.client) == 1
    sign_in(product)
    assert count(product.client) == 2


def test_a_stolen_word_of_a_former_cart_finds_nothing(product: Product):
    put(product.client, 2)
    word = product.client.get_cookie("cart").value
    sign_in(product)
    thief = product.app.test_client()
    thief.set_cookie("cart", word)
    assert count(thief) == 0


# What the ledger says


def test_an_address_has_one_account_however_many_open_it(product: Product):
    index = product.parts.keyring.blind_index("ada@example.org")
    asked = {"email": "ada@example.org", "email_index": index, "language": "en"}
    first = product.parts.accounts.open(**asked, correlation_id=uuid4())
    again = product.parts.accounts.open(**asked, correlation_id=uuid4())
    assert (first.id, again.version) == (account_id(index, 1), 1)


def test_the_address_is_sealed(product: Product):
    sign_in(product)
    mine = account(product)
    rows = product.store.ledger._stamps.read_stream(mine.id)
    assert rows
    assert all(b"ada@" not in row.state for row in rows)


def test_an_order_claimed_again_by_hand_is_told_by_the_auditor(product: Product):

    mine = order(product, "ada@example.org")
    sign_in(product)
    held = {"csrf_token": token(product.client.get("/me"))}
    product.client.post("/me/claim", data=held)
    assert verify(product.store.stored()) == ()
    now = account(product)
    again = Draft(
        stream=now.id, stamp=OrdersClaimed(orders=(mine,)), correlation_id=uuid4(), actor="x"
    )
    product.store.append(Append(drafts=[again], expected={now.id: now.version}))
    found = verify(product.store.stored())
    assert [(one.law, one.stream) for one in found] == [("A3", now.id)]
    assert fold_account(now.id, product.store.read(now.id)).claimed == {mine}


def test_signed_in_the_head_says_so_and_the_ledger_away_nothing_breaks(product: Product):
    sign_in(product)
    assert is_in(product.client)
    assert ADA["email"] not in product.client.get("/").text
    product.store.cut = True
    page = product.client.get("/winterfest/")
    assert page.status_code < 600
    assert "ad…" not in page.text


# What nobody has paid


def give_up(product: Product, order_id: UUID, *, client: Any = None) -> Any:
    client = client or product.client
    held = {"csrf_token": token(client.get("/me"))}
    return client.post(f"/me/orders/{order_id}/cancel", data=held)


def test_an_unpaid_order_is_given_up_by_its_owner_at_once(product: Product):
    sign_in(product)
    mine = order(product, "ada@example.org", account=account(product).id)
    page = product.client.get(f"/me/orders/{mine}/cancel")
    assert "Nothing was paid, so nothing goes back." in page.text
    assert product.parts.orders.get(mine).alive
    assert give_up(product, mine).location == f"/winterfest/orders/{mine}"
    given_up = product.parts.orders.get(mine)
    assert (given_up.alive, given_up.released, given_up.refunds) == (False, True, {})
    version = given_up.version
    assert give_up(product, mine).status_code == 303
    assert product.parts.orders.get(mine).version == version


def test_a_stranger_gives_up_nothing_and_learns_nothing(product: Product):
    sign_in(product, "bob@example.org")
    theirs = order(product, "ada@example.org")
    answer, nobodys = give_up(product, theirs), give_up(product, uuid4())
    assert (answer.status_code, nobodys.status_code) == (404, 404)
    assert product.parts.orders.get(theirs).alive
    assert product.client.get(f"/me/orders/{theirs}/cancel").status_code == 404


def test_what_is_paid_is_not_given_up_like_that(product: Product):
    sign_in(product)
    paid = product.paid().rpartition("/")[2]
    product.client.post("/me/claim", data={"csrf_token": token(product.client.get("/me"))})
    assert give_up(product, UUID(paid)).status_code == 409
    assert product.parts.orders.get(UUID(paid)).alive


# A shop that sells to nobody but those who are signed in


def members_only(product: Product) -> None:
    shop = product.parts.shops.get("winterfest")
    terms = replace(shop.terms, sign_in=SignIn.REQUIRED)
    spec = replace(winterfest(), preferences=terms)
    product.parts.shops.import_shop(spec, actor="test", at=product.clock())


def test_a_guest_is_led_through_the_sign_in_and_back(product: Product):
    members_only(product)
    assert "To buy here you sign in" in product.client.get("/winterfest/").text
    answer = product.client.get("/winterfest/checkout?buy.weekend=2")
    assert answer.location == "/me/sign-in?next=/winterfest/checkout?buy.weekend%3D2"
    assert sign_in(product, next="/winterfest/checkout?buy.weekend=2").location.startswith(
        "/winterfest/checkout?buy.weekend=2"
    )
    buy(product.client)
    assert len(listed(product.client)) == 1


def test_what_was_typed_is_kept_when_the_session_ended_meanwhile(product: Product):
    members_only(product)
    sign_in(product)
    page = product.client.get("/winterfest/checkout?buy.weekend=2")
    hidden = dict(re.findall(r'name="(key|cart|shown)"[^>]* value="([^"]*)"', page.text))
    product.client.delete_cookie("customer")
    typed = {**FORM, "email": "ada@example.org", **hidden, "buy.weekend": 2}
    typed["csrf_token"] = token(page)
    answer = product.client.post("/winterfest/checkout", data=typed)
    assert answer.location == "/me/sign-in?next=/winterfest/checkout?buy.weekend%3D2"
    assert "Lovelace" not in str(product.client.get_cookie("session"))
    sign_in(product)
    again = product.client.get("/winterfest/checkout?buy.weekend=2")
    assert 'value="Lovelace"' in again.text
    assert 'value="Lovelace"' not in product.client.get("/winterfest/checkout?buy.weekend=2").text


def test_a_program_places_no_order_there(product: Product):
    members_only(product)
    answer = product.place()
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (403, "sign-in-required")
