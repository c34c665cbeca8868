"""Whose is it? The one answer to what a provider reports: an order's payment, or nobody's (law 11).

What a message says of itself can be written over in the provider's dashboard or API. The page's
name we know from the answer that made it; while that is lost, only the provider's books will do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID

from ledger.inbox.ports import Fact, Report
from ledger.kernel.refusals import UnknownOrder
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from ledger.order.service import Orders
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundFailure,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)

# The order of a provider's object, by provider and reference.
Find = Callable[[str, str], UUID | None]

_OF_THE_ATTEMPT = (
    Authorized,
    AuthorizationExpired,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Voided,
)
_OF_A_REFUND = (CreateRefundSuccess, Refunded, RefundFailed)


@dataclass(frozen=True, slots=True)
class Bound:
    """The order that a report may move, and the report as if it had named what it is about."""

    order: Order
    report: Report


@dataclass(frozen=True, slots=True)
class Unbound:
    """Why a report must not move an order. `order` is the one that it seems to be about."""

    reason: str
    order: Order | None = None


class Ambiguous(Unbound):
    """It names two orders: its payment is nobody's until a person has looked."""


class Untied(Unbound):
    """Not known yet: the page's own news, or a look at the provider's books, will tell."""


def bind(report: Report, orders: Orders, find: Find) -> Bound | Unbound:
    """The order that a report names or is known to be about, if it may move it."""
    known = find(report.provider, report.reference)
    if (lately := _of_its_own_page(report, known, orders)) is not None:
        return lately
    through = find(report.provider, report.page) if report.page else None
    order = _order(report.order or known or through, orders)
    if order is None:
        return Unbound("no order of ours is named")
    attempt = _attempt(report, order, known={known, through} - {None})
    if isinstance(attempt, Unbound):
        return replace(attempt, order=order)
    refund = order.refund_known_as(_refund_named(report))
    return Bound(order, rebound(report, attempt, refund=refund))


def _of_its_own_page(report: Report, known: UUID | None, orders: Orders) -> Bound | None:
    """A payment that came by the page which an order of ours knows as its attempt's.

    That never changes, so the order may be one that is remembered, and the page need not be looked
    for, whichever process is told. Everything else is bound by what the ledger holds now.
    """
    if report.order is None or not report.page or not isinstance(report.fact, Paid):
        return None
    order = orders.remembered(report.order) or _order(report.order, orders)
    if order is None or report.attempt is None:
        return None
    attempt = order.attempts.get(report.attempt)
    if attempt is None or attempt.session != report.page:
        return None
    found = _attempt(report, order, known={known} - {None})
    return Bound(order, rebound(report, found)) if isinstance(found, Attempt) else None


def _order(order_id: UUID | None, orders: Orders) -> Order | None:
    if order_id is None:
        return None
    try:
        return orders.get(order_id)
    except UnknownOrder:
        return None


def _attempt(report: Report, order: Order, *, known: set[UUID | None]) -> Attempt | Unbound:
    """The attempt that a report belongs to, if all that was asked for matches.

    `known` are the orders whose objects it names.
    """
    if known - {order.id}:
        # Whoever names another order now, the object was this one's before.
        return Ambiguous("the provider's object is known to be another order's")
    if report.contradiction:
        return Ambiguous(report.contradiction)
    attempt = _named(report, order)
    if attempt is None:
        return Unbound("the order never asked for this payment")
    if not _is_its_own(report, attempt, order):
        return Unbound("the provider's object is known to be another attempt's")
    if _of_another_amount(report, order):
        return Unbound("the amount differs from the refund that was asked for")
    expected = {
        "provider": (attempt.provider, report.provider),
        "account": (attempt.account, report.account),
        "mode": (attempt.live, report.live),
        "currency": (attempt.asked.currency, report.currency or attempt.asked.currency),
        "reference": (
            order.payment_reference,
            report.payment_reference or order.payment_reference,
        ),
    }
    for name, (asked, told) in expected.items():
        if asked != told:
            return Unbound(f"{name} differs from what the order asked for")
    return _borne_out(report, attempt, order=order, page_known=bool(known))


def _named(report: Report, order: Order) -> Attempt | None:
    """Named by our own word or, where the message has none, by the provider's object."""
    if report.attempt is not None:
        return order.attempts.get(report.attempt)
    named = (a for a in order.attempts.values() if report.reference in (a.session, a.reference))
    refund = order.refund_known_as(report.reference)
    back = (a for a in order.attempts.values() if refund and a.correlation_id == refund.payment)
    return next(chain(named, back), None)


def _is_its_own(report: Report, attempt: Attempt, order: Order) -> bool:
    """A page or payment that is known as an attempt's is never another one's, of one order too."""
    others = [a for a in order.attempts.values() if report.reference in (a.session, a.reference)]
    return not others or attempt in others


def _of_another_amount(report: Report, order: Order) -> bool:
    """News of a refund of ours that tells other money than we asked to send back (law 3)."""
    if not isinstance(report.fact, (*_OF_A_REFUND, CreateRefundFailure)):
        return False
    refund = order.refunds.get(report.correlation_id)
    refund = refund or order.refund_known_as(_refund_named(report))
    asked = refund.request if refund is not None else None
    told = report.amount
    return asked is not None and told is not None and asked.amount != told


def _borne_out(
    report: Report, attempt: Attempt, *, order: Order, page_known: bool
) -> Attempt | Unbound:
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


def _refund_named(report: Report) -> str:
    """What the provider calls the refund or payment that a report is about."""
    return str(getattr(report.fact, "provider_reference", ""))


def rebound(report: Report, attempt: Attempt, *, refund: Refund | None = None) -> Report:
    """The report with the attempt that it was bound to.

    A payment's news gets the attempt's correlation id; that of a refund which is known gets the
    `refund`'s. Any other refund or dispute keeps its own and names the payment that it is about.
    Told with metadata or without, it is the same stamp.
    """
    if report.attempt == attempt.correlation_id:
        return report
    cause = report.correlation_id
    if isinstance(report.fact, _OF_THE_ATTEMPT):
        cause = attempt.correlation_id
    elif refund is not None and isinstance(report.fact, _OF_A_REFUND):
        cause = refund.correlation_id
    return replace(
        report,
        attempt=attempt.correlation_id,
        correlation_id=cause,
        fact=_about(report.fact, attempt),
    )


def _about(fact: Fact, attempt: Attempt) -> Fact:
    if isinstance(fact, CreateRefundSuccess | Refunded | RefundFailed | Disputed | DisputeClosed):
        return replace(fact, payment=attempt.correlation_id)
    return fact
