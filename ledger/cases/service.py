"""Cases as a service: opened once, whatever how often its cause is seen; asked and told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.cases.case import Case, case_id, fold_case
from ledger.cases.commands import CaseCommand
from ledger.cases.decide import CaseFact, decide_case
from ledger.cases.stamps import CaseKind, CaseOpened, CaseReturnRequested, CaseStamp, Severity
from ledger.kernel.events import Draft, occurrence_of
from ledger.kernel.idempotency_key import granted
from ledger.kernel.refusals import Busy, CaseClosed, PaymentHeld, UnknownCase
from ledger.kernel.store import (
    Append,
    Conflict,
    Contradiction,
    PaymentClaim,
    PaymentTaken,
    StampStore,
)
from ledger.payments.payment_claims import claims_of_case, second_claim

PATIENCE = 5


class Cases:
    """All cases of a ledger."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, case: UUID) -> Case:
        """The case as it stands; version 0 if there is none."""
        history = self._store.read(case)
        if history and not isinstance(history[0].stamp, CaseOpened):
            return Case(id=case)  # another kind of stream, such as an order's, is no case
        return fold_case(case, history)

    def open(
        self,
        opened: CaseOpened,
        *,
        correlation_id: UUID,
        actor: str,
        evidence: str | None = None,
        keeps_payment: str = "",
    ) -> UUID:
        """The case of this cause and kind; opened now, or before.

        `evidence` is the hash of the inbox message that told of it. A case that `keeps_payment`
        keeps the one of this name from every order, unless it is one's already.
        """
        case = case_id(correlation_id, opened.kind)
        draft = Draft(
            stream=case, stamp=opened, correlation_id=case, actor=actor, evidence=evidence
        )
        claims = claims_of_case(case, opened, keeps_payment)
        for _ in range(PATIENCE):
            if self.get(case).opened is not None:
                return case
            outcome = self._store.append(_alone(draft, claims))[0]
            if not isinstance(outcome, Conflict | PaymentTaken):
                return case
            claims = () if isinstance(outcome, PaymentTaken) else claims
        raise Busy(case)

    def handle(self, case_id: UUID, command: CaseCommand) -> Case:
        """The case after a wish was fulfilled; raises the refusal if it was not.

        Money that an order counts, or another case, is not sent back: `PaymentHeld`.
        """

        def wished(case: Case) -> Sequence[CaseStamp]:
            return decide_case(command, case)

        return self.stamp(
            case_id,
            wished,
            correlation_id=command.correlation_id,
            actor=command.actor,
            request=command.request,
            at=command.at,
        )

    def record(
        self, case: UUID, fact: CaseFact, *, actor: str, evidence: str | None = None
    ) -> Case:
        """The case after news of the money that it sent back. Repeats are silent."""
        draft = Draft(stream=case, stamp=fact, correlation_id=case, actor=actor, evidence=evidence)
        for _ in range(PATIENCE):
            expected = {case: self.get(case).version}
            match self._store.append(Append(drafts=[draft], expected=expected))[0]:
                case Conflict():
                    continue
                case Contradiction():
                    self.contradiction(None, draft)
            return self.get(case)
        raise Busy(case)

    def stamp(
        self,
        case_id: UUID,
        wished: Callable[[Case], Sequence[CaseStamp]],
        *,
        correlation_id: UUID,
        actor: str,
        request: str | None = None,
        at: datetime | None = None,
    ) -> Case:
        """The case after the stamps that it calls for; raises what `handle` raises.

        The same request again changes nothing; another one under its key raises `KeyReused`. `at`
        is the clock of the machine that asks a provider, should one be asked.
        """
        draft = Draft(
            stream=case_id, stamp=None, correlation_id=correlation_id, actor=actor, request=request
        )
        for _ in range(PATIENCE):
            case = self.get(case_id)
            if self.granted(case_id, request):  # looked up later, it knows at least as much
                return self.get(case_id)
            if case.opened is None:
                raise UnknownCase
            drafts = [_stamped(draft, one, at) for one in wished(case)]
            if not drafts:
                return case
            outcome = self._store.append(_together(case, drafts))[0]
            if isinstance(outcome, PaymentTaken):
                raise PaymentHeld
            if isinstance(outcome, Contradiction) and not self.granted(case_id, request):
                raise CaseClosed
            if not isinstance(outcome, Conflict):
                return self.get(case_id)
        raise Busy(case_id)

    def granted(self, case_id: UUID, request: str | None) -> bool:
        """Whether this request was granted; raises `KeyReused` for another one of its key."""
        return request is not None and granted(self._store.read(case_id), request) is not None

    def second_claim(self, order: UUID, draft: Draft) -> UUID:
        """A payment that is counted elsewhere was told of an order, too: alarm (law 3)."""
        named = getattr(draft.stamp, "provider_reference", "")
        provider = getattr(draft.stamp, "provider", "")
        opened = CaseOpened(
            kind=CaseKind.CONTRADICTION,
            severity=Severity.CRITICAL,
            text="A payment that is counted elsewhere already was reported for this order, too",
            order=order,
            provider=provider,
            provider_reference=named,
            amount=getattr(draft.stamp, "amount", None),
            about=str(draft.correlation_id),
        )
        return self.open(
            opened,
            correlation_id=second_claim(draft.correlation_id, provider, named),
            actor=draft.actor,
            evidence=draft.evidence,
        )

    def contradiction(self, order: UUID | None, draft: Draft) -> UUID:
        """A fact came again with other binding fields: alarm, never a silent drop (law 3)."""
        name = type(draft.stamp).__name__
        opened = CaseOpened(
            kind=CaseKind.CONTRADICTION,
            severity=Severity.CRITICAL,
            text=f"{name} was reported again with other figures than the ledger holds",
            order=order,
            provider_reference=getattr(draft.stamp, "provider_reference", ""),
            amount=getattr(draft.stamp, "amount", None),
            about=f"{draft.correlation_id}/{name}/{occurrence_of(draft.stamp)}",
        )
        return self.open(
            opened,
            correlation_id=draft.correlation_id,
            actor=draft.actor,
            evidence=draft.evidence,
        )


def _stamped(draft: Draft, stamp: CaseStamp, at: datetime | None) -> Draft:
    """Only what asks a provider carries the time of the machine that asks."""
    asks = isinstance(stamp, CaseReturnRequested)
    return replace(draft, stamp=stamp, occurred_at=at if asks else None)


def _alone(draft: Draft, claims: Sequence[PaymentClaim]) -> Append:
    return Append(drafts=[draft], expected={draft.stream: 0}, payments=claims)


def _together(case: Case, drafts: Sequence[Draft]) -> Append:
    """Whoever asks for money back counts it as the case's, and as no order's any more."""
    asked = any(isinstance(one.stamp, CaseReturnRequested) for one in drafts)
    named = case.opened.payment_reference if asked and case.opened else ""
    claims = claims_of_case(case.id, case.opened, named) if case.opened else ()
    return Append(drafts=drafts, expected={case.id: case.version}, payments=claims)
