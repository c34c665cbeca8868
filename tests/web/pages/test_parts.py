"""Single tickets are given up on the pages: chosen, shown, confirmed as shown; the rest lives."""

import re
from uuid import uuid4

import pytest

from ledger.order.attendance import scan_cause
from ledger.order.commands import CheckIn
from ledger.order.part_policy import single_pieces
from ledger.order.status import Status, status
from tests.kits.asking_shop import asking, with_tickets
from tests.kits.pages import World, address, hidden, press


def seen(world, where):
    return world.browser.get(where).text


def confirmed(world, link, **pieces):
    """The choice as the page of the link shows it, confirmed just so."""
    query = "&".join(f"{name}={number}" for name, number in pieces.items())
    page = seen(world, f"{link}?{query}")
    fields = {name: hidden(page, name) for name in pieces}
    return press(world.browser, page, link, amount=hidden(page, "amount"), **fields)


ONE = {"pieces-0": "1"}


def test_the_page_of_the_link_lets_one_choose_and_shows_what_it_brings():
    world = World(parts=True, fee_percent="10")
    link = world.a_link(world.a_paid_order())
    before = world.store.head()
    assert "Cancel only some tickets" in seen(world, link)
    page = seen(world, f"{link}?pieces-0=1")
    assert world.store.head() == before
    assert "Cancel these tickets?" in page
    assert "€31.50" in page
    assert "−€3.50" in page
    assert hidden(page, "amount") == "3150"
    assert "Cancel the whole order instead" in page


def test_what_was_shown_is_confirmed_and_the_rest_lives():
    world = World(parts=True)
    order = world.a_paid_order()
    link = world.a_link(order)
    sent = confirmed(world, link, **ONE)
    assert sent.status_code == 303
    page = seen(world, sent.location)
    assert "The tickets are cancelled" in page
    assert "The rest of your order stays valid" in page
    after = world.orders.get(order.id)
    assert after.alive
    assert (after.due.amount, [line.quantity for line in after.lines]) == (3500, [1])
    page = seen(world, address(order))
    assert "1 cancelled" in page
    assert "A part of the order was cancelled at the customer&#39;s wish." in page


def test_the_last_tickets_are_the_order():
    world = World(parts=True)
    order = world.a_paid_order()
    link = world.a_link(order)
    page = seen(world, f"{link}?pieces-0=2")
    assert "Cancel your order?" in page
    press(world.browser, page, link, amount=hidden(page, "amount"))
    assert not world.orders.get(order.id).alive


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("0", "Choose at least one ticket."),
        ("3", "Your order does not hold that many."),
        ("-1", "Your order does not hold that many."),
        ("x", "Your order does not hold that many."),
        ("9" * 99, "Your order does not hold that many."),
    ],
)
def test_a_choice_that_cannot_be_is_asked_again(number, sentence):
    world = World(parts=True)
    order = world.a_paid_order()
    link = world.a_link(order)
    assert sentence in seen(world, f"{link}?pieces-0={number}")
    assert sentence in seen(world, f"{address(order)}/cancel?pieces-0={number}")
    page, fields = seen(world, link), {"pieces-0": number}
    answer = press(world.browser, page, link, amount="3500", **fields)
    assert answer.status_code == 409
    assert sentence in answer.text
    assert world.orders.get(order.id).refunds == {}


def test_another_refund_than_was_shown_is_asked_again():
    world = World(parts=True)
    link = world.a_link(world.a_paid_order())
    page = seen(world, f"{link}?pieces-0=1")
    answer = press(world.browser, page, link, amount="7000", **ONE)
    assert answer.status_code == 409
    assert "The refund has changed" in answer.text
    assert hidden(answer.text, "pieces-0") == "1"


def test_a_shop_that_does_not_allow_it_does_not_ask():
    world = World()
    order = world.a_paid_order()
    link = world.a_link(order)
    assert "Cancel only some tickets" not in seen(world, f"{link}?pieces-0=1")
    assert "some tickets" not in seen(world, f"{address(order)}/cancel")
    assert "single tickets" not in seen(world, address(order))


def test_it_can_be_looked_at_before_any_link_is_asked_for():
    world = World(parts=True)
    order = world.a_paid_order()
    assert "single tickets" in seen(world, address(order))
    page = seen(world, f"{address(order)}/cancel?pieces-0=1")
    assert "€35.00" in page
    assert world.orders.get(order.id).links == ()


def test_a_refused_refund_leaves_all_tickets_valid():
    world = World(parts=True)
    world.bank.mood = "refusing"
    order = world.a_paid_order()
    sent = confirmed(world, world.a_link(order), **ONE)
    assert "your tickets stay valid" in seen(world, sent.location)
    after = world.orders.get(order.id)
    assert ([line.quantity for line in after.lines], status(after)) == ([2], Status.REFUND_FAILED)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Peru vain osa lipuista"), ("sv", "Avboka bara några biljetter")],
)
def test_it_is_told_in_every_language(language, words):
    world = World(parts=True)
    link = world.a_link(world.a_paid_order())
    page = world.browser.get(link, headers={"Accept-Language": language}).text
    assert words in page


def comes_in(world, order, number):
    scan = uuid4()
    let_in = CheckIn(
        correlation_id=scan_cause(order.terms.shop, scan),
        actor="staff:door",
        at=world.clock(),
        scan=scan,
        door="main",
        device="north-1",
        scanned_at=world.clock(),
        number=number,
        rules={},
    )
    return world.orders.handle(order.id, let_in)


USED = "A ticket of this order was used at the door already; the others can still be cancelled."


def test_whoever_s_friend_came_in_cancels_the_other_ticket():
    world = World(parts=True)
    order = comes_in(world, world.issue(world.a_paid_order()), 2)
    assert USED in seen(world, address(order))
    asked = seen(world, f"{address(order)}/cancel")
    assert USED in asked
    assert "The link works" not in asked
    page = seen(world, link := world.a_link(order))
    assert USED in page
    assert "Cancel these tickets?" in page
    assert "Cancel the whole order instead" not in page
    assert hidden(page, "amount") == "3500"
    assert (hidden(page, "pieces-0"), hidden(page, "which-0")) == ("1", "0")
    fields = {name: hidden(page, name) for name in ("amount", "pieces-0", "which-0")}
    assert press(world.browser, page, link, **fields).status_code == 303
    assert [one.number for one in world.orders.get(order.id).valid_tickets] == [2]


def test_a_ticket_that_is_used_meanwhile_is_not_cancelled():
    world = World(parts=True)
    order = world.issue(world.a_paid_order())
    page = seen(world, f"{(link := world.a_link(order))}?pieces-0=1")
    fields = {name: hidden(page, name) for name in ("amount", "pieces-0", "which-0")}
    assert fields["which-0"] == "1"
    comes_in(world, order, 2)
    answer = press(world.browser, page, link, **fields)
    assert answer.status_code == 409
    assert "Choose fewer" in answer.text
    assert world.orders.get(order.id).refunds == {}
    chosen = seen(world, f"{link}?pieces-0=2")
    assert "Choose fewer" in chosen
    assert 'name="amount"' not in chosen


def test_where_whole_orders_only_are_taken_back_a_used_ticket_ends_it():
    world = World()
    order = world.issue(world.a_paid_order())
    link = world.a_link(order)
    comes_in(world, order, 1)
    assert "was used at the door already." in seen(world, address(order))
    assert "cannot be cancelled here" in seen(world, f"{address(order)}/cancel")
    assert world.browser.get(link).status_code == 409


def ticks(page):
    """What can be ticked, by its label: whether it is ticked, and whether nobody may tick it."""
    boxes = re.findall(
        r'<input type="checkbox" id="(which-[0-9-]+)"[^>]*?(disabled|checked|)(?: aria[^>]*)?>',
        page,
    )
    labels = dict(re.findall(r'<label for="(which-[0-9-]+)">([^<]+)</label>', page))
    return {labels[box]: state for box, state in boxes}


def test_each_ticket_is_ticked_by_itself_and_no_other_one_goes():
    world = World(parts=True)
    order = world.issue(world.a_paid_order())
    page = seen(world, link := world.a_link(order))
    assert ticks(page) == {"Ticket 1": "", "Ticket 2": ""}
    page = seen(world, f"{link}?pieces-0=&which-0=0")
    assert ticks(page) == {"Ticket 1": "checked", "Ticket 2": ""}
    fields = {name: hidden(page, name) for name in ("amount", "pieces-0", "which-0")}
    assert fields == {"amount": "3500", "pieces-0": "1", "which-0": "0"}
    assert press(world.browser, page, link, **fields).status_code == 303
    assert [one.number for one in world.orders.get(order.id).valid_tickets] == [2]


def test_all_that_is_ticked_is_the_order_and_nothing_ticked_is_asked_again():
    world = World(parts=True)
    link = world.a_link(world.issue(world.a_paid_order()))
    assert "Cancel your order?" in seen(world, f"{link}?pieces-0=&which-0=0&which-0=1")
    nothing = seen(world, f"{link}?pieces-0=")
    assert "Choose at least one ticket." in nothing
    for wrong in ("7", "x", "-1", "0&which-0=0"):
        assert "does not hold that many" in seen(world, f"{link}?pieces-0=&which-0={wrong}")


def test_a_used_ticket_cannot_be_ticked_and_a_cancelled_one_is_not_there():
    world = World(parts=True)
    order = comes_in(world, world.issue(world.pay(world.an_order(quantity=3))), 1)
    page = seen(world, link := world.a_link(order))
    assert ticks(page) == {"Ticket 1": "disabled", "Ticket 2": "checked", "Ticket 3": "checked"}
    assert "used at the door" in page
    assert confirmed(world, link, **{"pieces-0": "1", "which-0": "1"}).status_code == 303
    after = world.orders.get(order.id)
    assert [(one.piece, one.used) for one in single_pieces(after)[0]] == [(0, True), (2, False)]


def test_names_are_told_only_to_who_has_the_letter():
    world = asking(parts=True)
    order = with_tickets(world)
    asked = seen(world, f"{address(order)}/cancel")
    assert [*ticks(asked)] == ["Ticket 1", "Ticket 2"]
    assert "Lovelace" not in asked
    assert [*ticks(seen(world, world.a_link(order)))] == [
        "Ticket 1 · Ada Lovelace",
        "Ticket 2 · Bea Åberg",
    ]


def test_of_very_many_one_says_how_many(monkeypatch):
    monkeypatch.setattr("web.pages.cancellation._TICKED", 1)
    world = World(parts=True)
    page = seen(world, world.a_link(world.a_paid_order()))
    assert ticks(page) == {}
    assert 'type="number" id="pieces-0"' in page
