"""Signing in: second factor, recovery codes, passkeys, links; and how often somebody may guess."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.rate_limits import RateLimits
from ledger.staff.member import StaffMember
from tests.kits.authenticator import Device
from tests.kits.back_office import PASSWORD, employed, let_in
from tests.kits.product import Product
from web.actions import second_factor
from web.actions import staff as actions
from web.admin.sign_in import PER_VISITOR

EMAIL = "ada@example.org"


@pytest.fixture(autouse=True)
def forms_without_tokens(product: Product) -> None:
    product.app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def ada(product: Product) -> StaffMember:
    member = employed(product, "staff", shop="winterfest", email=EMAIL)
    actions.choose_password(product.parts, member.id, PASSWORD)
    return member


@pytest.fixture
def secret(product: Product, ada: StaffMember) -> str:
    """Ada's second factor, proven by the code before the present one."""
    made = second_factor.fresh_secret()
    code = pyotp.TOTP(made).at(product.clock() - timedelta(seconds=30))
    assert second_factor.turn_on(product.parts, ada.id, made, typed=code)
    return made


def by_password(browser: Any, password: str = PASSWORD, email: str = EMAIL) -> Any:
    return browser.post("/admin/sign-in", data={"email": email, "password": password})


def by_code(browser: Any, code: str) -> Any:
    return browser.post("/admin/sign-in/code", data={"code": code})


def is_in(browser: Any) -> bool:
    return bool(browser.get("/admin/").status_code == 200)


def test_a_password_alone_is_half_of_it(product: Product, secret: str):
    answer = by_password(product.client)
    assert answer.headers["Location"] == "/admin/sign-in/code"
    assert not is_in(product.client)
    assert by_code(product.client, pyotp.TOTP(secret).at(product.clock())).status_code == 303
    assert is_in(product.client)


def test_a_code_counts_once_and_the_one_before_it_no_more(product: Product, secret: str):
    totp, now = pyotp.TOTP(secret), product.clock()
    before, code = totp.at(now - timedelta(seconds=30)), totp.at(now)
    other = product.app.test_client()
    by_password(product.client)
    by_password(other)
    assert by_code(product.client, before).status_code == 422  # it proved the secret already
    assert by_code(product.client, code).status_code == 303
    assert by_code(other, code).status_code == 422
    product.clock.now += timedelta(seconds=60)
    # One step back is allowed, two are not.
    assert by_code(other, totp.at(product.clock() - timedelta(seconds=60))).status_code == 422
    assert by_code(other, totp.at(product.clock() - timedelta(seconds=30))).status_code == 303


@pytest.mark.parametrize("typed", ["", "12345", "0000000", "٠٠٠٠٠٠", "x" * 40])
def test_what_is_no_code_opens_nothing(product: Product, secret: str, typed: str):
    by_password(product.client)
    assert by_code(product.client, typed).status_code == 422
    assert not is_in(product.client)


def test_the_second_step_is_over_after_five_minutes_or_a_new_password(
    product: Product, ada: StaffMember, secret: str
):
    late, changed = product.app.test_client(), product.app.test_client()
    by_password(late)
    by_password(changed)
    actions.choose_password(product.parts, ada.id, "another grey goose")
    code = pyotp.TOTP(secret).at(product.clock())
    assert by_code(changed, code).headers["Location"] == "/admin/sign-in"
    by_password(late, "another grey goose")
    product.clock.now += timedelta(minutes=5)
    code = pyotp.TOTP(secret).at(product.clock())
    assert by_code(late, code).headers["Location"] == "/admin/sign-in"


def test_a_recovery_code_counts_once_however_it_is_written(product: Product, ada: StaffMember):
    made = second_factor.fresh_secret()
    code = pyotp.TOTP(made).at(product.clock())
    codes = second_factor.turn_on(product.parts, ada.id, made, typed=code)
    assert codes is not None
    assert len({*codes}) == second_factor.CODES
    for status in (303, 422):
        browser = product.app.test_client()
        by_password(browser)
        assert by_code(browser, codes[0].upper().replace("-", " ")).status_code == status
    assert product.parts.credentials.read(ada.id).codes_left == second_factor.CODES - 1


def test_a_passkey_lets_in_and_one_that_was_removed_does_not(product: Product, ada: StaffMember):
    device, browser = Device(), let_in(product, ada.id)
    options = browser.post("/admin/security/passkeys/question").text
    added = browser.post("/admin/security/passkeys", data={"answer": device.create(options)})
    assert added.status_code == 303

    def come() -> Any:
        told = product.client.post("/admin/sign-in/passkey/question").text
        return product.client.post("/admin/sign-in/passkey", data={"answer": device.get(told)})

    assert come().status_code == 303
    assert is_in(product.client)
    (passkey,) = product.parts.passkeys.of("staff", ada.id)
    browser.post(f"/admin/security/passkeys/{passkey.id}/remove")
    assert come().status_code == 422


def test_an_invitation_counts_once_and_only_when_it_is_used(product: Product):
    member = employed(product, "door", email="dora@example.org")
    link = actions.fresh_link(product.parts, member.id).removeprefix("http://localhost")
    other = product.app.test_client()
    assert [product.client.get(link).status_code for _ in range(2)] == [200, 200]
    for weak in ("short", "password1234", "abcabcabcabc", "qwertyuiopas"):
        assert product.client.post(link, data={"password": weak}).status_code == 422
    assert product.client.post(link, data={"password": PASSWORD}).status_code == 303
    assert is_in(product.client)
    assert other.post(link, data={"password": "seven pink geese"}).status_code == 404
    assert by_password(other, email="dora@example.org").status_code == 303


def test_sessions_are_seen_and_ended(product: Product, ada: StaffMember):
    here, there = let_in(product, ada.id), let_in(product, ada.id)
    here.post("/admin/security/sessions/end")
    assert is_in(here)
    assert not is_in(there)
    bob = let_in(product, employed(product, "staff", email="bob@example.org").id)
    (mine,) = product.parts.sessions.of("staff", ada.id, at=product.clock())
    bob.post(f"/admin/security/sessions/{mine.id}/end")
    assert is_in(here)


def test_a_session_ends_by_itself(product: Product, ada: StaffMember):
    browser = let_in(product, ada.id)
    product.clock.now += timedelta(hours=2, minutes=1)
    assert not is_in(browser)


def test_an_outdated_hash_is_renewed_when_it_is_used(product: Product, ada: StaffMember):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    product.parts.credentials.set_password(ada.id, old)
    assert by_password(product.client).status_code == 303
    renewed = product.parts.credentials.read(ada.id).password_hash
    assert renewed != old
    assert by_password(product.client).status_code == 303


def test_two_hundred_guesses_at_once_are_a_few(product: Product, ada: StaffMember, database: Any):
    connections = Connections(database.app)
    object.__setattr__(product.parts, "limits", RateLimits(connections))

    def guess(number: int) -> int:
        answer = by_password(product.app.test_client(), f"grey geese number {number}")
        return int(answer.status_code)

    with ThreadPoolExecutor(16) as pool:
        told = [*pool.map(guess, range(200))]
    connections.close()
    assert {*told} == {422, 429}
    assert told.count(422) <= 2 * PER_VISITOR  # should a minute end in between
    # Nobody is locked out by that: from elsewhere the right password opens.
    browser = product.app.test_client()
    data = {"email": EMAIL, "password": PASSWORD}
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    object.__setattr__(product.parts, "limits", product.limits)
    assert browser.post("/admin/sign-in", data=data, environ_base=elsewhere).status_code == 303
