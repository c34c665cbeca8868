"""Every report there is."""

from collections.abc import Mapping

from projections.reports.arrivals import EXCHANGE_BY_HOUR, EXCHANGE_BY_PRODUCT
from projections.reports.doors import DOORS_BY_DAY, DOORS_BY_HOUR
from projections.reports.payments import ATTEMPTS_BY_METHOD, ORDERS_BY_OUTCOME, SALES_BY_PROVIDER
from projections.reports.payouts import PAYOUTS_TO_ORDERS
from projections.reports.report import Report
from projections.reports.sales import REVENUE_BY_PRODUCT, VAT_BY_MONTH
from projections.reports.tickets import DAYS_TO_START, TICKETS_BY_HOUR, TICKETS_BY_PRODUCT
from projections.reports.vouchers import VOUCHERS_BY_KIND
from projections.reports.waiting_list import WAITING_LISTS

REPORTS: Mapping[str, Report] = {
    one.name: one
    for one in (
        ORDERS_BY_OUTCOME,
        ATTEMPTS_BY_METHOD,
        SALES_BY_PROVIDER,
        PAYOUTS_TO_ORDERS,
        VAT_BY_MONTH,
        REVENUE_BY_PRODUCT,
        TICKETS_BY_PRODUCT,
        TICKETS_BY_HOUR,
        DAYS_TO_START,
        EXCHANGE_BY_PRODUCT,
        EXCHANGE_BY_HOUR,
        VOUCHERS_BY_KIND,
        DOORS_BY_DAY,
        DOORS_BY_HOUR,
        WAITING_LISTS,
    )
}
