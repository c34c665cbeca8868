"""The demo's past: every fate once, at its time, agreeing with the provider's books."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.sandbox.server import SandboxSettings, running_sandbox
from adapters.shop_file.read import read_shop_file
from ledger.kernel.money import Money
from ledger.order.commands import Wanted
from ledger.order.order import Order
from ledger.order.stamps import Customer
from ledger.order.status import Status, status
from projections.order_search import OrderSearch
from tests.end_to_end.houses import ports_in_a_row
from web.cli.main import stampledger
from web.demo.command import SAMPLES
from web.demo.past import make_past
from web.demo.processes import Addresses, House, keep_to_ourselves
from web.demo.season import (
    CODE,
    CODE_SINCE,
    LASTS,
    RAFT,
    SAUNA,
    WINTERFEST,
    Fate,
    Visit,
    Wait,
    Will,
    rafts,
    season,
)
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

LONG = timedelta(days=28)
ENDS: Mapping[Fate, Status] = {
    Fate.PAYS: Status.PAID,
    Fate.PAYS_AT_SECOND_TRY: Status.PAID,
    Fate.DECLINED: Status.CANCELLED,
    Fate.SLOW_BANK: Status.PAID,
    Fate.LEAVES: Status.CANCELLED,
    Fate.GIVES_UP: Status.CANCELLED,
    Fate.CANCELS: Status.REFUNDED,
    Fate.GOODWILL: Status.PARTIALLY_REFUNDED,
    Fate.DISPUTES: Status.DISPUTED,
    Fate.DISPUTE_WON: Status.PAID,
    Fate.REFUND_FAILS: Status.REFUND_FAILED,
    Fate.WRITES: Status.PAID,
}
COMES = {fate: number * 0.1 for number, fate in enumerate(Fate)}


READER = "Read It"


def reader() -> Visit:
    """Somebody with the code of the newsletter."""
    customer = Customer(first_name=READER, last_name="Example", email="b@visitors.example")
    after = CODE_SINCE + timedelta(days=1)
    return replace(visit(Fate.PAYS, after), customer=customer, code=CODE)


def name_of(fate: Fate) -> str:
    return fate.name.replace("_", " ").title()


def visit(fate: Fate, after: timedelta, shop: str = WINTERFEST) -> Visit:
    return Visit(
        after=after,
        shop=shop,
        customer=Customer(
            first_name=name_of(fate), last_name="Example", email="a@visitors.example"
        ),
        language="sv",
        lines=(Wanted(product="night" if shop == SAUNA else "weekend", quantity=2),),
        fate=fate,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(home=tmp_path_factory.mktemp("past"), at=Addresses(web=ports_in_a_row()))
    keep_to_ourselves(made.home / "sandbox")
    visits: list[Visit | Wait] = [visit(fate, timedelta(days=COMES[fate])) for fate in Fate]
    visits.append(visit(Fate.PAYS, timedelta(days=2), SAUNA))
    visits.append(visit(Fate.LEAVES, LONG + timedelta(days=2)))
    visits.append(reader())
    visits += rafts(LONG)
    assert made_in(made, visits)
    return made


def made_in(house: House, visits: Sequence[Visit | Wait]) -> bool:
    shops = [read_shop_file(sample) for sample in SAMPLES]
    return make_past(house, shops, visits, lasts=LONG, progress=lambda done, total: None)


@pytest.fixture(scope="module")
def orders(house: House) -> Iterator[Mapping[str, Mapping[str, Order]]]:
    """By shop, and by the first name of who ordered."""
    settings = replace(read_settings(house.environment()), database_url=None)
    with assembled(settings, readers=2) as works:
        found = [works.parts.orders.get(one.stream) for one in works.parts.views.orders(EVERY)]
        yield {
            shop: {
                one.terms.customer.first_name: one
                for one in found
                if one.terms.shop_slug == shop and one.terms.customer
            }
            for shop in (WINTERFEST, SAUNA)
        }


EVERY = OrderSearch(shops=(WINTERFEST, SAUNA))


def told(house: House, *words: str) -> str:
    answer = CliRunner().invoke(stampledger, words, env=dict(house.environment()))
    assert answer.exit_code == 0, answer.output
    return answer.output


def stamps_in(house: House) -> int:
    clean = re.search(r"Clean: (\d+) stamps", told(house, "audit", "verify"))
    assert clean is not None
    return int(clean[1])


def test_each_fate_ends_as_it_is_called(orders: Mapping[str, Mapping[str, Order]]) -> None:
    ended = {name: status(order) for name, order in orders[WINTERFEST].items()}
    assert ended == {READER: Status.PAID} | {name_of(fate): end for fate, end in ENDS.items()}
    assert status(orders[SAUNA][name_of(Fate.PAYS)]) is Status.PAID


def test_everything_stands_at_the_time_when_it_happened(
    orders: Mapping[str, Mapping[str, Order]],
) -> None:
    now = datetime.now(UTC)
    (payment,) = orders[WINTERFEST][name_of(Fate.SLOW_BANK)].attempts.values()
    assert payment.paid_at is not None
    assert timedelta(days=1) < payment.paid_at - payment.requested_at < timedelta(days=2)
    others = [one for name, one in orders[WINTERFEST].items() if name != READER]
    placed = {one.placed_at or now for one in others}
    assert max(placed) < now - LONG + timedelta(days=3)
    assert len(placed) == len(ENDS)


def test_whoever_read_the_newsletter_pays_less_and_a_use_is_gone(
    house: House, orders: Mapping[str, Mapping[str, Order]]
) -> None:
    line = orders[WINTERFEST][READER].terms.lines[0]
    assert (line.full_price, line.unit_price) == (Money(6900, "EUR"), Money(5865, "EUR"))
    (code,) = json.loads(told(house, "vouchers", "codes", WINTERFEST, "--json"))["vouchers"]
    assert (code["code"], code["taken"]) == (CODE, 2)


def test_what_sold_out_has_a_line_in_which_every_fate_was_met(house: House) -> None:
    now = datetime.now(UTC)
    listed = json.loads(told(house, "waiting", "list", SAUNA, "--json"))["places"]
    assert [one["state"] for one in listed] == ["held", "waiting", "waiting", "waiting"]
    assert datetime.fromisoformat(listed[0]["held_until"]) > now
    since = (now - LONG).date().isoformat()
    report = json.loads(told(house, "report", "waiting-list", "--from", since, "--format", "json"))
    (raft,) = report["rows"]
    assert {name.removeprefix("line_"): many for name, many in raft.items()} == {
        "product": RAFT,
        "joined": 8,
        "offered": 4,
        "bought": 2,
        "lapsed": 1,
        "left": 1,
    }


def test_ledger_views_and_the_providers_books_agree(house: House) -> None:
    assert stamps_in(house)
    told(house, "audit", "diff")
    settings = SandboxSettings(
        home=house.home / "sandbox", api_key=house.api_key, port=house.at.web + 1
    )
    with running_sandbox(settings):
        words = ("reconcile", "--provider", "stripe", "--settlements", "--json")
        books = json.loads(told(house, *words))
    assert books["clean"], books
    assert len(books["settlements"]) == LONG.days // 7


def test_each_payout_of_the_past_tells_its_orders(house: House) -> None:
    since = (datetime.now(UTC) - LONG).date().isoformat()
    words = ("report", "payouts-to-orders", "--from", since, "--format", "json")
    rows = json.loads(told(house, *words))["rows"]
    brought = [one for one in rows if one["provider"] == "stripe" and one["paid_out"]]
    assert len(brought) >= 2
    assert {one["payout_difference"]["amount"] for one in brought} == {0}


def test_a_ledger_that_holds_something_gets_no_past(house: House) -> None:
    before = stamps_in(house)
    assert not made_in(house, [visit(Fate.PAYS, timedelta(days=1))])
    assert stamps_in(house) == before > 100


def test_the_season_is_some_hundred_orders_with_every_fate() -> None:
    visits = season()
    assert 200 <= len(visits) <= 600
    orders = [one for one in visits if isinstance(one, Visit)]
    assert {one.fate for one in orders} == set(Fate)
    assert {one.shop for one in orders} == {WINTERFEST, SAUNA}
    assert {one.shop for one in orders if one.code} == {WINTERFEST}
    assert {one.will for one in visits if isinstance(one, Wait)} == set(Will)
    assert max(one.after for one in visits) < LASTS
    assert visits == season()


def test_samples_are_shops(tmp_path: Path) -> None:
    assert [read_shop_file(one).slug for one in SAMPLES] == [WINTERFEST, SAUNA]
