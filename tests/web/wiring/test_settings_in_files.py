"""Every secret setting may be named by a file; what is wrong with it is told, never its content."""

from dataclasses import fields
from pathlib import Path

import pytest

from web.wiring.settings import SECRETS, Settings, SettingWrong, read_settings

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
GIVEN = {
    "DATABASE_URL": "postgresql://db",
    "MIGRATE_DATABASE_URL": "postgresql://owner@db",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "SMTP_URL": "smtp://user:pass@mail.example",
    "ALARM_WEBHOOK": "https://alarm.example/x",
    "STRIPE_API_KEY": "sk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "PAYTRAIL_SECRET": "SAIPPUAKAUPPIAS",
    "SUMUP_API_KEY": "sk_test_2",
    "SUMUP_WEBHOOK_SECRET": "whs",
    "PRETIX_TOKEN": "token",
    **dict.fromkeys(("MASTER_KEY", "MASTER_KEY_ALSO", "SIGNING_KEY"), KEY),
}
OTHERS = {"STAMPLEDGER_SUMUP_MERCHANT_CODE": "M1"}


def test_what_is_secret_is_what_never_prints():
    hidden = {one.name for one in fields(Settings) if not one.repr}
    names = {"MASTER_KEY_ALSO": "master_keys_also"}
    assert {names.get(one, one.lower()) for one in SECRETS} == hidden


def test_files_and_values_give_the_same_settings(tmp_path: Path):
    by_value = {f"STAMPLEDGER_{name}": GIVEN[name] for name in SECRETS}
    by_file = dict(OTHERS)
    for name in SECRETS:
        (tmp_path / name).write_text(GIVEN[name] + "\n")
        by_file[f"STAMPLEDGER_{name}_FILE"] = str(tmp_path / name)
    assert read_settings(by_file) == read_settings({**OTHERS, **by_value})


@pytest.mark.parametrize("name", SECRETS)
def test_both_at_once_are_refused(name: str, tmp_path: Path):
    (tmp_path / "x").write_text(GIVEN[name])
    told = {f"STAMPLEDGER_{name}": GIVEN[name], f"STAMPLEDGER_{name}_FILE": str(tmp_path / "x")}
    with pytest.raises(SettingWrong, match=f"{name}_FILE"):
        read_settings({**OTHERS, **told})


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"  ", b"\xff\xfe", b"two\nlines", b"a\0b", b"x" * 20_000]
)
def test_a_file_that_holds_no_secret_is_told_by_name(content: bytes, tmp_path: Path):
    (tmp_path / "x").write_bytes(content)
    for path in (tmp_path / "x", tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SettingWrong, match="STAMPLEDGER_SECRET_KEY_FILE") as raised:
            read_settings({"STAMPLEDGER_SECRET_KEY_FILE": str(path)})
        assert "xxx" not in str(raised.value)
