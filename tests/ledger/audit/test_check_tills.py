"""What a till says its order says: shifts go on in order, and sales are told by both sides."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.audit import check_tills
from ledger.audit.check_tills import TOLD_BY, TillCheck, sale_news
from ledger.audit.findings import Finding
from ledger.codec import NAMES
from ledger.order.stamps import Paid
from ledger.till.shift import Shift
from ledger.till.stamps import SaleVoided, ShiftClosed, Way
from tests.kits import spec
from tests.kits.audit_steps import BOUGHT, A, B, C, laws, says, step
from tests.kits.beside_orders import ADA, BEGUN, HOUSE, RATES, RUNG
from tests.kits.example_stamps import example
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    ORDER,
    PAGE,
    PAID,
    PLACED,
    PRICE,
    SECOND,
    WISH,
    eur,
    order_of,
)


def test_a9_a_shift_is_opened_once_in_its_own_stream_and_takes_nothing_when_it_is_closed():
    check = check_tills.shifts_go_on
    going = Shift(id=HOUSE, opened=BEGUN)
    assert not says(check, Shift(id=HOUSE), BEGUN, stream=HOUSE)
    assert not says(check, going, RUNG, stream=HOUSE)
    assert says(check, going, BEGUN, stream=HOUSE) == ["A9: a shift was opened twice"]
    assert says(check, Shift(id=ADA), BEGUN, stream=ADA) == [
        "A9: a shift stands in a stream of somebody else"
    ]
    assert says(check, Shift(id=HOUSE), RUNG, stream=HOUSE) == [
        "A9: SaleRung in a shift that is not open"
    ]
    assert not says(check, going, ShiftClosed(counted=PRICE), stream=HOUSE)
    wrong = replace(RUNG, amount=PRICE + eur(1))
    assert laws(check, going, wrong, stream=HOUSE) == ["A9"]
    assert not says(check, None, RUNG)


SALE = (7000, "EUR", "cash")


def till(position: int, *, void: bool = False, agreed: Any = SALE) -> Any:
    return position, C, A, B, void, True, agreed


def orders(position: int, *, void: bool = False, agreed: Any = SALE) -> Any:
    return position, B, A, B, void, False, agreed


@pytest.mark.parametrize(
    ("news", "at_once", "at_end"),
    [
        ([till(1), orders(2)], [], []),
        ([orders(1), till(2)], [], []),
        ([till(1)], [], [1]),
        ([orders(1)], [], []),
        ([till(1, void=True), orders(2)], [], [1]),
        ([till(1, void=True), orders(2, void=True)], [], []),
        ([till(1), orders(2, agreed=(7000, "EUR", "card"))], [1], []),
        ([till(1), orders(2, agreed=(7001, "EUR", "cash"))], [1], []),
        ([orders(1, agreed=(7000, "SEK", "cash")), till(2)], [2], []),
        ([orders(1), till(4096)], [], []),
        ([orders(1), till(4097)], [], [4097]),
        ([till(1), orders(4096)], [], []),
        ([till(1), orders(4097)], [1], []),
    ],
)
def test_a9_what_a_till_says_its_order_says_near_by(news, at_once, at_end):
    check = TillCheck()
    found = [*check.take(news)]
    assert [at for at, _ in found] == at_once
    assert [one.position for one in check.at_end()] == at_end
    assert {(one.law, one.stream) for _, one in found} <= {("A9", UUID(bytes=C))}


CARD = (7000, "EUR", "card")
UNPAID = "a sale was rung whose order was not paid with it"
UNCANCELLED = "a sale was given back whose order was not cancelled with it"


@pytest.mark.parametrize(
    ("news", "text"),
    [
        ([till(1)], UNPAID),
        ([till(1, void=True)], UNCANCELLED),
        ([till(1), orders(5000)], UNPAID),
        ([till(1, void=True), orders(5000, void=True)], UNCANCELLED),
        (
            [till(1), orders(2, agreed=CARD)],
            "the till sold 7000 EUR cash, its order says 7000 EUR card",
        ),
        (
            [orders(1, void=True, agreed=(0, "EUR", "")), till(2, void=True)],
            "the till handed back 7000 EUR cash, its order says 0 EUR",
        ),
    ],
)
def test_a9_a_finding_tells_what_the_till_did(news, text):
    check = TillCheck()
    told = [*(one for _, one in check.take(news)), *check.at_end()]
    position = next(at for at, stream, *_ in news if stream == C)
    assert told == [Finding(law="A9", position=position, stream=UUID(bytes=C), text=text)]


@pytest.mark.parametrize("kind", NAMES, ids=lambda one: one.__name__)
def test_whoever_tells_of_a_sale_is_asked_about_it(kind):
    by_hand = {"provider": "manual"} if kind is Paid else {}
    told = step(None, replace(example(kind), **by_hand)).stamp
    assert told is not None
    assert bool([*sale_news(told, B, BOUGHT)]) is (kind in TOLD_BY)


def test_what_is_told_of_a_sale_by_both_sides():
    def news(stamp: Any, after: Any = None, **place: Any) -> list[Any]:
        told = step(None, stamp, **place).stamp
        assert told is not None
        return [*sale_news(told, B, after)]

    rung = (9, B, WISH.bytes, ORDER.bytes, False, True, (7000, "EUR", "cash"))
    assert news(RUNG) == [rung]
    voided = SaleVoided(order=ORDER, amount=PRICE, way=Way.CARD, rates=RATES)
    assert news(voided) == [(*rung[:4], True, True, (7000, "EUR", "card"))]
    nothing = replace(RUNG, amount=eur(0), rates=())
    assert news(nothing)[0][6] == (0, "EUR", "")
    by_hand = replace(PAID, provider="manual", method="cash")
    assert news(by_hand) == [(9, B, WISH.bytes, B, False, False, (7000, "EUR", "cash"))]
    assert news(PAID) == []
    in_some_way = replace(by_hand, method="")
    assert news(in_some_way)[0][6] == (7000, "EUR", "")
    assert news(spec.CONFIRMED_FREE, BOUGHT)[0][4:] == (False, False, (0, "EUR", ""))
    assert news(spec.CONFIRMED_FREE) == news(CANCELLED) == []
    assert news(CANCELLED, BOUGHT)[0][4:] == (True, False, (0, "EUR", ""))
    paid_in_cash = (PLACED, replace(ASKED, provider="manual"), by_hand, spec.HANDED_BACK)
    back = order_of(*paid_in_cash, CANCELLED)
    assert news(CANCELLED, back)[0][4:] == (True, False, (7000, "EUR", "cash"))
    assert news(CANCELLED, back, under=SECOND)[0][6] == (0, "EUR", "")
    unsaid = (PLACED, replace(ASKED, provider="manual"), in_some_way, spec.HANDED_BACK, CANCELLED)
    assert news(CANCELLED, order_of(*unsaid))[0][6] == (7000, "EUR", "")
    online = order_of(PLACED, ASKED, PAGE, PAID, CANCELLED, spec.REFUND_ASKED, spec.REFUNDED)
    assert news(CANCELLED, online)[0][6] == (0, "EUR", ""), "a provider returned it, and no till"
    strange = replace(spec.HANDED_BACK, payment=SECOND)
    assert news(CANCELLED, order_of(PLACED, strange, CANCELLED))[0][6] == (7000, "EUR", "")
