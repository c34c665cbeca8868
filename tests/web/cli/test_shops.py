"""`shop export`, `shop check --diff` and `shop new`, as an organiser types them."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.shop_file.read import read_shop_file
from adapters.store.memory_pictures import MemoryPictures
from ledger.shop.service import Shops
from ledger.shop.stamps import shop_id
from tests.kits.page_states import SAMPLE
from tests.kits.product import Product
from web.cli.main import main
from web.cli.new_shop import new_shop
from web.cli.shops import check_shop, export_shop, import_shop

SHOP = "winterfest"


def run(product: Product, command, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(command, words, obj=lambda: product.parts, input=typed)


def test_what_is_exported_imports_to_nothing(product: Product, tmp_path: Path):
    file = tmp_path / "exported.yaml"
    file.write_text(run(product, export_shop, SHOP).stdout)
    size, _ = product.parts.store.head()
    told = run(product, import_shop, str(file))
    assert told.exit_code == 0, told.output
    assert f"{SHOP}: no change" in told.output
    assert product.parts.store.head()[0] == size


def test_a_changed_file_is_told_before_and_stamps_that_only(product: Product, tmp_path: Path):
    file = tmp_path / "changed.yaml"
    exported = run(product, export_shop, SHOP).stdout
    assert "price: 3500" in exported
    file.write_text(exported.replace("price: 3500", "price: 3600", 1))
    size, _ = product.parts.store.head()
    told = run(product, check_shop, str(file), "--diff").output
    assert "35.00 EUR" in told
    assert "36.00 EUR" in told
    assert product.parts.store.head()[0] == size
    assert f"{SHOP}: 1 stamps" in run(product, import_shop, str(file)).output
    assert "change nothing" in run(product, check_shop, str(file), "--diff").output


def test_a_file_of_an_open_shop_without_diff_needs_no_ledger(product: Product, tmp_path: Path):
    file = tmp_path / "exported.yaml"
    file.write_text(run(product, export_shop, SHOP).stdout)
    assert CliRunner().invoke(check_shop, [str(file)], obj=None).exit_code == 0


ANSWERS = ("--slug", "harvest", "--name", "Harvest: no & yes", "--seller", "Farm ry")


def test_a_new_shop_is_written_and_opened_in_one_command(product: Product, tmp_path: Path):
    file = tmp_path / "harvest.yaml"
    more = ("--email", "farm@example.org", "--price", "12,50", "--seats", "40", "--open")
    told = run(product, new_shop, str(file), *ANSWERS, *more)
    assert told.exit_code == 0, told.output
    assert "/harvest" in told.output
    shop = product.parts.shops.newest("harvest")
    (first,) = shop.products.values()
    assert (first.price.amount, shop.quotas["weekend"]) == (1250, 40)
    assert shop.terms.name == {"en": "Harvest: no & yes"}
    assert run(product, import_shop, str(file)).output.endswith("no change\n")


def test_questions_are_asked_and_what_was_said_is_not(product: Product, tmp_path: Path):
    file = tmp_path / "harvest.yaml"
    typed = "\n".join(["farm@example.org", "2027-09-01T10:00:00", "Entry", "0", "7", "stripe", "y"])
    told = run(product, new_shop, str(file), *ANSWERS, "--ask", typed=f"{typed}\n")
    assert told.exit_code == 0, told.output
    shop = product.parts.shops.newest("harvest")
    assert shop.terms.starts_at.isoformat() == "2027-09-01T07:00:00+00:00"
    assert shop.terms.seller.email == "farm@example.org"
    assert shop.quotas == {"weekend": 7}


def test_what_cannot_be_is_told_with_its_field_and_leaves_no_file(tmp_path: Path, capsys):
    file = tmp_path / "harvest.yaml"
    for wrong, said in (
        (("--starts", "tomorrow"), "starts_at"),
        (("--timezone", "Mars/Olympus"), "timezone"),
        (("--email", "nobody"), "seller.email"),
        (("--slug", "Not A Slug"), "slug"),
        (("--price", "1.234"), "too many digits"),
        (("--price", "free"), "an amount"),
    ):
        with pytest.raises(SystemExit, match=r"[12]"):
            main(["shop", "new", str(file), "--no-ask", *wrong])
        assert said in capsys.readouterr().err
        assert not file.exists()


def test_a_file_that_is_there_stays_as_it_is(product: Product, tmp_path: Path):
    file = tmp_path / "harvest.yaml"
    file.write_text("mine")
    told = run(product, new_shop, str(file), "--no-ask")
    assert told.exit_code == 2
    assert file.read_text() == "mine"


def test_the_file_to_begin_with_is_right_as_it_is(product: Product, tmp_path: Path):
    file = tmp_path / "begun.yaml"
    assert run(product, new_shop, str(file), "--no-ask").exit_code == 0
    assert read_shop_file(file).slug == "my-shop"


def test_a_shop_with_pictures_comes_back_from_its_export(product: Product, tmp_path: Path):
    pictures = MemoryPictures()
    shops = Shops(product.parts.store, lambda: [shop_id(SHOP)], keep_pictures=pictures.keep)
    parts = replace(product.parts, shops=shops, pictures=pictures)
    shops.import_shop(read_shop_file(SAMPLE), actor="test", at=parts.clock())
    words = [SHOP, "--pictures", str(tmp_path)]
    told = CliRunner().invoke(export_shop, words, obj=lambda: parts)
    file = tmp_path / "exported.yaml"
    file.write_text(told.stdout)
    assert {one.name for one in tmp_path.iterdir()} == {
        "exported.yaml",
        "logo.webp",
        "picture.webp",
    }
    again = CliRunner().invoke(import_shop, [str(file)], obj=lambda: parts)
    assert f"{SHOP}: no change" in again.output, again.output
    hint = CliRunner().invoke(export_shop, [SHOP], obj=lambda: parts).stderr
    assert "--pictures FOLDER" in hint
