"""Moving in from a real pretix: an event made there is exported, imported, and sold here."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.end_to_end.houses import ports_in_a_row
from tests.kits.product import open_shop, wish
from tests.kits.real_pretix import Pretix, PretixAbsent, running_pretix
from web.cli.shops import check_shop, import_shop

pytestmark = pytest.mark.slow

EVENT = "events/conf/"
ASKED = ("", "settings/", "items/", "quotas/?with_availability=true", "taxrules/", "categories/")


@pytest.fixture(scope="module")
def pretix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pretix]:
    folder = tmp_path_factory.mktemp("pretix")
    database = {"backend": "sqlite3", "name": str(folder / "db.sqlite3")}
    try:
        with running_pretix(folder, port=ports_in_a_row(1), database=database) as pretix:
            yield pretix
    except PretixAbsent as absent:
        pytest.skip(str(absent))


def a_conference(pretix: Pretix) -> None:
    """An event with variations, two quotas, a price without VAT, and an order that took a seat."""
    pretix.ask(
        "events/",
        {
            "name": {"en": "Autumn conference"},
            "slug": "conf",
            "currency": "EUR",
            "timezone": "Europe/Berlin",
            "date_from": "2030-09-03T09:00:00+02:00",
            "date_to": "2030-09-04T17:00:00+02:00",
            "location": {"en": "City hall\nMarket square 1"},
            "plugins": [],
        },
    )
    made = {"contact_mail": "office@example.org", "invoice_address_from_name": "Association"}
    pretix.ask(f"{EVENT}settings/", made, method="PATCH")
    low, high = (
        pretix.ask(
            f"{EVENT}taxrules/",
            {"name": {"en": "VAT"}, "rate": rate, "price_includes_tax": includes},
        )["id"]
        for rate, includes in (("7.00", True), ("19.00", False))
    )
    ticket = pretix.ask(
        f"{EVENT}items/",
        {
            "name": {"en": "Ticket"},
            "default_price": "119.00",
            "tax_rule": low,
            "admission": True,
            "variations": [
                {"value": {"en": "Friday"}, "default_price": "60.00"},
                {"value": {"en": "Both days"}, "default_price": None},
            ],
        },
    )
    shirt = pretix.ask(
        f"{EVENT}items/",
        {"name": {"en": "Shirt"}, "default_price": "20.00", "tax_rule": high, "admission": False},
    )
    variations = [one["id"] for one in ticket["variations"]]
    hall = {"name": "Hall", "size": 10, "items": [ticket["id"]], "variations": variations}
    pretix.ask(f"{EVENT}quotas/", hall)
    pretix.ask(f"{EVENT}quotas/", {"name": "Shirts", "size": None, "items": [shirt["id"]]})
    sold = {"item": ticket["id"], "variation": variations[0], "answers": []}
    pretix.ask(
        f"{EVENT}orders/",
        {
            "email": "ada@example.org",
            "locale": "en",
            "sales_channel": "web",
            "payment_provider": "manual",
            "status": "p",
            "fees": [],
            "positions": [sold],
        },
    )


def test_an_event_moves_in_and_its_first_ticket_is_sold(pretix: Pretix, tmp_path: Path):
    a_conference(pretix)
    answers, file = tmp_path / "event.json", tmp_path / "conf.yaml"
    answers.write_text("\n".join(json.dumps(pretix.ask(f"{EVENT}{one}")) for one in ASKED))
    product = open_shop()

    def run(command, *words: str) -> str:
        told = CliRunner().invoke(command, words, obj=lambda: product.parts)
        assert told.exit_code == 0, told.output
        return told.output

    pay = ("--how-to-pay", "By transfer.")
    told = run(import_shop, str(answers), "--from", "pretix", "--to", str(file), *pay)
    assert "quota hall: 1 of 10 are taken there: 9 are for sale here" in told
    assert "Mend" not in told
    run(check_shop, str(file))
    run(import_shop, str(file))
    shop = product.parts.shops.get("conf")
    priced = {slug: (one.price.amount, one.vat_percent) for slug, one in shop.products.items()}
    assert priced == {
        "ticket-friday": (6000, "7"),
        "ticket-both-days": (11900, "7"),
        "shirt": (2380, "19"),
    }
    assert shop.quotas == {"hall": 9}
    bought = wish(lines=[{"product": "ticket-friday", "quantity": 1}])
    placed = product.client.post("/api/v1/shops/conf/orders", json=bought)
    assert placed.status_code == 201, placed.text
    assert placed.json["order"]["total"] == 6000
