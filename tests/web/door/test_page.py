"""The page at the door without script: one code, one answer; and who is led where."""

import re
from typing import Any
from uuid import uuid4

import pytest

from ledger.shop.stamps import Admission
from tests.kits.back_office import csrf, entered
from tests.kits.door import Device, admitting, sold
from tests.kits.pages import hidden
from tests.kits.product import Product

PAGE = "/door/winterfest/"


def panel(answer: Any) -> list[str]:
    """What the panel of the result says, line by line; the script's own words are elsewhere."""
    shown = answer.text.partition("data-result ")[2].partition("</section>")[0]
    return [one.strip() for one in re.sub(r"<[^>]+>", "\n", shown)[1:].splitlines() if one.strip()]


def check(browser: Any, code: str, **more: str) -> Any:
    page = browser.get(PAGE).text
    told = {"csrf_token": csrf(page), "scan": hidden(page, "scan"), "door": "main", "way": "in"}
    return browser.post(PAGE, data={**told, "code": code, **more})


def test_a_form_lets_one_in_once_and_says_what_to_hand_out(product: Product):
    _, (code,) = sold(product)
    admitting(product, weekend=Admission(hand_out={"en": "Blue wristband"}))
    browser = entered(product, "door", shop="winterfest")
    first = check(browser, f"{code[:4]}-{code[4:].lower()}")
    assert 'data-result data-tone="good"' in first.text
    assert panel(first)[1:5] == ["✓", "Valid", "Weekend", "Hand out: Blue wristband"]
    again = check(browser, code)
    assert 'data-result data-tone="bad"' in again.text
    assert panel(again)[1:4] == ["✕", "Already used", "Weekend"]
    assert panel(again)[-2:] == ["14:00, main, browser", "Do not let in."]
    assert Device(product).inside == 1


def test_a_form_that_is_sent_twice_is_one_scan(product: Product):
    _, (code,) = sold(product)
    browser, scan = entered(product, "door", shop="winterfest"), str(uuid4())
    answers = [check(browser, code, scan=scan) for _ in range(2)]
    assert [panel(one)[2] for one in answers] == ["Valid", "Valid"]
    assert hidden(answers[0].text, "scan") not in (scan, hidden(answers[1].text, "scan"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Not a ticket"),
        ("https://example.org/ABCD", "Not a ticket"),
        ("2345-6789-ABCD-EFGH", "Read it again"),
        ("2222222222222222", "Unknown"),
        ("\x00ä" * 500, "Not a ticket"),
    ],
)
def test_what_is_no_ticket_is_said_so(product: Product, typed: str, said: str):
    answer = check(entered(product, "door", shop="winterfest"), typed)
    assert (answer.status_code, panel(answer)[2]) == (200, said)


def test_days_and_doors_are_told_and_kept_for_the_next(product: Product):
    _, (code,) = sold(product)
    _, (sauna,) = sold(product, product_slug="sauna")
    rules = Admission(days=("2027-02-12",), doors=("main",))
    admitting(product, weekend=rules, sauna=Admission(doors=("sauna",)))
    browser = entered(product, "staff", shop="winterfest")
    assert panel(check(browser, code))[2:] == [
        "Wrong day", "Weekend", "Order #1, ticket 1 of 1", "It is for Friday, 12 February 2027."
    ]  # fmt: skip
    # A door that there is not is the first there is.
    assert "It is for the door sauna." in panel(check(browser, sauna, door="none"))
    assert panel(check(browser, sauna, door="sauna", way="out"))[2] == "Was not inside"
    assert panel(check(browser, sauna, door="sauna"))[2] == "Valid"
    out = check(browser, sauna, door="sauna", way="out")
    assert panel(out)[2] == "Out"
    assert '<option value="sauna" selected' in out.text
    assert 'value="out" checked' in out.text


@pytest.mark.parametrize(("language", "word"), [("fi", "Tuntematon"), ("sv", "Okänd")])
def test_it_speaks(product: Product, language: str, word: str):
    browser = entered(product, "door", shop="winterfest")
    browser.get(f"{PAGE}?lang={language}")
    assert panel(check(browser, "2222222222222222"))[2] == word


def test_without_its_token_nothing_is_scanned(product: Product):
    _, (code,) = sold(product)
    browser = entered(product, "door", shop="winterfest")
    size = product.parts.store.head()
    assert browser.post(PAGE, data={"code": code, "door": "main"}).status_code == 400
    assert product.parts.store.head() == size


def test_who_lets_in_is_led_there_and_who_only_reads_is_not(product: Product):
    browser = entered(product, "door", shop="winterfest")
    assert '<a class="button" href="/door/">Let people in</a>' in browser.get("/admin/").text
    assert browser.get("/door/").headers["Location"] == PAGE
    reader = entered(product, "auditor", shop="winterfest")
    assert "/door/" not in reader.get("/admin/").text
    assert reader.get("/door/").status_code == 403
    stranger = product.app.test_client().get(PAGE)
    assert stranger.headers["Location"] == "/admin/sign-in?next=/door/winterfest/"


def test_whoever_lets_in_everywhere_chooses_and_a_phone_may_keep_the_page(product: Product):
    browser = entered(product, "admin")
    assert browser.get("/door/").headers["Location"] == PAGE
    told = browser.get(f"{PAGE}manifest.json").json
    assert (told["start_url"], told["display"]) == (PAGE, "standalone")
