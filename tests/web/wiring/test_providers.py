"""Each provider is there when its settings are, and wrong settings stop the start by name."""

from typing import Any

import pytest

from ledger.payments.ask_once import OnceInMemory
from web.wiring.providers import ways_to_pay
from web.wiring.settings import SettingWrong, read_settings

STRIPE = {"STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
PAYTRAIL = {"PAYTRAIL_ACCOUNT": "375917", "PAYTRAIL_SECRET": "SAIPPUAKAUPPIAS"}
SUMUP = {"SUMUP_API_KEY": "sup_sk_1", "SUMUP_MERCHANT_CODE": "MH4H92C7", "SUMUP_SANDBOX": "1"}


def ways(**told: str) -> Any:
    named = {f"STAMPLEDGER_{name}": value for name, value in told.items()}
    return ways_to_pay(read_settings(named), OnceInMemory())


def test_without_settings_there_is_money_by_hand():
    assert set(ways()) == {"manual"}


def test_each_provider_has_its_door_and_what_it_can_tell():
    found = ways(**STRIPE, **PAYTRAIL, **SUMUP)
    assert {name: way.provider.live for name, way in found.items()} == dict.fromkeys(
        ("stripe", "paytrail", "sumup", "manual"), False
    )
    assert {name for name, way in found.items() if way.door} == {"stripe", "paytrail", "sumup"}
    assert {name for name, way in found.items() if way.pages} == {"stripe", "paytrail", "sumup"}
    assert {name for name, way in found.items() if way.books} == {"stripe", "sumup"}
    assert (found["paytrail"].provider.account, found["sumup"].provider.account) == (
        "375917",
        "MH4H92C7",
    )


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"PAYTRAIL_ACCOUNT": "375917"}, "PAYTRAIL_SECRET"),
        ({**PAYTRAIL, "PAYTRAIL_ACCOUNT": "x"}, "PAYTRAIL_ACCOUNT"),
        ({**PAYTRAIL, "PAYTRAIL_SECRET": " "}, "PAYTRAIL_SECRET"),
        ({**PAYTRAIL, "BASE_URL": f"https://{'x' * 200}.example"}, "BASE_URL"),
        ({"SUMUP_API_KEY": "sup_sk_1"}, "SUMUP_MERCHANT_CODE"),
        ({**SUMUP, "SUMUP_MERCHANT_CODE": "../me"}, "SUMUP_MERCHANT_CODE"),
        ({**SUMUP, "SUMUP_API_KEY": " "}, "SUMUP_API_KEY"),
        ({**SUMUP, "SUMUP_WEBHOOK_SECRET": " "}, "SUMUP_WEBHOOK_SECRET"),
        ({**PAYTRAIL, "PAYTRAIL_ACCOUNT": "123456", "CLOCK_FILE": "/offset"}, "CLOCK_FILE"),
        ({**SUMUP, "SUMUP_SANDBOX": "", "CLOCK_FILE": "/offset"}, "CLOCK_FILE"),
    ],
)
def test_what_is_wrong_stops_the_start_by_its_name_without_its_value(told: Any, named: str):
    with pytest.raises(SettingWrong) as wrong:
        ways(**told)
    assert wrong.value.name == f"STAMPLEDGER_{named}"
    secrets = [
        told[name] for name in told if name.endswith(("KEY", "SECRET")) and told[name].strip()
    ]
    assert all(secret not in str(wrong.value) for secret in secrets)


def test_secrets_are_not_in_the_settings_own_words():
    named = {f"STAMPLEDGER_{name}": value for name, value in (PAYTRAIL | SUMUP).items()}
    shown = repr(read_settings(named))
    assert "SAIPPUAKAUPPIAS" not in shown
    assert "sup_sk_1" not in shown
