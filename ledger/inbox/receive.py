"""From a provider's message to an order, or to a case: no money is dropped or guessed (law 11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.cases.case import Case, case_id
from ledger.cases.decide import case_fact
from ledger.cases.resolve import settle
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.bind import Ambiguous, Find, Unbound, Untied, bind
from ledger.inbox.ports import Evidence, Inbox, Report, WebhookDoor
from ledger.kernel.events import derived
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.payment_claims import second_claim
from ledger.order.service import Orders
from ledger.order.stamps import Authorized, Paid
from ledger.payments.provider import Message


class NotTied(Exception):
    """Whose payment it is will be told soon, by its page or by the provider's books."""


def receive(
    report: Report,
    *,
    orders: Orders,
    cases: Cases,
    find: Find,
    evidence: str,
    at: datetime,
    patient: bool = False,
) -> UUID | None:
    """Stamp a report on the order it is bound to and follow, or open a case.

    `find` gives the order of a provider's object by (provider, reference). Returns the order's id,
    None when the report was kept as a case. Safe to repeat: nothing is stamped twice. Whoever is
    `patient` comes again with a payment that no page bears out yet: it raises `NotTied`.
    """
    found = bind(report, orders, find)
    if patient and isinstance(found, Untied):
        raise NotTied
    if isinstance(found, Unbound):
        if not _of_a_return(report, cases, evidence):
            _keep(report, found, cases=cases, evidence=evidence)
        return None
    order, report = found.order, found.report
    after = orders.record(
        order.id,
        report.fact,
        correlation_id=report.correlation_id,
        actor=_actor(report),
        occurred_at=report.occurred_at,
        evidence=evidence,
    )
    orders.follow(order.id, at, after=after)
    return order.id if _counts(after, report) else None


def _keep(report: Report, found: Unbound, *, cases: Cases, evidence: str) -> None:
    """As a case. What names two orders pays neither, whatever its payment says later (P4)."""
    two_named = bool(report.contradiction) or isinstance(found, Ambiguous)
    cases.open(
        case_for(report, found),
        correlation_id=cause_of(report),
        actor=_actor(report),
        evidence=evidence,
        keeps_payment=payment_of(report) if two_named else "",
    )


def _counts(order: Order, report: Report) -> bool:
    """Whether the order took it: a payment that is money of somebody else is a case."""
    if not payment_of(report):
        return True
    attempt = order.attempts[report.correlation_id]
    return attempt.authorization is not None or attempt.marked is not None


def payment_of(report: Report) -> str:
    """The provider's name of the payment that came or is kept ready; empty of other news."""
    return report.fact.provider_reference if isinstance(report.fact, Paid | Authorized) else ""


def _return_of(report: Report, cases: Cases) -> Case | None:
    """The case whose money a report tells about: it names the case where others name an order."""
    if report.order is None:
        return None
    case = cases.get(report.order)
    return case if _is_of_return(report, case) else None


def _is_of_return(report: Report, case: Case) -> bool:
    """Whether a provider's news is about the money that this case sent back (law 11)."""
    if case.returned.request is None or report.contradiction:
        return False
    opened = case.opened
    ours = opened and (case.id, opened.provider, opened.account, opened.live)
    return (report.correlation_id, report.provider, report.account, report.live) == ours


def _of_a_return(report: Report, cases: Cases, evidence: str) -> bool:
    case = _return_of(report, cases)
    if case is None:
        return False
    told = case_fact(report.fact)
    if told is not None:
        case = cases.record(case.id, told, actor=_actor(report), evidence=evidence)
    settle(cases, case)
    return True


def _actor(report: Report) -> str:
    return f"provider:{report.provider}"


def cause_of(report: Report) -> UUID:
    """What tells its case apart: two payments told under one correlation id are two cases."""
    if isinstance(report.fact, Paid):
        payment = f"{report.provider}/{report.fact.provider_reference}"
        return derived(report.correlation_id, payment)
    return report.correlation_id


def _kind_of_case(report: Report) -> CaseKind:
    """Money that no order can take, or news that moves none."""
    moved = bool(report.amount) and not isinstance(report.fact, Authorized)
    return CaseKind.UNMATCHED_MONEY if moved else CaseKind.UNBOUND_FACT


def case_for(report: Report, found: Unbound) -> CaseOpened:
    """What a person is told of a report that no order can take."""
    kind = _kind_of_case(report)
    return CaseOpened(
        kind=kind,
        severity=Severity.CRITICAL if kind is CaseKind.UNMATCHED_MONEY else Severity.WARNING,
        text=f"{type(report.fact).__name__}: {found.reason}",
        order=found.order.id if found.order else None,
        provider=report.provider,
        provider_reference=report.reference,
        amount=report.amount,
        about=str(report.correlation_id),
        account=report.account,
        live=report.live,
        payment_reference=payment_of(report),
        payer_reference=report.payer_reference or None,
    )


class Foresight(StrEnum):
    """How much of a report the ledger holds already."""

    KNOWN = "known"
    STAMP = "stamp"
    CASE = "case"
    OPEN_CASE = "open_case"
    RESOLVED_CASE = "resolved_case"


def foresee(report: Report, *, orders: Orders, cases: Cases, find: Find) -> Foresight:
    """Known, a stamp that would be new, or a case: new, open, or resolved before."""
    found = bind(report, orders, find)
    if isinstance(found, Unbound):
        if found.order is not None and _stands(report, found.order):
            return Foresight.KNOWN  # it was this order's when it came
        sent_back = _return_of(report, cases)
        return _as_return(report, sent_back) if sent_back else _as_case(_case_of(report, cases))
    as_case = _case_of(report, cases)
    order, report = found.order, found.report
    if contradicts(report.fact, report.correlation_id, order):
        return _as_case(cases.get(case_id(report.correlation_id, CaseKind.CONTRADICTION)))
    if not observe(report.fact, report.correlation_id, order):
        return Foresight.KNOWN
    if named := payment_of(report):
        cause = second_claim(report.correlation_id, report.provider, named)
        elsewhere = cases.get(case_id(cause, CaseKind.CONTRADICTION))
        if elsewhere.opened is not None:
            return _as_case(elsewhere)
    # What a person has settled is not taken up again when its order turns up after all.
    return Foresight.RESOLVED_CASE if as_case.resolved else Foresight.STAMP


def _case_of(report: Report, cases: Cases) -> Case:
    return cases.get(case_id(cause_of(report), _kind_of_case(report)))


def _stands(report: Report, order: Order) -> bool:
    fact, cause = report.fact, report.correlation_id
    return not observe(fact, cause, order) and not contradicts(fact, cause, order)


def _as_return(report: Report, case: Case) -> Foresight:
    fact = case_fact(report.fact)
    return Foresight.KNOWN if fact is None or case.returned.knows(fact) else Foresight.STAMP


def _as_case(case: Case) -> Foresight:
    if case.opened is None:
        return Foresight.CASE
    return Foresight.RESOLVED_CASE if case.resolved else Foresight.OPEN_CASE


# How the inbox says that we fetched a message ourselves, so that nobody had to sign it.
FETCHED = "fetched"


class Archive(Inbox, Protocol):
    """What fetching needs of the inbox, and nothing more."""

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        """The message that was kept under this name with this body, if it was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Takes in what was fetched. Taking the same in again keeps nothing and stamps nothing."""

    orders: Orders
    cases: Cases
    find: Find
    archive: Archive
    doors: Mapping[str, WebhookDoor]
    clock: Callable[[], datetime]

    def reports(self, message: Message) -> Sequence[Report]:
        """What a message says; raises `ledger.payments.provider.BadMessage`."""
        return self.doors[message.provider].reread(message.body)

    def take(self, message: Message, *, find: Find | None = None) -> Sequence[UUID | None]:
        """Keep a message and stamp what it says; the order of each report, None for a case.

        `find` knows orders that the views may not show yet.
        """
        kept = self.keep(message)
        went_to = self.stamp(self.reports(message), kept.hash, find=find)
        self.archive.mark(kept.id, "done")
        return went_to

    def stamp(
        self, reports: Sequence[Report], evidence: str, *, find: Find | None = None
    ) -> Sequence[UUID | None]:
        """Stamp what was reported by a message with this hash."""
        return [self._receive(report, evidence, find=find) for report in reports]

    def stamp_patiently(self, reports: Sequence[Report], evidence: str) -> bool:
        """False where a payment waits for its page to bear it out: it is to be read again."""
        borne_out = True
        for report in reports:
            try:
                self._receive(report, evidence, patient=True)
            except NotTied:
                borne_out = False
        return borne_out

    def _receive(
        self, report: Report, evidence: str, *, find: Find | None = None, patient: bool = False
    ) -> UUID | None:
        return receive(
            report,
            orders=self.orders,
            cases=self.cases,
            find=find or self.find,
            evidence=evidence,
            at=self.clock(),
            patient=patient,
        )

    def keep(self, message: Message) -> Evidence:
        """Keep a message before it is understood. The same state again is kept once."""
        known = self.archive.find(message.provider, message.name, message.body)
        return known or self.archive.keep(
            message.provider,
            message.provider,
            body=message.body,
            headers={},
            verdict=FETCHED,
            provider_event_id=message.name,
            received_at=self.clock(),
        )
