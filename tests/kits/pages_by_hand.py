"""The pages' shop, paid by hand."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from adapters.providers.manual import ManualPayments
from ledger.kernel.events import Draft
from ledger.kernel.store import Append
from ledger.order.order import Order
from ledger.shop.stamps import PreferencesChanged
from tests.kits.pages import World, hidden, press
from web.app import create_app

CHECKOUT = "/winterfest/checkout?buy.weekend=2"


def by_hand(how_to_pay: dict[str, str], **terms: Any) -> World:
    """Stamped past the rules of today: an old ledger may hold a shop without `how_to_pay`."""
    world = World()
    before = world.shops.newest("winterfest")
    assert before.preferences is not None
    after = replace(before.preferences, provider="manual", how_to_pay=how_to_pay, **terms)
    changed = Draft(
        stream=before.id,
        stamp=PreferencesChanged(before=before.preferences, after=after),
        correlation_id=uuid4(),
        actor="test",
    )
    world.store.append(Append(drafts=[changed], expected={before.id: before.version}))
    world.shops.forget()
    parts = replace(world._parts(), providers={"manual": ManualPayments()})
    world.app = create_app(parts)
    world.browser = world.app.test_client()
    return world


def bought(world: World) -> Order:
    """An order of two weekend tickets, placed on the pages."""
    page = world.browser.get(CHECKOUT)
    fields = {
        "first_name": "Aino",
        "last_name": "Virtanen",
        "email": "aino@example.org",
        "key": hidden(page.text, "key"),
    }
    answer = press(world.browser, page.text, CHECKOUT, **fields)
    assert answer.status_code == 303, answer.text
    path = answer.headers["Location"]
    return world.orders.get(UUID(path.rpartition("/")[2]))
