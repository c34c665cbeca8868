"""`vouchers …`: a list taken over, answered, issued at a pretix, revoked, and what lies about."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from adapters.providers.pretix import PretixVouchers
from ledger.grants.keeper import VoucherAsk
from ledger.grants.stamps import GrantKind, GrantTerms, Place, PriceMode
from tests.kits.product import Product
from tests.kits.voucher_house import EVENT
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving
from web.cli.vouchers import vouchers

LIST = """email;name;kind;state;reference
bea@example.org;Bea Åberg;grant;confirmed;1
ada@example.org;Ada;co-speaker;;2
;Somebody;speaker;;3
not an address;Cyd;grant;;4
dan@example.org;Dan;cook;;5
bea@example.org;Bea;grant;;6
"""


@pytest.fixture(scope="module")
def pretix() -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


@pytest.fixture
def desk(product: Product, pretix: PretixStandIn) -> Product:
    keeper = PretixVouchers(pretix.token, api_base=pretix.url)
    pretix.vouchers.clear()
    keepers = {Place.PRETIX: keeper}
    product.parts = replace(
        product.parts, fulfilment=replace(product.parts.fulfilment, keepers=keepers)
    )
    done = run(product, "set-up", "winterfest", "--pretix", "org/conf", "--quota", "1",
               "--ticket-price", "10000")  # fmt: skip
    assert done.exit_code == 0, done.output
    return product


def run(product: Product, *words: str) -> Any:
    return CliRunner().invoke(vouchers, words, obj=lambda: product.parts, catch_exceptions=False)


def people(product: Product) -> dict[str, dict[str, Any]]:
    told = json.loads(run(product, "list", "winterfest", "--json").stdout)["people"]
    return {one["reference"]: one for one in told}


def file_of(tmp_path: Path, content: str) -> str:
    path = tmp_path / "people.csv"
    path.write_text(content)
    return str(path)


def test_a_dry_run_names_each_row_s_trouble_and_does_nothing(desk: Product, tmp_path: Path):
    file = file_of(tmp_path, LIST)
    told = json.loads(run(desk, "people", "winterfest", file, "--json").stdout)
    assert [(one["row"], one["outcome"], one["troubles"]) for one in told["rows"]] == [
        (2, "new", []),
        (3, "new", []),
        (4, "nobody", []),
        (5, "trouble", ["bad-email"]),
        (6, "trouble", ["unknown-kind"]),
        (7, "trouble", ["twice"]),
    ]
    assert people(desk) == {}
    assert run(desk, "people", "winterfest", file).exit_code == 1


def test_a_list_is_taken_over_once_and_rows_without_a_person_are_left_alone_and_shown(
    desk: Product, tmp_path: Path
):
    file = file_of(tmp_path, LIST)
    run(desk, "people", "winterfest", file, "--commit")
    before = desk.parts.store.head()[0]
    again = json.loads(run(desk, "people", "winterfest", file, "--commit", "--json").stdout)
    assert [one["outcome"] for one in again["rows"]][:3] == ["same", "same", "same"]
    assert desk.parts.store.head()[0] == before
    told = people(desk)
    assert {name: (one["state"], one["somebody"]) for name, one in told.items()} == {
        "1": ("confirmed", True),
        "2": ("invited", True),
        "3": ("invited", False),
    }
    assert "nobody" in run(desk, "list", "winterfest").stdout


def test_a_list_on_which_nobody_is_says_so(desk: Product, tmp_path: Path):
    nobody = run(desk, "list", "winterfest")
    assert (nobody.exit_code, nobody.stdout) == (0, "Nobody like that is on the list.\n")
    run(desk, "people", "winterfest", file_of(tmp_path, LIST), "--commit")
    assert "bea" not in run(desk, "list", "winterfest").stdout, "addresses are not told"
    well = run(desk, "list", "winterfest", "--trouble")
    assert (well.exit_code, well.stdout) == (0, "Nobody has to be looked at.\n")
    told = run(desk, "list", "winterfest", "--trouble", "--json")
    assert json.loads(told.stdout) == {"people": []}


def test_issued_shown_by_address_and_by_code_revoked_and_reported(
    desk: Product, pretix: PretixStandIn, tmp_path: Path
):
    run(desk, "people", "winterfest", file_of(tmp_path, LIST), "--commit")
    assert run(desk, "issue", "winterfest", "bea@example.org").exit_code == 0
    assert run(desk, "issue", "winterfest", "bea@example.org").exit_code == 0
    assert run(desk, "issue", "winterfest", "ada@example.org").exit_code == 1, "not confirmed"
    (made,) = pretix.vouchers.values()
    assert made["code"] in run(desk, "show", "winterfest", "BEA@example.org").stdout
    told = json.loads(run(desk, "show", "winterfest", made["code"].lower(), "--json").stdout)
    assert (told["voucher"]["code"], told["email"]) == (made["code"], "bea@example.org")
    assert run(desk, "revoke", "winterfest", "bea@example.org", "--reason", "x").exit_code == 0
    assert pretix.vouchers == {}


def test_the_list_again_after_an_upgrade_changes_nothing_and_says_so(desk: Product, tmp_path: Path):
    content = "email,name,kind,state\nbea@example.org,Bea,{},confirmed\n"
    part, full = content.format("co_speaker"), content.format("grant")
    run(desk, "people", "winterfest", file_of(tmp_path, part), "--commit")
    run(desk, "issue", "winterfest", "bea@example.org")
    run(desk, "people", "winterfest", file_of(tmp_path, full), "--commit")
    before, again = desk.parts.store.head()[0], file_of(tmp_path, part)
    told = json.loads(run(desk, "people", "winterfest", again, "--commit", "--json").stdout)
    assert [one["outcome"] for one in told["rows"]] == ["same"]
    assert desk.parts.store.head()[0] == before


def test_orphans_are_listed_and_deleted_if_nobody_used_them(
    desk: Product, pretix: PretixStandIn, tmp_path: Path
):
    keeper = desk.parts.voucher_keepers[Place.PRETIX]
    for number in range(3):
        ask = VoucherAsk(
            voucher=uuid4(),
            code=f"ORPHAN{number}",
            kind=GrantKind.GRANT,
            terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
            destination=EVENT,
        )
        keeper.create(ask)
    pretix.vouchers[max(pretix.vouchers)]["comment"] = "made by hand"
    pretix.redeem("ORPHAN1", "ZPXLK")
    file_of_one = "email,kind,state\nbea@example.org,grant,confirmed\n"
    run(desk, "people", "winterfest", file_of(tmp_path, file_of_one), "--commit")
    run(desk, "issue", "winterfest", "bea@example.org")
    told = json.loads(run(desk, "orphans", "--json").stdout)["orphans"]
    assert [(one["code"], one["uses"]) for one in told] == [("ORPHAN0", 0), ("ORPHAN1", 1)]
    gone = run(desk, "orphans", "--delete", "--json")
    assert [one["fate"] for one in json.loads(gone.stdout)["orphans"]] == ["deleted", "used"]
    assert gone.exit_code == 1
    assert len(pretix.vouchers) == 3


def test_orphans_are_found_where_the_books_know_of_no_voucher_yet(
    desk: Product, pretix: PretixStandIn
):
    """As after a backup of ours was put back."""
    terms = GrantTerms(mode=PriceMode.SET, value="0.00")
    ask = VoucherAsk(
        voucher=uuid4(), code="ORPHAN", kind=GrantKind.GRANT, terms=terms, destination=EVENT
    )
    desk.parts.voucher_keepers[Place.PRETIX].create(ask)
    told = json.loads(run(desk, "orphans", "--json").stdout)["orphans"]
    assert [one["code"] for one in told] == ["ORPHAN"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "must name the columns"),
        ("name\nBea\n", "must name the columns"),
        ("email,kind,shoe\n", "Columns are"),
        ("email,kind,email\n", "stands there twice"),
    ],
)
def test_what_is_no_list_is_said(desk: Product, tmp_path: Path, content: str, says: str):
    done = run(desk, "people", "winterfest", file_of(tmp_path, content))
    assert done.exit_code == 2
    assert says in done.output


def test_rules_that_cannot_be_are_said(desk: Product):
    for words in (["--pretix", "org"], ["--pretix", "org/conf"], ["--product", "nothing"]):
        assert run(desk, "set-up", "winterfest", *words).exit_code == 2
    assert run(desk, "set-up", "winterfest", "--product", "weekend").exit_code == 0
    wrong = run(desk, "set-up", "winterfest", "--product", "weekend", "--co-speaker-percent", "x")
    assert wrong.exit_code == 2
