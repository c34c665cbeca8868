"""What stops the start, and that it says which setting without telling its value."""

import pytest

from web.wiring.settings import SettingWrong, read_settings


@pytest.mark.parametrize("weak", ["a", "x" * 31, " " * 40, "short " + " " * 40])
def test_a_secret_that_can_be_guessed_stops_the_start(weak: str):
    with pytest.raises(SettingWrong, match=r"^STAMPLEDGER_SECRET_KEY must have at least 32"):
        read_settings({"STAMPLEDGER_SECRET_KEY": weak})


def test_bytes_count_not_letters():
    assert read_settings({"STAMPLEDGER_SECRET_KEY": "å" * 16}).secret_key == "å" * 16


def test_a_wish_for_tls_is_understood_or_refused():
    assert not read_settings({}).smtp_starttls_required
    assert not read_settings({"STAMPLEDGER_SMTP_STARTTLS": "offered"}).smtp_starttls_required
    assert read_settings({"STAMPLEDGER_SMTP_STARTTLS": "required"}).smtp_starttls_required
    with pytest.raises(SettingWrong, match="STAMPLEDGER_SMTP_STARTTLS must be one of: required"):
        read_settings({"STAMPLEDGER_SMTP_STARTTLS": "yes"})


@pytest.mark.parametrize(
    "text", ["tickets@localhost", "Winterfest <t@winterfest.example>", "a@b.fi"]
)
def test_a_sender_is_an_address(text: str):
    assert read_settings({"STAMPLEDGER_MAIL_FROM": text}).mail_from == text


@pytest.mark.parametrize(
    "text", ["tickets", "a b@c.example", "=?utf-8?q?x?=@x.example", "a@b\nBcc: c@d.example"]
)
def test_no_letter_could_come_from_what_is_none(text: str):
    with pytest.raises(SettingWrong, match="STAMPLEDGER_MAIL_FROM must look like"):
        read_settings({"STAMPLEDGER_MAIL_FROM": text})
