"""What a sentence about a stamp says more, or otherwise, where the stamp does."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.accounts.stamps import OrdersClaimed
from ledger.approvals.stamps import ApprovalRequested
from ledger.audit.describe import told
from ledger.cases.stamps import (
    CaseAlarmStarted,
    CaseHanded,
    CaseOpened,
    CaseReturnRequested,
    CaseSnoozed,
)
from ledger.grants import stamps as grants
from ledger.kernel.events import Foreign
from ledger.news.stamps import NewsDeclined
from ledger.order import stamps as orders
from ledger.shop.stamps import ChangeExplained, MailingStarted, PreferencesChanged
from ledger.staff.stamps import RoleGranted, RoleWithdrawn
from ledger.till.stamps import CashMoved
from ledger.vouchers.stamps import VoucherIssued, VoucherTerms
from ledger.waiting_list.stamps import PlaceLetterEnded, PlaceLetterStarted
from tests.kits.beside_orders import TEN
from tests.kits.example_stamps import example
from tests.kits.spec import NOON, eur

SOME = orders.Pieces(line=0, quantity=2)
CHOSEN = orders.Pieces(line=1, quantity=2, which=(0, 2))
PRETIX = grants.Destination(place=grants.Place.PRETIX, organizer="org", event="conf")


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (
            orders.OrderAmended,
            {"pieces": (SOME, CHOSEN), "fee": eur(0)},
            "A part cancelled (customer): 2 of line 1, 2 of line 2 (no. 1, 3), 70.00 EUR back",
        ),
        (
            orders.OrderAmended,
            {"pieces": (SOME,), "fee": eur(1)},
            "A part cancelled (customer): 2 of line 1, 70.00 EUR back, keeping 0.01 EUR",
        ),
        (
            orders.CreateRefundRequest,
            {"provider": "stripe", "pieces": (), "fee": eur(0), "try_number": 1},
            "Asked stripe to return 70.00 EUR (customer)",
        ),
        (
            orders.CreateRefundRequest,
            {"provider": "stripe", "pieces": (SOME,), "fee": eur(500), "try_number": 2},
            "Asked stripe to return 70.00 EUR (customer): 2 of line 1, keeping 5.00 EUR, try 2",
        ),
        (orders.SeatsReleased, {"pieces": ()}, "Seats released"),
        (orders.SeatsReleased, {"pieces": (CHOSEN,)}, "Seats released: 2 of line 2 (no. 1, 3)"),
        (orders.LinesSwapped, {"came": True}, "Swapped for this order: 70.00 EUR"),
        (orders.LinesSwapped, {"came": False}, "Swapped for a new order: 70.00 EUR"),
        (orders.Labelled, {"removed": False}, "Ticket sales labelled it"),
        (orders.Labelled, {"removed": True}, "Ticket sales took a label off"),
        (
            orders.CreatePaymentRequest,
            {"provider": "stripe", "try_number": 1},
            "Asked stripe for a payment of 70.00 EUR",
        ),
        (
            orders.CreatePaymentRequest,
            {"provider": "stripe", "try_number": 2},
            "Asked stripe for a payment of 70.00 EUR, try 2",
        ),
        (orders.DisputeClosed, {"won": False}, "Dispute lost"),
        (orders.DisputeClosed, {"won": True}, "Dispute won"),
        (
            orders.PaidOut,
            {"provider": "stripe", "payout": "po_1", "kept_back": False},
            "Paid out with payout po_1 of stripe: 70.00 EUR",
        ),
        (
            orders.PaidOut,
            {"provider": "stripe", "payout": "po_1", "kept_back": True},
            "Refund kept back from payout po_1 of stripe: 70.00 EUR",
        ),
        (
            orders.StartMoved,
            {"starts_at": NOON, "code_hash": ""},
            "Told of the new start 2027-01-10T12:00:00+00:00",
        ),
        (
            orders.StartMoved,
            {"starts_at": NOON, "code_hash": "a"},
            "Told of the new start 2027-01-10T12:00:00+00:00, or the money back on request",
        ),
        (
            orders.TicketCheckedIn,
            {"door": "main", "device": "a", "scanned_at": NOON, "queued": False, "breach": ""},
            "Checked in at main by a, 2027-01-10T12:00:00+00:00",
        ),
        (
            orders.TicketCheckedIn,
            {"door": "main", "device": "a", "scanned_at": NOON, "breach": "revoked"},
            "Checked in at main by a, 2027-01-10T12:00:00+00:00, told later, though revoked",
        ),
        (
            orders.TicketCheckedOut,
            {"door": "main", "device": "a", "scanned_at": NOON, "queued": False},
            "Left at main by a, 2027-01-10T12:00:00+00:00",
        ),
        (orders.ReceiptSent, {"try_number": 1}, "Sent the letter “paid”"),
        (orders.ReceiptSent, {"try_number": 2}, "Sent the letter “paid”, try 2"),
        (PreferencesChanged, {"before": None}, "Preferences set"),
        (ChangeExplained, {"undoes": None}, "Why the shop was changed"),
        (
            MailingStarted,
            {"about_order": False},
            "A letter of news to all buyers: paid",
        ),
        (MailingStarted, {"about_order": True}, "A letter about their orders to all buyers: paid"),
        (CaseOpened, {"amount": None}, "Case opened, critical: unmatched_money"),
        (CaseOpened, {"amount": eur(0)}, "Case opened, critical: unmatched_money (0.00 EUR)"),
        (
            CaseReturnRequested,
            {"provider": "stripe", "try_number": 1},
            "Asked stripe to send back 70.00 EUR",
        ),
        (CaseAlarmStarted, {"try_number": 2}, "Began to tell people, try 2"),
        (CaseSnoozed, {"until": None}, "Case taken up again"),
        (CaseSnoozed, {"until": NOON}, "Case put aside until 2027-01-10 12:00 UTC"),
        (CaseHanded, {"to": ""}, "Case handed to nobody"),
        (CaseHanded, {"to": "staff:bea"}, "Case handed to staff:bea"),
        (RoleGranted, {"shop": ""}, "May act as admin in every shop"),
        (RoleGranted, {"shop": "winterfest"}, "May act as admin in winterfest"),
        (RoleWithdrawn, {"shop": ""}, "May no longer act as admin in every shop"),
        (RoleWithdrawn, {"shop": "winterfest"}, "May no longer act as admin in winterfest"),
        (CashMoved, {"inward": True}, "Cash put in: 70.00 EUR"),
        (CashMoved, {"inward": False}, "Cash taken out: 70.00 EUR"),
        (ApprovalRequested, {}, "A second person asked to approve: refund, 70.00 EUR"),
        (OrdersClaimed, {}, "Orders claimed: 1"),
        (NewsDeclined, {}, "Wants no more news of the shop"),
        (
            VoucherIssued,
            {"shop_slug": "winterfest", "terms": VoucherTerms(effect=TEN, uses=3)},
            "Voucher of winterfest: percent_off 10 %, 3 uses",
        ),
        (
            VoucherIssued,
            {"shop_slug": "winterfest"},
            "Voucher of winterfest: set_price 70.00 EUR, 7 uses",
        ),
        (PlaceLetterStarted, {"try_number": 1}, "Began to send the letter “joined”"),
        (PlaceLetterEnded, {"try_number": 2}, "The letter “joined”, try 2: sent"),
    ],
)
def test_a_sentence_says_what_its_stamp_says(kind: Any, changes: dict[str, Any], words: str):
    assert told(replace(example(kind), **changes)) == words


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (
            grants.PersonListed,
            {"shop_slug": "winterfest"},
            "Somebody listed at winterfest: speaker",
        ),
        (
            grants.PersonListed,
            {"shop_slug": "winterfest", "person_index": ""},
            "A row that names nobody listed at winterfest: speaker",
        ),
        (
            grants.VoucherRequested,
            {"destination": PRETIX, "worth": None},
            "A voucher requested: speaker, at pretix for org/conf",
        ),
        (
            grants.VoucherRequested,
            {"destination": replace(PRETIX, place=grants.Place.OWN, product="weekend")},
            "A voucher requested: speaker, by this shop for weekend, worth 70.00 EUR",
        ),
        (
            grants.CreateVoucherRequest,
            {"try_number": 1},
            "Asked for the voucher",
        ),
        (grants.CreateVoucherRequest, {"try_number": 2}, "Asked for the voucher, try 2"),
        (grants.VoucherLetterSent, {"try_number": 1}, "The invitation letter sent"),
        (grants.VoucherLetterSent, {"try_number": 2}, "The invitation letter sent, try 2"),
    ],
)
def test_a_sentence_about_a_voucher_for_a_person_names_nobody(
    kind: Any, changes: dict[str, Any], words: str
):
    assert told(replace(example(kind), **changes)) == words


def test_what_is_no_stamp_is_not_told():
    with pytest.raises(Foreign):
        told("a stamp")
