"""What a shop file says about money beyond the price."""

from pathlib import Path

import pytest

from adapters.shop_file import read_shop_file
from ledger.policy import Surplus
from ledger.refusals import ShopInvalid

SAMPLE = Path(__file__).parents[2] / "web/samples/winterfest.yaml"


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
