"""A shop's own words in its letters, in the back office: seen in the letter, then stamped."""

from dataclasses import replace

import pytest

from adapters.shop_file.read import shop_of
from adapters.shop_file.write import shop_file
from ledger.shop.letter_words import PLACES, LetterWords
from ledger.shop.shop import spec_of
from ledger.shop.stamps import ChangeExplained, LetterWordsSet
from tests.web.admin.test_catalogue import BASE, Office, carried
from tests.web.admin.test_orders import text_of

AT = "letters.paid"


@pytest.fixture
def office() -> Office:
    return Office()


def test_words_are_seen_before_they_are_stamped_and_stand_in_the_history(office):
    seen = office.do("/letters/paid", **{f"{AT}.opening.en": "Bring a coat, {name}."})
    assert "Confirmation · Below the greeting (English)" in text_of(seen)
    words = LetterWords(opening={"en": "Bring a coat, {name}."})
    assert office.newest == [
        LetterWordsSet(letter="paid", words=words),
        ChangeExplained(reason="Because."),
    ]
    assert "Bring a coat, {name}." in text_of(office.browser.get(f"{BASE}/letters?done=1"))
    assert "Bring a coat, {name}." in text_of(office.browser.get(f"{BASE}/history"))


@pytest.mark.parametrize("letter", [*PLACES])
def test_every_kind_of_letter_is_looked_at_without_stamping_anything(office, letter):
    before = office.world.store.head()
    page = office.browser.get(f"{BASE}/letters/{letter}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    typed = {f"letters.{letter}.closing.fi": "Tervetuloa <b>kaikki</b>!", "spoken": "fi"}
    html = office.see(f"/letters/{letter}", look="html", **typed)
    assert "Tervetuloa &lt;b&gt;kaikki&lt;/b&gt;!" in html.text
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "cid:" not in html.text
    plain = office.see(f"/letters/{letter}", look="text", **typed)
    assert "Tervetuloa <b>kaikki</b>!" in plain.text
    assert plain.mimetype == "text/plain"
    assert office.world.store.head() == before


def test_it_is_looked_at_on_a_real_order_by_its_number(office):
    order = office.world.a_paid_order()
    typed = {f"{AT}.subject.en": "{order} is ours", "look": "text", "spoken": "en"}
    seen = office.see("/letters/paid", number=str(order.number), **typed)
    assert seen.text.startswith(f"#{order.number:06d} is ours")
    assert "Aino" in seen.text
    for number, told in (("99", "no order of this number"), ("x", "no order of this number")):
        answer = office.see("/letters/paid", number=number, **typed)
        assert (answer.status_code, told in answer.text) == (422, True)
    other = office.see("/letters/refunded", number=str(order.number), look="text", spoken="en")
    assert "no such letter" in other.text


def test_a_place_that_is_none_is_told_at_its_field_and_in_the_frame(office):
    typed = {f"{AT}.opening.sv": "Hej {nmae}"}
    answer = office.see("/letters/paid", **typed)
    assert answer.status_code == 422
    assert "Only these places can be filled in here: {name}" in text_of(answer)
    assert f'id="{AT}.opening.sv-error"' in answer.text
    framed = office.see("/letters/paid", look="html", **typed)
    assert (framed.status_code, framed.mimetype) == (422, "text/plain")


def test_two_people_at_one_letter_are_shown_both(office):
    version = str(office.shop.version)
    office.do("/letters/paid", **{f"{AT}.closing.en": "Mine."})
    typed = {f"{AT}.closing.en": "Theirs.", f"{AT}.subject.en": "Both"}
    answer = office.see("/letters/paid", version=version, **typed)
    assert answer.status_code == 412
    assert "Now stands there: Mine." in text_of(answer)


def test_file_and_page_say_the_same(office):
    office.do(
        "/letters/paid",
        **{f"{AT}.opening.en": "Line one\r\n\r\nLine two", f"{AT}.subject.fi": "Moi"},
    )
    spec = spec_of(office.shop)
    again = shop_of(shop_file(replace(spec, pictures={})).encode(), name="shop.yaml")
    assert again.letters == spec.letters
    assert again.letters["paid"].opening == {"en": "Line one\n\nLine two"}


def test_there_is_no_letter_of_another_kind(office):
    assert office.browser.get(f"{BASE}/letters/birthday").status_code == 404


def test_the_preview_carries_no_more_than_was_typed(office):
    seen = office.see("/letters/paid", **{f"{AT}.subject.en": "Hi"})
    assert carried(seen.text)[f"{AT}.subject.en"] == "Hi"


def test_auditors_read_and_do_not_change():
    office = Office("auditor")
    assert office.browser.get(f"{BASE}/letters").status_code == 200
    assert office.browser.get(f"{BASE}/letters/paid").status_code == 403
