"""Every projection there is."""

from collections.abc import Mapping

from projections.account_orders import ACCOUNT_ORDERS
from projections.authorizations import RESERVATIONS
from projections.cases import CASES
from projections.door import DOOR_TICKETS, DOOR_VISITS
from projections.engine.projection import Projection
from projections.grantees import GRANTEES
from projections.mailings import MAILING_LETTERS, MAILINGS
from projections.open_intents import OPEN_INTENTS
from projections.order_addresses import ORDER_ADDRESSES
from projections.order_search import ORDER_PAGES
from projections.outbox import OUTBOX
from projections.persons_kept import PERSONS_KEPT
from projections.product_sales import PRODUCT_SALES
from projections.provider_references import PROVIDER_REFERENCES
from projections.receipts import RECEIPTS_OWED
from projections.refund_eligibility import REFUND_ELIGIBILITY
from projections.reports.entries import REPORT_ENTRIES
from projections.seats import SEATS
from projections.shifts import SHIFTS
from projections.shop_changes import SHOP_CHANGES, SHOP_ORDERS
from projections.unpaid_orders import UNPAID
from projections.vouchers import VOUCHERS
from projections.waiting_list import WAITING_LIST

PROJECTIONS: Mapping[str, Projection] = {
    one.name: one
    for one in (
        ORDER_PAGES,
        REFUND_ELIGIBILITY,
        RECEIPTS_OWED,
        OUTBOX,
        OPEN_INTENTS,
        SEATS,
        PROVIDER_REFERENCES,
        UNPAID,
        RESERVATIONS,
        CASES,
        SHOP_CHANGES,
        SHOP_ORDERS,
        ACCOUNT_ORDERS,
        REPORT_ENTRIES,
        PRODUCT_SALES,
        ORDER_ADDRESSES,
        PERSONS_KEPT,
        GRANTEES,
        DOOR_TICKETS,
        DOOR_VISITS,
        VOUCHERS,
        WAITING_LIST,
        SHIFTS,
        MAILINGS,
        MAILING_LETTERS,
    )
}
