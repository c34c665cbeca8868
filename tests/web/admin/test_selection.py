"""Several orders at once in the back office: seen first, then done, each by itself."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.order.commands import WriteNote
from ledger.order.stamps import NoteWritten
from ledger.order.status import Status, status
from ledger.shop.stamps import CancellationPolicy
from tests.kits.back_office import entered
from tests.kits.pages import World
from web.admin.selection import BULK, MOST


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.browser = entered(made, "staff")
    return made


def paid(world: World, shop: str = "winterfest") -> UUID:
    world.clock.pass_by(minutes=1)
    order = world.an_order(shop=shop)
    world.pay(order)
    return order.id


def chosen(*orders: UUID, action: str, **typed: str) -> dict[str, object]:
    asked = {"action": action, "order": [str(one) for one in orders], "reason": "Hall is shut."}
    return {**asked, **typed}


def press(world: World, told: dict[str, object], code: int = 200):
    answer = world.browser.post("/admin/orders/selected", data=told)
    assert answer.status_code == code, answer.text
    return answer


def again(page: str) -> dict[str, object]:
    """The form of a preview, as a browser sends it."""
    orders: list[str] = []
    told: dict[str, object] = {"order": orders}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        if name == "order":
            orders.append(value)
        else:
            told[name] = unescape(value)
    return told


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text[text.index("<main") :])).split())


def test_what_it_would_do_is_shown_and_nothing_is_done(world):
    orders = [paid(world) for _ in range(3)]
    before = world.store.head()
    shown = words(press(world, chosen(*orders, action="cancel-and-refund")).text)
    assert "Nothing has been done yet" in shown
    back = sum(world.orders.get(one).received.amount for one in orders)
    assert f"{back / 100:,.2f}" in shown
    assert "3 of 3" in shown
    assert world.store.head() == before


def test_what_was_shown_is_done_to_each_and_twice_is_once(world):
    orders = [paid(world) for _ in range(3)]
    form = again(press(world, chosen(*orders, action="cancel-and-refund")).text)
    assert "Done." in words(press(world, form).text)
    assert {status(world.orders.get(one)) for one in orders} <= {
        Status.REFUND_REQUESTED,
        Status.REFUNDED,
    }
    head = world.store.head()
    assert "Done." in words(press(world, form).text)
    assert world.store.head() == head


def test_who_moved_meanwhile_is_told_and_the_others_go_on(world):
    first, second = paid(world), paid(world)
    form = again(press(world, chosen(first, second, action="cancel-and-refund")).text)
    press(world, again(press(world, chosen(first, action="note")).text))
    shown = words(press(world, form).text)
    assert "Not all of it was done" in shown
    assert status(world.orders.get(first)) is Status.PAID
    assert status(world.orders.get(second)) is not Status.PAID


def test_what_cannot_be_done_is_left_out_of_what_is_confirmed(world):
    world.clock.pass_by(minutes=1)
    unpaid, good = world.an_order().id, paid(world)
    page = press(world, chosen(unpaid, good, action="mark-paid")).text
    assert again(page)["order"] == [str(unpaid)]
    assert "1 of 2" in words(page)


def test_a_provider_that_is_away_keeps_no_other_order(world):
    orders = [paid(world) for _ in range(2)]
    form = again(press(world, chosen(*orders, action="cancel-and-refund")).text)
    world.bank.mood = "silent"
    press(world, form)
    assert {status(world.orders.get(one)) for one in orders} == {Status.REFUND_REQUESTED}


def test_what_is_large_asks_a_second_person(world):
    policy = CancellationPolicy(
        period_days=14, fee_fixed=Money(0, "EUR"), approval_above=Money(1, "EUR")
    )
    world.another_shop("careful", cancellation=policy)
    order = paid(world, "careful")
    page = press(world, chosen(order, action="cancel-and-refund")).text
    assert "has to say yes" in words(page)
    assert "asked" in words(press(world, again(page)).text)
    assert status(world.orders.get(order)) is Status.PAID


def test_who_moves_while_a_second_person_is_asked_keeps_no_other_order(world, monkeypatch):
    policy = CancellationPolicy(
        period_days=14, fee_fixed=Money(0, "EUR"), approval_above=Money(1, "EUR")
    )
    world.another_shop("careful", cancellation=policy)
    large, plain = paid(world, "careful"), paid(world)
    form = again(press(world, chosen(large, plain, action="cancel-and-refund")).text)
    really = world.parts.approvals.ask

    def late(order, wish):
        note = WriteNote(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="rang")
        world.orders.handle(order, note)
        return really(order, wish)

    monkeypatch.setattr(world.parts.approvals, "ask", late)
    shown = words(press(world, form).text)
    assert "Not done" in shown
    assert status(world.orders.get(large)) is Status.PAID
    assert status(world.orders.get(plain)) is Status.REFUND_REQUESTED


@pytest.mark.parametrize("action", BULK)
def test_each_action_asks_why(world, action):
    order = paid(world)
    shown = press(world, chosen(order, action=action, reason=" "), 422).text
    assert "Say why" in words(shown)
    form = {**again(shown), "reason": "Because."}
    press(world, form)


def test_notes_are_written_on_each(world):
    orders = [paid(world) for _ in range(2)]
    press(world, again(press(world, chosen(*orders, action="note", reason="By tram.")).text))
    for one in orders:
        notes = [r.stamp for r in world.orders.history(one) if isinstance(r.stamp, NoteWritten)]
        assert [note.text for note in notes] == ["By tram."]


def test_nothing_chosen_and_strange_forms_are_told(world):
    assert "Tick the orders" in words(press(world, chosen(action="note"), 422).text)
    press(world, chosen(uuid4(), action="note"), 404)
    press(world, chosen(paid(world), action="refund"), 404)
    many = [uuid4() for _ in range(MOST + 1)]
    assert "100" in press(world, chosen(*many, action="note"), 400).text
    press(world, {**chosen(paid(world), action="note"), "key": "mine"}, 400)


def test_orders_of_another_shop_are_not_theirs(world):
    order = paid(world)
    world.browser = entered(world, "staff", shop="elsewhere")
    press(world, chosen(order, action="note"), 403)
    world.browser = entered(world, "auditor")
    press(world, chosen(order, action="note"), 403)


def test_the_list_offers_it_to_staff_only(world):
    paid(world)
    assert 'form="selection"' in world.browser.get("/admin/orders").text
    assert 'form="selection"' in world.browser.get("/admin/orders?rows=1").text
    world.browser = entered(world, "auditor")
    assert 'form="selection"' not in world.browser.get("/admin/orders").text
