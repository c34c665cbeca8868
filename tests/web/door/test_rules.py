"""What a device decides by itself is what the ledger would have decided, code by code."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.order.attendance import DAY_BEGINS, day_of
from ledger.order.commands import CancelOrder
from ledger.shop.stamps import Admission
from ledger.tickets.code import SIGNS, as_stored
from tests.kits.door import Device, admitting, sold
from tests.kits.door_page import in_node
from tests.kits.product import Product
from tests.kits.ticket_codes import codes

SEED = 20270212


def test_a_code_is_one_for_the_page_when_it_is_one_for_the_ledger():
    chance, typed = random.Random(SEED), [one.code for one in codes(60)]
    for code in [one.code for one in codes(60)]:
        place = chance.randrange(16)
        typed.append(code[:place] + chance.choice(SIGNS) + code[place + 1 :])
        typed.append(f" {code[:5].lower()}-{code[5:]}\t")
        typed.append(code[1] + code[0] + code[2:])
        typed.append(code[:-1])
    typed += ["", "0OI1", "ÄÖ" * 8, "https://example.org"]
    script = "import {asStored} from './code.js'; tell(given.map(asStored));"
    assert in_node(script, typed) == [as_stored(one) for one in typed]


def test_a_day_is_the_same_day_for_both():
    zones = ("Europe/Helsinki", "America/St_Johns", "Asia/Kathmandu", "UTC")
    chance = random.Random(SEED)
    start = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the clocks are put forward in that night
    moments = [start + timedelta(minutes=chance.randrange(60 * 24 * 400)) for _ in range(50)]
    moments += [start + timedelta(minutes=10 * step) for step in range(150)]
    script = """import {dayOf} from './verdict.js';
        tell(given.moments.map((at) => given.zones.map((timezone) =>
            dayOf(new Date(at), {timezone, day_begins: given.begins}))));"""
    given = {"moments": [one.isoformat() for one in moments], "zones": zones, "begins": DAY_BEGINS}
    assert in_node(script, given) == [[day_of(at, zone) for zone in zones] for at in moments]


VERDICTS = """
import {hashOf} from './list.js';
import {verdict} from './verdict.js';
const told = [];
for (const {list, code, door, day} of given) {
  const kept = {...list, tickets: new Map(list.tickets.map((one) => [one[0], one]))};
  const hash = await hashOf(kept, code);
  const {result, used, days, doors} = verdict(kept, [], {hash, door, day});
  told.push([result, used?.device ?? null, days ?? null, doors ?? null]);
}
tell(told);
"""


@pytest.fixture
def asked(product: Product) -> list[tuple[dict[str, Any], list[object]]]:
    """Scans in many situations: what a device knew before each, and what the ledger answered."""
    order, (one, two, three) = sold(product, pieces=3)
    gone, (first, second) = sold(product, pieces=2)
    saunas = [sold(product, product_slug="sauna")[1][0] for _ in range(2)]
    admitting(
        product,
        weekend=Admission(days=("2027-01-10", "2027-01-11"), doors=("main",)),
        sauna=Admission(days=("2027-01-11",), doors=("sauna",)),
    )
    devices = [Device(product), Device(product, name="south", door="sauna")]
    found = []

    def scan(device: Device, code: str) -> None:
        listed = device.get("/list").json
        day = device.get().json["day"]
        answer = device.scan(code)
        used = answer["used"]["device"] if answer["used"] else None
        known = {"list": listed, "code": code, "door": device.door, "day": day}
        found.append((known, [answer["result"], used, answer["days"], answer["doors"]]))

    for step in range(2):
        for code in (one, two, first, saunas[0], "2222222222222222"):
            for device in devices:
                scan(device, code)
        if not step:
            wish = CancelOrder(
                correlation_id=order, actor="staff", at=product.clock(), reason="ill", refund=False
            )
            product.parts.orders.handle(gone, wish)
            product.clock.move(days=1)
    for code in (first, second, three, saunas[1]):
        for device in (*devices, *devices):
            scan(device, code)
    return found


def test_by_its_list_a_device_says_what_the_ledger_says(asked: Any):
    told = in_node(VERDICTS, [known for known, _ in asked])
    assert told == [answer for _, answer in asked]
    assert {result for result, *_ in told} >= {
        "valid", "used", "revoked", "wrong_day", "wrong_door", "unknown",
    }  # fmt: skip


OWN = """
import {verdict} from './verdict.js';
const list = {
  products: {
    one: {days: [], doors: [], reentry: false}, back: {days: [], doors: [], reentry: true}},
  tickets: new Map([
    ["a", ["a", "one", "valid", []]], ["b", ["b", "back", "valid", []]],
    ["c", ["c", "one", "valid", [["d", "main", "2027-01-10T10:00:00Z", "north"]]]],
  ]),
};
const did = (ways, more = {}) => ways.map((way, at) => (
  {way, at, door: "main", day: "d", state: "queued", scan: `${at}`, ...more}));
tell(given.map(([hash, ways, more, where, undone]) => verdict(
  list, did(ways, more), {hash, door: "main", day: "d", ...where}, undone ?? []).result));
"""


@pytest.mark.parametrize(
    ("case", "result"),
    [
        (["a", [], {}, {}], "valid"),
        (["a", ["in"], {}, {}], "used"),
        (["a", ["in", "out"], {}, {}], "used"),
        (["b", ["in", "out"], {}, {}], "valid"),
        (["b", ["in", "out", "in"], {}, {}], "used"),
        (["b", ["in"], {}, {"way": "out"}], "left"),
        (["b", ["in", "out"], {}, {"way": "out"}], "not_inside"),
        (["a", ["in"], {"state": "entered"}, {}], "used"),
        (["a", ["in"], {"state": "unanswered"}, {}], "valid"),
        (["a", ["in"], {"state": "asked"}, {}], "valid"),
        (["a", ["in"], {"undone": True}, {}], "valid"),
        (["a", ["in"], {"door": "sauna"}, {}], "valid"),
        (["a", ["in"], {"day": "yesterday"}, {}], "valid"),
        (["none", ["in"], {}, {}], "used"),
        (["none", [], {}, {}], "unknown"),
        (["c", [], {}, {}], "used"),
        (["c", [], {}, {"door": "sauna"}], "valid"),
        (["c", [], {}, {"way": "out"}], "left"),
        (
            ["c", [], {}, {}, [{"hash": "c", "door": "main", "day": "d", "at": 1_900_000_000_000}]],
            "valid",
        ),
        (["c", [], {}, {}, [{"hash": "c", "door": "main", "day": "d", "at": 0}]], "used"),
    ],
)
def test_what_a_device_did_itself_counts_before_its_list(case: Any, result: str):
    assert in_node(OWN, [case]) == [result]


MERGED = """
import {merged} from './list.js';
const sent = (told) => ({bytes: new TextEncoder().encode(JSON.stringify({
  format: "stampledger-door-list/1", shop: "w", salt: "s", since: 0, tickets: [], ...told}))});
const about = {shop: "w", tag: "t", verified: true, at: 1};
const tickets = [["a", "x", "valid", []], ["b", "x", "valid", []]];
const before = merged(null, sent({position: 5, tickets}), about);
tell(given.map((told) => {
  try { return [...merged(before, sent(told), about).tickets.values()].map(([h,, s]) => h + s); }
  catch (error) { return error.message; }
}));
"""


def test_what_changed_is_put_over_the_list_and_nothing_else_is():
    changed = [["b", "x", "revoked", []], ["c", "x", "valid", []]]
    told = in_node(
        MERGED,
        [
            {"position": 7, "since": 5, "tickets": changed},
            {"position": 7, "tickets": changed},
            {"position": 4, "tickets": changed},
            {"position": 7, "since": 5, "salt": "other", "tickets": changed},
            {"position": 7, "since": 5, "names": True, "tickets": changed},
            {"position": 7, "shop": "other"},
            {"position": 7, "format": "other"},
        ],
    )
    assert told == [
        ["avalid", "brevoked", "cvalid"],
        ["brevoked", "cvalid"],
        "an older list",
        "no list",
        "no list",
        "no list",
        "no list",
    ]


def test_two_moments_of_one_minute_can_be_told_apart():
    script = (
        "const {Words} = await import('./words.js');"
        " const words = new Words({sentences: {}, verdicts: {}, language: 'fi'});"
        " words.zone = 'Europe/Helsinki';"
        " tell(given.flatMap((one) => [words.time(one), words.exact(one)]));"
    )
    assert in_node(script, [0, 59_000]) == ["02.00", "02.00.00", "02.00", "02.00.59"]
