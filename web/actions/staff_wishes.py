"""What ticket sales can be asked for on an order's page, each with its fields and its command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order import transitions as t
from ledger.order.commands import (
    AddLabel,
    CancelOrder,
    CancelPart,
    ChangeContact,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    RemoveLabel,
    ResendLetter,
    RetryRefund,
    StaffWish,
    WriteNote,
)
from ledger.order.decisions.place import check_customer
from ledger.order.options import Option
from ledger.order.stamps import Customer, Letter, Pieces, TicketAnswers
from web.actions.answers import correction
from web.actions.swap import Instead, swap
from web.actions.wish import Wish
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody filled in, read and bounded. What a wish does not ask for is left out."""

    reason: str
    version: int
    amount: Money | None = None
    payment: UUID | None = None
    refund: UUID | None = None
    letter: tuple[UUID, Letter] | None = None
    reference: str = ""
    account: str = ""
    despite_dispute: bool = False
    by_hand: bool = False
    waive_fee: bool = False
    pieces: tuple[Pieces, ...] = ()
    customer: Customer | None = None
    answers: tuple[TicketAnswers, ...] = ()
    instead: Instead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAction:
    """Something that can be done to an order: as an address names it, what it asks, its command.

    `event` is its row in the table of transitions, which says whether it can be done now.
    """

    slug: str
    event: t.Event
    fields: tuple[str, ...]
    command: Callable[[Parts, Wish, Typed], StaffWish]


def _mark_paid(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return MarkPaid(
        **wish,
        reason=typed.reason,
        version=typed.version,
        reference=typed.reference,
        amount=typed.amount,
    )


def _cancel(*, refund: bool) -> Callable[[Parts, Wish, Typed], StaffWish]:
    def command(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
        return CancelOrder(**wish, reason=typed.reason, version=typed.version, refund=refund)

    return command


def _cancel_part(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return CancelPart(
        **wish,
        reason=typed.reason,
        version=typed.version,
        pieces=typed.pieces,
        by_hand=typed.by_hand,
        account=typed.account,
        waive_fee=typed.waive_fee,
    )


def _swap(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    """Raises `NothingOrdered`, `UnknownProduct`, `PriceChanged`."""
    assert typed.instead is not None, "it asks for what comes instead"
    return swap(parts, wish, typed.instead, reason=typed.reason, version=typed.version)


def _refund(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return RefundPayment(
        **wish,
        reason=typed.reason,
        version=typed.version,
        payment=typed.payment,
        amount=typed.amount,
        despite_dispute=typed.despite_dispute,
    )


def _refund_by_hand(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return RefundByHand(
        **wish,
        reason=typed.reason,
        version=typed.version,
        payment=typed.payment,
        amount=typed.amount,
        account=typed.account,
    )


def _retry(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    again: Wish = {**wish, "correlation_id": typed.refund or wish["correlation_id"]}
    return RetryRefund(**again, version=typed.version)


def _resend(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    receipt, letter = typed.letter or (None, None)
    return ResendLetter(
        **wish, reason=typed.reason, version=typed.version, receipt=receipt, letter=letter
    )


def _contact(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    """Raises `CustomerInvalid`."""
    who = typed.customer or Customer(first_name="", last_name="", email="")
    check_customer(who)
    index = parts.keyring.blind_index(who.email)
    return ChangeContact(
        **wish, reason=typed.reason, version=typed.version, customer=who, email_index=index
    )


def _answers(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    told = typed.answers
    return correction(parts, wish, reason=typed.reason, version=typed.version, tickets=told)


def _note(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return WriteNote(**wish, reason=typed.reason, version=typed.version)


def _label(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return AddLabel(**wish, reason=typed.reason, version=typed.version)


def _unlabel(parts: Parts, wish: Wish, typed: Typed) -> StaffWish:
    return RemoveLabel(**wish, reason=typed.reason, version=typed.version)


ACTIONS: Mapping[str, StaffAction] = {
    slug: StaffAction(slug=slug, event=event, fields=fields, command=command)
    for slug, event, fields, command in (
        ("mark-paid", t.MARK_PAID, ("amount", "reference"), _mark_paid),
        ("cancel", t.CANCEL, (), _cancel(refund=False)),
        ("cancel-and-refund", t.CANCEL_AND_REFUND, (), _cancel(refund=True)),
        ("cancel-part", t.CANCEL_PART, ("pieces", "by_hand", "account", "waive_fee"), _cancel_part),
        ("swap", t.SWAP, ("instead",), _swap),
        ("refund", t.REFUND, ("payment", "amount", "despite_dispute"), _refund),
        ("refund-by-hand", t.REFUND_BY_HAND, ("payment", "amount", "account"), _refund_by_hand),
        ("retry-refund", t.RETRY_REFUND, ("refund",), _retry),
        ("resend", t.RESEND, ("letter",), _resend),
        ("contact", t.CHANGE_CONTACT, ("customer",), _contact),
        ("answers", t.CORRECT_ANSWERS, ("answers",), _answers),
        ("note", t.WRITE_NOTE, (), _note),
        ("label", t.ADD_LABEL, (), _label),
        ("unlabel", t.REMOVE_LABEL, (), _unlabel),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOffer:
    """An action as the order stands: it can be done, or there is why not."""

    action: StaffAction
    allowed: bool
    refusal: Refusal | None = None


def offers(options: Sequence[Option]) -> tuple[StaffOffer, ...]:
    """Every action, those that can be done now and those that cannot."""
    known = {one.event: one for one in options}
    return tuple(_offer(action, known[action.event]) for action in ACTIONS.values())


def _offer(action: StaffAction, option: Option) -> StaffOffer:
    return StaffOffer(action=action, allowed=bool(option.stamps), refusal=option.refusal)
