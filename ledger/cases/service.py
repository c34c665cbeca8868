"""Cases as a service: opened once, whatever how often its cause is seen; asked and told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from ledger.cases.case import Case, case_id, fold_case
from ledger.cases.decide import CaseCommand, CaseFact, decide_case
from ledger.cases.stamps import (
    Action,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnRequested,
    CaseStamp,
    Severity,
)
from ledger.kernel.events import Draft, derived, occurrence_of
from ledger.kernel.idempotency_key import granted
from ledger.kernel.refusals import CaseClosed, PaymentHeld, UnknownCase
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import (
    Append,
    Contradiction,
    Outcome,
    PaymentClaim,
    PaymentTaken,
    StampStore,
)
from ledger.kernel.values import replace
from ledger.order.commands import MarkPaid
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.payment_claims import payment_id, second_claim


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
        claims = _claims_of_case(case, opened, keeps_payment)
        if isinstance(self._opened(draft, claims), PaymentTaken):
            self._opened(draft, ())
        return case

    def _opened(self, draft: Draft[object], claims: Sequence[PaymentClaim]) -> Outcome | None:
        """What opening it came to; None if it stood there."""
        case = draft.stream

        def attempt() -> Outcome | None:
            if self.get(case).opened is not None:
                return None
            append = Append(drafts=[draft], expected={case: 0}, payments=claims)
            return self._store.append(append)[0]

        return again_on_conflict(case, attempt)

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

        def attempt() -> Outcome:
            expected = {case: self.get(case).version}
            return self._store.append(Append(drafts=[draft], expected=expected))[0]

        if isinstance(again_on_conflict(case, attempt), Contradiction):
            self.contradiction(None, draft)
        return self.get(case)

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

        def attempt() -> Outcome | Case:
            case = self.get(case_id)
            if self.granted(case_id, request):  # looked up later, it knows at least as much
                return self.get(case_id)
            if case.opened is None:
                raise UnknownCase
            drafts = [_stamped(draft, one, at) for one in wished(case)]
            return self._store.append(_together(case, drafts))[0] if drafts else case

        outcome = again_on_conflict(case_id, attempt)
        if isinstance(outcome, PaymentTaken):
            raise PaymentHeld
        if isinstance(outcome, Contradiction) and not self.granted(case_id, request):
            raise CaseClosed
        return outcome if isinstance(outcome, Case) else self.get(case_id)

    def settle(self, case: UUID, *, actor: str) -> bool:
        """The cause of a case is over; False where none was ever opened."""
        if self.get(case).opened is None:
            return False
        cause = derived(case, "settled")
        self.stamp(case, _settled, correlation_id=cause, actor=actor)
        return True

    def granted(self, case_id: UUID, request: str | None) -> bool:
        """Whether this request was granted; raises `KeyReused` for another one of its key."""
        return request is not None and granted(self._store.read(case_id), request) is not None

    def second_claim(self, order: UUID, draft: Draft[object]) -> UUID:
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

    def transfer_entered_again(self, order: UUID, wish: MarkPaid, first: Order) -> UUID:
        """A bank transfer was entered again, otherwise than where it counts: alarm (law 3)."""
        here = f"order #{first.number:06d} of {first.terms.shop_slug}"
        opened = CaseOpened(
            kind=CaseKind.CONTRADICTION,
            severity=Severity.CRITICAL,
            text=f"A bank transfer was entered again, otherwise than before: it counts for {here}.",
            order=order,
            provider=MANUAL,
            provider_reference=wish.transfer,
            amount=wish.amount or first.attempts[wish.correlation_id].received,
            about=str(wish.correlation_id),
        )
        cause = derived(wish.correlation_id, f"entered/{order}/{wish.amount}")
        return self.open(opened, correlation_id=cause, actor=wish.actor)

    def contradiction(self, order: UUID | None, draft: Draft[object]) -> UUID:
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


def _settled(case: Case) -> Sequence[CaseStamp]:
    return [CaseResolved(action=Action.SETTLED)] if case.state == "open" else []


def _stamped(draft: Draft[object], stamp: CaseStamp, at: datetime | None) -> Draft[object]:
    """Only what asks a provider carries the time of the machine that asks."""
    asks = isinstance(stamp, CaseReturnRequested)
    return replace(draft, stamp=stamp, occurred_at=at if asks else None)


def _together(case: Case, drafts: Sequence[Draft[object]]) -> Append:
    """Whoever asks for money back counts it as the case's, and as no order's any more."""
    asked = any(isinstance(one.stamp, CaseReturnRequested) for one in drafts)
    opened = case.opened if asked else None
    claims = _claims_of_case(case.id, opened, opened.payment_reference) if opened else ()
    return Append(drafts=drafts, expected={case.id: case.version}, payments=claims)


def _claims_of_case(case: UUID, opened: CaseOpened, named: str) -> tuple[PaymentClaim, ...]:
    """The payment of this name that a case keeps for itself, if it has one."""
    if not named:
        return ()
    payment = payment_id(opened.provider, opened.account, named)
    return (PaymentClaim(payment=payment, holder=case),)
