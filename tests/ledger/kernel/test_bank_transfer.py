"""Accounts, references and the bar code of a transfer, as banks check them."""

from datetime import UTC, date, datetime

import pytest

from ledger.kernel.bank_transfer import (
    as_written_here,
    bar_code_of,
    creditor_reference,
    in_fours,
    is_finnish,
    is_iban,
    virtual_bar_code,
)
from ledger.kernel.money import Money
from tests.kits.spec import eur

ACCOUNT = "FI3715903000000776"


@pytest.mark.parametrize(
    ("account", "fits"),
    [
        (ACCOUNT, True),
        ("FI3815903000000776", False),
        ("FI37159030000007760", False),
        ("SE4550000000058398257466", True),
        ("SE4550000000058398257467", False),
        ("DE89370400440532013000", True),
        ("NO9386011117947", True),
        (ACCOUNT.lower(), False),
        ("FI37 1590 3000 0007 76", False),
        ("", False),
    ],
)
def test_an_accounts_check_digits_fit_and_its_length_if_it_is_finnish(account, fits):
    assert is_iban(account) is fits


def test_an_account_of_finland_has_sixteen_digits():
    assert is_finnish(ACCOUNT)
    assert not is_finnish(ACCOUNT + "0")
    assert not is_finnish("SE4550000000058398257466")


def test_a_finnish_account_needs_sixteen_digits_whatever_its_check_digits_say():
    longer = next(one for one in (f"FI{n:02d}1590300000077600" for n in range(2, 99)) if _fits(one))
    assert not is_iban(longer)


def _fits(account: str) -> bool:
    """ISO 13616, worked out here for an account that is too long for its country."""
    turned = account[4:] + account[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


@pytest.mark.parametrize(
    ("national", "creditor"), [("2348236", "RF332348236"), ("11112", "RF9811112")]
)
def test_a_reference_is_known_again_in_both_its_forms(national, creditor):
    assert creditor_reference(national) == creditor
    for written in (national, creditor, creditor.lower(), f"00 {national[:4]} {national[4:]}"):
        assert as_written_here(written) == national


@pytest.mark.parametrize("written", ["RF342348236", "RF33", "XY332348236"])
def test_what_is_no_creditor_reference_stays_as_it_is(written):
    assert as_written_here(written) == written


@pytest.mark.parametrize(
    ("cents", "in_code"), [(99_999_999, "99999999"), (100_000_000, "00000000"), (7, "00000007")]
)
def test_more_than_the_code_has_room_for_is_left_to_the_payer(cents, in_code):
    code = virtual_bar_code(ACCOUNT, amount=eur(cents), reference="11112", due=date(2027, 1, 2))
    assert (len(code), code[17:25], code[-6:]) == (54, in_code, "270102")


def test_the_fourth_version_holds_a_national_reference_and_the_fifth_a_creditors():
    def code(reference: str) -> str:
        return virtual_bar_code(ACCOUNT, amount=eur(1), reference=reference, due=date(2027, 1, 2))

    assert code("11112")[0:1] + code("11112")[25:48] == "4" + "11112".zfill(23)
    assert code("RF9811112")[0:1] + code("RF9811112")[25:48] == "5" + "98" + "11112".zfill(21)


@pytest.mark.parametrize(
    ("account", "amount", "has_one"),
    [
        (ACCOUNT, eur(7000), True),
        (ACCOUNT, Money(7000, "SEK"), False),
        ("SE4550000000058398257466", eur(7000), False),
    ],
)
def test_there_is_a_bar_code_for_euros_to_finnish_accounts(account, amount, has_one):
    due = datetime(2027, 1, 31, 22, 30, tzinfo=UTC)  # the first of February, there
    code = bar_code_of(
        account, amount=amount, reference="11112", due=due, timezone="Europe/Helsinki"
    )
    assert code[-6:] == ("270201" if has_one else "")


def test_people_read_an_account_in_fours():
    assert in_fours(ACCOUNT) == "FI37 1590 3000 0007 76"
    assert in_fours("") == ""
