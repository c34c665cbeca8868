"""A broken law is found where it was broken: at the beginning, in the middle and at the end."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit import verify as verifying
from ledger.audit.verify import Verification
from ledger.cases.stamps import CaseResolved
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.kernel.values import replace
from ledger.news.stamps import NewsAddressed, NewsDeclined
from ledger.order.attendance import scan_cause
from ledger.order.commands import CancelOrder
from ledger.order.payouts import payout_cause
from ledger.order.stamps import (
    BuyerAddressed,
    Cause,
    CreateRefundRequest,
    Letter,
    ManualRefund,
    OrderAmended,
    Pieces,
    ReceiptSendStarted,
    Refunded,
    SeatsReleased,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketsIssued,
)
from ledger.shop.shop import ShopSpec
from ledger.shop.stamps import QuotaSet, shop_id
from tests.kits.audit import (
    PRICE,
    CopiedRows,
    SharesInOneProcess,
    attempt_of,
    force,
    pay,
    send_letters,
)
from tests.kits.spec import PAID_OUT
from tests.kits.worlds import SPEC, World
from tests.ledger.audit.test_laws import rehash

ORDERS = 7
ROOMY = ShopSpec(
    slug=SPEC.slug,
    preferences=SPEC.preferences,
    quotas={"weekend": 100, "friday": 100},
    products=SPEC.products,
)
WHERE = {"first": 0, "middle": ORDERS // 2, "last": ORDERS - 1}


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 5)


def asked_back(payment: UUID, amount: Money) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=payment,
        payment_reference="pi",
        provider="stripe",
        amount=amount,
        fee=Money(0, "EUR"),
        cause=Cause.STAFF,
    )


def more_than_held(world: World, name: str) -> None:
    beyond = asked_back(attempt_of(world, name), PRICE + Money(1, "EUR"))
    force(world, beyond, cause=uuid4(), order=name)


def handed_back_unheld(world: World, name: str) -> None:
    given = ManualRefund(payment=uuid4(), amount=Money(1, "EUR"))
    force(world, given, cause=uuid4(), order=name)


def oversold(world: World, name: str) -> None:
    """For as long as one stamp."""
    shop = shop_id(SPEC.slug)
    for capacity in (1, 100):
        small = QuotaSet(slug="weekend", capacity=capacity)
        force(world, small, cause=uuid4(), stream=shop)


def not_owed(world: World, name: str) -> None:
    letter = ReceiptSendStarted(letter=Letter.REFUNDED, try_number=1, numbered_for=None)
    force(world, letter, cause=uuid4(), order=name)


def nobodys_payment(world: World, name: str) -> None:
    back = Refunded(payment=uuid4(), amount=PRICE, provider_reference="re_9")
    force(world, back, cause=uuid4(), order=name)


def paid_out_under_another_id(world: World, name: str) -> None:
    told = dataclasses.replace(PAID_OUT, provider_reference=f"pi_{name}")
    force(world, told, cause=uuid4(), order=name)


def paid_out_at_a_stranger(world: World, name: str) -> None:
    told = dataclasses.replace(PAID_OUT, provider_reference=f"pi_{name}", provider="sumup")
    account = world.orders.get(world.id(name)).attempts[attempt_of(world, name)].account
    force(world, told, cause=payout_cause(told, account=account), order=name)


def amended(pieces: int, amount: Money) -> OrderAmended:
    some = (Pieces(line=0, quantity=pieces),)
    return OrderAmended(pieces=some, amount=amount, fee=Money(0, "EUR"), cause=Cause.STAFF)


def more_pieces_than_bought(world: World, name: str) -> None:
    three = amended(3, Money(3 * 3500, "EUR"))
    force(world, three, cause=uuid4(), order=name)


def for_more_than_they_cost(world: World, name: str) -> None:
    force(world, amended(1, Money(3501, "EUR")), cause=uuid4(), order=name)


def seats_of_pieces_that_stay(world: World, name: str) -> None:
    freed = SeatsReleased(pieces=(Pieces(line=0, quantity=1),))
    force(world, freed, cause=uuid4(), order=name)


def issued_by_somebody(world: World, name: str, *hashes: str) -> None:
    force(world, TicketsIssued(hashes=hashes), cause=uuid4(), order=name)


def tickets_twice(world: World, name: str) -> None:
    issued_by_somebody(world, name, "a", "b")
    issued_by_somebody(world, name, "c", "d")


def fewer_tickets_than_bought(world: World, name: str) -> None:
    issued_by_somebody(world, name, "a")


def one_code_for_two(world: World, name: str) -> None:
    issued_by_somebody(world, name, "a", "a")


def scanned(world: World, name: str, ticket: str, *kinds: type, **more: Any) -> None:
    """Somebody stamps scans of a ticket, one after another, whatever the order says."""
    for kind in kinds:
        scan = uuid4()
        told = {"ticket": ticket, "day": "2027-01-10", "door": "main", "device": "a"}
        one = kind(scan=scan, scanned_at=world.clock(), **told, **more)
        force(world, one, cause=scan_cause(shop_id(SPEC.slug), scan), order=name)


def tickets(world: World, name: str) -> tuple[str, ...]:
    issued = world.orders.get(world.id(name)).tickets
    assert issued is not None
    return issued.hashes


def let_in_with_another_ticket(world: World, name: str) -> None:
    send_letters(world, name)
    scanned(world, name, "nobody's", TicketCheckedIn, queued=True)


def let_in_twice(world: World, name: str) -> None:
    send_letters(world, name)
    scanned(world, name, tickets(world, name)[0], TicketCheckedIn, TicketCheckedIn)


def let_in_once_they_were_revoked(world: World, name: str) -> None:
    send_letters(world, name)
    hashes = tickets(world, name)
    cancel = CancelOrder(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="ill")
    world.orders.handle(world.id(name), cancel)
    scanned(world, name, hashes[0], TicketCheckedIn)


def left_who_never_came(world: World, name: str) -> None:
    send_letters(world, name)
    scanned(world, name, tickets(world, name)[0], TicketCheckedOut)


def undone_what_never_was(world: World, name: str) -> None:
    force(world, TicketCheckInUndone(reason="no"), cause=uuid4(), order=name)


def reached_twice(world: World, name: str) -> None:
    """By one letter to all buyers, the second time under another id."""
    send_letters(world, name)
    mailing = uuid4()
    for cause in (derived(mailing, str(world.id(name))), uuid4()):
        one = BuyerAddressed(mailing=mailing, about_order=True)
        force(world, one, cause=cause, order=name)


def news_twice(world: World, name: str) -> None:
    reader, mailing = uuid4(), uuid4()
    for _ in range(2):
        one = NewsAddressed(mailing=mailing, order=world.id(name))
        force(world, one, cause=uuid4(), stream=reader)


def news_to_who_declined(world: World, name: str) -> None:
    reader, order = uuid4(), world.id(name)
    force(world, NewsDeclined(order=order), cause=uuid4(), stream=reader)
    force(world, NewsAddressed(mailing=uuid4(), order=order), cause=uuid4(), stream=reader)


def never_placed(world: World, name: str) -> None:
    force(world, SeatsReleased(), cause=uuid4(), order=f"no {name}")


def of_another_kind(world: World, name: str) -> None:
    force(world, CaseResolved(action="closed"), cause=uuid4(), order=name)


# What is found, and how many positions after the planted stamp. A committer would have refused the
# small quota: it is kept beside neither of its two stamps.
PLANTS: dict[Callable[[World, str], None], list[tuple[str, int]]] = {
    more_than_held: [("7", 0)],
    handed_back_unheld: [("11", 0), ("7", 0)],
    oversold: [("8", 0), ("8", 0), ("8", 1)],
    not_owed: [("9", 0)],
    nobodys_payment: [("11", 0)],
    paid_out_under_another_id: [("3", 0)],
    paid_out_at_a_stranger: [("11", 0)],
    more_pieces_than_bought: [("7", 0)],
    for_more_than_they_cost: [("7", 0)],
    tickets_twice: [("R4", 1)],
    fewer_tickets_than_bought: [("R4", 0)],
    one_code_for_two: [("3", 0), ("R4", 0)],
    let_in_with_another_ticket: [("A8", 3)],
    let_in_twice: [("A8", 4)],
    let_in_once_they_were_revoked: [("A8", 5)],
    left_who_never_came: [("A8", 3)],
    undone_what_never_was: [("A8", 0)],
    reached_twice: [("9", 4), ("9", 4)],
    news_twice: [("9", 1)],
    news_to_who_declined: [("9", 1)],
    never_placed: [("4", 0)],
    of_another_kind: [("13", 0)],
}


@pytest.mark.parametrize("shares", [None, 2], ids=["one process", "two shares"])
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: one.__name__)
def test_what_was_stamped_against_a_law_is_found_there_and_nowhere_else(plant, where, shares):
    world = World(ROOMY)
    planted = 0
    for number in range(ORDERS):
        name = f"order {number}"
        world.place(name, ("weekend", 2))
        pay(world, name)
        if number == WHERE[where]:
            planted = world.store.head()[0] + 1
            plant(world, name)
        else:
            send_letters(world, name)
    ledger = world.store.stored()
    others = SharesInOneProcess(ledger, shares) if shares else None
    found = [(one.law, one.position) for one in Verification(ledger, shares=others)]
    assert sorted(found) == [(law, planted + later) for law, later in PLANTS[plant]]


def test_seats_of_pieces_that_stay_are_not_free():
    world = World(ROOMY)
    world.place("order", ("weekend", 2))
    pay(world, "order")
    seats_of_pieces_that_stay(world, "order")
    last = world.store.head()[0]
    texts = [one.text for one in Verification(world.store.stored()) if one.position == last]
    assert "frees seats of pieces that were not cancelled" in texts


def clean() -> CopiedRows:
    world = World(ROOMY)
    for number in range(ORDERS):
        name = f"order {number}"
        world.place(name, ("weekend", 2))
        pay(world, name)
        send_letters(world, name)
    return CopiedRows(world.store.stored())


CLEAN = clean()
SIZE = len(CLEAN.kept)


def bent(position: int, **changes: Any) -> CopiedRows:
    copy = CopiedRows(CLEAN)
    copy.bend(position, **changes)
    rehash(copy, position)
    return copy


def earlier(position: int) -> dict[str, Any]:
    before = CLEAN.kept[max(position - 2, 0)].recorded_at
    return {"recorded_at": before - timedelta(days=1)}


BENT: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "a version too high": ("2", lambda at: {"version": CLEAN.kept[at - 1].version + 1}),
    "earlier than before": ("2", earlier),
    "another occurrence": ("3", lambda at: {"occurrence": "again"}),
    "bytes after the stamp": ("13", lambda at: {"state": CLEAN.kept[at - 1].state + b" "}),
    "a type that nobody knows": ("13", lambda at: {"type": "PAYED"}),
    "another correlation id": ("14", lambda at: {"correlation_id": uuid4()}),
    "numbers out of nowhere": ("C5", lambda at: {"numbers": {"tombola": 7}}),
}


@pytest.mark.parametrize("where", [1, SIZE // 2, SIZE])
@pytest.mark.parametrize("how", BENT)
def test_what_was_bent_and_hashed_anew_is_found_there(how, where):
    law, changes = BENT[how]
    copy = bent(where, **changes(where))
    found = list(Verification(copy))
    if how == "earlier than before" and where == 1:
        law = "14"
    # A row that was hashed anew is found in the commit that it belongs to.
    places = {where, next(one.last for one in CLEAN.signed if one.last >= where)}
    assert law in {one.law for one in found if one.position in places}
    assert found == list(Verification(copy, shares=SharesInOneProcess(copy, 3)))


@pytest.mark.parametrize("where", [1, SIZE // 2, SIZE])
def test_a_row_that_was_changed_and_not_hashed_anew_is_found_there(where):
    copy = CopiedRows(CLEAN)
    state = copy.kept[where - 1].state
    copy.kept[where - 1] = replace(copy.kept[where - 1], state=state[:-1] + b"!")
    assert ("14", where) in {(one.law, one.position) for one in Verification(copy)}
    hashes = Verification(copy, hashes_only=True)
    assert [(one.law, one.position) for one in hashes] == [("14", where)]
