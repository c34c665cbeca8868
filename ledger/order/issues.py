"""What about an order needs a person: one trouble per cause, told by the fold alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.order.attendance import Scan, breaches
from ledger.order.authorization import Authorization
from ledger.order.decisions.shop_change import still_owed
from ledger.order.decisions.staff import MANUAL
from ledger.order.letter_delivery import DECLINED
from ledger.order.next_step import surplus
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import OWED_BY_SHOP, Refund
from ledger.order.stamps import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that waits for a person. `about` is the correlation id of its cause.

    `mark` tells apart troubles of one kind under one cause, such as the second try of a refund.
    """

    kind: CaseKind
    severity: Severity
    about: UUID
    text: str
    mark: str = ""
    amount: Money | None = None
    provider: str = ""
    provider_reference: str = ""

    @property
    def correlation_id(self) -> UUID:
        """The same trouble is always the same case."""
        return derived(self.about, f"case/{self.kind}/{self.mark}")

    def case(self, order: UUID) -> CaseOpened:
        """The stamp that puts it on the desk."""
        return CaseOpened(
            kind=self.kind,
            severity=self.severity,
            text=self.text,
            order=order,
            provider=self.provider,
            provider_reference=self.provider_reference,
            amount=self.amount,
            about=str(self.about),
        )


def troubles(order: Order) -> tuple[Trouble, ...]:
    """Everything about this order that a person must resolve, as it stands."""
    if order.placed is None:
        return ()
    return (
        *_underpaid(order),
        *_overpaid(order),
        *_to_return(order),
        *_refunds(order),
        *_disputes(order),
        *of_authorizations(order),
        *_letters(order),
        *troubles_at_doors(order),
    )


def letter_of_unknown_fate(about: UUID, letter: Letter, *, try_number: int) -> Trouble:
    """A letter that may or may not have gone out, and will not be sent again by itself."""
    return Trouble(
        kind=CaseKind.LETTER_UNKNOWN,
        severity=Severity.WARNING,
        about=about,
        mark=f"{letter}/{try_number}",
        text=f"It is not known whether the letter “{letter}” was sent.",
    )


def refund_of_unknown_fate(refund: Refund, order: Order) -> Trouble:
    """A refund that the provider has not confirmed for so long that it forgot our key."""
    return Trouble(
        kind=CaseKind.REFUND_UNKNOWN,
        severity=Severity.CRITICAL,
        about=refund.correlation_id,
        mark=str(refund.last_try),
        text="The provider does not tell whether the refund was made.",
        amount=refund.request.amount if refund.request else None,
        **_at(refund, order),
    )


def payments_overdue(order: Order) -> Iterator[Trouble]:
    """Payments that are pending at a bank: each is a trouble once it took longer than any can."""
    for attempt in order.under_way:
        yield _of_payment(
            CaseKind.PAYMENT_OVERDUE,
            attempt,
            amount=attempt.asked,
            text="A payment has been pending at the payer's bank for longer than any takes.",
        )


def _underpaid(order: Order) -> Iterator[Trouble]:
    if order.lacking:
        yield _of_payment(
            CaseKind.UNDERPAID,
            order.paid_attempts[0],
            amount=order.missing,
            text="Less money is there than the order costs.",
        )


def _overpaid(order: Order) -> Iterator[Trouble]:
    """Money beyond the price, by the payment that brought it, as far as it is still held."""
    for attempt, amount in surplus(order):
        text = "More money came than the order costs."
        yield _of_payment(CaseKind.OVERPAID, attempt, amount=amount, text=text)


def _to_return(order: Order) -> Iterator[Trouble]:
    """Money of a cancelled order that does not go back by itself: people must return it.

    What came by hand before the cancellation is theirs to say, unless the shop itself owes it.
    """
    owed = order.cancelled_cause in OWED_BY_SHOP
    for attempt in order.paid_attempts:
        late = attempt.paid_position > order.cancelled_position
        held = order.held_by(attempt.correlation_id)
        if order.alive or held.amount <= 0 or not (late or owed):
            continue
        if attempt.provider == MANUAL:
            text = _TO_RETURN if late else _OWED
            yield _of_payment(CaseKind.MONEY_TO_RETURN, attempt, amount=held, text=text)
        elif owed and _stopped_half_way(order, attempt):
            text = _THE_REST
            yield _of_payment(CaseKind.MONEY_TO_RETURN, attempt, amount=held, text=text)


def _stopped_half_way(order: Order, attempt: Attempt) -> bool:
    """Its refund failed, a smaller one took its place, and nobody is asked for the rest."""
    payment = attempt.correlation_id
    failed = [
        one
        for one in order.refunds.values()
        if one.payment == payment and (one.was_refused or one.failed_late)
    ]
    told = any(not order.replaced(one) for one in failed)
    return not (order.disputed or told or payment in still_owed(order))


_TO_RETURN = "Money came by hand after the cancellation. Return it by hand, too."
_OWED = "The shop was cancelled or moved, and this money came by hand. Return it by hand, too."
_THE_REST = "The shop was cancelled or moved, and some of this money is here still. Return it, too."


def _of_payment(kind: CaseKind, attempt: Attempt, *, amount: Money, text: str) -> Trouble:
    return Trouble(
        kind=kind,
        severity=Severity.WARNING,
        about=attempt.correlation_id,
        text=text,
        amount=amount,
        provider=attempt.provider,
        provider_reference=attempt.reference,
    )


def _refunds(order: Order) -> Iterator[Trouble]:
    for refund in order.refunds.values():
        if order.replaced(refund):
            continue
        if refund.was_refused:
            yield _refund(refund, order, kind=CaseKind.REFUND_REFUSED)
        elif refund.failed_late:
            yield _refund(refund, order, kind=CaseKind.REFUND_FAILED)


_REFUND_TEXTS = {
    CaseKind.REFUND_REFUSED: "The provider refused a refund. This try returned nothing.",
    CaseKind.REFUND_FAILED: "A refund failed after it had been accepted. The money is back here.",
}


def _refund(refund: Refund, order: Order, *, kind: CaseKind) -> Trouble:
    return Trouble(
        kind=kind,
        severity=Severity.CRITICAL,
        about=refund.correlation_id,
        mark=str(refund.last_try),
        text=_REFUND_TEXTS[kind],
        amount=refund.request.amount if refund.request else None,
        **_at(refund, order),
    )


def _at(refund: Refund, order: Order) -> dict[str, str]:
    """The provider, and its name of the payment that should have gone back."""
    attempt = order.attempts.get(refund.payment) if refund.payment else None
    if attempt is None:
        return {}
    return {"provider": attempt.provider, "provider_reference": attempt.reference}


def _disputes(order: Order) -> Iterator[Trouble]:
    for reference, dispute in order.disputes.items():
        if dispute.won is None:
            attempt = order.attempts.get(dispute.payment)
            yield Trouble(
                kind=CaseKind.DISPUTE,
                severity=Severity.CRITICAL,
                about=dispute.payment,
                mark=reference,
                text="The payer's bank disputes a payment: answer before its deadline.",
                amount=dispute.amount,
                provider=attempt.provider if attempt else "",
                provider_reference=reference,
            )


def _letters(order: Order) -> Iterator[Trouble]:
    for (about, letter), posting in order.postings.items():
        if posting.permanent and posting.state not in ("sent", DECLINED):
            yield Trouble(
                kind=CaseKind.LETTER_FAILED,
                severity=Severity.WARNING,
                about=about,
                mark=f"{letter}/{posting.last_try}",
                text=f"The letter “{letter}” could not be delivered.",
            )


def troubles_at_doors(order: Order) -> Iterator[Trouble]:
    """Whoever came in beside the holder of a ticket, and whoever should not have come in."""
    for place, there in order.attendance.items():
        for nth, one in enumerate(there.beside, 1):
            inside = [entry for entry in there.entries if entry.at <= one.at][-1]
            yield Trouble(
                kind=CaseKind.CHECK_IN_CONFLICT,
                severity=Severity.WARNING,
                about=derived(order.id, "/".join(("door", *place))),
                mark=str(nth),
                text=f"One ticket let somebody in twice at {place.door} on {place.day}:"
                f" {_scanned(inside)}, which stands, and {_scanned(one)}.",
            )
    for one in breaches([*order.scans.values()]):
        yield Trouble(
            kind=CaseKind.CHECK_IN_CONFLICT,
            severity=Severity.WARNING,
            about=one.cause,
            mark=one.breach,
            text=f"Off line, a ticket let somebody in at {one.door} on {one.day} that should not"
            f" have ({one.breach}): {_scanned(one)}.",
        )


def _scanned(one: Scan) -> str:
    return f"{one.at.astimezone(UTC).isoformat(timespec='seconds')} by {one.device}"


_TEXTS = {
    CaseKind.VOID_FAILED: "Void failed, manual void required: the payer's money is still kept.",
    CaseKind.CAPTURE_FAILED: "The provider refused to capture an authorized payment.",
    CaseKind.CAPTURED_AFTER_VOID: "A payment was captured although we gave it up.",
    CaseKind.AUTHORIZATION_LOST: "An authorized payment ended at the provider without money.",
}
_CRITICAL = (CaseKind.VOID_FAILED, CaseKind.CAPTURE_FAILED)


def of_authorizations(order: Order) -> Iterator[Trouble]:
    """One trouble at most for each authorization."""
    for attempt in order.attempts.values():
        kept = attempt.authorization
        kind = None if kept is None else _kind(order, attempt, kept)
        if kept is not None and kind is not None:
            yield reservation_trouble(kind, attempt, attempt.received or kept.amount)


def _kind(order: Order, attempt: Attempt, kept: Authorization) -> CaseKind | None:
    if attempt.received is not None:
        return CaseKind.CAPTURED_AFTER_VOID if kept.voids and _is_here(order, attempt) else None
    if attempt.void_failed:
        return CaseKind.VOID_FAILED
    if attempt.capture_refused and order.alive:
        return CaseKind.CAPTURE_FAILED
    lost = attempt.given_up and not kept.voids
    return CaseKind.AUTHORIZATION_LOST if lost and order.alive and not order.confirmed else None


def _is_here(order: Order, attempt: Attempt) -> bool:
    """Some of its money has not gone back yet, promised or not."""
    payment = attempt.correlation_id
    promised = (one for one in order.refunds.values() if one.payment == payment)
    under_way = any(one.pending(order.currency) for one in promised)
    return under_way or order.held_by(payment).amount > 0


def reservation_trouble(kind: CaseKind, attempt: Attempt, amount: Money | None) -> Trouble:
    """One trouble of an authorization: the same whether it was refused or never answered."""
    return Trouble(
        kind=kind,
        severity=Severity.CRITICAL if kind in _CRITICAL else Severity.WARNING,
        about=attempt.correlation_id,
        text=_TEXTS[kind],
        amount=amount,
        provider=attempt.provider,
        provider_reference=attempt.reference,
    )
