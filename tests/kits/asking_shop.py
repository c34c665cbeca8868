"""A shop that asks about each ticket, and orders of it, for tests of names and of sending on."""

from dataclasses import replace
from typing import Any

from ledger.order.order import Order
from ledger.shop.shop import spec_of
from tests.kits.pages import MEMBER, World, hidden, press
from tests.kits.spec import QUESTIONS

BEA = "bea@example.org"


def asking(**changes: Any) -> World:
    """A world whose weekend tickets are asked about."""
    world = World(**changes)
    ask(world)
    return world


def ask(world: World, shop: str = "winterfest", product: str = "weekend") -> None:
    """From here on the questions of `spec` are asked about this product."""
    spec = spec_of(world.shops.newest(shop))
    products = tuple(
        replace(one, questions=QUESTIONS) if one.slug == product else one for one in spec.products
    )
    world.shops.import_shop(
        replace(spec, products=products), actor="test", at=world.clock(), why=None
    )


def bought(world: World, browser: Any = None, page: str = "", **answers: str) -> Any:
    """Two weekend tickets at the checkout; `answers` as fields, `name_1` is the first's name."""
    browser = browser or world.browser
    page = page or browser.get("/winterfest/checkout?buy.weekend=2").text
    told = {f"answer.weekend.{key[-1]}.{key[:-2]}": text for key, text in answers.items()}
    fields = {**MEMBER, "buy.weekend": "2", **told}
    for name in ("key", "shown"):
        fields[name] = hidden(page, name)
    return press(browser, page, "/winterfest/checkout", **fields)


def order_of(world: World, answer: Any) -> Order:
    """The order that a checkout led to, known by what it stamped last."""
    assert answer.status_code == 303, answer.text
    placed = world.store.feed(0, limit=10_000)
    streams = [one.stream for one in placed if type(one.stamp).__name__ == "OrderPlaced"]
    return world.orders.get(streams[-1])


def with_tickets(world: World) -> Order:
    """A paid order of two named tickets, which were issued."""
    found = order_of(world, bought(world, name_1="Ada Lovelace", name_2="Bea Åberg", mail_2=BEA))
    return world.issue(world.pay(found))


def form(browser: Any, page: str, to: str, **fields: str) -> Any:
    """Press a form, with the version that its page saw."""
    return press(browser, page, to, seen=hidden(page, "seen"), **fields)
