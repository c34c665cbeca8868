"""States of pages about tickets: names, holders, and the till, by name; where, and what is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask.sessions import SecureCookieSessionInterface

from ledger.kernel.money import Money
from ledger.order.commands import PlaceOrder, ProviderAccount, Wanted
from ledger.order.order import Order
from ledger.order.stamps import Customer
from ledger.till.service import TillWish
from ledger.till.stamps import Way
from tests.kits.asking_shop import BEA
from tests.kits.back_office import entered
from tests.kits.pages import MEMBER, World, address
from web.actions.answers import send_on, take_back
from web.actions.till import Till, sell, tills, void
from web.actions.wish import Wish

Here = Callable[[World], str]
Act = Callable[[Any, World], None]
SHOP = "asking"
TILL = f"/admin/shops/{SHOP}/till"
NAMES: tuple[dict[str, str], ...] = ({"name": "Ada Lovelace"}, {"name": "Bea Åberg", "mail": BEA})


def who_placed_it(page: Any, world: World) -> None:
    """It is looked at in the browser that placed the order."""
    path = urlsplit(page.url).path
    placed = {"placed": [path.partition("/orders/")[2].partition("/")[0]]}
    signer = SecureCookieSessionInterface().get_signing_serializer(world.app)
    assert signer is not None
    name = world.app.config["SESSION_COOKIE_NAME"]
    cookie = {"name": name, "value": signer.dumps(placed), "url": world.base}
    page.context.add_cookies([cookie])
    page.reload()


def named(world: World) -> Order:
    """A paid order of two tickets about which everything needed was told."""
    index = world.store.keyring.blind_index
    wish = PlaceOrder(
        correlation_id=uuid4(),
        actor="customer",
        at=world.clock(),
        order=uuid4(),
        lines=(Wanted(product="weekend", quantity=2, answers=NAMES),),
        customer=Customer(**MEMBER),
        language="en",
        email_index=index(MEMBER["email"]),
        request_digest="digest",
        holders={BEA: index(BEA)},
        accounts={"stripe": ProviderAccount(name=world.bank.account, live=False)},
    )
    return world.issue(world.pay(world.orders.place(SHOP, wish)))


def names(world: World) -> str:
    return f"{address(named(world))}/names"


def names_sent_on(world: World) -> str:
    return f"{address(sent_on(world))}/names"


def _wish(world: World) -> Wish:
    return Wish(correlation_id=uuid4(), actor="customer", at=world.clock())


def sent_on(world: World) -> Order:
    order = named(world)
    return send_on(world.parts, order.id, _wish(world), ticket=2, email=BEA, language="en")


def held(world: World) -> str:
    """The page of who holds a ticket that was sent on."""
    return f"/{SHOP}/tickets/{sent_on(world).holders[2].code}"


def held_no_more(world: World) -> str:
    order = sent_on(world)
    code = order.holders[2].code
    take_back(world.parts, order.id, _wish(world), ticket=2)
    return f"/{SHOP}/tickets/{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Somebody of ticket sales, in a browser, with an open shift if they have one."""

    page: Any
    world: World
    actor: str

    def see(self, path: str) -> None:
        self.page.goto(f"{self.world.base}{path}")

    @property
    def till(self) -> Till:
        """With a hundred euros in it."""
        shop, wish = self.world.shops.newest(SHOP), self._wish()
        opening = Money(10_000, "EUR")
        shift = tills(self.world.parts).open(wish, shop=shop.id, slug=SHOP, opening=opening)
        return Till(shop=shop, actor=self.actor, shift=shift.id)

    def _wish(self) -> TillWish:
        return TillWish(correlation_id=uuid4(), actor=self.actor)

    def sold(self, way: Way = Way.CASH) -> Order:
        lines = [Wanted(product="friday", quantity=2)]
        till, language = self.till, "en"
        due = till.shop.products["friday"].price * 2
        return sell(
            self.world.parts,
            till,
            key=uuid4(),
            lines=lines,
            way=way,
            shown=due,
            email="",
            language=language,
        )

    def give_back(self, order: UUID) -> None:
        void(self.world.parts, self.till, order, key=uuid4(), reason="one too many", shown=None)

    def close(self, minor: int) -> UUID:
        shift, counted = self.till.shift, Money(minor, "EUR")
        tills(self.world.parts).close(shift, self._wish(), counted=counted)
        return shift


def seller(page: Any, world: World) -> Seller:
    """Somebody who may sell, signed in on this browser."""
    email = f"{uuid4().hex[:8]}@staff.example"
    browser = entered(world, "staff", shop=SHOP, email=email)
    cookie = browser.get_cookie("staff")
    assert cookie is not None
    page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": world.base}])
    (member,) = (one for one in world.parts.staff.every() if one.email == email)
    return Seller(page=page, world=world, actor=member.actor)


def before_a_shift(page: Any, world: World) -> None:
    seller(page, world).see(TILL)


def in_a_shift(page: Any, world: World) -> None:
    sells = seller(page, world)
    sells.sold()
    sells.see(TILL)


def asks_for_names(page: Any, world: World) -> None:
    in_a_shift(page, world)
    page.fill("input[name='many-weekend']", "1")
    page.locator("main form button.whole").click()
    page.locator("fieldset.asked").first.wait_for()


def sold_here(page: Any, world: World) -> None:
    sells = seller(page, world)
    sells.see(f"{TILL}/sales/{sells.sold().id}")
    page.locator("main summary").first.click()


def given_back(page: Any, world: World) -> None:
    sells = seller(page, world)
    order = sells.sold().id
    sells.give_back(order)
    sells.see(f"{TILL}/sales/{order}")


def report(page: Any, world: World) -> None:
    sells = seller(page, world)
    sells.sold()
    sells.give_back(sells.sold().id)
    sells.sold(Way.CARD)
    sells.see(f"{TILL}/shifts/{sells.close(12_900)}")


def shifts(page: Any, world: World) -> None:
    sells = seller(page, world)
    sells.close(10_000)
    sells.see(f"{TILL}/shifts")


def badges(page: Any, world: World) -> None:
    named(world)
    seller(page, world).see(f"/admin/shops/{SHOP}/badges")


def in_the_back_office(page: Any, world: World) -> None:
    order = sent_on(world)
    seller(page, world).see(f"/admin/orders/{order.id}")


def line_of_staff(page: Any, world: World) -> None:
    browser = entered(world, "staff", shop="soldout", email=f"{uuid4().hex[:8]}@staff.example")
    cookie = browser.get_cookie("staff")
    assert cookie is not None
    page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": world.base}])
    page.goto(f"{world.base}/admin/shops/soldout/waiting-list")


def _office(world: World) -> str:
    return "/admin/sign-in"


FOUND: Mapping[str, tuple[Here, Act | None]] = {
    "names": (names, who_placed_it),
    "names, one sent on": (names_sent_on, who_placed_it),
    "names, of somebody else": (names, None),
    "ticket of a holder": (held, None),
    "ticket of a holder, taken back": (held_no_more, None),
    "till before a shift": (_office, before_a_shift),
    "till": (_office, in_a_shift),
    "till asks for names": (_office, asks_for_names),
    "till, sold": (_office, sold_here),
    "till, given back": (_office, given_back),
    "till report": (_office, report),
    "shifts": (_office, shifts),
    "badges": (_office, badges),
    "names in the back office": (_office, in_the_back_office),
    "waiting list in the back office": (_office, line_of_staff),
}
