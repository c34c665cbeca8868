"""Figures of rare orders, of places in line and of vouchers: each word, and all of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.order.stamps import Line, Pieces, SeatsReleased
from ledger.vouchers.stamps import VoucherRedeemed
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.stamps import PlaceOffered
from projections.reports.allocation import Allocation, Share, allocation
from projections.reports.calendar import months
from projections.reports.figures import Counted, Figure, Kind, figures
from projections.reports.line_figures import figures_of_place
from projections.reports.voucher_figures import figures_of_person, figures_of_voucher
from tests.kits import spec
from tests.kits.beside_orders import ADA, DONE, KNOWN, LISTED, MADE_UP, TAKEN
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    CHECKED_IN,
    DISPUTED,
    HANDED_BACK,
    ISSUED,
    LINE,
    LOST,
    NOON,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    SECOND,
    eur,
    order_of,
    put,
)
from tests.projections.reports.test_figures import SAUNA, part

BOUGHT = (PLACED, ASKED, PAGE, PAID)


def told(found: Mapping[Figure, Counted], *kinds: Kind) -> dict[Kind, Counted]:
    """What is counted of these kinds, whatever else tells it apart."""
    sums = dict.fromkeys(kinds, Counted())
    for figure, more in found.items():
        if figure.kind in sums:
            known = sums[figure.kind]
            sums[figure.kind] = Counted(*(a + b for a, b in zip(known, more, strict=True)))
    return {kind: one for kind, one in sums.items() if any(one)}


# Orders.


def back(amount: int) -> tuple[Any, ...]:
    asked, done = replace(REFUND_ASKED, amount=eur(amount)), replace(REFUNDED, amount=eur(amount))
    return asked, replace(REFUND_ACCEPTED, amount=eur(amount)), done


@pytest.mark.parametrize(
    ("then", "counted"),
    [
        (
            (*back(3000), replace(HANDED_BACK, amount=eur(1000))),
            {Kind.REFUNDED: Counted(1, 4000), Kind.HANDED_BACK: Counted(0, 1000)},
        ),
        (
            (replace(HANDED_BACK, amount=eur(1000)),),
            {Kind.REFUNDED: Counted(1, 1000), Kind.HANDED_BACK: Counted(1, 1000)},
        ),
        ((LOST,), {}),
        ((replace(DISPUTED, amount=eur(0)),), {}),
    ],
    ids=[
        "one refund through the provider and by hand",
        "by hand alone",
        "a dispute of which only the end is known",
        "a dispute of nothing",
    ],
)
def test_what_goes_back_is_counted_once_and_what_nobody_took_not_at_all(then, counted):
    found = figures(order_of(*BOUGHT, *then))
    kinds = Kind.REFUNDED, Kind.HANDED_BACK, Kind.DISPUTED, Kind.CHARGED_BACK
    assert told(found, *kinds) == counted


def test_a_ticket_that_was_given_up_waits_for_nobody():
    gone = SeatsReleased(pieces=(Pieces(line=0, quantity=1),))
    found = figures(order_of(*BOUGHT, ISSUED, gone))
    assert told(found, Kind.TICKETS, Kind.TICKETS_BACK, Kind.WAITING) == {
        Kind.TICKETS: Counted(2),
        Kind.TICKETS_BACK: Counted(1),
        Kind.WAITING: Counted(1),
    }


def test_who_came_in_with_the_ticket_of_somebody_inside_is_counted_beside_them():
    again = replace(CHECKED_IN, scan=UUID(int=5), scanned_at=NOON + timedelta(minutes=1))
    scans = put(CHECKED_IN, under=spec.SCAN), put(again, under=SECOND)
    found = figures(order_of(*BOUGHT, ISSUED, *scans))
    assert told(found, Kind.CAME, Kind.WENT, Kind.BESIDE) == {
        Kind.CAME: Counted(1),
        Kind.BESIDE: Counted(1),
    }


# Lines.

MUCH = replace(PAID, amount=eur(8000))
SOLD = (replace(PLACED, lines=(LINE, SAUNA), total=eur(8000)), ASKED, PAGE, MUCH)
WEEKENDS, BATH = Share(place=0, amount=7000, vat=833), Share(place=1, amount=1000, vat=203)
BOOK = Line(
    product="book",
    revision=1,
    title={"en": "Book"},
    quantity=1,
    unit_price=eur(500),
    vat_percent="0",
)
WITH_BOOK = (
    replace(PLACED, lines=(LINE, BOOK), total=eur(7500)),
    ASKED,
    PAGE,
    replace(PAID, amount=eur(7500)),
)
AGAIN = put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND)


def of_second(*stamps: Any) -> tuple[Any, ...]:
    return tuple(put(replace(one, payment=SECOND), under=ADA) for one in stamps)


@pytest.mark.parametrize(
    ("stack", "came", "returned", "taken"),
    [
        (SOLD, (WEEKENDS, BATH), (), ()),
        (
            (*SOLD, *part(3500)),
            (WEEKENDS, BATH),
            (Share(place=0, amount=3500, vat=417),),
            (),
        ),
        (
            (*SOLD, *part(1000, line=1), *(put(one, under=SECOND) for one in back(7000))),
            (WEEKENDS, BATH),
            (WEEKENDS, BATH),
            (),
        ),
        (
            (*SOLD, *part(1000, line=1), replace(DISPUTED, amount=eur(7000)), LOST),
            (WEEKENDS, BATH),
            (BATH,),
            (WEEKENDS,),
        ),
        (WITH_BOOK, (WEEKENDS, Share(place=1, amount=500)), (), ()),
        (
            (*BOUGHT, CANCELLED, RELEASED, *AGAIN, *of_second(*back(7000))),
            (WEEKENDS, Share(place=None, amount=7000)),
            (Share(place=None, amount=7000),),
            (),
        ),
        (
            (*BOUGHT, CANCELLED, RELEASED, *AGAIN, *back(7000)),
            (WEEKENDS, Share(place=None, amount=7000)),
            (WEEKENDS,),
            (),
        ),
    ],
    ids=[
        "bought",
        "some pieces went back",
        "a line went back, then all of the others",
        "a line went back, a bank took the others",
        "a line without VAT",
        "what came too late went back",
        "what came in time went back",
    ],
)
def test_all_the_money_of_an_order_by_line_with_the_vat_in_it(stack, came, returned, taken):
    found = allocation(order_of(*stack))
    assert found == Allocation(came=came, returned=returned, taken=taken)


# Places in line.

OFFER = PlaceOffered(seats=(), until=NOON + timedelta(hours=4), seen=1)
JOINED = {Kind.LINE_JOINED: Counted(1)}
OFFERED = {**JOINED, Kind.LINE_OFFERED: Counted(1)}


@pytest.mark.parametrize(
    ("state", "offered", "counted"),
    [
        (PlaceState.WAITING, None, JOINED),
        (PlaceState.HELD, OFFER, OFFERED),
        (PlaceState.WAITING, OFFER, OFFERED),
        (PlaceState.USED, OFFER, {**OFFERED, Kind.LINE_BOUGHT: Counted(1)}),
        (PlaceState.LAPSED, OFFER, {**OFFERED, Kind.LINE_LAPSED: Counted(1)}),
        (PlaceState.LEFT, OFFER, {**OFFERED, Kind.LINE_LEFT: Counted(1)}),
        (PlaceState.LEFT, None, {**JOINED, Kind.LINE_LEFT: Counted(1)}),
    ],
)
def test_a_place_in_line_is_counted_by_all_that_became_of_it(state, offered, counted):
    place = WaitingPlace(id=ADA, taken=TAKEN, taken_at=NOON, state=state, offered=offered)
    found = figures_of_place(place)
    assert {figure.kind: one for figure, one in found.items()} == counted
    assert {(one.since, one.product) for one in found} == {(NOON, "weekend")}


# Vouchers.

WORTH = replace(MADE_UP.request, worth=eur(2500))
MADE = replace(MADE_UP, request=WORTH, create=DONE)
FREE = replace(MADE, request=replace(WORTH, worth=None))
OTHER = replace(MADE, request=replace(WORTH, worth=eur(100)))
ISSUED_ONE, WITHDRAWN_ONE = (Kind.VOUCHERS_ISSUED, 1, 2500), (Kind.VOUCHERS_WITHDRAWN, 1, 2500)


@pytest.mark.parametrize(
    ("vouchers", "counted"),
    [
        ((MADE_UP,), set()),
        ((MADE,), {ISSUED_ONE}),
        ((FREE,), {(Kind.VOUCHERS_ISSUED, 1, 0)}),
        ((MADE, OTHER), {(Kind.VOUCHERS_ISSUED, 2, 2600)}),
        ((replace(MADE, withdrawal=DONE),), {ISSUED_ONE, WITHDRAWN_ONE}),
        ((replace(MADE, uses=1),), {ISSUED_ONE, (Kind.VOUCHERS_USED, 1, 2500)}),
        ((replace(MADE, uses=2),), {ISSUED_ONE, (Kind.VOUCHERS_USED, 2, 2500)}),
        (
            (replace(MADE, uses=2), replace(OTHER, uses=1)),
            {(Kind.VOUCHERS_ISSUED, 2, 2600), (Kind.VOUCHERS_USED, 3, 2600)},
        ),
        ((replace(MADE_UP, uses=1),), set()),
    ],
)
def test_vouchers_of_a_person_are_counted_once_they_are_made_each_worth_itself_once(
    vouchers: tuple[IssuedVoucher, ...], counted: set[tuple[Kind, int, int]]
):
    found = figures_of_person(Grantee(id=ADA, listed=LISTED, vouchers=vouchers))
    assert {(at.kind, one.many, one.amount) for at, one in found.items()} == counted
    for at in found:
        assert (at.since, at.provider, at.product) == (NOON, WORTH.destination.place, "")


def redeemed(order: UUID, uses: int, cents: int) -> VoucherRedeemed:
    return VoucherRedeemed(order=order, uses=uses, reduction=eur(cents))


def test_uses_of_a_code_by_several_orders_are_added_up():
    first, second = redeemed(spec.ORDER, 2, 500), redeemed(SECOND, 1, 301)
    voucher = replace(
        KNOWN,
        issued_at=NOON,
        taken_by={spec.ORDER: 2, SECOND: 1},
        first_uses={spec.ORDER: first, SECOND: second},
    )
    found = figures_of_voucher(voucher)
    assert {(at.kind, at.currency, one) for at, one in found.items()} == {
        (Kind.VOUCHERS_ISSUED, "", Counted(1)),
        (Kind.VOUCHERS_USED, "EUR", Counted(3, 801)),
    }


# The calendar.


def begin(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2027-01-31", "2027-02-01", "2027-01"),
        ("2027-01-31", "2027-02-02", "2027-01 2027-02"),
        ("2027-10-03", "2028-02-02", "2027-10 2027-11 2027-12 2028-01 2028-02"),
    ],
)
def test_months_follow_each_other_also_into_the_next_year(since: str, until: str, found: str):
    told = months(begin(since), begin(until), ZoneInfo("UTC"))
    assert [*told] == [date.fromisoformat(f"{month}-01") for month in found.split()]
