"""What a shop file says about money: beyond the price, and when it is taken."""

from pathlib import Path

import pytest

from adapters.shop_file.read import read_shop_file
from ledger.kernel.refusals import ShopInvalid
from ledger.shop.rules import check
from ledger.shop.stamps import Surplus

SAMPLE = Path(__file__).parents[3] / "web/samples/winterfest.yaml"


def saying(folder: Path, line: str) -> Path:
    """The sample shop with one more line."""
    file = folder / "shop.yaml"
    file.write_text(f"{line}\n{SAMPLE.read_text()}")
    return file


def test_a_surplus_waits_for_a_person_unless_the_shop_returns_it(tmp_path: Path):
    assert read_shop_file(SAMPLE).preferences.overpaid is Surplus.CASE
    returning = saying(tmp_path, "overpaid: refund")
    assert read_shop_file(returning).preferences.overpaid is Surplus.REFUND


def test_another_word_is_refused(tmp_path: Path):
    with pytest.raises(ShopInvalid):
        read_shop_file(saying(tmp_path, "overpaid: keep"))


def test_a_shop_that_captures_later_says_for_how_long_people_may_change_their_mind(tmp_path: Path):
    assert read_shop_file(SAMPLE).preferences.grace_period is None
    usual = read_shop_file(saying(tmp_path, "capture: manual"))
    assert usual.preferences.grace_period == 3600
    short = read_shop_file(saying(tmp_path, "capture: manual\ngrace_period: PT10M"))
    assert short.preferences.grace_period == 600
    automatic = read_shop_file(saying(tmp_path, "capture: automatic\ngrace_period: PT10M"))
    assert automatic.preferences.grace_period is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("capture: manual\ngrace_period: P6D", "grace_period"),
        ("capture: manual\ngrace_period: PT0S", "grace_period"),
        ("capture: manual\nprovider: paytrail", "capture"),
        ("capture: manual\nprovider: manual", "capture"),
    ],
)
def test_what_no_provider_could_keep_is_refused(tmp_path: Path, line: str, field: str):
    file = saying(tmp_path, line)
    if "provider" in line:  # the sample names its own
        file.write_text(file.read_text().replace("provider: stripe", ""))
    with pytest.raises(ShopInvalid) as refused:
        check(read_shop_file(file))
    assert refused.value.field == field


def test_a_capture_of_another_kind_is_refused(tmp_path: Path):
    with pytest.raises(ShopInvalid):
        read_shop_file(saying(tmp_path, "capture: some day"))
