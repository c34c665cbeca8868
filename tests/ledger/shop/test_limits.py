"""The bounds themselves: one that shrinks makes shops impossible that exist."""

from datetime import timedelta

import pytest

from ledger.shop import limits
from ledger.shop.admission import is_day

SPANS = {
    "GRACE_PERIOD": (timedelta(seconds=1), timedelta(days=5)),
    "UNPAID_AFTER": (timedelta(minutes=5), timedelta(days=400)),
    "WAITING_HOLD": (timedelta(minutes=10), timedelta(weeks=2)),
}
RANGES = {
    "PRICE": (0, 10**10 - 1),
    "PIECES_PER_ORDER": (1, 1000),
    "TICKETS_PER_PIECE": (0, 100),
    "TICKETS_PER_ORDER": (0, 1000),
    "SEATS": (0, 10**9),
    "PERCENT": (0, 100),
    "CANCELLATION_DAYS": (0, 10 * 365),
    "RETENTION_YEARS": (0, 50),
    "PICTURE_SIDE": (320, 1280),
    "LOGO_SIDE": (48, 400),
}
CHARACTERS = {
    "SLUG": 63,
    "NAME": 200,
    "TITLE": 250,
    "DESCRIPTION": 2000,
    "ACCOUNT_HOLDER": 70,
    "HOW_TO_PAY": 2000,
    "REASON": 500,
    "ADDRESS_OF_SELLER": 500,
    "ADDRESS_OF_VENUE": 300,
    "BUSINESS_ID": 50,
    "PHONE": 50,
    "MAIL_ADDRESS": 254,
    "LINK": 2000,
    "DIRECTIONS": 1000,
    "HAND_OUT": 200,
    "ALT_TEXT": 300,
    "QUESTION_LABEL": 200,
    "QUESTION_HINT": 500,
    "CHOICE_LABEL": 100,
    "HOLDER_NAME": 100,
    "ANSWER": 500,
    "LETTER_SUBJECT": 120,
    "LETTER_TEXT": 2000,
    "MAILING_TEXT": 8000,
}
COUNTS = {
    "LINES": 100,
    "LANGUAGES": 20,
    "MARKS": 6,
    "PERCENT_DECIMALS": 3,
    "DAYS_PER_PRODUCT": 100,
    "DOORS_PER_PRODUCT": 20,
    "PRODUCTS": 500,
    "QUOTAS": 500,
    "QUOTAS_PER_PRODUCT": 20,
    "QUESTIONS_PER_PRODUCT": 20,
    "CHOICES_PER_QUESTION": 100,
    "FILE_BYTES": 256 * 1024,
    "FILE_DEPTH": 12,
    "FILE_NODES": 30_000,
    "PICTURE_FILE_BYTES": 15_000_000,
    "PICTURE_PIXELS": 50_000_000,
    "PICTURE_BYTES": 400_000,
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_are_in_seconds(name: str) -> None:
    assert tuple(timedelta(seconds=one) for one in getattr(limits, name)) == SPANS[name]


@pytest.mark.parametrize(("name", "bound"), (RANGES | CHARACTERS | COUNTS).items())
def test_how_much_a_shop_may_have(name: str, bound: object) -> None:
    assert getattr(limits, name) == bound


def test_every_bound_is_told_here() -> None:
    units = {"MINUTE", "DAY", "EARLIEST", "LATEST"}
    known = {*SPANS, *RANGES, *CHARACTERS, *COUNTS, *units}
    assert known == {name for name in vars(limits) if name.isupper() and name != "UTC"}


def test_moments_lie_within_two_centuries() -> None:
    told = [one.isoformat() for one in (limits.EARLIEST, limits.LATEST)]
    assert told == ["2000-01-01T00:00:00+00:00", "2200-01-01T00:00:00+00:00"]


def test_the_largest_order_is_a_number_that_every_program_holds_exactly() -> None:
    assert limits.PRICE[1] * limits.PIECES_PER_ORDER[1] * limits.LINES < 2**53


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2027-02-12", True),
        ("2028-02-29", True),
        ("2027-02-29", False),
        ("20270212", False),
        ("2027-W06-5", False),
        ("2027-02-12T10:00", False),
        (limits.EARLIEST.date().isoformat(), True),
        ((limits.EARLIEST.date() - timedelta(days=1)).isoformat(), False),
        (limits.LATEST.date().isoformat(), True),
        ((limits.LATEST.date() + timedelta(days=1)).isoformat(), False),
        ("", False),
    ],
)
def test_a_day_is_written_in_one_way_and_within_the_times_of_a_shop(text, right):
    assert is_day(text) is right
