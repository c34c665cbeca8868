"""A shop's own words in its letters over the API: the stamps that the page makes, and no others."""

from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest

from adapters.mail.letters import letter_look
from ledger.shop.stamps import LetterWordsSet
from tests.kits.product import SHOP, Product
from tests.web.api.test_grants import Program, stamped
from tests.web.api.test_openapi import schema
from web.app import create_app

LETTERS, PAID = f"{SHOP}/letters", f"{SHOP}/letters/paid"
COAT = {"opening": {"en": "Bring a coat, {name}.", "fi": "Ota takki, {name}."}}


@pytest.fixture
def admin(product: Product) -> Program:
    return Program(product, "admin")


def said(admin: Program, **words: object) -> dict[str, object]:
    version = admin.get(LETTERS).json["version"]
    return {"reason": "it is cold", "version": version, **words}


def test_what_a_shop_says_is_read_said_and_in_the_letter_from_then_on(
    product: Product, admin: Program
):
    listed = admin.get(LETTERS).json
    assert [one["letter"] for one in listed["letters"]][:2] == ["paid", "refunded"]
    for one in listed["letters"]:
        schema("LetterWords").validate(one)
        assert (one["subject"], one["opening"], one["closing"]) == ({}, {}, {})
    body = said(admin, **COAT, closing={"en": "  "})
    made = admin.post(PAID, body)
    assert made.status_code == 200, made.json
    schema("LetterWordsWithEdits").validate(made.json)
    assert (made.json["opening"], made.json["closing"]) == (COAT["opening"], {})
    assert [one["reason"] for one in made.json["edits"]] == ["it is cold"]
    assert admin.get(PAID).json == made.json
    again = admin.post(PAID, body)
    assert (again.status_code, again.json) == (200, made.json)
    assert stamped(product, LetterWordsSet) == 1


def test_the_letter_is_looked_at_before_it_is_said(product: Product, admin: Program):
    parts = replace(product.parts, letter_look=partial(letter_look, base_url="http://localhost"))
    admin.product = replace(product, parts=parts, client=create_app(parts).test_client())
    product.place()
    shown = admin.post(f"{PAID}/preview", {**COAT, "language": "fi"})
    assert shown.status_code == 200, shown.json
    assert "Ota takki, " in shown.json["text"]
    assert "{name}" not in shown.json["html"]
    for order in ("999", "1"):  # there is none; it was not paid
        missing = admin.post(f"{PAID}/preview", {**COAT, "order": order})
        assert (missing.status_code, missing.json["type"]) == (404, "/problems/not-found")
    assert stamped(product, LetterWordsSet) == 0


def test_a_place_that_the_letter_does_not_know_is_refused_and_named(admin: Program):
    wrong = {"opening": {"en": "{colour}"}}
    for path, body in ((PAID, said(admin, **wrong)), (f"{PAID}/preview", wrong)):
        answer = admin.post(path, body)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/shop-invalid")
        assert "colour" in str(answer.json)


def test_a_change_is_taken_back_once_and_only_a_change_of_these_words(
    product: Product, admin: Program
):
    made = admin.post(PAID, said(admin, **COAT)).json
    body = {**said(admin), "edit": made["edits"][0]["id"]}
    other = admin.post(f"{LETTERS}/moved/take-back", body)
    assert other.status_code == 404
    back = admin.post(f"{PAID}/take-back", body)
    assert back.status_code == 200, back.json
    assert back.json["opening"] == {}
    assert [one["taken_back"] for one in back.json["edits"]] == [False, True]
    assert back.json["edits"][0]["undoes"] == body["edit"]
    assert admin.post(f"{PAID}/take-back", body).json == back.json
    assert stamped(product, LetterWordsSet) == 2
    unknown = admin.post(f"{PAID}/take-back", {**body, "edit": str(uuid4())})
    assert unknown.status_code == 404


def test_whoever_changes_what_somebody_else_has_changed_meanwhile_is_told(
    product: Product, admin: Program
):
    stale = said(admin, **COAT)
    assert admin.post(PAID, said(admin, closing={"en": "Bye."})).status_code == 200
    refused = admin.post(PAID, stale)
    assert (refused.status_code, refused.json["type"]) == (412, "/problems/shop-changed")
    assert stamped(product, LetterWordsSet) == 1


def test_a_kind_that_is_none_is_not_found_and_staff_read_only(product: Product, admin: Program):
    for kind in ("alarm", str(UUID(int=1))):
        assert admin.get(f"{LETTERS}/{kind}").status_code == 404
    staff = Program(product, "staff")
    assert staff.get(PAID).status_code == 200
    assert staff.post(PAID, said(admin, **COAT)).status_code == 403
    assert staff.post(f"{PAID}/preview", COAT).status_code == 403
