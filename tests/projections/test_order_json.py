"""The `order` of the API, worked out from a fold."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from ledger.kernel.events import Recorded
from ledger.order.evolve import fold
from ledger.order.stamps import Paid, TicketsIssued
from ledger.shop.texts import text_in
from projections.order_json import order_page
from tests.kits import spec
from tests.kits.histories import WHEN, placed, story
from tests.kits.spec import ASKED, CANCELLED, NOON, PAGE, PAID, PLACED, RELEASED

ORDER = UUID(int=7, version=4)


def order_of(stamps):
    return fold(
        ORDER,
        [
            Recorded(
                stream=ORDER,
                version=at,
                position=at,
                recorded_at=WHEN,
                stamp=stamp,
                correlation_id=cause,
                actor="test",
            )
            for at, (cause, stamp) in enumerate(stamps, start=1)
        ],
    )


def test_it_shows_what_the_contract_promises():
    page = order_page(order_of([(ORDER, placed())]), WHEN, "fi")
    assert page == {
        "id": str(ORDER),
        "number": 0,
        "shop": "winterfest",
        "status": "NOT_STARTED",
        "currency": "EUR",
        "total": 3500,
        "version": 1,
        "placed_at": "2027-01-01T12:00:00Z",
        "language": "en",
        "starts_at": "2027-02-10T12:00:00Z",
        "money": {
            "due": 3500,
            "received": 0,
            "refund_pending": 0,
            "refunded": 0,
            "disputed": 0,
            "charged_back": 0,
            "fees": 0,
        },
        "lines": [
            {
                "product": "weekend",
                "revision": 1,
                "title": "Viikonloppulippu",
                "quantity": 1,
                "cancelled": 0,
                "unit_price": 3500,
                "full_price": None,
                "vat_percent": "13.5",
            }
        ],
        "tickets": {
            "ordered": 1,
            "issued_at": None,
            "valid": 0,
            "revoked": 0,
            "each": [{"number": 1, "product": "weekend", "state": "reserved"}],
        },
        "cancellation": {
            "allowed": False,
            "reason": "not_paid",
            "why": "unpaid",
            "deadline": "2027-01-15T12:00:00Z",
            "parts": False,
        },
        "flags": [],
    }


@pytest.mark.parametrize(("days", "allowed", "reason"), [(13, True, ""), (14, False, "too_late")])
def test_a_paid_order_may_be_cancelled_until_its_deadline(days, allowed, reason):
    stamps = full_story(1)
    stamps = stamps[: 1 + next(at for at, (_, one) in enumerate(stamps) if isinstance(one, Paid))]
    page = order_page(order_of(stamps), WHEN + timedelta(days=days), "en")
    assert page["status"] == "PAID"
    told = page["cancellation"]
    assert (told["allowed"], told["reason"]) == (allowed, reason)


@pytest.mark.parametrize(
    ("ends", "valid"),
    [((), 2), ((CANCELLED, RELEASED), 0), ((CANCELLED,), 2)],
    ids=["sold", "released", "not released yet"],
)
def test_tickets_are_counted_and_no_code_is_told(ends, valid):
    issued = TicketsIssued(hashes=("aa", "bb"), codes=("2222222222222222", "ZZZZZZZZZZZZZZZP"))
    order = spec.order_of(PLACED, ASKED, PAGE, PAID, issued, *ends)
    page = order_page(order, NOON, "en")
    assert page["tickets"] == {
        "ordered": 2,
        "issued_at": page["tickets"]["issued_at"],
        "valid": valid,
        "revoked": 2 - valid,
        "each": [
            {"number": number, "product": "weekend", "state": "confirmed" if valid else "revoked"}
            for number in (1, 2)
        ],
    }
    assert page["tickets"]["issued_at"]
    assert "ZZZP" not in str(page)
    erased = spec.order_of(PLACED, ASKED, PAGE, PAID, replace(issued, codes=None), *ends)
    assert order_page(erased, NOON, "en")["tickets"] == page["tickets"]


def test_a_text_falls_back_to_english_then_to_whatever_there_is():
    assert text_in({"en": "a", "fi": "b"}, "sv") == "a"
    assert text_in({"fi": "b"}, "sv") == "b"
    assert text_in({}, "sv") == ""


class Everything(Random):
    """Randomness that leaves nothing out."""

    def random(self):
        return 0.0

    def randint(self, a, b):
        return b


def full_story(seed):
    return story(Everything(seed))
