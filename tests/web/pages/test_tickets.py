from uuid import uuid4

import pypdfium2
import pytest

from ledger.order.attendance import scan_cause
from ledger.order.commands import CancelOrder, CheckIn
from tests.kits.pages import World, address

FILES = ("tickets.pdf", "event.ics")


def got(world, order, file):
    return world.browser.get(f"{address(order)}/{file}")


def page(world, order) -> str:
    said: str = world.browser.get(address(order)).text
    return said


def test_before_the_money_they_are_reserved():
    world = World()
    order = world.an_order()
    assert "2 tickets" in page(world, order)
    assert "Reserved for you" in page(world, order)
    assert [got(world, order, file).status_code for file in FILES] == [404, 404]


def test_after_the_money_they_come_with_their_letter():
    world = World()
    order = world.a_paid_order()
    assert "On the way: look into your email" in page(world, order)
    assert [got(world, order, file).status_code for file in FILES] == [404, 404]


def test_the_order_s_address_gives_them():
    world = World()
    order = world.issue(world.a_paid_order())
    assert "Download the tickets (PDF)" in page(world, order)
    assert "The tickets were issued." in page(world, order)
    pdf, event = (got(world, order, file) for file in FILES)
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "tickets-000001.pdf" in pdf.headers["Content-Disposition"]
    assert len(pypdfium2.PdfDocument(pdf.data)) == 1
    assert event.data.startswith(b"BEGIN:VCALENDAR")
    for answer in (pdf, event):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_looking_changes_nothing_and_gives_the_same():
    world = World()
    order = world.issue(world.a_paid_order())
    size = world.store.head()[0]
    assert got(world, order, "tickets.pdf").data == got(world, order, "tickets.pdf").data
    assert world.store.head()[0] == size


@pytest.mark.parametrize("file", FILES)
def test_nobody_gets_them_under_another_address(file):
    world = World()
    order = world.issue(world.a_paid_order())
    strange = f"/winterfest/orders/{uuid4()}/{file}"
    for other in (strange, f"/summerfest/orders/{order.id}/{file}"):
        assert world.browser.get(other).status_code == 404
    assert world.browser.post(f"{address(order)}/{file}").status_code == 405


def test_with_the_seats_they_are_gone():
    world = World()
    order = world.issue(world.a_paid_order())
    cancel = CancelOrder(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="fire")
    order = world.orders.handle(order.id, cancel)
    assert "not valid any more" in page(world, order)
    assert [got(world, order, file).status_code for file in FILES] == [404, 404]


def test_each_ticket_says_how_it_stands():
    """Reserved, valid, used, not valid any more (A5)."""
    world = World()
    order = world.issue(world.a_paid_order())
    assert page(world, order).count(">Valid</span>") == 2
    scan = uuid4()
    let_in = CheckIn(
        correlation_id=scan_cause(order.terms.shop, scan),
        actor="staff:door",
        at=world.clock(),
        scan=scan,
        door="main",
        device="north-1",
        scanned_at=world.clock(),
        number=1,
        rules={},
    )
    world.orders.handle(order.id, let_in)
    said = page(world, order)
    assert "Used " in said
    assert "A ticket was used at the door." in said
    assert said.count(">Valid</span>") == 1
