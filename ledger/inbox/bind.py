"""Which payment is an attempt's: the page that we made bears it out, not the payment's own word.

What a message says of itself can be written over in the provider's dashboard or API. The page's
name we know from the answer that made it; while that is lost, only the provider's books will do.
"""

from ledger.inbox.report import Report
from ledger.order.observe import Unbound
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import Paid, PaymentFailed


class Untied(Unbound):
    """Not known yet: the page's own news, or a look at the provider's books, will tell."""


def tied(report: Report, attempt: Attempt, *, order: Order, page_known: bool) -> Attempt | Unbound:
    """The attempt, if the report's payment is its payment. `page_known`: the page is the order's.

    A try that was declined moves no money, so it need not wait.
    """
    if report.page and attempt.session:
        ours = _is_page_of(attempt, report.page, order=order, page_known=page_known)
        return attempt if ours else Unbound("its payment page is not the one that we made")
    if not report.claimed or _payment(report) == attempt.reference:
        return attempt
    if attempt.reference:
        return Unbound("another payment is known to be this attempt's")
    if isinstance(report.fact, PaymentFailed):
        return attempt
    return Untied("no payment page of ours bears it out")


def _payment(report: Report) -> str:
    """The provider's name of the payment, told by its page or by itself."""
    return report.fact.provider_reference if isinstance(report.fact, Paid) else report.reference


def _is_page_of(attempt: Attempt, page: str, *, order: Order, page_known: bool) -> bool:
    """An attempt has one page, or a former one that a later try replaced."""
    if attempt.session == page:
        return True
    another_s = any(one.session == page for one in order.attempts.values())
    return page_known and not another_s
