"""A process that works on a ledger until it is done or killed, and tells what it was promised.

Reads jobs from standard input and forks for each: what is imported once is there at once.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import psycopg
import structlog

from adapters.keys.key_ring import Keyring
from adapters.keys.ticket_codes import drawn
from adapters.mail.smtp import SmtpMail
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.queries import Views
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.ledger import StampLedger
from adapters.worker.open_cases import Desk
from adapters.worker.projector.reactor import Projections
from adapters.worker.projector.rebuild import rebuild
from adapters.worker.reactors.shop_changes import CallRate, ShopChanges
from adapters.worker.threads import Threads
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.kernel.store import LedgerUnavailable
from ledger.order.commands import CancelPart, DoorSale, PlaceOrder
from ledger.order.stamps import Pieces
from ledger.payments.provider import start_refund
from ledger.shop.shop import Shop, spec_of
from ledger.till.service import Tills, TillWish
from ledger.till.stamps import Way
from ledger.waiting_list.service import PlaceWish, WaitingList
from projections.all import PROJECTIONS
from tests.crash.product_works import PRODUCT_WORKS
from tests.kits.worker import World, place_order
from tests.kits.worker_fakes import Clock
from web.actions.till import rung_beside

_T = TypeVar("_T")
_R = TypeVar("_R")

ORDERS = 2
SELLER, WAITS = "staff:one", 3600
# Longer than a server needs to come back, in seconds.
PATIENCE, LIFETIME = 20.0, 600
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to do, through which wire, how many minutes after the ledger was made."""

    work: str
    url: str
    smtp: str = ""
    minutes: int = 0


@contextmanager
def world_at(url: str, *, minutes: int = 0) -> Iterator[World]:
    """A ledger that has a shop, at its time."""
    clock = Clock(NOON)
    recorder = PostgresStampRecorder(url, clock=clock, readers=2, patience=PATIENCE)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    world = World(store=ledger, now=clock)
    world.clock = clock
    clock.forward(minutes=minutes)
    yield world
    ledger.close()


def append(job: Job, world: World) -> None:
    """Each order takes a seat, a number and a data key, and all are told when they stand."""
    for _ in range(ORDERS):
        tell(f"told {world.place().id}")


def project(job: Job, world: World) -> None:
    """As the daemon does it: after an error, again."""
    projections = Projections(store=world.store, url=job.url, desk=Desk(world.cases))
    views = Views.at(job.url)
    while not behind_nothing(views):
        with suppress(LedgerUnavailable, psycopg.Error):
            projections.run()
    projections.close()
    views.close()


def behind_nothing(views: Views) -> bool:
    with suppress(LedgerUnavailable):
        found = views.checkpoints()
        return bool(found) and all(one.lag == 0 for one in found)
    return False


def project_again(job: Job, world: World) -> None:
    """A lost connection ends a rebuild: the operator starts it again."""
    rebuild(world.store, job.url, projections=PROJECTIONS.values())


def letters(job: Job, world: World, *, threads: Threads | None = None) -> None:
    """One pass of the postman: all are claimed in one commit, each outcome has its own."""
    mail = SmtpMail(job.smtp, "tickets@winterfest.example", clock=world.clock, keeps=True)
    letters = world.letters()
    post = replace(letters.post, mail=mail)
    replace(letters, post=post, threads=threads or letters.threads).run()
    mail.close()


class AllAtOnce(Threads):
    """The slowest look: everything was sent before anything is stamped."""

    def each(self, items: Sequence[_T], act: Callable[[_T], _R]) -> Generator[list[_R]]:
        yield [act(item) for item in items]


def letters_together(job: Job, world: World) -> None:
    """One pass, in which all outcomes share a commit, too."""
    letters(job, world, threads=AllAtOnce(most=1, name="letters"))


def part(job: Job, world: World) -> None:
    """One of the tickets of each order is cancelled: its wish, its refund, its seats.

    The provider knows a refund by its key, so that whoever goes on asks for the same one.
    """
    for order_id in world.all_orders():
        cause = derived(order_id, "part")
        wish = CancelPart(
            correlation_id=cause,
            actor="test",
            at=world.clock(),
            reason="ill",
            pieces=(Pieces(line=0, quantity=1),),
        )
        world.orders.handle(order_id, wish)
        start_refund(world.orders, world.provider, order_id, cause, at=world.clock())


def news(job: Job, world: World) -> None:
    """Each order's payment is told by a signed message, which is answered when it is kept."""
    store = world.store
    inbox = PostgresInbox(job.url, keyring=world.keyring, patience=PATIENCE, taken_up=store.in_hand)
    with closing(inbox):
        for order_id in world.all_orders():
            body = str(order_id).encode()
            with inbox.in_hand(
                "stripe",
                "stripe",
                body=body,
                headers={},
                verdict="signed",
                provider_event_id=f"evt_{order_id}",
                received_at=world.clock(),
            ) as message:
                message.one_fact = True
                world.pay(world.orders.get(order_id), evidence=message.evidence.hash)
                message.done = True
            tell(f"told {order_id}")


def called_off(job: Job, world: World) -> None:
    """The whole shop is cancelled, each order follows, and what got no answer is asked again."""
    world.shops.cancel("winterfest", reason={"en": "A fire."}, actor="test")
    following = ShopChanges(
        orders=world.orders,
        shops=world.shops,
        providers={"stripe": world.provider},
        pages=world.pages(),
        clock=world.clock,
        fresh=lambda: "c" * 43,
        rate=CallRate(per_second=1000),
    )
    for order_id in world.all_orders():
        following(order_id)
    world.payments().run()


def door_sale(world: World, key: UUID) -> PlaceOrder:
    """One ticket, paid in cash; pressed again under the same key, with other codes drawn."""
    codes = drawn(1, keyed_hash=world.keyring.keyed_hash)
    wish = place_order(key, at=world.clock())
    return replace(wish, for_customer=True, sale=DoorSale(way=str(Way.CASH), tickets=codes))


def in_line(shop: Shop) -> PlaceWish:
    """One address, however often it asks."""
    return PlaceWish(
        product="weekend",
        quantity=1,
        language="en",
        email="ada@example.org",
        email_index="ada",
        code="c" * 43,
        code_hash="0" * 64,
        correlation_id=derived(shop.id, "in line"),
    )


def sale(job: Job, world: World) -> None:
    """Each sale is an order, its money, its ticket and its line in the shift; pressed once more."""
    shop, tills = world.shops.get("winterfest"), Tills(world.store)
    seller = TillWish(correlation_id=derived(shop.id, "till"), actor=SELLER)
    opening = Money(0, shop.terms.currency)
    shift = tills.open(seller, shop=shop.id, slug=shop.slug, opening=opening)
    for nth in range(ORDERS):
        key = derived(shop.id, f"sale/{nth}")
        rung = tills.rung(shift.id, TillWish(correlation_id=key, actor=SELLER))
        wish = door_sale(world, key)
        sold = world.orders.place(shop.slug, wish, rung=rung_beside(rung, wish.order, Way.CASH))
        tell(f"told {sold.id}")


def offer(job: Job, world: World) -> None:
    """Somebody waits, and a seat is held for them, by whoever looks at the line."""
    lines, shop = WaitingList(world.store), world.shops.get("winterfest")
    terms = shop.terms
    if terms.waiting_list is None:
        spec = replace(spec_of(shop), preferences=replace(terms, waiting_list=WAITS))
        world.shops.import_shop(spec, actor="test", at=world.clock())
        shop = world.shops.newest("winterfest")
    place = lines.take(shop, in_line(shop))
    until = world.clock() + timedelta(seconds=WAITS)
    lines.offer(place.id, shop, until=until, seen=world.store.head()[0])


WORKS: Mapping[str, Callable[[Job, World], None]] = {
    "append": append,
    "project": project,
    "rebuild": project_again,
    "letters": letters,
    "part": part,
    "news": news,
    "called_off": called_off,
    "sale": sale,
    "offer": offer,
    "letters_together": letters_together,
}


# How a command ends that found no ledger, as `web/cli` says.
AWAY = 3


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def work(job: Job) -> None:
    signal.alarm(LIFETIME)
    tell(f"pid {os.getpid()}")
    if job.work in PRODUCT_WORKS:
        try:
            PRODUCT_WORKS[job.work](job.url)
        except LedgerUnavailable:
            os._exit(AWAY)  # as its command ends: somebody runs it again
        return
    with world_at(job.url, minutes=job.minutes) as world:
        WORKS[job.work](job, world)


def main() -> None:
    # What is told to the crew stands alone on standard output.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(Job(**json.loads(line)))
            sys.stdout.flush()
            os._exit(0)
        tell(f"end {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


if __name__ == "__main__":
    main()
