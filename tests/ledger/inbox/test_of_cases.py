"""News of money that a case sent back, of payments that wait for their page, and of two orders."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from ledger.cases.case import Case, case_id
from ledger.cases.decide import ReturnMoney
from ledger.cases.stamps import CaseKind
from ledger.inbox.bind import Bound, Unbound, bind
from ledger.inbox.payout_line import message, reports
from ledger.inbox.ports import Evidence, Report, WebhookDoor, refunds_in_doubt
from ledger.inbox.receive import FETCHED, Foresight, Intake, cause_of, foresee
from ledger.order.order import Order
from ledger.order.stamps import (
    Authorized,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    Refunded,
    RefundFailed,
)
from ledger.payments.provider import BadMessage, Message
from tests.kits.spec import (
    ASKED,
    ORDER,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_OUT,
    PAID_TWICE,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    SECOND,
    eur,
    order_of,
    put,
)
from tests.kits.worlds import World
from tests.ledger.inbox.test_binding_rules import NEWS
from tests.ledger.inbox.test_receive import PAID as CAME
from tests.ledger.inbox.test_receive import report, tell
from tests.ledger.order.test_next_step import time_out

NOBODY = UUID(int=9)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.place()
    yield made
    made.close()


# By its own page.

OLD, NEW = order_of(PLACED, ASKED, PAGE), order_of(PLACED, ASKED, PAGE, PENDING)


class Shelf:
    """An order as it was when it was seen last, and as it stands."""

    def __init__(self, remembered: Order | None) -> None:
        self.looked_for: list[str] = []
        self._remembered = remembered

    def get(self, id: UUID) -> Order:
        return NEW

    def remembered(self, id: UUID) -> Order | None:
        return self._remembered

    def find(self, provider: str, name: str) -> UUID | None:
        self.looked_for.append(name)
        return ORDER if name in ("cs_1", "pi_1") else None


@pytest.mark.parametrize(
    ("told", "known", "looked_for"),
    [
        ({}, OLD, ["pi_1"]),
        ({}, None, ["pi_1"]),
        ({"fact": PENDING}, OLD, ["pi_1", "cs_1"]),
        ({"order": None}, OLD, ["pi_1", "cs_1"]),
        ({"attempt": None}, OLD, ["pi_1", "cs_1"]),
        ({"attempt": SECOND}, OLD, ["pi_1", "cs_1"]),
        ({"page": "cs_9"}, OLD, ["pi_1", "cs_9"]),
        ({"page": ""}, OLD, ["pi_1"]),
        ({"page": "", "claimed": False}, order_of(PLACED, ASKED), ["pi_1"]),
        ({"live": True}, OLD, ["pi_1", "cs_1"]),
    ],
    ids=[
        "a payment by its own page",
        "of an order that is not remembered",
        "other news",
        "no order is named",
        "no attempt is named",
        "another attempt is named",
        "another page",
        "no page",
        "no page, and none was made",
        "in another mode",
    ],
)
def test_only_a_payment_by_its_own_page_is_bound_by_what_is_remembered(
    told: dict[str, Any], known: Order | None, looked_for: list[str]
) -> None:
    shelf: Any = Shelf(known)
    found = bind(replace(NEWS, reference="pi_1", **told), shelf, shelf.find)
    assert shelf.looked_for == looked_for
    assert found.order is (OLD if not told and known else NEW)


def test_news_of_a_refund_that_we_asked_for_under_its_name_tells_its_amount() -> None:
    back = order_of(PLACED, ASKED, PAGE, PAID, REFUND_ASKED, REFUND_ACCEPTED)
    shelf: Any = Shelf(back)
    shelf.get = lambda order: back
    told = replace(
        NEWS, fact=REFUNDED, correlation_id=OUTSIDE, reference="pi_1", page="", claimed=False
    )
    assert isinstance(bind(told, shelf, shelf.find), Bound)
    less = replace(told, amount=eur(1), fact=replace(REFUNDED, amount=eur(1)))
    found = bind(less, shelf, shelf.find)
    assert isinstance(found, Unbound)
    assert found.reason == "the amount differs from the refund that was asked for"


def test_news_that_names_only_a_refund_is_of_the_payment_that_it_sent_back() -> None:
    second: dict[str, Any] = {"payment": SECOND, "payment_reference": "pi_2"}
    back = order_of(
        PLACED,
        ASKED,
        PAGE,
        PAID,
        put(ASKED, under=SECOND),
        put(PAID_TWICE, under=SECOND),
        replace(REFUND_ASKED, **second),
        replace(REFUND_ACCEPTED, payment=SECOND),
    )
    shelf: Any = Shelf(back)
    shelf.get = lambda order: back
    told = replace(
        NEWS,
        order=None,
        attempt=None,
        fact=REFUNDED,
        correlation_id=OUTSIDE,
        reference="re_1",
        page="",
        claimed=False,
    )
    found = bind(told, shelf, lambda provider, name: ORDER)
    assert isinstance(found, Bound)
    assert found.report.attempt == SECOND


def test_the_bytes_of_a_kept_line_of_a_payout_are_the_same_for_ever() -> None:
    kept = message(PAID_OUT, order=ORDER, account="acct_1", live=False)
    assert kept.name == "payout/po_1/payment/pi_1"
    assert kept.body == (
        b'{"account":"acct_1","amount":7000,"bank_reference":"4566","currency":"EUR",'
        b'"fee_millionths":437500,"kept_back":false,"live":false,"object":"payout_line",'
        b'"order":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","payout":"po_1","provider":"stripe",'
        b'"reference":"pi_1","settled_at":"2027-01-10T12:00:00+00:00"}'
    )
    assert reports(kept.body) is not None


@pytest.mark.parametrize(
    "body", [b'["payout_line"]', b'"payout_line"', b'{"object":"payout_line"}']
)
def test_what_only_names_a_line_of_a_payout_is_none(body: bytes) -> None:
    assert reports(body) is None


# Two orders, and none.


@pytest.mark.parametrize("told", [{}, {"order": None, "attempt": None}])
def test_the_payment_of_a_message_that_named_two_orders_stays_nobodys(
    world: World, told: dict[str, Any]
) -> None:
    assert tell(world, report(world, contradiction="two order ids", **told)) is None
    assert tell(world, report(world)) is None
    assert "Paid" not in world.stamps()


def test_the_payment_of_what_another_order_is_known_by_stays_nobodys(world: World) -> None:
    world.place("another")
    assert tell(world, report(world), found=world.id("another")) is None
    assert tell(world, report(world)) is None


def test_a_payment_that_only_was_in_the_wrong_mode_is_its_orders_when_it_is_told_right(
    world: World,
) -> None:
    assert tell(world, report(world, live=True)) is None
    assert tell(world, report(world)) == world.id("order")


def test_money_that_is_kept_ready_is_its_orders(world: World) -> None:
    kept = Authorized(amount=PRICE, provider="stripe", provider_reference="pi_1")
    assert tell(world, report(world, fact=kept)) == world.id("order")


def test_what_a_payer_wrote_is_told_with_the_case(world: World) -> None:
    tell(world, report(world, live=True, payer_reference="for Ada"))
    opened = world.cases.get(case_id(cause_of(report(world)), CaseKind.UNMATCHED_MONEY)).opened
    assert opened is not None
    assert opened.payer_reference == "for Ada"


def test_what_follows_from_money_that_came_late_is_done_at_once(world: World) -> None:
    time_out(world)
    tell(world, report(world))
    assert world.stamps()[-2:] == ["Paid", "SeatsRetaken"]


# What a case sent back.


def sent_back(world: World) -> Case:
    """A case of money that is nobody's, and that is asked back."""
    stray = report(world, order=None, attempt=None)
    tell(world, stray)
    feed = world.store.feed(0, limit=1000)
    (case,) = (one.stream for one in feed if type(one.stamp).__name__ == "CaseOpened")
    wish = ReturnMoney(correlation_id=uuid4(), actor="desk", at=world.clock(), reason="nobody's")
    return world.cases.handle(case, wish)


def news_of(world: World, case: Case, fact: Any, **told: Any) -> Report:
    stray = report(world, order=case.id, attempt=case.id, correlation_id=case.id, fact=fact)
    return replace(stray, **told)


ACCEPTED = CreateRefundSuccess(payment=NOBODY, amount=PRICE, provider_reference="re_9")
DONE = Refunded(payment=NOBODY, amount=PRICE, provider_reference="re_9")
REFUSED = CreateRefundFailure(code="no")
CLOSED = RefundFailed(payment=NOBODY, amount=PRICE, provider_reference="re_9", code="closed")


def foreseen(world: World, told: Report) -> Foresight:
    return foresee(told, orders=world.orders, cases=world.cases, find=lambda one, other: None)


@pytest.mark.parametrize(
    ("facts", "word", "state"),
    [
        ([], "unknown", "open"),
        ([ACCEPTED], "accepted", "resolved"),
        ([REFUSED], "failed", "open"),
        ([ACCEPTED, CLOSED], "failed", "open"),
        ([DONE], "unknown", "open"),
    ],
)
def test_news_of_what_a_case_sent_back_is_the_cases(
    world: World, facts: Sequence[Any], word: str, state: str
) -> None:
    case = sent_back(world)
    for fact in facts:
        told = news_of(world, case, fact)
        new = Foresight.KNOWN if fact is DONE else Foresight.STAMP
        assert foreseen(world, told) is new
        assert tell(world, told) is None
        assert foreseen(world, told) is Foresight.KNOWN
    after = world.cases.get(case.id)
    assert (after.returned.word, after.state) == (word, state)
    assert len(world.cases_opened()) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"provider": "paytrail"},
        {"account": "acct_2"},
        {"live": True},
        {"correlation_id": NOBODY},
        {"contradiction": "two cases"},
        {"order": NOBODY},
        {"order": None},
    ],
)
def test_news_that_differs_from_what_a_case_sent_back_is_another_case(
    world: World, told: dict[str, Any]
) -> None:
    case = sent_back(world)
    assert tell(world, news_of(world, case, ACCEPTED, **told)) is None
    assert world.cases.get(case.id).returned.word == "unknown"
    assert len(world.cases_opened()) == 2


def test_news_of_a_case_that_sent_nothing_back_is_another_case(world: World) -> None:
    tell(world, report(world, order=None, attempt=None))
    feed = world.store.feed(0, limit=1000)
    (case,) = (one.stream for one in feed if type(one.stamp).__name__ == "CaseOpened")
    tell(world, news_of(world, world.cases.get(case), ACCEPTED))
    assert len(world.cases_opened()) == 2


def test_what_an_order_holds_with_other_figures_is_not_known(world: World) -> None:
    tell(world, report(world))
    wrong = report(world, live=True)
    assert foreseen(world, wrong) is Foresight.KNOWN
    more = replace(wrong, fact=replace(CAME, amount=eur(1)), amount=eur(1))
    assert foreseen(world, more) is Foresight.CASE


# Taken in.


class Shelves:
    """An inbox: what is kept in it, and what became of each."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, bytes], Evidence] = {}
        self.told: list[dict[str, Any]] = []
        self.marked: list[tuple[UUID, str]] = []

    def find(self, provider: str, name: str, body: bytes) -> Evidence | None:
        return self.kept.get((provider, name, body))

    def keep(self, provider: str, door: str, **told: Any) -> Evidence:
        self.told.append({"provider": provider, "door": door, **told})
        found = Evidence(uuid4(), "ab" * 32)
        self.kept[provider, told["provider_event_id"], told["body"]] = found
        return found

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        self.marked.append((id, state))


class Door:
    """A door behind which this is read."""

    provider = "stripe"

    def __init__(self, found: Sequence[Report]) -> None:
        self.found = found

    def reread(self, body: bytes) -> Sequence[Report]:
        return self.found


def intake(world: World, shelves: Shelves, *found: Report) -> Intake:
    return Intake(
        orders=world.orders,
        cases=world.cases,
        find=lambda provider, reference: None,
        archive=cast(Any, shelves),
        doors={"stripe": cast(WebhookDoor, Door(found))},
        clock=world.clock,
    )


FETCH = Message(provider="stripe", name="evt_1", body=b"{}")


def test_what_was_fetched_is_kept_once_stamped_once_and_done(world: World) -> None:
    shelves = Shelves()
    taken = intake(world, shelves, report(world))
    for _ in range(2):
        assert taken.take(FETCH) == [world.id("order")]
    assert shelves.told == [
        {
            "provider": "stripe",
            "door": "stripe",
            "body": b"{}",
            "headers": {},
            "verdict": FETCHED,
            "provider_event_id": "evt_1",
            "received_at": world.clock(),
        }
    ]
    (kept,) = shelves.kept.values()
    assert shelves.marked == [(kept.id, "done")] * 2
    assert world.stamps().count("Paid") == 1


def test_whoever_takes_in_may_know_more_orders_than_the_views(world: World) -> None:
    page = CreatePaymentSuccess(
        provider_reference="cs_1", redirect_url="https://pay.example", expires_at=world.clock()
    )
    (attempt,) = world.orders.get(world.id("order")).attempts
    world.orders.record(world.id("order"), page, correlation_id=attempt, actor="ledger")
    bare = report(world, order=None, attempt=None)
    known = intake(world, Shelves(), bare)
    assert known.take(FETCH, find=lambda provider, name: world.id("order")) == [world.id("order")]
    assert known.take(FETCH) == [None]


def test_a_payment_that_no_page_bears_out_yet_is_read_again_later(world: World) -> None:
    taken = intake(world, Shelves())
    waits = report(world, claimed=True, reference="pi_1")
    expected = [(waits, False, 0), (replace(waits, claimed=False), True, 1)]
    for told, borne_out, paid in expected:
        assert taken.stamp_patiently([told], "ab" * 32) is borne_out
        assert world.stamps().count("Paid") == paid
        assert world.cases_opened() == []
    assert taken.stamp_patiently([], "ab" * 32) is True


class Doubtful(Door):
    """A door whose messages may leave the refunds of a payment in doubt."""

    def refunds_in_doubt(self, body: bytes) -> str | None:
        if body == b"torn":
            raise BadMessage("torn")
        return body.decode() or None


def test_refunds_are_in_doubt_only_where_a_message_says_of_which_payment() -> None:
    doubtful, plain = cast(WebhookDoor, Doubtful([])), cast(WebhookDoor, Door([]))
    bodies = (b"pi_1", b"", b"torn")
    assert [refunds_in_doubt(doubtful, one) for one in bodies] == ["pi_1", None, None]
    assert refunds_in_doubt(plain, b"pi_1") is None
