"""All checks of the auditor alike: what none of them says anything about."""

from typing import Any, get_args

import pytest

from ledger.accounts.account import Account
from ledger.audit import (
    check_accounts,
    check_doors,
    check_erasures,
    check_grants,
    check_news,
    check_orders,
    check_places,
    check_swaps,
    check_tills,
    check_vouchers,
)
from ledger.audit.checks import checks_of
from ledger.audit.findings import Step
from ledger.audit.streams import State, kind_of
from ledger.codec import NAMES
from ledger.grants.grantee import Grantee
from ledger.news.reader import NewsReader
from ledger.till.shift import Shift
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace
from tests.kits.audit_steps import BOUGHT, NOTHING, says, step
from tests.kits.beside_orders import ADA, KNOWN
from tests.kits.example_stamps import example
from tests.kits.spec import ATTEMPT, PAID, PENDING

EVERY = [
    check_accounts.opened_once,
    check_accounts.claimed_once,
    check_doors.let_in_once,
    check_erasures.erased_when_over,
    check_grants.listed_once,
    check_grants.one_voucher,
    check_grants.asked_before,
    check_grants.letters_as_owed,
    check_news.reached_once,
    check_news.news_wanted,
    check_orders.begins_with_a_placement,
    check_orders.never_beyond_held,
    check_orders.never_beyond_authorized,
    check_orders.parts_are_whole,
    check_orders.bound,
    check_orders.paid_out_once,
    check_orders.one_receipt,
    check_orders.receipts_owed,
    check_orders.tickets_as_bought,
    check_places.places_go_on,
    check_swaps.swaps_are_covered,
    check_tills.shifts_go_on,
    check_vouchers.issued_once,
    check_vouchers.uses_are_counted,
    check_vouchers.reduced_as_agreed,
]
STATES: list[Any] = [
    BOUGHT,
    Account(id=ADA),
    Grantee(id=ADA),
    NewsReader(id=ADA),
    WaitingPlace(id=ADA),
    Shift(id=ADA),
    Voucher(id=ADA),
    KNOWN,
    None,
]


@pytest.mark.parametrize("check", EVERY)
def test_of_a_row_that_cannot_be_read_only_its_bytes_are_checked(check):
    for state in STATES:
        read = step(state, PAID)
        unread = Step(
            row=read.row, leaf=b"", version_before=1, frame=read.frame, before=state, fault="no"
        )
        assert not [*check(unread)]


STRANGERS: list[Any] = [None, *(kind(id=ADA) for kind in get_args(State))]
# An erasure stands in streams of any kind; what a voucher makes of a price, a placement alone says.
OF_ANY_KIND = (check_erasures.erased_when_over, check_vouchers.reduced_as_agreed)
OF_ONE_KIND = [one for one in EVERY if one not in OF_ANY_KIND]


@pytest.mark.parametrize("check", OF_ONE_KIND)
def test_of_a_stamp_in_a_stream_of_another_kind_nothing_is_said(check):
    asked = [kind for kind in NAMES if check in checks_of(kind)]
    for kind in asked or [PAID.__class__]:
        read = step(None, example(kind))
        assert read.stamp is not None
        for state in STRANGERS:
            if type(state) is not kind_of(read.stamp):
                assert not says(check, state, example(kind))


@pytest.mark.parametrize("check", list(check_orders.OF_CERTAIN))
def test_of_an_order_that_was_never_placed_only_that_is_said(check):
    for kind in check_orders.OF_CERTAIN[check]:
        assert not says(check, NOTHING, example(kind))


@pytest.mark.parametrize("check", EVERY)
def test_a_stamp_that_moves_nothing_is_lawful_on_a_paid_order(check):
    assert not says(check, BOUGHT, PENDING, under=ATTEMPT)
