"""Every page of the customers' side in each of its states, by name: to be measured and looked at.

`python -m tests.kits.page_states FOLDER [NAME …]` writes a picture of each, on a phone, a tablet
and a desk, in the light and in the dark, in every language.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from adapters.shop_file.read import read_shop_file
from ledger.grants.grantee import GrantState
from ledger.grants.people_file import typed_row
from ledger.kernel.money import Money
from ledger.order.commands import CancelUnpaid, CancelWithShop, MoveWithShop
from ledger.order.letter_samples import SAMPLE_ORDER
from ledger.order.order import Order
from ledger.order.stamps import Authorized, PaymentFailed, PaymentPending, Refunded
from ledger.shop.stamps import CancellationPolicy
from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.service import hold_until
from ledger.waiting_list.stamps import Leaving
from ledger.waiting_list.wish import LINK_LIVES, PlaceAsked
from tests.kits.asking_shop import ask
from tests.kits.page_server import page_server
from tests.kits.pages import MEMBER, World, address, hidden, press
from tests.kits.pages_shop import winterfest
from tests.kits.ticket_states import FOUND, SHOP, who_placed_it
from web.actions.grants import invite, list_one, set_state
from web.actions.waiting_list import ask_for_place, take_place
from web.actions.wish import Wish
from web.http.current import KEY

SAMPLE = Path(__file__).parents[2] / "web" / "samples" / "winterfest.yaml"
WIDTHS, SCHEMES, LANGUAGES = (360, 768, 1280), ("light", "dark"), ("en", "fi", "sv")
_POLICY = CancellationPolicy(
    period_days=14, fee_fixed=Money(0, "EUR"), fee_percent="10", parts=True
)
_WHY = {
    "en": "The hall is flooded.",
    "fi": "Sali on veden vallassa.",
    "sv": "Salen är översvämmad.",
}
Here = Callable[[World], str]
Act = Callable[[Any, World], None]


class State(NamedTuple):
    """Where a state is found, and what is pressed there until it shows."""

    path: Here
    act: Act | None = None


def dressed(**changes: Any) -> World:
    """A world whose shop has a venue, times, pictures and a colour of its own."""
    world, sample = World(), read_shop_file(SAMPLE)
    looks = ("venue", "doors_at", "ends_at", "picture", "logo", "colour")
    spec = winterfest(_POLICY)
    known = {name: getattr(sample.preferences, name) for name in looks}
    spec = replace(
        spec,
        preferences=replace(spec.preferences, **{**known, **changes}),
        pictures=sample.pictures,
    )
    world.shops.import_shop(spec, actor="test", at=world.clock())
    parts = world.app.extensions[KEY]
    world.app.extensions[KEY] = replace(parts, settings=replace(parts.settings, demo=True))
    world.another_shop("summerfest")
    world.another_shop("soldout", name={"en": "Autumn concert"}, waiting_list=24 * 3600)
    for quota in world.shops.get("soldout").quotas:
        (gone,) = world.shops.get("soldout").quota_ids(
            next(one for one in world.shops.get("soldout").products.values() if quota in one.quotas)
        )
        world.taken[gone] = (10, 0, 10)
    world.another_shop("later", grace_period=3600)
    world.another_shop(SHOP)
    ask(world, SHOP)
    world.another_shop("flooded")
    world.shops.cancel("flooded", reason=_WHY, actor="test")
    return world


def order(world: World) -> str:
    return address(world.with_a_page(world.an_order()))


def waiting(world: World) -> str:
    return f"{order(world)}?paid=1"


def paid(world: World) -> str:
    return address(world.a_paid_order())


def with_tickets(world: World) -> str:
    return address(world.issue(world.a_paid_order()))


def pending(world: World) -> str:
    found = world.with_a_page(world.an_order())
    return address(_told(world, found, PaymentPending(provider_reference="pi_1")))


def declined(world: World) -> str:
    found = world.with_a_page(world.an_order())
    return address(_told(world, found, PaymentFailed(provider_reference="pi_1", code="no")))


def unpaid_too_long(world: World) -> str:
    found = world.an_order()
    wish = CancelUnpaid(correlation_id=uuid4(), actor="worker", at=_after(world, days=4))
    return address(world.orders.handle(found.id, wish))


def _after(world: World, **time: float) -> Any:
    kept = world.clock.now
    world.clock.pass_by(**time)
    later, world.clock.now = world.clock.now, kept
    return later


def refund_under_way(world: World) -> str:
    return address(cancelled(world))


def refunded(world: World) -> str:
    found = cancelled(world)
    (refund,) = found.refunds.values()
    assert refund.payment is not None
    done = Refunded(
        payment=refund.payment,
        amount=found.refund_pending,
        provider_reference=f"re_{refund.correlation_id.hex[:8]}",
    )
    correlation_id = refund.correlation_id
    told = world.orders.record(found.id, done, correlation_id=correlation_id, actor="stripe")
    return address(told)


def cancelled(world: World, *, mood: str = "willing") -> Order:
    """An order that its customer cancelled on the pages."""
    found = world.a_paid_order()
    _confirm(world, world.a_link(found, code=uuid4().hex), mood)
    return world.orders.get(found.id)


def _confirm(world: World, link: str, mood: str) -> str:
    world.bank.mood = mood
    page = world.browser.get(link).text
    answer = press(world.browser, page, link, amount=hidden(page, "amount"))
    world.bank.mood = "willing"
    return str(answer.headers.get("Location", link))


def result(mood: str) -> Here:
    """The page after a cancellation was confirmed, as the provider answered."""

    def found(world: World) -> str:
        link = world.a_link(world.a_paid_order(), code=uuid4().hex)
        _confirm(world, link, mood)
        return link

    return found


def request_page(world: World) -> str:
    return f"{paid(world)}/cancel"


def link_page(world: World) -> str:
    return world.a_link(world.a_paid_order(), code=uuid4().hex)


def part_of_it(world: World) -> str:
    return f"{link_page(world)}?pieces-0=1"


def partly_cancelled(world: World) -> str:
    """The page after some of the tickets were cancelled."""
    link = part_of_it(world)
    page = world.browser.get(link).text
    shown = {name: hidden(page, name) for name in ("amount", "pieces-0")}
    press(world.browser, page, link.partition("?")[0], **shown)
    return link.partition("/cancel/")[0]


def in_grace(world: World) -> str:
    """Authorized, in a shop that captures an hour after an order was placed."""
    found = world.an_order(shop="later")
    kept = Authorized(amount=found.due, provider="stripe", provider_reference=f"pi_{uuid4().hex}")
    return address(_told(world, found, kept))


def to_choose(world: World) -> str:
    """A paid order of an event that was moved: the page of the link in its letter."""
    found, code = world.a_paid_order(), uuid4().hex + uuid4().hex[:11]
    starts_at = found.starts_at + timedelta(days=30)
    wish = MoveWithShop(
        correlation_id=uuid4(),
        actor="worker",
        at=world.clock(),
        move=uuid4(),
        starts_at=starts_at,
        reason=_WHY,
        refunds_until=world.clock() + timedelta(days=20),
        code=code,
    )
    world.orders.handle(found.id, wish)
    return f"{address(found)}/choose/{code}"


def with_its_shop(world: World) -> str:
    """Cancelled because all of its event was."""
    wish = CancelWithShop(
        correlation_id=uuid4(), actor="worker", at=world.clock(), reason=_WHY["en"]
    )
    return address(world.orders.handle(world.a_paid_order().id, wish))


def too_late(world: World) -> str:
    """Asked for and never paid, so nothing can be returned."""
    return f"{order(world)}/cancel"


def _told(world: World, found: Order, fact: Any) -> Order:
    attempt = next(iter(found.attempts))
    return world.orders.record(found.id, fact, correlation_id=attempt, actor="stripe")


def fill_cart(page: Any, world: World, *shops: str) -> None:
    for shop in shops or ("winterfest",):
        page.goto(f"{world.base}/{shop}/")
        page.fill("input[name='buy.weekend']", "2")
        page.fill("input[name='buy.friday']", "1")
        page.locator("button[name=then][value=cart]").click()
        page.wait_for_url("**/cart*")


def two_shops(page: Any, world: World) -> None:
    fill_cart(page, world, "winterfest", "summerfest")


def sold_out_meanwhile(page: Any, world: World) -> None:
    fill_cart(page, world)
    kept = dict(world.taken)
    world.take_all_but(0, "friday")
    page.goto(f"{world.base}/winterfest/cart")
    world.taken = kept


def press_last(page: Any, world: World) -> None:
    """The form as it stands, which is not right yet."""
    page.locator("main form button.button").last.click()
    page.wait_for_load_state()


def press_first(page: Any, world: World) -> None:
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    page.wait_for_load_state()


def nothing_typed(page: Any, world: World) -> None:
    page.locator("main form button.whole").click()
    page.locator(".summary").wait_for()


def ask_for_link(page: Any, world: World) -> None:
    page.fill("input[name=number]", "1")
    page.fill("input[name=email]", "aino@example.org")
    press_last(page, world)


def sign_in(page: Any, world: World, email: str = MEMBER["email"], *, scripts: bool = True) -> None:
    """By the link of a letter, in the browser that asked for it."""
    page.goto(f"{world.base}/me/sign-in")
    page.fill("input[type=email]", email)
    press_last(page, world)
    page.goto(f"{world.base}{urlsplit(world.post.letters[-1]['url']).path}")
    if not scripts:
        press_last(page, world)
    page.wait_for_url("**/me*")


def sign_in_new(page: Any, world: World) -> None:
    sign_in(page, world, "new@example.org")


def link_asked_for(page: Any, world: World) -> None:
    page.fill("input[type=email]", MEMBER["email"])
    press_last(page, world)


def found_by_their_address(page: Any, world: World) -> None:
    """What was ordered as a guest is offered."""
    world.a_paid_order()
    sign_in(page, world)


def lived_in(page: Any, world: World) -> None:
    """An account with orders in several states, of two shops, with receipts."""
    world.issue(world.a_paid_order())
    returned = world.a_paid_order()
    world.issue(returned)
    _confirm(world, world.a_link(world.orders.get(returned.id), code=uuid4().hex), "willing")
    world.write(world.orders.get(returned.id))
    world.an_order()
    sign_in(page, world)
    page.locator("form[action='/me/claim'] button").click()
    page.wait_for_url("**claimed=*")


def giving_up(page: Any, world: World) -> None:
    lived_in(page, world)
    page.locator("a[href$='/cancel'][href^='/me/orders/']").first.click()
    page.wait_for_load_state()


def receipt_open(page: Any, world: World) -> None:
    lived_in(page, world)
    page.locator("ul.links a").first.click()
    page.locator(".receipt").wait_for()


def _place(world: World, who: str) -> WaitingPlace:
    return take_place(world.parts, world.shops.newest("soldout"), _asked(world, who))


def _asked(world: World, who: str) -> PlaceAsked:
    return PlaceAsked(
        shop="soldout",
        product="weekend",
        quantity=2,
        email=f"{who}@example.org",
        language="en",
        until=world.clock() + LINK_LIVES,
    )


def asked_to_confirm(world: World) -> str:
    ask_for_place(world.parts, _asked(world, "ada"))
    return f"/soldout/line/confirm/{world.place_post.letters[-1][1]}"


def in_line(world: World) -> str:
    place = _place(world, "bea")
    return f"/soldout/place/{place.id}/{place.terms.code}"


def in_turn(world: World) -> str:
    """Seats are held for whoever is next."""
    shop, place = world.shops.newest("soldout"), _place(world, "cleo")
    until = hold_until(shop, place.terms.product, world.clock())
    world.parts.waiting.offer(place.id, shop, until=until, seen=1)
    return f"/soldout/place/{place.id}/{place.terms.code}"


def out_of_line(world: World) -> str:
    place = _place(world, "dora")
    world.parts.waiting.leave(place.id, Leaving.LINK, actor="visitor")
    return f"/soldout/place/{place.id}/{place.terms.code}"


def _invited(world: World, who: str) -> tuple[str, UUID]:
    """Somebody who was asked by a letter whether they come, and where their link leads."""
    row = typed_row({"email": f"{who}@example.org", "name": "Bea Åberg", "kind": "grant"})
    shop = world.shops.get("winterfest")
    wish = Wish(correlation_id=uuid4(), actor="staff", at=world.clock())
    one, _ = list_one(world.parts, shop, row, wish)
    asked = invite(world.parts, one.id, wish)
    assert asked.invitation is not None
    return f"/winterfest/invitation/{one.id}/{asked.invitation.code}", one.id


def invited(world: World) -> str:
    return _invited(world, "invited")[0]


def coming(world: World) -> str:
    """Who said that they come, before their voucher is made."""
    link, one = _invited(world, "coming")
    wish = Wish(correlation_id=uuid4(), actor="invited", at=world.clock())
    set_state(world.parts, one, GrantState.CONFIRMED, wish, by_link=True)
    return link


def at(path: str) -> Here:
    return lambda world: path


CHECKOUT = "/winterfest/checkout?buy.weekend=2&buy.friday=1"
STATES: Mapping[str, State] = {
    "shops": State(at("/")),
    "invited": State(invited),
    "coming": State(coming),
    "invitation_unknown": State(at(f"/winterfest/invitation/{uuid4()}/nothing")),
    "shop": State(at("/winterfest/")),
    "shop, nothing chosen": State(at("/winterfest/?nothing=1")),
    "shop without pictures": State(at("/summerfest/")),
    "shop sold out": State(at("/soldout/")),
    "shop cancelled": State(at("/flooded/")),
    "cart empty": State(at("/winterfest/cart")),
    "cart full": State(at("/winterfest/"), fill_cart),
    "cart of two shops": State(at("/winterfest/"), two_shops),
    "cart in trouble": State(at("/winterfest/"), sold_out_meanwhile),
    "checkout": State(at(CHECKOUT)),
    "checkout with errors": State(at(CHECKOUT), nothing_typed),
    "order to be paid": State(order),
    "order waiting": State(waiting),
    "order paid": State(paid),
    "order with tickets": State(with_tickets),
    "payment under way": State(pending),
    "payment declined": State(declined),
    "order never paid": State(unpaid_too_long),
    "order in its grace period": State(in_grace, who_placed_it),
    "order partly cancelled": State(partly_cancelled),
    "order cancelled with its event": State(with_its_shop),
    "order moved, to choose": State(to_choose),
    "refund under way": State(refund_under_way),
    "refunded": State(refunded),
    "cancelling explained": State(request_page),
    "cancelling, link sent": State(request_page, press_first),
    "cancelling not possible": State(too_late),
    "cancelling, to confirm": State(link_page),
    "cancelling some, to confirm": State(part_of_it),
    "cancelled": State(result("willing")),
    "refund refused": State(result("refusing")),
    "refund unknown": State(result("silent")),
    "link of no use": State(lambda world: f"{paid(world)}/cancel/nothing"),
    "news": State(lambda world: f"{address(world.a_paid_order())}/news"),
    "news of a test letter": State(lambda _world: f"/winterfest/orders/{SAMPLE_ORDER}/news"),
    "news declined": State(lambda world: f"{address(world.a_paid_order())}/news", press_last),
    "withdraw": State(at("/winterfest/withdraw")),
    "withdraw with errors": State(at("/winterfest/withdraw"), nothing_typed),
    "withdraw, link sent": State(at("/winterfest/withdraw"), ask_for_link),
    "signing in": State(at("/me/sign-in")),
    "signing in, link sent": State(at("/me/sign-in"), link_asked_for),
    "signing in, link of no use": State(at("/me/sign-in/nothing")),
    "account, nothing in it": State(
        at("/me"), lambda page, world: sign_in(page, world, "new@b.fi")
    ),
    "account, orders to claim": State(at("/me"), found_by_their_address),
    "account": State(at("/me"), lived_in),
    "giving up an unpaid order": State(at("/me"), giving_up),
    "receipt": State(at("/me"), receipt_open),
    "line": State(at("/soldout/line/weekend")),
    "line with errors": State(at("/soldout/line/weekend"), nothing_typed),
    "line, letter sent": State(at("/soldout/line/weekend?sent=1")),
    "line, to confirm": State(asked_to_confirm),
    "line, link of no use": State(at("/soldout/line/confirm/nothing")),
    "place in line": State(in_line),
    "place in line, its turn": State(in_turn),
    "place in line, left": State(out_of_line),
    **{name: State(*found) for name, found in FOUND.items()},
    "no such page of a shop": State(at("/winterfest/nothing")),
    "no such page": State(at("/nothing/at/all")),
    "explained problem": State(at("/problems/sold-out")),
    "components": State(at("/_/components")),
}

# Measured in the nightly tests only: each is much like another one that always is.
NIGHTLY = frozenset(
    {
        "signing in, link sent",
        "signing in, link of no use",
        "account, nothing in it",
        "account, orders to claim",
        "giving up an unpaid order",
    }
)


@contextmanager
def served(world: World) -> Iterator[World]:
    """The world behind an address."""
    with page_server(world.app) as world.base:
        yield world


def opened(browser: Any, world: World, name: str, *, language: str, **context: Any) -> Any:
    """A page in a state, in a browser that has never been here."""
    page = browser.new_context(**context).new_page()
    show(page, world, name, language=language)
    return page


def show(page: Any, world: World, name: str, *, language: str) -> None:
    """A state in a page that is there already; who was here before is forgotten."""
    page.context.clear_cookies()
    state = STATES[name]
    world.app.extensions[KEY].limits.presses.clear()
    path = state.path(world)
    mark = "&" if "?" in path else "?"
    page.goto(f"{world.base}{path}{mark}lang={language}")
    if state.act is not None:
        state.act(page, world)


def main(folder: Path, names: list[str]) -> None:
    """A picture of each state."""
    from playwright.sync_api import sync_playwright

    from tests.kits.browser import ARGUMENTS, find_or_install

    folder.mkdir(parents=True, exist_ok=True)
    with served(dressed()) as world, sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=find_or_install(), args=list(ARGUMENTS)
        )
        for name in names or STATES:
            for number, width in enumerate(WIDTHS):
                language, scheme = LANGUAGES[number], SCHEMES[number % 2]
                size = {"width": width, "height": 800}
                page = opened(
                    running, world, name, language=language, viewport=size, color_scheme=scheme
                )
                file = f"{name.replace(' ', '-').replace(',', '')}-{width}-{scheme}.png"
                # All of it at once: what sticks to the edge of a screen would lie over the rest.
                high = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": high})
                page.screenshot(path=folder / file)
                page.context.close()
        running.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
