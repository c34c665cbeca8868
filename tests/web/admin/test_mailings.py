"""Letters to all buyers in the back office, and how whoever got one declines more of them."""

import re
from html import unescape
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from ledger.news.reader import NewsReaders
from ledger.order.letter_samples import sample_letter
from ledger.order.stamps import Letter
from ledger.shop.stamps import MailingState
from tests.adapters.worker.reactors.test_mailings import Post
from tests.web.admin.test_catalogue import BASE, Office
from tests.web.admin.test_orders import text_of

AT = f"{BASE}/mailings"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def office() -> Office:
    return Office()


def typed(office: Office, **changes: Any) -> dict[str, Any]:
    said = {
        "about": "news",
        "product": "",
        "buyers": ["", "paid"],
        "subject.en": "News of {shop}",
        "text.en": "Dear {name},\r\n\r\nsee https://a.example/x <b>now</b>.",
        "text.fi": "Hei!",
        "reason": "It is time.",
        "spoken": "en",
        "version": str(office.shop.version),
    }
    return {**said, **changes}


def sent(office: Office) -> None:
    seen = office.browser.post(AT, data=typed(office))
    assert 'id="preview"' in seen.text, text_of(seen)
    along = [(name, unescape(text)) for name, text in HIDDEN.findall(seen.text)]
    done = office.browser.post(AT, data=MultiDict([*along, ("sure", "1")]))
    assert done.status_code == 303, text_of(done)


def test_who_gets_it_is_counted_before_anything_is_sent(office):
    office.world.a_paid_order()
    office.world.a_paid_order()
    office.world.an_order()
    before = office.world.store.head()
    news = text_of(office.browser.post(AT, data=typed(office)))
    assert "Nothing has been sent yet." in news
    assert "1 letter" in news  # both orders are of one address
    assert "2 letters" in text_of(office.browser.post(AT, data=typed(office, about="order")))
    unpaid = text_of(office.browser.post(AT, data=typed(office, buyers=["", "unpaid"])))
    assert "1 letter" in unpaid
    assert office.world.store.head() == before


def test_it_is_sent_and_told_with_its_reason_in_the_history(office):
    sent(office)
    (mailing,) = office.shop.mailings.values()
    assert mailing.stamp.text["en"].startswith("Dear {name},\n\nsee")
    assert mailing.state is MailingState.RUNNING
    page = text_of(office.browser.get(AT))
    assert "Being sent" in page
    assert "Write to the buyers" not in page  # one at a time
    history = text_of(office.browser.get(f"{BASE}/history"))
    assert "It is time." in history
    assert "MAILING_STARTED" in history
    assert "A letter to all buyers is sent." in history


def test_who_wants_to_change_it_after_all_finds_what_was_typed(office):
    seen = office.browser.post(AT, data=typed(office, buyers=["", "cancelled"], about="order"))
    along = [(name, unescape(text)) for name, text in HIDDEN.findall(seen.text)]
    again = office.browser.post(AT, data=MultiDict([*along, ("again", "1")])).text
    assert "It is time." in again
    assert "Dear {name}," in again
    assert re.search(r'value="cancelled" checked', again)
    assert not re.search(r'value="paid" checked', again)
    assert re.search(r'value="order"[^>]* checked', again)
    assert office.shop.mailings == {}


def test_it_is_paused_goes_on_and_is_called_off_with_reasons(office):
    sent(office)
    (id,) = office.shop.mailings
    assert office.browser.post(f"{AT}/{id}", data={"to": "paused"}).status_code == 422
    for to in (MailingState.PAUSED, MailingState.RUNNING, MailingState.CALLED_OFF):
        answer = office.browser.post(f"{AT}/{id}", data={"to": str(to), "reason": "so"})
        assert answer.status_code == 303
        assert office.shop.mailings[id].state is to
    assert (
        office.browser.post(f"{AT}/{id}", data={"to": "finished", "reason": "so"}).status_code
        == 404
    )
    assert "Called off" in text_of(office.browser.get(AT))


def test_it_is_looked_at_as_mail_and_as_text(office):
    html = office.browser.post(AT, data=typed(office, look="html"))
    assert "&lt;b&gt;now&lt;/b&gt;" in html.text
    assert '/news"' in html.text
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    plain = office.browser.post(AT, data=typed(office, look="text", spoken="fi"))
    assert plain.text.startswith("News of Talvifestarit 2027")
    assert "Hei!" in plain.text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text.en": "{nmae}"}, "Only these places"),
        ({"subject.en": ""}, "Write it in at least one language."),
        ({"buyers": [""]}, "Choose at least one kind of buyers."),
        ({"product": "nothing"}, "Choose one of these"),
        ({"reason": " "}, "Say why."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(office, change, told):
    answer = office.browser.post(AT, data=typed(office, **change))
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "Hei!" in answer.text


def test_who_looked_before_somebody_else_wrote_is_told(office):
    old = typed(office)
    sent(office)
    answer = office.browser.post(AT, data={**old, "sure": "1"})
    assert answer.status_code == 412
    assert len(office.shop.mailings) == 1


def test_one_goes_to_whoever_writes_in_each_language(office):
    answer = office.browser.post(AT, data=typed(office, test="1", reason=""))
    assert "Nothing was sent: there is no mail server" in text_of(answer)


def test_the_link_of_the_tried_letter_leads_to_a_page_that_says_so(office):
    shop = office.world.shops.newest("winterfest")
    order, _ = sample_letter(
        shop, Letter.BUYERS, language="en", at=office.world.clock(), about_order=False
    )
    page = office.world.app.test_client().get(f"/winterfest/orders/{order.id}/news")
    assert (page.status_code, "That letter was a test" in page.text) == (200, True)
    assert "<form" not in page.text.partition("<main")[2].partition("</main")[0]


def test_auditors_read_and_staff_do_not_write():
    for role in ("auditor", "staff"):
        office = Office(role)
        assert office.browser.get(AT).status_code == 200
        assert office.browser.post(AT, data=typed(office)).status_code == 403


def test_more_news_are_declined_by_one_press_without_a_token_and_wanted_again_with_one(office):
    world = office.world
    order = world.a_paid_order()
    readers, index = NewsReaders(world.store), order.terms.email_index
    world.app.config["WTF_CSRF_ENABLED"] = True
    browser = world.app.test_client()
    at = f"/winterfest/orders/{order.id}/news"
    page = browser.get(at)
    assert "you need not have them" in page.text
    assert order.terms.customer.email not in page.text
    assert browser.post(at, data={"wanted": "no"}).status_code == 400
    assert not readers.get(order.terms.shop, index).declined
    one_click = browser.post(at, data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, one_click.text) == (204, "")
    assert readers.get(order.terms.shop, index).declined
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(at).text)
    assert found is not None
    token = found[1]
    again = browser.post(at, data={"wanted": "yes", "csrf_token": token})
    assert again.status_code == 303
    assert not readers.get(order.terms.shop, index).declined


def test_the_letter_stands_with_the_order_and_on_its_page(office):
    post = Post()
    order = post.buyer("a@b.example")
    post.start()
    post.run()
    found = post.world.orders.get(order.id)
    (cause,) = found.mailings
    text = post.parts.letter_text(found, Letter.BUYERS, cause, None)
    assert text.startswith("News of Winterfest 2027\n")
