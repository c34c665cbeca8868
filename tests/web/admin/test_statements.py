"""Statements by page and by command: shown first, taken in as shown, by who may."""

import json
from io import BytesIO

import pytest
from click.testing import CliRunner

from ledger.order.commands import CancelOrder
from ledger.order.status import Status, status
from tests.kits.back_office import employed, let_in
from tests.kits.bank_files import Booked, camt, mt940
from tests.web.actions.test_statements import order_of, shop, wish
from web.actions.back_office import carry_out
from web.cli.statements import statement


@pytest.fixture
def house():
    product, references = shop(2)
    product.app.config["WTF_CSRF_ENABLED"] = False
    return product, references


def upload(browser, content: bytes, **more: str):
    data = {"file": (BytesIO(content), "statement.xml"), **more}
    return browser.post("/admin/statements", data=data, content_type="multipart/form-data")


def hidden(page: str) -> dict[str, str]:
    names = ("content", "seen")
    return {
        name: page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0] for name in names
    }


def test_a_file_is_shown_and_then_taken_in_as_it_was_shown(house):
    product, (one, two) = house
    browser = let_in(product, employed(product, "staff", shop="winterfest").id)
    file = camt([Booked(cents=3500, reference=one), Booked(cents=100, text="Tilaus 7")])
    page = upload(browser, file).text
    assert "“Tilaus 7”" in page, "what the payer wrote instead of a reference"
    assert "Pays the order" in page
    assert status(order_of(product, one)) is not Status.PAID
    done = browser.post("/admin/statements/apply", data=hidden(page))
    assert "Taken in" in done.text
    assert status(order_of(product, one)) is Status.PAID
    assert "Aino" not in page + done.text
    again = upload(browser, mt940([Booked(cents=3500, reference=one)])).text
    assert "Known already" in again
    assert status(order_of(product, two)) is not Status.PAID


def test_what_moved_since_it_was_shown_is_shown_again_and_not_done(house):
    product, (one, _) = house
    browser = let_in(product, employed(product, "staff").id)
    page = upload(browser, camt([Booked(cents=3500, reference=one)])).text
    cancel = CancelOrder(**wish(product), reason="x")
    carry_out(product.parts, order_of(product, one).id, cancel)
    answer = browser.post("/admin/statements/apply", data=hidden(page))
    assert answer.status_code == 409
    assert order_of(product, one).received.amount == 0
    assert "Taken in" in browser.post("/admin/statements/apply", data=hidden(answer.text)).text
    assert order_of(product, one).received.amount == 3500


@pytest.mark.parametrize("content", [b"", b"hello", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_statement_is_said_and_nothing_is_done(house, content):
    product, _ = house
    browser = let_in(product, employed(product, "staff").id)
    before = product.parts.store.head()
    assert upload(browser, content).status_code == 422
    for packed in ("", "x", "eJwDAAAAAAE=", "AAAA"):
        form = {"content": packed, "seen": "0"}
        assert browser.post("/admin/statements/apply", data=form).status_code == 422
    assert product.parts.store.head() == before


def test_staff_of_another_shop_take_in_nothing_of_this_account(house):
    product, (one, _) = house
    browser = let_in(product, employed(product, "staff", shop="summerfest").id)
    assert upload(browser, camt([Booked(cents=3500, reference=one)])).status_code == 422
    assert order_of(product, one).received.amount == 0


def run(product, *words: str):
    return CliRunner().invoke(statement, words, obj=lambda: product.parts)


def test_the_command_is_dry_unless_told_otherwise(house, tmp_path):
    product, (one, _) = house
    path = tmp_path / "statement.sta"
    path.write_bytes(mt940([Booked(cents=3500, reference=one)]))
    shown = run(product, "import", str(path), "--json")
    (movement,) = json.loads(shown.stdout)["movements"]
    assert (shown.exit_code, movement["verdict"]) == (0, "pays")
    assert movement["order"] == str(order_of(product, one).id)
    assert status(order_of(product, one)) is not Status.PAID
    assert run(product, "import", str(path), "--apply").exit_code == 0
    assert status(order_of(product, one)) is Status.PAID
    assert "known" in run(product, "import", str(path)).stdout


def test_the_command_says_what_is_odd_and_what_cannot_be_read(house, tmp_path):
    product, _ = house
    path = tmp_path / "statement.xml"
    path.write_bytes(camt([Booked(cents=100, text="?")]))
    assert run(product, "import", str(path)).exit_code == 1
    assert run(product, "import", str(path), "--ours-only").exit_code == 0
    path.write_bytes(b"hello")
    assert run(product, "import", str(path)).exit_code == 2
    path.write_bytes(camt([], account="DE89370400440532013000"))
    assert run(product, "import", str(path)).exit_code == 2
