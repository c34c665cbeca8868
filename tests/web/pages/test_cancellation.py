import re
from html import unescape

import pytest

from adapters.mail.letters.render import render
from ledger.order.cancellation_policy import Why
from ledger.order.stamps import Letter
from tests.kits.pages import World, address, hidden, press
from web.i18n.refusals import of_cancellation


def seen(world, where):
    return world.browser.get(where).text


def confirmed(world, link):
    page = seen(world, link)
    sent = press(world.browser, page, link, amount=hidden(page, "amount"))
    assert sent.status_code == 303
    return seen(world, sent.location)


def test_asking_sends_a_link_and_cancels_nothing():
    world = World()
    order = world.a_paid_order()
    page = seen(world, f"{address(order)}/cancel")
    answer = press(world.browser, page, f"{address(order)}/cancel")
    assert "Check your email" in seen(world, answer.location)
    (link,) = world.orders.get(order.id).links
    assert len(link.code or "") == 43
    assert world.orders.get(order.id).alive


def test_a_second_letter_within_a_minute_is_kindly_refused():
    world = World()
    order = world.a_paid_order()
    page = seen(world, address(order))
    press(world.browser, page, f"{address(order)}/cancel")
    again = press(world.browser, page, f"{address(order)}/cancel")
    assert again.status_code == 429
    assert "less than a minute ago" in again.text
    assert "disabled" in seen(world, address(order))
    world.clock.pass_by(minutes=1)
    assert press(world.browser, page, f"{address(order)}/cancel").status_code == 303


def test_an_order_that_is_not_eligible_says_why_and_whom_to_ask():
    world = World()
    order = world.a_paid_order()
    page = seen(world, address(order))
    world.clock.pass_by(days=15)
    late = seen(world, f"{address(order)}/cancel")
    assert "The time for cancelling this order is over." in late
    assert "tickets@winterfest.example" in late
    assert press(world.browser, page, f"{address(order)}/cancel").status_code == 409
    assert "disabled" in seen(world, address(order))


def test_looking_at_the_link_does_nothing():
    world = World(fee_percent="10")
    order = world.a_paid_order()
    link = world.a_link(order)
    before = world.store.head()
    page = seen(world, link)
    assert world.store.head() == before
    assert "€63.00" in page
    assert "−€7.00" in page


def test_an_accepted_refund_cancels():
    world = World()
    order = world.a_paid_order()
    page = confirmed(world, world.a_link(order))
    assert "Your order is cancelled" in page
    assert "The refund of €70.00 was accepted" in page
    assert not world.orders.get(order.id).alive
    assert "Your refund is on its way" in seen(world, address(order))


def test_a_refused_refund_leaves_the_tickets_valid():
    world = World()
    world.bank.mood = "refusing"
    order = world.a_paid_order()
    page = confirmed(world, world.a_link(order))
    assert "your tickets stay valid" in page
    assert "tickets@winterfest.example" in page
    assert world.orders.get(order.id).alive
    assert "The refund could not be made" in seen(world, address(order))


def test_a_refund_without_answer_says_so():
    world = World()
    world.bank.mood = "silent"
    order = world.a_paid_order()
    page = confirmed(world, world.a_link(order))
    assert "We are waiting for the payment provider" in page
    assert world.orders.get(order.id).alive


def test_pressing_twice_acts_once():
    world = World()
    link = world.a_link(world.a_paid_order())
    page = seen(world, link)
    amount = hidden(page, "amount")
    press(world.browser, page, link, amount=amount)
    second = press(world.browser, page, link, amount=amount)
    assert "Your order is cancelled" in second.text
    assert len(world.bank.asked) == 1


def test_another_quote_than_the_page_showed_is_asked_again():
    world = World()
    link = world.a_link(world.a_paid_order())
    page = seen(world, link)
    for amount in ("1", "", "x", "9" * 40):
        answer = press(world.browser, page, link, amount=amount)
        assert answer.status_code == 409
        assert "The refund has changed" in answer.text
    assert world.bank.asked == []


def test_wrong_replaced_and_old_links_do_not_work():
    world = World()
    order = world.a_paid_order()
    first = world.a_link(order, "first")
    world.clock.pass_by(minutes=2)
    newer = world.a_link(order, "newer")
    for link in (first, f"{address(order)}/cancel/wrong"):
        assert world.browser.get(link).status_code == 403
        assert "This link does not work any more" in seen(world, link)
    assert "You get back" in seen(world, newer)
    world.clock.pass_by(hours=24)
    assert world.browser.get(newer).status_code == 403


def test_a_free_order_is_simply_cancelled():
    world = World()
    page = confirmed(world, world.a_link(world.an_order("volunteer", 1)))
    assert "The places are free again" in page
    assert world.bank.asked == []


# One answer, in one sentence: on the page, in the letter, in the API, on the command line.

UNTIL = {
    "en": "You can cancel this order yourself until 5 December 2026 at",
    "fi": "Voit perua tämän tilauksen itse 5. joulukuuta 2026 klo",
    "sv": "Du kan själv avboka beställningen till 5 december 2026 kl.",
}
KEPT = {"en": "A cancellation fee of", "fi": "Perumismaksu", "sv": "En avbokningsavgift på"}


def plain(text):
    """As people read it: no tags, no entities, no spaces but plain ones."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def told(world, order, language):
    """What the API says in this language, which is the order's."""
    return plain(world.browser.get(f"/api/v1/shops{address(order)}").json["cancellation"]["text"])


@pytest.mark.parametrize("language", UNTIL)
def test_page_letter_and_api_say_yes_in_the_same_sentence(language):
    world = World(fee_percent="10")
    order = world.pay(world.an_order(language=language))
    text = told(world, order, language)
    assert text.startswith(UNTIL[language])
    assert KEPT[language] in text
    for page in (address(order), f"{address(order)}/cancel"):
        assert text in plain(seen(world, f"{page}?lang={language}"))
    (payment,) = order.attempts
    letter = render(
        order, Letter.PAID, correlation_id=payment, number=1, base_url="https://tickets.example"
    )
    assert text in plain(letter.text)
    assert text in plain(letter.html)


@pytest.mark.parametrize("language", UNTIL)
def test_page_and_api_say_no_in_the_same_sentence(language):
    world = World()
    order = world.pay(world.an_order(language=language))
    world.clock.pass_by(days=15)
    text = told(world, order, language)
    for page in (address(order), f"{address(order)}/cancel"):
        assert text in plain(seen(world, f"{page}?lang={language}"))
    refused = world.browser.post(
        f"/api/v1/shops{address(order)}/cancellation-requests",
        headers={"Accept-Language": language},
    )
    problem = refused.get_json()
    assert (problem["code"], problem["why"]) == ("too_late", "too_late")
    assert text.startswith(problem["detail"])


def test_every_no_has_one_sentence_of_its_own():
    told = {why: of_cancellation(why) for why in Why}
    assert not told.pop(Why.NOTHING)
    assert all(told.values())
    # Of a refund that failed, the same is true whether or not the order was cancelled with it.
    assert told.pop(Why.REFUND_FAILED) == told[Why.CANCELLED_NOT_RETURNED]
    assert len({*told.values()}) == len(told)
