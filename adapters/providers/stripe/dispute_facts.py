"""What is told of one dispute. It knows its payment, but nothing of ours."""

from collections.abc import Sequence
from enum import StrEnum

from adapters.providers.stripe.fields import Json, money, name, news_id
from adapters.providers.stripe.metadata import Origin, Told, report
from adapters.providers.stripe.refund_facts import payment_of
from ledger.inbox.report import Fact, Report
from ledger.order.stamps import DisputeClosed, Disputed
from ledger.payments.message import BadMessage


class Ending(StrEnum):
    """How a dispute stands, as far as its money goes."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


_ENDINGS = {
    "needs_response": Ending.OPEN,
    "under_review": Ending.OPEN,
    "won": Ending.WON,
    "lost": Ending.LOST,
    # While a lost one is appealed, its money stays away.
    "appeal_needs_response": Ending.LOST,
    "appeal_under_review": Ending.LOST,
}


def disputed(dispute: Json, told: Told) -> Sequence[Report]:
    """One that is closed was open, so both are told: a lost event makes no difference."""
    ending = ending_of(dispute)
    if ending is None:
        return []
    ended = [] if ending is Ending.OPEN else [_closed(dispute, won=ending is Ending.WON)]
    return [_report(fact, dispute, told=told) for fact in (_opened(dispute), *ended)]


def ending_of(dispute: Json) -> Ending | None:
    """None where no money is in question. Raises `BadMessage` at a word that is not Stripe's yet.

    An inquiry (`warning_…`) only asks. One that was prevented took money only if Stripe says so.
    https://docs.stripe.com/api/disputes/object
    """
    status = name(dispute, "status")
    if status.startswith("warning"):
        return None
    if status == "prevented":
        return Ending.LOST if withdrawn(dispute) else None
    if status not in _ENDINGS:
        raise BadMessage("the status of the dispute is a new one")
    return _ENDINGS[status]


def withdrawn(dispute: Json) -> bool:
    """Whether a dispute has taken money from our account, all movements together."""
    moves = moves_of(dispute)
    amounts: list[int] = [one["amount"] for one in moves if type(one.get("amount")) is int]
    if len(amounts) < len(moves):
        raise BadMessage("a balance transaction has no amount")
    return sum(amounts) < 0


def moves_of(dispute: Json) -> Sequence[Json]:
    """What a dispute moved on our account, once and again."""
    moves = dispute.get("balance_transactions") or []
    if not isinstance(moves, list) or not all(isinstance(one, dict) for one in moves):
        raise BadMessage("balance_transactions is not a list of objects")
    return moves


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
