"""The waiting list in the worker: whose turn it is, holds that lapse, letters that go once."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from adapters.mail.letters.waiting_list import place_letter
from adapters.mail.smtp import Rejected, Sent, Unknown
from adapters.worker.reactors.waiting_list import LineTurns, Places
from ledger.kernel.refusals import NotEnoughSeats
from ledger.order.commands import CancelUnpaid
from ledger.order.order import Order
from ledger.order.stamps import Paid
from ledger.shop.service import Shops
from ledger.shop.stamps import quota_id, shop_id
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.service import PlaceWish, WaitingList
from ledger.waiting_list.stamps import Leaving, LineEnd
from tests.kits.waiting_views import PlacesInMemory
from tests.kits.worker_fakes import FakeMail
from tests.kits.worlds import SPEC, World

SHOP = shop_id("winterfest")
WEEKEND = quota_id(SHOP, "weekend")
WAITS = replace(SPEC, preferences=replace(SPEC.preferences, waiting_list=24 * 3600))


class Lists(PlacesInMemory):
    """The lists over a world's ledger."""

    def __init__(self, world: World) -> None:
        self.ledger = world.store


class Line:
    """A sold-out shop, people who wait, and a worker that passes when it is told to."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World(WAITS)
        self.list, self.views = WaitingList(self.world.store), Lists(self.world)
        self.mail = FakeMail()
        self.first = self.world.place("first", ("weekend", 5))
        self.turns = LineTurns(
            waiting=self.list,
            shops=self.world.shops,
            lines=self.views.lines,
            places=self.views.places,
            bought=self.views.places_bought,
            totals=self.totals,
            clock=self.world.clock,
        )
        self.each = Places(
            waiting=self.list,
            shops=self.world.shops,
            mail=self.mail,
            render=partial(place_letter, base_url="https://tickets.example"),
            keyed_hash=lambda content: "hash",
            mail_domain="tickets.example",
            clock=self.world.clock,
        )

    def totals(self, quotas: Any) -> Any:
        totals = self.world.recorder.read_seat_totals(10**9)
        return {quota: totals[quota] for quota in quotas if quota in totals}

    def join(self, who: str, many: int = 1, language: str = "en") -> WaitingPlace:
        wish = PlaceWish(
            product="weekend",
            quantity=many,
            language=language,
            email=f"{who}@example.org",
            email_index=who,
            code=f"code-of-{who}",
            code_hash="0" * 64,
            correlation_id=uuid4(),
        )
        return self.list.take(self.world.shops.newest("winterfest"), wish)

    def free(self, order: Order | None = None) -> None:
        clock = self.world.clock
        clock.pass_(days=4)
        wish = CancelUnpaid(correlation_id=uuid4(), actor="worker", at=clock())
        self.world.orders.handle((order or self.first).id, wish)

    def passes(self) -> None:
        for shop in self.views.shops_waiting():
            self.turns(shop)
        for place in self.views.places_due(self.world.clock()):
            self.each(place)

    def state(self, *places: WaitingPlace) -> list[str]:
        return [str(self.list.get(one.id).state) for one in places]

    def subjects(self) -> list[str]:
        return [subject for subject, _ in self.mail.delivered]


@pytest.mark.parametrize(("own", "hours"), [(None, 24), (2 * 3600, 2)])
def test_seats_are_held_as_long_as_the_product_says_or_else_the_shop(own: int | None, hours: int):
    weekend, *others = WAITS.products
    assert weekend.slug == "weekend"
    line = Line(World(replace(WAITS, products=(replace(weekend, waiting_list=own), *others))))
    ada = line.join("ada")
    line.free()
    line.passes()
    until = line.list.get(ada.id).until
    assert until == line.world.clock() + timedelta(hours=hours)
    line.world.clock.pass_(hours=hours)
    line.passes()
    assert line.state(ada) == ["lapsed"]


def test_what_comes_free_goes_down_the_line_and_each_hears_once():
    line = Line()
    ada, bea, cleo = line.join("ada", 2), line.join("bea", 2), line.join("cleo", 2)
    line.passes()
    line.passes()
    assert line.state(ada, bea, cleo) == ["waiting"] * 3
    assert len(line.mail.delivered) == 3
    line.free()
    line.passes()
    line.passes()
    assert line.state(ada, bea, cleo) == ["held", "held", "waiting"]
    assert sum("your turn" in one for one in line.subjects()) == 2
    line.world.clock.pass_(hours=24)
    line.passes()
    line.passes()
    assert line.state(ada, bea, cleo) == ["lapsed", "lapsed", "held"]
    assert sum("not held any more" in one for one in line.subjects()) == 2
    ids = [message_id for _, message_id in line.mail.delivered]
    assert len(ids) == len({*ids}), "no letter twice"


def test_a_place_leaves_by_itself_when_its_person_has_bought_elsewhere():
    line = Line()
    ada, bea = line.join("ada"), line.join("bea")
    line.free()
    line.world.place("free", ("volunteer", 1), email_index="ada", for_customer=True)
    line.passes()
    assert line.state(ada, bea)[0] == "held", "another product was bought"
    line = Line()
    ada = line.join("ada", 2)
    line.free()
    line.world.clock.pass_(seconds=1)
    bought = line.world.place("weekend", ("weekend", 1), email_index="ada", for_customer=True)
    attempt = next(iter(bought.attempts))
    paid = Paid(amount=bought.due, provider="stripe", provider_reference="pi_1")
    line.world.orders.record(bought.id, paid, correlation_id=attempt, actor="stripe")
    line.passes()
    left = line.list.get(ada.id)
    assert (left.state, left.order) == (PlaceState.LEFT, bought.id)
    assert left.left is not None
    assert left.left.cause is Leaving.BOUGHT


@pytest.mark.parametrize("how", ["cancelled", "switched off", "withdrawn"])
def test_where_nobody_can_wait_any_more_everybody_is_told(how: str):
    line = Line()
    ada, bea = line.join("ada", 1, "fi"), line.join("bea", 1, "sv")
    line.passes()
    shops: Shops = line.world.shops
    if how == "cancelled":
        shops.cancel("winterfest", reason={"en": "Storm"}, actor="staff")
    else:
        off = replace(WAITS.preferences, waiting_list=None)
        gone = replace(WAITS, products=WAITS.products[1:])
        spec = gone if how == "withdrawn" else replace(WAITS, preferences=off)
        shops.import_shop(spec, actor="staff", at=line.world.clock())
    line.passes()
    line.passes()
    assert line.state(ada, bea) == ["left", "left"]
    assert len(line.mail.delivered) == 4
    assert any("Jonotuspaikkasi" in one for one in line.subjects())
    assert any("Din plats i kön" in one for one in line.subjects())


def test_whoever_staff_moved_to_the_front_is_next():
    line = Line()
    ada, bea = line.join("ada", 3), line.join("bea", 3)
    line.list.move(bea.id, LineEnd.FRONT, reason="crew", actor="staff", correlation_id=uuid4())
    line.free()
    line.passes()
    assert line.state(ada, bea) == ["waiting", "held"]


def test_the_open_sale_waits_for_the_line_until_it_is_served():
    line = Line()
    line.join("ada", 2)
    line.free()
    with pytest.raises(NotEnoughSeats):
        line.world.place("greedy", ("weekend", 4))
    line.passes()
    line.world.place("rest", ("weekend", 3))


def test_a_letter_that_did_not_go_is_tried_again_and_one_of_unknown_fate_told():
    line = Line()
    ada = line.join("ada")
    line.mail.answers = [Rejected("451", permanent=False), Unknown("cut"), Sent()]
    for minutes in (0, 2, 10):
        line.world.clock.pass_(minutes=minutes)
        line.passes()
    tries = line.list.get(ada.id).postings
    ((letter, posting),) = tries.items()
    assert (str(letter), posting.tries) == ("joined", {1: "failed", 2: "unknown", 3: "sent"})


def test_a_worker_that_died_in_a_letter_leaves_a_claim_that_the_next_one_tells_of():
    class Died(BaseException):
        pass

    line = Line()
    ada = line.join("ada")
    line.mail.answers = [Died()]
    with pytest.raises(Died):
        line.passes()
    line.passes()
    assert line.list.get(ada.id).postings["joined"].state == "started"  # type: ignore[index]
    line.world.clock.now += timedelta(minutes=6)
    line.passes()
    line.world.clock.now += timedelta(minutes=6)
    line.passes()
    assert line.list.get(ada.id).postings["joined"].tries == {1: "unknown", 2: "sent"}  # type: ignore[index]
