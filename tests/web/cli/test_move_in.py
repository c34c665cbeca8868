"""`shop import --from pretix`: from another shop's answers to the first ticket sold here."""

from pathlib import Path

from click.testing import CliRunner, Result

from ledger.shop.stamps import shop_id
from tests.kits.pretix import event_file
from tests.kits.product import Product
from web.cli.shops import check_shop, import_shop

PAY = ("--how-to-pay", "By transfer.")


def run(product: Product, command, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=lambda: product.parts)


def answers(folder: Path) -> str:
    file = folder / "event.json"
    file.write_bytes(event_file())
    return str(file)


def test_an_event_is_written_looked_at_imported_and_sold(product: Product, tmp_path: Path):
    to = str(tmp_path / "conf.yaml")
    size = product.parts.store.head()
    told = run(product, import_shop, answers(tmp_path), "--from", "pretix", "--to", to, *PAY)
    assert told.exit_code == 0, told.output
    assert f"{to} is written: 5 products, 2 quotas." in told.output
    assert "quota hall: 50 of 200 are taken there: 150 are for sale here" in told.output
    assert "Mend" not in told.output
    assert product.parts.store.head() == size
    assert run(product, check_shop, to).exit_code == 0
    assert run(product, import_shop, to).exit_code == 0
    shop = product.parts.shops.get("conf")
    assert shop.id == shop_id("conf")
    assert shop.quotas == {"hall": 150, "friday": 80}
    page = product.client.get("/conf/checkout?buy.day-ticket-friday=1&language=en")
    assert "Day ticket: Friday" in page.text


def test_what_pretix_does_not_say_is_asked_for_and_what_is_there_stays(
    product: Product, tmp_path: Path
):
    to = tmp_path / "conf.yaml"
    words = (answers(tmp_path), "--from", "pretix", "--to", str(to))
    told = run(product, import_shop, *words, "--provider", "stripe", "--email", "no address")
    assert "Mend before importing it: seller.email" in told.output
    before = to.read_bytes()
    again = run(product, import_shop, *words)
    assert again.exit_code == 2
    assert "is there already and stays as it is" in again.output
    assert to.read_bytes() == before


def test_options_of_moving_in_are_for_moving_in(product: Product, tmp_path: Path):
    told = run(product, import_shop, answers(tmp_path), "--provider", "stripe")
    assert (told.exit_code, "for --from" in told.output) == (2, True)
