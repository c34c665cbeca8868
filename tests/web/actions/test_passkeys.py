"""A passkey is added and signs in; whatever else a device sends is refused."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts.passkey import CHALLENGE_LIVES
from tests.kits.authenticator import PRESENT, Device, b64, of_b64
from tests.kits.product import Product, open_shop
from web.actions.passkey_names import name_of
from web.actions.passkeys import (
    Owner,
    PasskeyRefused,
    Site,
    begin_registration,
    begin_sign_in,
    finish_registration,
    finish_sign_in,
    site_of,
)

SITE = Site("localhost", "http://localhost")
HERE, THERE = b"h" * 32, b"t" * 32
ADA = Owner(kind="customer", subject=UUID(int=1), shown="ada@example.org")
BOB = Owner(kind="customer", subject=UUID(int=2), shown="bob@example.org")


def add(product: Product, device: Device, *, owner: Owner = ADA) -> Any:
    options = begin_registration(product.parts, SITE, owner, browser=HERE)
    made = device.create(options)
    return finish_registration(
        product.parts, SITE, owner, answer=made, name="Puhelin ☎", browser=HERE
    )


def asked(product: Product, **other: Any) -> str:
    return begin_sign_in(product.parts, SITE, "customer", browser=HERE, **other)


def answered(product: Product, answer: str, *, browser: bytes = HERE, **other: Any) -> Any:
    return finish_sign_in(product.parts, SITE, "customer", answer, browser=browser, **other)


@pytest.mark.parametrize(
    ("base_url", "site"),
    [
        ("https://tickets.example", Site("tickets.example", "https://tickets.example")),
        ("https://Tickets.example:8443/", Site("tickets.example", "https://tickets.example:8443")),
        ("http://127.0.0.1:8000", Site("localhost", "http://localhost:8000")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", Site("localhost", "http://localhost:8000")),
        ("http://tickets.example", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_belong_to_a_name_and_want_https(base_url: str, site: Site | None):
    assert site_of(base_url) == site


def test_it_is_added_under_its_name_and_signs_in(product: Product):
    device = Device()
    passkey = add(product, device)
    assert name_of(product.parts, passkey) == "Puhelin ☎"
    assert b"Puhelin" not in passkey.sealed_name
    assert answered(product, device.get(asked(product))).subject == ADA.subject
    (kept,) = product.parts.passkeys.of("customer", ADA.subject)
    assert (kept.sign_count, kept.last_used_at) == (1, product.clock())


def test_a_device_that_does_not_count_signs_in_again_and_again(product: Product):
    device = Device(counts=False)
    add(product, device)
    for _ in range(2):
        assert answered(product, device.get(asked(product))).subject == ADA.subject


def test_the_question_at_the_door_tells_of_nobody_but_of_whom_it_is_told(product: Product):
    passkey = add(product, Device())
    assert json.loads(asked(product))["allowCredentials"] == []
    (named,) = json.loads(asked(product, subject=ADA.subject))["allowCredentials"]
    assert of_b64(named["id"]) == passkey.credential_id


def test_a_removed_one_is_refused(product: Product):
    device = Device()
    passkey = add(product, device)
    product.parts.passkeys.remove("customer", ADA.subject, passkey.id)
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)))


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_counts_once(product: Product, counts: bool):
    """Also of a device that does not count, whose answers its count cannot tell apart."""
    device = Device(counts=counts)
    add(product, device)
    answer = device.get(asked(product))
    answered(product, answer)
    with pytest.raises(PasskeyRefused):
        answered(product, answer)


def test_an_answer_comes_from_the_browser_that_was_asked(product: Product):
    device = Device()
    add(product, device)
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)), browser=THERE)
    options = begin_registration(product.parts, SITE, ADA, browser=HERE)
    with pytest.raises(PasskeyRefused):
        finish_registration(
            product.parts, SITE, ADA, answer=device.create(options), name="", browser=THERE
        )


def test_an_answer_comes_in_time(product: Product):
    device = Device()
    add(product, device)
    answer = device.get(asked(product))
    product.clock.move(seconds=CHALLENGE_LIVES.total_seconds())
    with pytest.raises(PasskeyRefused):
        answered(product, answer)


def test_a_copied_device_is_refused(product: Product):
    device = Device()
    add(product, device)
    answered(product, device.get(asked(product)))
    copy = Device(keys=device.keys)
    with pytest.raises(PasskeyRefused):
        answered(product, copy.get(asked(product)))


def test_a_device_that_nobody_unlocked_is_refused(product: Product):
    device = Device()
    add(product, device)
    device.flags = PRESENT
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)))
    with pytest.raises(PasskeyRefused):
        add(product, device)


def test_an_answer_that_another_site_coaxed_out_is_refused(product: Product):
    device = Device()
    add(product, device)
    device.origin = "https://evil.example"
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)))
    with pytest.raises(PasskeyRefused):
        add(product, device)


def test_nobody_answers_for_another(product: Product):
    device, other = Device(), Device()
    add(product, device)
    add(product, other, owner=BOB)
    with pytest.raises(PasskeyRefused):
        answered(product, other.get(asked(product, subject=ADA.subject)), subject=ADA.subject)
    # A question to anybody is no second step of somebody who has named themselves.
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)), subject=ADA.subject)
    options = begin_registration(product.parts, SITE, ADA, browser=HERE)
    with pytest.raises(PasskeyRefused):
        finish_registration(
            product.parts, SITE, BOB, answer=Device().create(options), name="", browser=HERE
        )


def test_a_key_under_anothers_name_is_refused(product: Product):
    device = Device()
    add(product, device)
    ((id, (key, _)),) = device.keys.items()
    device.keys[id] = key, b64(BOB.subject.bytes)
    with pytest.raises(PasskeyRefused):
        answered(product, device.get(asked(product)))


def test_a_forged_signature_is_refused(product: Product):
    device, forger = Device(), Device()
    mine = add(product, device)
    add(product, forger, owner=BOB)
    ((_, (key, _)),) = forger.keys.items()
    forger.keys = {mine.credential_id: (key, b64(ADA.subject.bytes))}
    with pytest.raises(PasskeyRefused):
        answered(product, forger.get(asked(product)))


PRODUCT, DEVICE = open_shop(), Device()
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats()
JSON = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3)
)


@given(st.text(max_size=200) | st.builds(json.dumps, JSON))
def test_any_text_is_refused_calmly(text: str):
    with pytest.raises(PasskeyRefused):
        answered(PRODUCT, text)


@given(st.data())
def test_an_answer_with_any_part_replaced_is_refused_calmly(data: st.DataObject):
    if not DEVICE.keys:
        add(PRODUCT, DEVICE)
    answer = json.loads(DEVICE.get(asked(PRODUCT)))
    within = data.draw(st.sampled_from([answer, answer["response"]]))
    name = data.draw(st.sampled_from(sorted(set(within) - {"userHandle"})))
    before = within[name]
    within[name] = data.draw(JSON.filter(lambda one: one != before))
    with pytest.raises(PasskeyRefused):
        answered(PRODUCT, json.dumps(answer))


def test_deep_and_long_answers_are_refused(product: Product):
    for text in ("[" * 19_000, "9" * 30_000, '{"response":' * 1_500):
        with pytest.raises(PasskeyRefused):
            answered(product, text)
