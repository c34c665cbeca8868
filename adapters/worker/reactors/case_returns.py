"""Money that is nobody's and was asked back without an answer: never twice (SPEC P11)."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from adapters.worker.reactor import (
    DONE,
    NOTHING,
    WAITING,
    Clock,
    Progress,
)
from adapters.worker.reactors.open_payments import REMEMBERED
from ledger.cases.case import Case, case_id
from ledger.cases.resolve import record_return, return_ask, settle, start_return
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseKind, CaseOpened, CaseResolved, Severity
from ledger.kernel.events import derived
from ledger.kernel.refusals import UnknownCase
from ledger.order.overdue import REFUND
from ledger.order.stamps import CreateRefundFailure
from ledger.payments.provider import NoAnswer, PaymentProvider, Providers

_ACTOR = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Acts on a case that may have an open return. The web has a `head_start` to finish it."""

    cases: Cases
    providers: Providers
    clock: Clock
    head_start: timedelta = field(default=timedelta(seconds=20))

    def __call__(self, case_id: UUID) -> Progress:
        """Settle a return without an outcome, as far as the provider answers."""
        case = self.cases.get(case_id)
        asked, at = case.returned.request, case.returned.requested_at
        provider = self.providers.get(asked.provider) if asked else None
        if at is None or not case.returned.unanswered:
            settle(self.cases, case)
            return NOTHING
        if provider is None or at + self.head_start > self.clock():
            return WAITING
        forgotten = at + REMEMBERED <= self.clock()
        after = self._looked_up(case, provider) if forgotten else self._again(case, provider)
        if not after.returned.unanswered:
            self._answered(case)
            return DONE
        if at + REFUND <= self.clock():
            self._unknown(case)
        return WAITING

    def _again(self, case: Case, provider: PaymentProvider) -> Case:
        def told(answer: NoAnswer) -> None:
            if answer.person:
                self._unknown(case)

        return start_return(self.cases, provider, case.id, actor=_ACTOR, unanswered=told)

    def _unknown(self, case: Case) -> None:
        """No answer in time, or one that only a person can mend: a case of its own."""
        asked = case.returned.request
        assert asked is not None, "only what was asked for can be unknown"
        opened = CaseOpened(
            kind=CaseKind.REFUND_UNKNOWN,
            severity=Severity.CRITICAL,
            text="The provider does not tell whether money that is nobody's was sent back.",
            provider=asked.provider,
            provider_reference=asked.payment_reference,
            amount=asked.amount,
            about=str(case.id),
        )
        self.cases.open(opened, correlation_id=_cause(case), actor=_ACTOR)

    def _answered(self, case: Case) -> None:
        over = CaseResolved(action=Action.SETTLED)
        with suppress(UnknownCase):
            self.cases.stamp(
                case_id(_cause(case), CaseKind.REFUND_UNKNOWN),
                lambda now: (over,) if now.state == "open" else (),
                correlation_id=derived(_cause(case), "settled"),
                actor=_ACTOR,
            )

    def _looked_up(self, case: Case, provider: PaymentProvider) -> Case:
        """An old key would send the money again: only look. What was never made is refused."""
        tried = case.returned.last_try
        answer = provider.find_refund(return_ask(case))
        never = CreateRefundFailure(code="never_made", try_number=tried)
        return record_return(self.cases, case, answer or never, actor=_ACTOR)


def _cause(case: Case) -> UUID:
    return derived(case.id, f"return-unknown/{case.returned.last_try}")
