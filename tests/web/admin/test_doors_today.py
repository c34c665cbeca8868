"""Check-ins in the back office, in reports and to integrators: each tells the same numbers."""

import json
from typing import Any
from uuid import uuid4

import pytest

from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone
from projections.order_events import event_document, events_of
from tests.kits.back_office import entered
from tests.kits.door import Device, sold
from tests.kits.product import Product, open_shop
from tests.web.admin.test_orders import text_of


@pytest.fixture
def product() -> Product:
    return open_shop(seats=50)


def test_the_first_page_counts_who_is_inside_and_each_number_opens_its_orders(product: Product):
    staff = entered(product, "staff", shop="winterfest")
    order, codes = sold(product, pieces=3)
    assert "At the doors today" not in text_of(staff.get("/admin/"))
    device = Device(product)
    for code in codes:
        assert device.scan(code)["result"] == "valid"
    device.leave(codes[0])
    home = text_of(staff.get("/admin/"))
    assert "At the doors today" in home
    assert "main 3 1 2" in " ".join(home.split())
    assert device.inside == 2
    page = staff.get("/admin/reports/doors-by-day")
    assert "main" in text_of(page)
    # On a phone each number stands alone, and says what it is.
    assert '<td data-label="Inside" class="sum">' in page.text
    (behind,) = {
        part.split('"')[0].replace("&amp;", "&")
        for part in page.text.split('href="')
        if "doors-by-day/orders?kind=came&amp;shop" in part and "door=main" in part
    }
    assert str(product.parts.orders.get(order).number) in text_of(staff.get(behind))
    assert "Door main" in " ".join(text_of(staff.get(behind)).split())


def documents(product: Product, order: Any) -> list[Any]:
    history = product.parts.store.read(order)
    told = events_of(order, history, [one.position for one in history])
    made = [event_document(one, id=uuid4(), personal=True) for one in told]
    return [one for one in made if "ticket" in one["data"]]


def test_integrators_hear_of_each_scan_and_which_stands_and_of_no_code(product: Product):
    order, (code,) = sold(product)
    early, late = Device(product, name="early"), Device(product, name="late")
    noted = early.note(code)
    product.clock.move(minutes=3)
    let_in = late.scan(code)["scan"]
    early.send()
    late.undo(let_in)
    late.leave(code)
    told = documents(product, order)
    assert [one["type"] for one in told] == [
        "order.ticket_checked_in",
        "order.ticket_checked_in",
        "order.ticket_check_in_undone",
        "order.ticket_checked_out",
    ]
    seen = [(one["data"]["ticket"]) for one in told]
    assert [(one["offline"], one["stands"]) for one in seen] == [
        (False, True),
        (True, True),
        (False, False),
        (False, True),
    ]
    assert [one["scan"] for one in seen[:3]] == [let_in, noted, let_in]
    assert {(one["number"], one["product"], one["door"]) for one in seen} == {
        (1, "weekend", "main")
    }
    hashed = product.parts.keyring.ticket_hash(code)
    assert code not in json.dumps(told)
    assert hashed not in json.dumps(told)
    kinds = (TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone)
    history = product.parts.store.read(order)
    assert len(told) == sum(isinstance(one.stamp, kinds) for one in history)
