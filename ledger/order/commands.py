"""Every wish an order can be asked. Time, identifiers and randomness arrive in the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.kernel.erasure import Ground
from ledger.kernel.money import Money
from ledger.order.stamps import Cause, Customer, Letter, Pieces, TicketAnswers
from ledger.order.tickets import TicketCode
from ledger.shop.stamps import Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who asks, when, and under which correlation id its stamps will stand.

    `request` is the caller's key and the digest of the call, where it had a key.
    """

    correlation_id: UUID
    actor: str
    at: datetime
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A product and how many of it.

    `answers` are what is told of each of its tickets, in their order, by question; those of the
    last ones may be left out.
    """

    product: str
    quantity: int
    answers: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccount:
    """Who we are at a provider, and whether its money is real."""

    name: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSale:
    """How an order is paid at a door, and the codes that were drawn for its tickets."""

    way: str
    tickets: tuple[TicketCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What an order takes over from the one that it is placed instead of: `amount` of money.

    `live` tells real money from test.
    """

    order: UUID
    amount: Money
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command):
    """Buy. `accounts`, by provider, are ours: its shop says which is asked.

    `request_digest` is keyed. `expected_total` is what was shown as the price; None where nobody
    says what was. `account` is that of whoever is signed in. `for_customer`: ticket sales place
    it, whatever is on sale just now. `voucher` is the stream of the code that was typed, whether or
    not there is such a voucher. `holders` are keyed hashes of the addresses in answers.
    `sale`: it is sold and paid at a door, maybe to somebody who does not say who they are.
    `taken_over`: it is placed instead of lines of another order.
    """

    order: UUID
    lines: tuple[Wanted, ...]
    customer: Customer
    language: str
    email_index: str
    request_digest: str
    accounts: Mapping[str, ProviderAccount]
    expected_total: Money | None = None
    account: UUID | None = None
    for_customer: bool = False
    voucher: UUID | None = None
    holders: Mapping[str, str] = field(default_factory=dict)
    sale: DoorSale | None = None
    taken_over: TakenOver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPayment(Command):
    """Try to pay (again). The correlation id is the new attempt's."""

    provider: str
    account: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancellation(Command):
    """Send a one-time link. `code` is 32 random bytes, URL-safe; it is sealed, its hash is not."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCancellation(Command):
    """Cancel with the code of the link. `quote` is the refund that the page showed.

    The correlation id is that of the order's newest link: refund and cancellation share it. With
    `pieces` these are cancelled and the rest lives; all that are left are the whole order.
    """

    code: str
    quote: Money
    pieces: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCancellation(Command):
    """Ours: the refund of this cancellation was accepted: the order, or its part, is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeats(Command):
    """Ours: the seats of a cancelled order, or of a part of one, go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInGrace(Command):
    """Cancel at once, while the payment is only authorized (SPEC G2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpUnpaid(Command):
    """The order's owner, who is signed in, cancels what nobody has paid (SPEC X5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureAuthorization(Command):
    """Ours: the grace period is over. The correlation id is the payment attempt's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidAuthorization(Command):
    """Ours: give up an authorization that nobody needs, or try once more after a refusal."""

    payment: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUnpaid(Command):
    """Ours: nobody paid in time (SPEC X7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWithShop(Command):
    """Ours: the whole shop is cancelled. `reason` is the shop's, in the customer's language."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWithShop(Command):
    """Ours: the whole shop was moved. `code` is as of a link; empty where no choice is offered."""

    move: UUID
    starts_at: datetime
    reason: Mapping[str, str]
    refunds_until: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAfterMove(Command):
    """The customer keeps the order for the new start or, with `refund`, has the money back.

    The correlation id is that under which the order was told of the move.
    """

    code: str
    refund: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswers(Command):
    """The buyer or a holder answers for some tickets; `holders` as of `PlaceOrder`.

    `seen` is the version of the order that was looked at; None where nobody says.
    """

    tickets: tuple[TicketAnswers, ...]
    holders: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTicket(Command):
    """The buyer sends a ticket on to who will use it, by its number from 1.

    `email_index` is keyed. `code` is what opens the holder's page, `ticket_code` the ticket's new
    one; both are secrets. `language` is that of the letter.
    """

    ticket: int
    email: str
    email_index: str
    language: str
    code: str
    ticket_code: TicketCode
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTicketBack(Command):
    """The buyer wants a ticket back that was sent on. `ticket_code` is its new one."""

    ticket: int
    ticket_code: TicketCode
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetakeSeats(Command):
    """Ours: money came after the time-out; take the seats again if there is room."""

    payment: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPayment(Command):
    """Ours: a payment goes back, for a cause that is not a customer's wish.

    `amount` None is all that is held of it.
    """

    payment: UUID
    cause: Cause
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRefund(Command):
    """Ask again for a refund that was refused: a new try with a new number. Staff."""

    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCommand(Command):
    """Staff act on an order. `reason` is kept sealed.

    `version` is that of the order they looked at; None where something else was looked at.
    `approval` is what a second person said yes to, stamped in the same append (ADR 0033).
    """

    reason: str
    version: int | None = None
    approval: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPaid(StaffCommand):
    """Money came without a provider: cash, or a bank transfer with its payment reference.

    `amount` None is all that is still due. `transfer` is the bank's own name of a transfer: with it
    and an amount it is news, which is taken in whatever the order's state. Where a bank's statement
    told of it, `evidence` is the hash of what it said, and `booked_at` its day.
    """

    reference: str = ""
    amount: Money | None = None
    transfer: str = ""
    evidence: str | None = None
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment(StaffCommand):
    """Return money of one payment through its provider.

    `payment` None is the newest that holds enough, `amount` None all that is held of it. Money
    beside an open dispute goes back only `despite_dispute`.
    """

    payment: UUID | None = None
    amount: Money | None = None
    despite_dispute: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundByHand(StaffCommand):
    """Money of one payment was returned outside of any provider. As for `RefundPayment`.

    `account` is the IBAN that it went to; empty where it was handed over. With a `payee`, whose
    account it is, the next file for the bank sends it there.
    """

    payment: UUID | None = None
    amount: Money | None = None
    account: str = ""
    payee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContact(StaffCommand):
    """Who ordered is somebody else, or is written otherwise. `email_index` is keyed."""

    customer: Customer
    email_index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectAnswers(StaffCommand):
    """Ticket sales correct what was answered for some tickets; `holders` as of `PlaceOrder`."""

    tickets: tuple[TicketAnswers, ...]
    holders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote(StaffCommand):
    """Staff write something for each other: its text is the `reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLabel(StaffCommand):
    """Staff put a label on the order: the word is the `reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLabel(StaffCommand):
    """Staff take a label off the order: the word is the `reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(StaffCommand):
    """Ticket sales cancel an order at once; with `refund` all that is held is asked back.

    `by_hand`: it was handed back already, as at a till.
    """

    refund: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPart(StaffCommand):
    """Ticket sales cancel some pieces for their holder; the rest lives. All of them: the order.

    Their price goes back through the payment's provider, or was returned `by_hand`; less the fee
    of the shop's policy, unless ticket sales `waive_fee`. `quote` is the refund that was shown,
    None where nobody says what was. `account` as of `RefundByHand`.
    """

    pieces: tuple[Pieces, ...]
    by_hand: bool = False
    account: str = ""
    waive_fee: bool = False
    quote: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapLines(StaffCommand):
    """Ticket sales swap pieces of an order for what `place` orders, in one append.

    Their price is set against that of the new order, which `place` expects; what is more goes back
    through the payment's provider, or was returned `by_hand`. No fee is kept. What nobody has paid
    is replaced whole, whatever the `pieces`.
    """

    place: PlaceOrder
    pieces: tuple[Pieces, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(StaffCommand):
    """Staff take back what they did by mistake; somebody else, the `approver`, agreed."""

    approver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPayment(Correction):
    """Money that was marked as paid by hand never came. `payment` None is the newest such one."""

    payment: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCancellation(Correction):
    """Ticket sales cancelled the order by mistake: take its seats again, if there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorScan(Command):
    """A ticket was scanned at a door: by the hash of its code, or picked by its `number`.

    The correlation id is `attendance.scan_cause` of `scan`. `scanned_at` is by the device's clock,
    put right by `clock_ahead` milliseconds; `queued`: it was made off line.
    """

    scan: UUID
    door: str
    device: str
    scanned_at: datetime
    ticket: str = ""
    number: int = 0
    clock_ahead: int = 0
    queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(DoorScan):
    """Let the holder of a ticket in; `rules` are those of its product, by product."""

    rules: Mapping[str, Admission]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOut(DoorScan):
    """The holder of a ticket leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCheckIn(Command):
    """A check-in was a mistake. The correlation id is the scan's."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLetter(Command):
    """Claim a letter that is due. The correlation id is the receipt's.

    `tickets` are codes that were drawn for the tickets that are to be issued with it, if any are;
    `words` is the version of the shop's own words for it, 0 where it has none.
    """

    letter: Letter
    try_number: int
    tickets: tuple[TicketCode, ...] = ()
    words: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBuyer(Command):
    """A letter to all buyers goes to this order, too; `mailing` names it."""

    mailing: UUID
    about_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePerson(Command):
    """Destroy the order's data key: whoever ordered is known here no more."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendLetter(StaffCommand):
    """Send a letter once more: that which moved last, or the one that is named."""

    receipt: UUID | None = None
    letter: Letter | None = None


# What may need a second person. To try again what was decided once does not.
StaffAct = (
    MarkPaid
    | RefundPayment
    | RefundByHand
    | CancelOrder
    | CancelPart
    | SwapLines
    | WithdrawPayment
    | WithdrawCancellation
    | ResendLetter
    | ChangeContact
    | CorrectAnswers
    | WriteNote
    | AddLabel
    | RemoveLabel
)
StaffWish = RetryRefund | StaffAct

OrderCommand = (
    RequestPayment
    | RequestCancellation
    | ConfirmCancellation
    | CompleteCancellation
    | ReleaseSeats
    | CancelInGrace
    | CaptureAuthorization
    | VoidAuthorization
    | CancelUnpaid
    | GiveUpUnpaid
    | CancelWithShop
    | MoveWithShop
    | ChooseAfterMove
    | ChangeAnswers
    | SendTicket
    | TakeTicketBack
    | RetakeSeats
    | ReturnPayment
    | StaffWish
    | CheckIn
    | CheckOut
    | UndoCheckIn
    | StartLetter
    | AddressBuyer
    | ErasePerson
)
