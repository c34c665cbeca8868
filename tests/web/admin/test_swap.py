"""Tickets are replaced on an order's page: both orders are seen before; both move or neither."""

import re
from html import unescape
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.stamps import LinesSwapped
from ledger.order.status import Status, status
from ledger.shop.stamps import CancellationPolicy
from tests.kits.back_office import entered
from tests.kits.pages import World, hidden

CAREFUL = CancellationPolicy(
    period_days=14, fee_fixed=Money(0, "EUR"), approval_above=Money(1, "EUR"), parts=True
)


@pytest.fixture
def world() -> World:
    made = World(parts=True)
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "staff")
    return made


def form_of(world: World, order, **typed: str) -> dict[str, str]:
    page = world.browser.get(f"/admin/orders/{order.id}/swap").text
    kept = {name: hidden(page, name) for name in ("version", "key")}
    return {**kept, "reason": "They can come on Friday.", **typed}


def press(world: World, order, **typed: str):
    return world.browser.post(f"/admin/orders/{order.id}/swap", data=typed)


def text_of(answer) -> str:
    main = answer.text[answer.text.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def names(world: World, order: UUID, since: int = 0) -> list[str]:
    return [type(one.stamp).__name__ for one in world.orders.history(order)][since:]


def replaced(world: World, order, fields: dict[str, str]):
    """Looked at, then done: the old order, the new one, and what was shown before."""
    shown = press(world, order, **fields)
    assert shown.status_code == 200
    done = press(world, order, **fields, sure="1", shown=hidden(shown.text, "shown"))
    assert done.headers["Location"] == f"/admin/orders/{order.id}?done=swap"
    old = world.orders.get(order.id)
    (over,) = old.swaps.values()
    return old, world.orders.get(over.order), shown


def test_both_orders_are_shown_before_and_stamped_as_shown(world):
    order = world.a_paid_order()
    fields = form_of(world, order, **{"pieces-0": "1", "many-friday": "1"})
    old, new, shown = replaced(world, order, fields)
    told = [one.replace("_", "") for one in re.findall(r"<code>([A-Z_]+)</code>", shown.text)]
    made = [*names(world, old.id, order.version), *names(world, new.id)]
    assert told == [one.upper() for one in made]
    words = text_of(shown)
    for fact in (
        "Set against the new order €15.50",
        "Goes back to the customer €19.50",
        "Price €15.50 Set against it €15.50",
        "Payment by hand: €15.50.",
    ):
        assert fact in words
    assert (status(old), status(new)) == (Status.REFUND_REQUESTED, Status.PAID)
    assert (new.terms.customer, new.terms.language) == (order.terms.customer, "en")
    page = world.browser.get(f"/admin/orders/{order.id}").text
    assert f'href="/admin/orders/{new.id}"' in page
    assert f'href="/admin/orders/{old.id}"' in world.browser.get(f"/admin/orders/{new.id}").text


def test_pressed_twice_it_is_done_once(world):
    order = world.a_paid_order()
    fields = form_of(world, order, **{"pieces-0": "2", "many-weekend": "1"})
    old, new, _ = replaced(world, order, fields)
    again = press(world, order, **fields, sure="1", shown="3500")
    assert again.headers["Location"] == f"/admin/orders/{order.id}?done=swap"
    feed = world.store.feed(0, limit=999)
    assert sum(isinstance(one.stamp, LinesSwapped) for one in feed) == 2
    assert not old.alive
    assert old.given_over == new.received == new.due


def test_what_costs_more_is_paid_on_the_page_of_the_new_order(world):
    order = world.an_order("friday", 1)
    world.pay(order)
    fields = form_of(world, order, **{"many-weekend": "1"})
    _, new, shown = replaced(world, order, fields)
    assert "Still to pay €19.50" in text_of(shown)
    page = world.browser.get(f"/winterfest/orders/{new.id}").text
    assert "Pay €19.50" in unescape(page)


def test_what_nobody_has_paid_shows_what_it_has_and_is_replaced_whole(world):
    order = world.an_order()
    page = world.browser.get(f"/admin/orders/{order.id}/swap").text
    assert 'name="many-weekend" value="2"' in page
    assert "pieces-0" not in page
    old, new, _ = replaced(world, order, form_of(world, order, **{"many-friday": "3"}))
    assert (status(old), status(new)) == (Status.CANCELLED, Status.PENDING)
    assert (new.missing.amount, new.received.amount) == (4650, 0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"many-friday": "1"}, "Choose at least one piece"),
        ({"pieces-0": "1"}, "Choose at least one ticket."),
        ({"pieces-0": "1", "many-friday": "x"}, "as a number"),
        ({"pieces-0": "9", "many-friday": "1"}, "are not left in the order"),
        ({"pieces-0": "1", "many-friday": "1", "reason": " "}, "Say why"),
        ({"pieces-0": "1", "many-friday": "1", "version": "1"}, "has changed since you looked"),
    ],
)
def test_every_no_says_why_and_changes_nothing(world, typed, sentence):
    order = world.a_paid_order()
    answer = press(world, order, **form_of(world, order, **typed))
    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer)
    assert world.orders.get(order.id).version == order.version


def test_what_is_full_is_named_and_nothing_goes(world):
    order = world.a_paid_order()
    fields = form_of(world, order, **{"pieces-0": "1", "many-volunteer": "21"})
    answer = press(world, order, **fields, sure="1", shown="0")
    assert "There are not enough left of “Volunteer”" in text_of(answer)
    assert world.orders.get(order.id).version == order.version


def test_a_price_that_changed_since_it_was_shown_is_shown_again(world):
    order = world.a_paid_order()
    fields = form_of(world, order, **{"pieces-0": "1", "many-friday": "1"})
    answer = press(world, order, **fields, sure="1", shown="1500")
    assert answer.status_code == 409
    assert world.orders.get(order.id).version == order.version


def test_above_the_limit_a_second_person_is_asked_once_both_orders_were_seen(world):
    world.another_shop("careful", cancellation=CAREFUL)
    order = world.an_order(shop="careful")
    world.pay(order)
    fields = form_of(world, order, **{"pieces-0": "2", "many-friday": "1"})
    shown = press(world, order, **fields)
    words = text_of(shown)
    for fact in ("This needs a second person.", "Goes back to the customer €54.50", "Price €15.50"):
        assert fact in words
    sure = press(world, order, **fields, sure="1", shown=hidden(shown.text, "shown"))
    assert sure.headers["Location"] == "/admin/approvals"
    assert (world.orders.get(order.id).swaps, sure.status_code) == ({}, 303)
    (waiting,) = world.parts.approvals.waiting(world.clock())
    assert waiting.request.amount == Money(5450, "EUR")
    other = entered(world, "admin", email="else@example.org")
    assert "1 × friday" in unescape(other.get("/admin/approvals").text)
    assert other.post(f"/admin/approvals/{waiting.id}/approve").status_code == 303
    (over,) = world.orders.get(order.id).swaps.values()
    assert status(world.orders.get(over.order)) == Status.PAID
