"""Doors let in once, and tell it as it was."""

from dataclasses import replace

import pytest

from ledger.audit import check_doors
from ledger.order.attendance import scan_cause
from ledger.order.stamps import TicketCheckInUndone
from tests.kits import spec
from tests.kits.audit_steps import says
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CHECKED_IN,
    CHECKED_OUT,
    ISSUED,
    PAGE,
    PAID,
    PENDING,
    PLACED,
    RELEASED,
    SHOP,
    WISH,
    order_of,
    put,
)

GOOD = order_of(PLACED, ASKED, PAGE, PAID, ISSUED)
CAUSE = spec.SCAN
INSIDE = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, put(CHECKED_IN, under=CAUSE))
OUT = scan_cause(SHOP, CHECKED_OUT.scan)


@pytest.mark.parametrize(
    ("before", "stamp", "under", "text"),
    [
        (GOOD, CHECKED_IN, CAUSE, ""),
        (GOOD, replace(CHECKED_IN, ticket="x"), CAUSE, "was never issued"),
        (INSIDE, CHECKED_IN, CAUSE, "twice with one ticket"),
        (INSIDE, CHECKED_OUT, OUT, ""),
        (GOOD, CHECKED_OUT, OUT, "leave who is not inside"),
        (GOOD, CHECKED_IN, WISH, "under another name than its scan's"),
        (GOOD, replace(CHECKED_IN, day="2027-01-11"), CAUSE, "on another day"),
        (GOOD, replace(CHECKED_IN, breach="revoked"), CAUSE, "should have been turned away"),
        (GOOD, replace(CHECKED_IN, queued=True), CAUSE, ""),
        (
            GOOD,
            replace(CHECKED_IN, queued=True, breach="revoked"),
            CAUSE,
            "a ticket was revoked that was good",
        ),
        (INSIDE, TicketCheckInUndone(reason="x"), CAUSE, ""),
        (INSIDE, TicketCheckInUndone(reason="x"), WISH, "takes back a check-in that never was"),
        (GOOD, PENDING, ATTEMPT, ""),
    ],
)
def test_a8_doors_let_in_once_and_tell_it_as_it_was(before, stamp, under, text):
    found = says(check_doors.let_in_once, before, stamp, under=under)
    assert len(found) == bool(text)
    assert all(one.startswith("A8: ") and text in one for one in found)


def test_a8_nobody_comes_in_with_what_was_revoked_or_is_not_paid():
    check = check_doors.let_in_once
    gone = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, CANCELLED, RELEASED)
    (text,) = says(check, gone, CHECKED_IN, under=CAUSE)
    assert "revoked" in text
    queued = replace(CHECKED_IN, queued=True)
    assert "that was revoked" in says(check, gone, queued, under=CAUSE)[0]
    assert not says(check, gone, replace(queued, breach="revoked"), under=CAUSE)
    left = put(CHECKED_OUT, under=OUT)
    out = order_of(PLACED, ASKED, PAGE, PAID, ISSUED, put(CHECKED_IN, under=CAUSE), left)
    (never,) = says(check, out, TicketCheckInUndone(reason="x"), under=OUT)
    assert "never was" in never, "who left did not come in by that scan"
