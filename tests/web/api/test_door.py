"""At the door through the API: each scan has one answer, and nobody comes in twice unnoticed."""

import hashlib
from base64 import b64decode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator

from ledger.cases.stamps import CaseOpened
from ledger.order.commands import CancelOrder
from ledger.order.issues import troubles
from ledger.order.stamps import TicketCheckedIn, TicketCheckInUndone
from ledger.shop.limits import EARLIEST
from ledger.shop.stamps import Admission
from tests.kits.door import DOOR, Device, admitting, keep_names_at_doors, name_holders, sold
from tests.kits.product import Product
from web.api.openapi import described


def checked(product: Product, order) -> list[object]:
    kinds = (TicketCheckedIn, TicketCheckInUndone)
    return [one for one in product.parts.orders.history(order) if isinstance(one.stamp, kinds)]


def unknown_cases(product: Product) -> list[CaseOpened]:
    every = (one.stamp for one in product.store.ledger.feed(0, limit=10_000))
    return [one for one in every if isinstance(one, CaseOpened) and one.order is None]


def test_a_scan_from_a_queue_under_another_scan_s_name_is_a_case(product: Product):
    _order, (code, other) = sold(product, pieces=2)
    device = Device(product)
    name = device.note(code)
    device.note(other, way="out", scan=name)
    told = [(one["result"], one["recorded"]) for one in device.send()["entries"]]
    assert told == [("valid", True), ("unknown", False)]
    (case,) = unknown_cases(product)
    assert (case.about, "saw somebody leave" in case.text) == (name, True)


def follows(answer, schema: str) -> None:
    whole = {"$ref": f"#/components/schemas/{schema}", "components": described()["components"]}
    Draft202012Validator(whole).validate(answer)


def test_a_ticket_lets_one_in_and_says_whose_scan_stands(product: Product):
    order, (code, other) = sold(product, pieces=2)
    north, south = Device(product), Device(product, name="south 2")
    first = north.scan(f" {code[:4].lower()}-{code[4:]} ")
    assert (first["result"], first["ticket"]["number"], first["ticket"]["state"]) == (
        "valid",
        1,
        "checked_in",
    )
    assert first["text"] == "Valid: Weekend"
    again = south.scan(code)
    assert (again["result"], again["used"]["device"], again["used"]["scan"]) == (
        "used",
        "north-1",
        first["scan"],
    )
    assert "by north-1" in again["text"]
    assert south.scan(other)["result"] == "valid"
    assert len(checked(product, order)) == 2
    for answer in (first, again):
        follows(answer, "DoorAnswer")
    unknown = north.scan("2222222222222222")
    assert (unknown["result"], unknown["ticket"]) == ("unknown", None)
    follows(unknown, "DoorAnswer")
    assert (north.inside, north.get("/counters").json["expected"]) == (2, 2)
    follows(north.get("/counters").json, "DoorCounters")


def test_the_same_scan_again_is_the_same_answer_and_no_second_stamp(product: Product):
    order, (code,) = sold(product)
    device, scan = Device(product), str(uuid4())
    first, again = device.scan(code, scan=scan), device.scan(code, scan=scan)
    assert (first["result"], first["repeated"]) == ("valid", False)
    assert (again["result"], again["repeated"]) == ("valid", True)
    assert len(checked(product, order)) == 1
    answer = device.post("check-ins", {**_body(device, code), "scan": scan, "door": "main"})
    assert answer.json["repeated"]
    entered = Device(product, name="later")
    entered.note(code, scan=scan)
    assert entered.send()["entries"][0]["repeated"]


def test_who_scans_is_looked_up_once_for_each_scan(
    product: Product, monkeypatch: pytest.MonkeyPatch
):
    _order, (code, other) = sold(product, pieces=2)
    device, tokens, asked = Device(product), product.parts.tokens, list[str]()

    def find(digest: str, look: Any = tokens.find) -> Any:
        asked.append(digest)
        return look(digest)

    monkeypatch.setattr(tokens, "find", find)
    for one in (code, other):
        device.scan(one)
    assert len(asked) == 2


def _body(device: Device, code: str) -> dict[str, object]:
    return {"scan": str(uuid4()), "door": device.door, "sent_at": device.clock, "code": code}


def test_days_doors_and_what_is_handed_out_are_the_product_s(product: Product):
    _order, (code,) = sold(product)
    _, (sauna,) = sold(product, product_slug="sauna")
    admitting(
        product,
        weekend=Admission(days=("2027-01-11",), doors=("main",), hand_out={"en": "Blue band"}),
        sauna=Admission(doors=("sauna",)),
    )
    main, there = Device(product), Device(product, door="sauna")
    about = main.get().json
    assert (about["doors"], about["day"]) == (["main", "sauna"], "2027-01-10")
    follows(about, "DoorRules")
    early = main.scan(code)
    assert (early["result"], early["days"]) == ("wrong_day", ["2027-01-11"])
    assert early["text"] == "For another day: 2027-01-11."
    product.clock.move(hours=14)  # 04:00 there: the night is of the day before
    assert main.scan(code)["result"] == "wrong_day"
    product.clock.move(hours=1)
    elsewhere = there.scan(code)
    assert (elsewhere["result"], elsewhere["doors"]) == ("wrong_door", ["main"])
    let_in = main.scan(code)
    assert (let_in["result"], let_in["ticket"]["hand_out"]) == ("valid", {"en": "Blue band"})
    assert main.scan(sauna)["result"] == "wrong_door"
    assert there.scan(sauna)["result"] == "valid"
    follows(elsewhere, "DoorAnswer")
    # What is off sale lets in as it did.
    spec = product.parts.shops.get("winterfest")
    assert spec.admissions["weekend"].days == ("2027-01-11",)


def test_a_ticket_whose_order_is_cancelled_is_revoked_and_a_used_one_stays_used(product: Product):
    order, (code, other) = sold(product, pieces=2)
    device = Device(product)
    device.scan(code)
    wish = CancelOrder(
        correlation_id=uuid4(), actor="staff", at=product.clock(), reason="ill", refund=False
    )
    product.parts.orders.handle(order, wish)
    revoked, used = device.scan(other), device.scan(code)
    assert (revoked["result"], revoked["why"]) == ("revoked", "cancelled")
    assert (used["result"], used["ticket"]["state"]) == ("used", "checked_in")
    found = device.get("/search?query=1").json["orders"][0]["tickets"]
    assert [one["state"] for one in found] == ["checked_in", "revoked"]
    follows(device.get("/search?query=1").json, "DoorSearch")


def test_who_is_not_paid_is_told_so_and_is_found_by_name(product: Product):
    address, _ = product.placed()
    device = Device(product)
    found = device.get("/search?query=neill").json
    (listed,) = found["orders"]
    assert (listed["order"], listed["tickets"][0]["state"]) == (
        address.rpartition("/")[2],
        "reserved",
    )
    assert device.scan("", order=listed["order"], ticket=1)["result"] == "not_paid"
    order, _ = sold(product)
    let_in = device.scan("", order=str(order), ticket=1)
    assert let_in["result"] == "valid"
    assert device.scan("", order=str(order), ticket=2)["result"] == "unknown"


def test_whoever_left_comes_in_again_where_the_product_says_so(product: Product):
    _order, (code,) = sold(product)
    device = Device(product)
    assert device.leave(code)["result"] == "not_inside"
    device.scan(code)
    left = device.leave(code)
    assert (left["result"], device.inside) == ("left", 0)
    follows(left, "DoorAnswer")
    assert device.scan(code)["result"] == "used"
    admitting(product, weekend=Admission(reentry=True))
    back = device.scan(code)
    assert (back["result"], back["again"], back["text"]) == (
        "valid",
        True,
        "Valid, back again: Weekend",
    )
    assert device.scan(code)["result"] == "used"
    assert device.get("/counters").json["doors"]["main"] == {
        "inside": 1,
        "entered": 2,
        "left": 1,
        "tickets": 1,
    }


def test_a_check_in_by_mistake_is_undone_once_and_the_ticket_is_as_it_was(product: Product):
    order, (code,) = sold(product)
    device = Device(product)
    scan = device.scan(code)["scan"]
    undone, again = device.undo(scan), device.undo(scan)
    assert (undone.json["repeated"], again.json["repeated"]) == (False, True)
    assert (undone.json["ticket"]["state"], device.inside) == ("confirmed", 0)
    follows(undone.json, "DoorUndone")
    assert len(checked(product, order)) == 2
    assert device.scan(code)["result"] == "valid"
    nothing = device.undo(str(uuid4()))
    assert (nothing.status_code, nothing.json["type"]) == (404, "/problems/unknown-check-in")


def test_of_two_scans_the_earliest_stands_whenever_it_is_told_and_the_other_is_a_case(
    product: Product,
):
    order, (code,) = sold(product)
    off, on = Device(product, name="off-line"), Device(product, name="on-line")
    noted = off.note(code)
    product.clock.move(minutes=5)
    assert on.scan(code)["result"] == "valid"
    product.clock.move(minutes=5)
    (entry,) = off.send()["entries"]
    assert (entry["result"], entry["stands"], entry["recorded"]) == ("valid", True, True)
    assert on.scan(code)["used"]["device"] == "off-line"
    (trouble,) = troubles(product.parts.orders.get(order))
    assert "2027-01-10T12:00:00+00:00 by off-line" in trouble.text
    assert "2027-01-10T12:05:00+00:00 by on-line" in trouble.text
    later = Device(product, name="latest")
    later.note(code)
    (entry,) = later.send()["entries"]
    assert (entry["result"], entry["stands"], entry["used"]["scan"]) == ("used", False, noted)
    assert len(troubles(product.parts.orders.get(order))) == 2
    assert on.inside == 1


def test_a_queue_sent_again_is_the_same_and_a_revoked_ticket_in_it_is_a_case(product: Product):
    order, (code, other) = sold(product, pieces=2)
    device = Device(product)
    device.note(code)
    device.note("3333333333333333")
    wish = CancelOrder(
        correlation_id=uuid4(), actor="staff", at=product.clock(), reason="ill", refund=False
    )
    product.parts.orders.handle(order, wish)
    device.note(other)
    first, again = device.send(), device.send()
    follows(first, "DoorQueueAnswer")
    told = [(one["result"], one["recorded"], one["stands"]) for one in first["entries"]]
    assert told == [("revoked", True, True), ("unknown", False, False), ("revoked", True, True)]
    assert [one["repeated"] for one in again["entries"]] == [True, False, True]
    assert [{**one, "repeated": False} for one in again["entries"]] == first["entries"]
    assert len(checked(product, order)) == 2
    assert [one.mark for one in troubles(product.parts.orders.get(order))] == ["revoked"] * 2
    # Whom the unknown code let in is for people to look into, once however often it is sent.
    (case,) = unknown_cases(product)
    assert "north-1 let somebody in at main of winterfest at 2027-" in case.text
    assert "3333" not in case.text


def test_a_clock_that_is_wrong_is_noticed_told_and_put_right(product: Product):
    order, (code,) = sold(product)
    device = Device(product, ahead=timedelta(hours=3))
    device.note(code)
    product.clock.move(minutes=10)
    answer = device.send()
    assert answer["clock"] == {"ahead": 10800.0, "wrong": True}
    (scan,) = product.parts.orders.get(order).scans.values()
    assert scan.at == product.clock() - timedelta(minutes=10)
    assert Device(product).scan(code)["clock"] == {"ahead": 0.0, "wrong": False}


@pytest.mark.parametrize(
    ("sent", "noted"),
    [
        ("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"),
        ("9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_a_clock_at_the_ends_of_the_calendar_loses_no_scan(product: Product, sent: str, noted: str):
    order, (code,) = sold(product)
    device = Device(product)
    device.note(code)
    device.queue[0]["scanned_at"] = noted
    answer = device.post("queue", {"sent_at": sent, "entries": device.queue}).json
    assert (answer["clock"]["wrong"], answer["entries"][0]["recorded"]) == (True, True)
    (scan,) = product.parts.orders.get(order).scans.values()
    assert EARLIEST <= scan.at <= product.clock()


def test_the_list_is_signed_and_tells_what_changed_and_no_names(product: Product):
    order, (code, _other) = sold(product, pieces=2)
    device = Device(product)
    whole = device.get("/list")
    key = Ed25519PublicKey.from_public_bytes(b64decode(device.get().json["key"]))
    key.verify(b64decode(whole.headers["Door-Signature"]), whole.data)
    told = whole.json
    follows(told, "DoorList")
    salted = hashlib.sha256(f"{told['salt']}/{code}".encode()).hexdigest()[:32]
    assert [salted, "weekend", "valid", []] in told["tickets"]
    assert not {"Ada", "Neill", code, str(order)} & {*whole.text.replace('"', " ").split()}
    same = device.headers | {"If-None-Match": whole.headers["ETag"]}
    assert product.client.get("/api/v1/shops/winterfest/door/list", headers=same).status_code == 304
    sold(product)
    device.scan(code)
    later = device.get(f"/list?since={told['position']}").json
    assert len(later["tickets"]) == 3
    row = next(one for one in later["tickets"] if one[0] == salted)
    assert row[3] == [["2027-01-10", "main", "2027-01-10T12:00:00Z", "north-1"]]
    assert product.client.get("/api/v1/shops/winterfest/door/list", headers=same).status_code == 200
    assert device.get("/list?since=x").status_code == 400


def test_whose_a_ticket_is_stands_on_the_list_where_the_shop_wants_it(product: Product):
    order, codes = sold(product, pieces=2)
    name_holders(product, order)
    device = Device(product)
    without = device.get("/list")
    assert without.json["names"] is False
    assert "Ada" not in without.text
    assert {len(row) for row in without.json["tickets"]} == {4}
    keep_names_at_doors(product)
    same = device.headers | {"If-None-Match": without.headers["ETag"]}
    told = product.client.get(f"{DOOR}/list", headers=same)
    follows(told.json, "DoorList")
    salt = told.json["salt"]
    named = {
        hashlib.sha256(f"{salt}/{code}".encode()).hexdigest()[:32]: name
        for code, name in zip(codes, ("Ada Lovelace", "Bea Åberg"), strict=True)
    }
    assert {row[0]: row[4] for row in told.json["tickets"]} == named
    keep_names_at_doors(product, kept=False)
    assert "Ada" not in device.get("/list").text


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"door": "nowhere"}, 422, "door: one of main"),
        ({"code": ""}, 422, "Either a code"),
        ({"order": str(uuid4()), "ticket": 1}, 422, "Either a code"),
        ({"sent_at": "2027-01-10T12:00:00"}, 422, "timezone"),
        ({"scan": "1"}, 422, "UUID"),
    ],
)
def test_what_cannot_be_a_scan_is_said(product: Product, body, status, detail):
    device = Device(product)
    answer = device.post("check-ins", {**_body(device, "2222222222222222"), **body})
    assert (answer.status_code, detail in answer.json["detail"]) == (status, True), answer.json


def test_a_device_says_its_name_and_a_scan_is_of_one_ticket(product: Product):
    _, (code, other) = sold(product, pieces=2)
    device = Device(product)
    scan = device.scan(code)["scan"]
    twice = device.post("check-ins", {**_body(device, other), "scan": scan})
    assert (twice.status_code, twice.json["type"]) == (409, "/problems/contradicted")
    device.note(other, scan=scan)
    (entry,) = device.send()["entries"]
    assert (entry["result"], entry["recorded"]) == ("unknown", False)
    device.headers["Door-Device"] = "a/b"
    assert device.post("check-ins", _body(device, code)).status_code == 400
    del device.headers["Door-Device"]
    assert device.post("undo", {"scan": scan, "reason": "x"}).status_code == 400
