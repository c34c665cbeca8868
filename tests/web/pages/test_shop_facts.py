"""What people read before they buy: where, when, a picture, how to cancel and to pay, from whom."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.shop_file.read import read_shop_file
from ledger.kernel.money import Money
from ledger.order.cancellation_policy import Why, eligibility, promise
from ledger.shop.stamps import Venue
from tests.kits.page_states import SAMPLE, dressed
from tests.kits.pages import World, address
from tests.kits.pages_by_hand import by_hand

IMAGE = re.compile(r"<img[^>]*>")
CHECKOUT = "/winterfest/checkout?buy.weekend=2"


def text_of(world: World, path: str) -> str:
    return world.browser.get(path).text


def test_the_shop_tells_where_and_when_how_to_cancel_to_pay_and_from_whom():
    page = text_of(dressed(), "/winterfest/?lang=en")
    for told in (
        "Friday, 12 February 2027 at 12:00, until 14 February 2027 at 23:00",
        "Doors open at 11:00.",
        "Old Harbour Park",
        "Satamakatu 1, 00160 Helsinki",
        "Tram 4 stops at the gate.",
        "You can cancel within 14 days of ordering, until it starts.",
        "A fee of 10 % of the price is kept back.",
        "You pay on Stripe&#39;s page",
        "All prices include VAT.",
        "tickets@winterfest.example",
        'href="https://winterfest.example/terms"',
    ):
        assert told in page.replace("\xa0", " "), told


@pytest.mark.parametrize(
    ("language", "when", "place"),
    [
        ("fi", "Perjantai 12. helmikuuta 2027 klo 12.00, päättyy 14. helmikuuta", "Vanhan sataman"),
        ("sv", "Fredag 12 februari 2027 kl. 12:00, till 14 februari", "Gamla hamnparken"),
    ],
)
def test_in_the_visitor_s_language(language: str, when: str, place: str):
    page = text_of(dressed(), f"/winterfest/?lang={language}")
    assert when in page
    assert place in page


def test_one_day_is_told_in_one_line():
    world = dressed(ends_at=datetime(2027, 2, 12, 20, tzinfo=UTC), doors_at=None)
    page = text_of(world, "/winterfest/?lang=en")
    assert "Friday, 12 February 2027, 12:00 to 22:00" in page
    assert "Doors open" not in page


def test_where_all_shops_are_listed_each_begins_on_the_day_of_its_own_clocks():
    world = dressed(starts_at=datetime(2027, 2, 12, 22, 30, tzinfo=UTC))
    assert "Starts on 13 February 2027" in text_of(world, "/?lang=en").replace("\xa0", " ")


def test_a_shop_that_says_no_more_than_when_it_starts_shows_no_more():
    page = text_of(World(), "/winterfest/?lang=en")
    assert "Friday, 12 February 2027 at 12:00" in page
    assert not IMAGE.findall(page)


def test_pictures_have_their_size_and_say_what_they_show():
    world = dressed()
    logo, picture = IMAGE.findall(text_of(world, "/winterfest/?lang=fi"))
    assert 'width="192" height="192" alt=""' in logo
    assert 'width="1280" height="640" alt="Valaistu lava yöllisessä lumessa' in picture


def test_a_picture_is_served_once_and_for_ever():
    world = dressed()
    source = re.findall(r'src="(/_/pictures/[^"]+)"', text_of(world, "/winterfest/"))[1]
    answer = world.browser.get(source)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.data[:4] == b"RIFF"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in answer.headers
    again = world.browser.get(source, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", [f"{'0' * 64}.webp", "x.webp", f"{'0' * 64}", "..%2f.webp"])
def test_a_picture_that_nobody_kept_is_not_found(name: str):
    assert World().browser.get(f"/_/pictures/{name}").status_code == 404


def test_the_checkout_promises_what_the_order_will_hold():
    """The same function answers before and after, so both say one deadline and one fee."""
    world = dressed()
    page = text_of(world, f"{CHECKOUT}&lang=en")
    told = re.search(r"you can cancel the order yourself until ([^<]+?)\. A cancel", page)
    assert told is not None
    assert "A cancellation fee of €7.00 is kept back." in page
    assert "You pay on Stripe&#39;s page" in page
    order = world.a_paid_order()
    assert told[1] in text_of(world, address(order))
    terms = world.shops.get("winterfest").terms
    promised = promise(terms, order.due, world.clock())
    answer = eligibility(order, world.clock())
    assert (promised.deadline, promised.fee) == (answer.deadline, answer.quote.fee)


def test_where_nothing_can_be_cancelled_the_checkout_says_so():
    terms = World().shops.get("winterfest").terms
    never = replace(terms, cancellation=replace(terms.cancellation, period_days=0))
    now = World().clock()
    price = Money(7000, "EUR")
    assert promise(never, price, now).why is Why.NO_SELF_SERVICE
    assert promise(terms, price, terms.starts_at).why is Why.TOO_LATE
    assert promise(replace(terms, provider="manual"), price, now).why is Why.PAID_BY_HAND
    free = promise(replace(terms, provider="manual"), Money(0, "EUR"), now)
    assert (free.why, free.fee) == (Why.NOTHING, Money(0, "EUR"))
    assert "Ticket sales can help you if you want to cancel." in text_of(
        by_hand({"en": "Pay."}), CHECKOUT
    )


def test_an_order_keeps_the_place_that_it_was_placed_for():
    world = dressed()
    order = world.a_paid_order()
    sample = read_shop_file(SAMPLE)
    elsewhere = Venue(name={"en": "Elsewhere"}, address="Street 9")
    spec = replace(sample, preferences=replace(sample.preferences, venue=elsewhere))
    world.shops.import_shop(spec, actor="test", at=world.clock())
    assert "Elsewhere" in text_of(world, "/winterfest/")
    page = text_of(world, address(order))
    assert "Old Harbour Park" in page
    assert "Elsewhere" not in page


def test_the_list_of_shops_shows_pictures_and_places():
    page = text_of(dressed(), "/?lang=sv")
    assert "Gamla hamnparken" in page
    assert len(IMAGE.findall(page)) == 1
