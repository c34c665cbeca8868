"""Where vouchers are made, set up in the back office: seen, checked at the server, then stamped."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.providers.pretix.check import PretixCheck
from ledger.grants.programme import programme_id
from ledger.grants.stamps import GrantsSetUp, Place
from tests.kits.back_office import csrf, entered
from tests.kits.product import Product
from tests.kits.voucher_house import SHOP
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving

HERE = "/admin/shops/winterfest/people/set-up"
OWN = {"place": "own", "product": "weekend", "percent": "25", "price": "100"}
PRETIX = {"place": "pretix", "event": "org/conf", "quota": "1", "percent": "25", "price": "100"}


@pytest.fixture
def pretix(product: Product) -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        check = PretixCheck(stand_in.token, api_base=stand_in.url)
        object.__setattr__(product.parts, "check_destination", check)
        yield stand_in


@pytest.fixture
def admin(product: Product) -> Any:
    return entered(product)


def send(browser: Any, **fields: str) -> Any:
    page = browser.get(HERE).text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    return browser.post(HERE, data={"csrf_token": csrf(page), "version": version, **fields})


def rules(product: Product) -> GrantsSetUp | None:
    return product.parts.grantees.programme(SHOP).rules


def test_rules_are_seen_before_they_are_stamped_with_a_reason_and_stand_in_the_history(
    product: Product, admin: Any
):
    seen = send(admin, **OWN)
    assert seen.status_code == 200
    for words in ("This would be stamped", "Vouchers can be made there.", "−25 %", "€100.00"):
        assert words in seen.text
    assert rules(product) is None
    unsaid = send(admin, **OWN, sure="1")
    assert unsaid.status_code == 422
    assert "Say why" in unsaid.text
    done = send(admin, **OWN, sure="1", reason="For the grantees")
    assert done.status_code == 303
    known = rules(product)
    assert known is not None
    assert (known.destination.place, known.destination.product) == (Place.OWN, "weekend")
    assert known.ticket_price is not None
    assert known.ticket_price.amount == 10_000
    send(admin, **{**OWN, "percent": "50"}, sure="1", reason="More for co-speakers")
    page = admin.get(HERE).text
    for words in ("For the grantees", "More for co-speakers", "−50 %"):
        assert words in page
    assert "Nothing would change." in send(admin, **{**OWN, "percent": "50"}).text
    history = product.parts.store.read(programme_id(SHOP))
    assert len(history) == 2


def test_a_check_of_the_server_names_what_it_found(
    product: Product, admin: Any, pretix: PretixStandIn
):
    page = send(admin, **PRETIX).text
    for words in ("Vouchers can be made there.", "The conference", "Grantees"):
        assert words in page
    assert send(admin, **PRETIX, sure="1", reason="x").status_code == 303
    known = rules(product)
    assert known is not None
    assert (known.destination.organizer, known.destination.event) == ("org", "conf")
    assert pretix.made == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"quota": "7"}, "no quota with that number"),
        ({"quota": "", "item": "7"}, "no product with that number"),
        ({"event": "org"}, "short names of organiser and event"),
        ({"quota": "", "item": ""}, "number of either a quota or a product"),
        ({"quota": "1", "item": "1"}, "number of either a quota or a product"),
        ({"quota": "x"}, "number of either a quota or a product"),
        ({"percent": "0"}, "Enter a percentage"),
        ({"price": "x"}, "Enter an amount"),
        ({"valid_until": "soon"}, "Enter a date and a time"),
        ({"valid_until": "2020-01-01T00:00"}, "over already"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_and_nothing_is_stamped(
    product: Product, admin: Any, pretix: PretixStandIn, fields: dict[str, str], says: str
):
    answer = send(admin, **{**PRETIX, **fields}, sure="1", reason="x")
    assert answer.status_code == 422
    assert says in answer.text
    assert rules(product) is None


def test_what_operators_have_to_mend_is_said_and_may_be_set_up_all_the_same(
    product: Product, admin: Any, pretix: PretixStandIn
):
    pretix.hidden = frozenset({"orders"})
    assert "may not see orders" in send(admin, **PRETIX).text
    pretix.hidden = frozenset({"vouchers"})
    assert "may not see and change vouchers" in send(admin, **PRETIX).text
    pretix.hidden = frozenset()
    other = send(admin, **{**PRETIX, "event": "org/other"}).text
    assert "no such event, or the token" in other.replace("&#39;", "'")
    pretix.token = "another"
    assert "does not accept the token" in send(admin, **PRETIX).text
    object.__setattr__(product.parts, "check_destination", None)
    assert "no token for pretix yet" in send(admin, **PRETIX).text
    assert send(admin, **PRETIX, sure="1", reason="x").status_code == 303
    assert rules(product) is not None


def test_a_server_that_is_away_is_said(product: Product, admin: Any):
    check = PretixCheck("t", api_base="http://127.0.0.1:9")
    object.__setattr__(product.parts, "check_destination", check)
    assert "does not answer" in send(admin, **PRETIX).text


def test_what_somebody_else_changed_meanwhile_is_looked_at_again(product: Product, admin: Any):
    page = admin.get(HERE).text
    send(admin, **OWN, sure="1", reason="x")
    late = {"csrf_token": csrf(page), "version": "0", **OWN, "percent": "50"}
    answer = admin.post(HERE, data={**late, "sure": "1", "reason": "y"})
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text
    known = rules(product)
    assert known is not None
    assert known.co_speaker_percent == "25"


def test_only_admins_set_up(product: Product):
    assert entered(product, "staff").get(HERE).status_code == 403


def test_the_list_leads_to_it(admin: Any):
    page = admin.get("/admin/shops/winterfest/people").text
    assert HERE in page
    assert "Nobody has said yet where vouchers are made." in page
