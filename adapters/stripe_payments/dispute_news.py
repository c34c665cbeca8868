"""What is told of one dispute. It knows its payment, but nothing of ours."""

from collections.abc import Sequence

from adapters.stripe_payments.fields import Json, money, name, news_id
from adapters.stripe_payments.origin import Origin, Told, report
from adapters.stripe_payments.refund_news import payment_of
from ledger.reports import Fact, Report
from ledger.stamps import DisputeClosed, Disputed


def disputed(dispute: Json, told: Told) -> Sequence[Report]:
    """An inquiry (`warning_…`) only asks and takes no money, so it is no dispute yet.

    One that is closed was open, so both are told: an event that was lost makes no difference.
    """
    status = name(dispute, "status")
    if status.startswith("warning"):
        return []
    ended = [_closed(dispute, won=status == "won")] if status in ("won", "lost") else []
    return [_report(fact, dispute, told=told) for fact in (_opened(dispute), *ended)]


def _opened(dispute: Json) -> Fact:
    return Disputed(
        payment=news_id(payment_of(dispute)),
        amount=money(dispute, "amount"),
        provider_reference=name(dispute, "id"),
    )


def _closed(dispute: Json, *, won: bool) -> Fact:
    return DisputeClosed(
        payment=news_id(payment_of(dispute)), provider_reference=name(dispute, "id"), won=won
    )


def _report(fact: Fact, dispute: Json, *, told: Told) -> Report:
    amount = money(dispute, "amount")
    return report(
        fact,
        Origin(order=None, attempt=None, correlation_id=news_id(name(dispute, "id"))),
        told=told,
        reference=payment_of(dispute),
        amount=amount,
        currency=amount.currency,
    )
