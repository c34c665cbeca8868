"""What waits for a second person is seen where they look: at home, and on the order itself."""

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.order.commands import CancelOrder
from ledger.shop.stamps import CancellationPolicy
from tests.kits.back_office import employed, entered, let_in
from tests.kits.pages import World

CAREFUL = CancellationPolicy(
    period_days=14, fee_fixed=Money(0, "EUR"), approval_above=Money(1, "EUR")
)


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    made.another_shop("careful", cancellation=CAREFUL)
    return made


def words(browser: Any, path: str) -> str:
    page = browser.get(path)
    assert page.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def asked(world: World) -> tuple[UUID, Any]:
    """An order that ticket sales asked to cancel, which a second person has to agree to."""
    staff = employed(world, "staff")
    order = world.an_order(shop="careful")
    world.pay(order)
    wish = CancelOrder(
        correlation_id=uuid4(),
        actor=f"staff:{staff.id}",
        at=world.clock(),
        reason="Ill.",
        refund=True,
    )
    world.parts.approvals.ask(order.id, wish)
    return order.id, let_in(world, staff.id)


def test_whoever_may_say_yes_sees_at_home_that_something_waits(world):
    _order, staff = asked(world)
    admin = entered(world, "admin")
    elsewhere = entered(world, "admin", shop="winterfest", email="else@example.org")
    assert "Waits for your yes" in words(admin, "/admin/")
    assert "Waits for your yes" not in words(elsewhere, "/admin/")
    assert "Waits for your yes" not in words(staff, "/admin/"), "nobody agrees with themselves"


def test_an_order_says_what_waits_about_it_until_somebody_decides(world):
    order, staff = asked(world)
    admin, other = entered(world, "admin"), world.an_order(shop="careful").id
    shown = words(staff, f"/admin/orders/{order}")
    assert "Cancel and refund of €70.00 waits for a second person." in shown
    assert "Asked by staff@every.example" in shown
    assert "waits for a second person" not in words(staff, f"/admin/orders/{other}")
    (waiting,) = world.parts.approvals.waiting(world.clock())
    assert admin.post(f"/admin/approvals/{waiting.id}/approve").status_code == 303
    assert "waits for a second person" not in words(staff, f"/admin/orders/{order}")
    assert "Waits for your yes" not in words(admin, "/admin/")


def test_many_are_read_with_one_question(world, monkeypatch):
    orders, read, alone = {asked(world)[0] for _ in range(3)}, world.store.read, set()
    admin = entered(world, "admin")

    def noted(stream: UUID, **more: Any) -> Any:
        alone.add(stream)
        return read(stream, **more)

    monkeypatch.setattr(world.store, "read", noted)
    assert words(admin, "/admin/approvals").count("Waits until") == len(orders)
    approvals = {one.id for one in world.parts.approvals.waiting(world.clock())}
    assert not alone & (approvals | orders)
