"""Every stamp an order can hold. Field names are storage format: never rename."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.kernel.money import Money
from ledger.shop.questions import Questions
from ledger.shop.stamps import CancellationPolicy, PaymentLetter, Seller, Surplus
from ledger.vouchers.stamps import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who bought. Personal data: only ever in the sealed part of a stamp."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was bought, as it was on sale at that moment. `title` by language; VAT is included.

    Each piece takes one seat of each of the `quotas`. What a voucher made cheaper is a line of its
    own: `full_price` is what a piece of it costs without.
    """

    product: str
    revision: int
    title: Mapping[str, str]
    quantity: int
    unit_price: Money
    vat_percent: str
    tickets: int = 1
    quotas: tuple[UUID, ...] = ()
    full_price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherUse:
    """A voucher that an order was placed with: how many of its pieces, at which effect.

    As it was at that moment. With `returns` the uses of pieces that are cancelled go back to it.
    """

    voucher: UUID
    effect: Effect
    uses: int
    returns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Some of the pieces of one line, which is told by its place in the order, from 0.

    `which` are their own places in the line as it was bought, from 0. Without them they are the
    last of those that no other part names: so it was before ADR 0064.
    """

    line: int
    quantity: int
    which: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatClaim:
    """How many seats an order takes of one quota."""

    quota: UUID
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfLine:
    """What is asked about each ticket of one line, which is told by its place, from 0."""

    line: int
    questions: Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAddress:
    """A ticket, by its number from 1, and the keyed hash of its holder's address, if one is told.

    By it a person is found of whom the order knows an answer.
    """

    ticket: int
    email_index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAnswers:
    """All that was answered about one ticket, by question. Personal: only ever sealed."""

    ticket: int
    answers: Mapping[str, str]


class Letter(StrEnum):
    """The letters an order can call for. The first three are receipts: one per correlation id.

    `how_to_pay` goes once to an order that waits for its money; `withdrawal` acknowledges a wish
    to cancel whose refund has not been accepted; `moved` tells of another start. `ticket` brings
    one ticket to whom it was sent on, `ticket_void` tells them that it is not valid any more.
    `buyers` is what the shop writes to all of its buyers.
    """

    PAID = "paid"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    CORRECTION = "correction"
    LINK = "link"
    HOW_TO_PAY = "how_to_pay"
    WITHDRAWAL = "withdrawal"
    MOVED = "moved"
    TICKET = "ticket"
    TICKET_VOID = "ticket_void"
    BUYERS = "buyers"

    # As its word does, like `==`. An enumeration's own way is a call for every look-up.
    __hash__ = str.__hash__


class Cause(StrEnum):
    """Why an order was cancelled, or money was asked back for it."""

    CUSTOMER = "customer"
    UNPAID = "unpaid"
    STAFF = "staff"
    LATE_PAYMENT = "late_payment"
    OVERPAID = "overpaid"
    DESPITE_DISPUTE = "despite_dispute"
    SHOP_CANCELLED = "shop_cancelled"
    SHOP_MOVED = "shop_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What whoever comes needs to know: where it is, when doors open and when it ends.

    As it was when the order was placed. Doors and end move with the start of the order. `venue`
    is a name by language; empty where only times were told.
    """

    venue: Mapping[str, str]
    address: str
    doors_at: datetime | None = None
    ends_at: datetime | None = None


@stamp("ORDER_PLACED", version=7, binding=("shop", "request_digest"), sealed=("customer",))
class OrderPlaced:
    """An order was placed: seats are held, its lines and policy are fixed (SPEC C4).

    `account` is that of whoever was signed in; None for a guest. `voucher` is what made some of
    its lines cheaper.
    """

    shop: UUID
    shop_slug: str
    shop_name: Mapping[str, str]
    seller: Seller
    language: str
    timezone: str
    total: Money
    lines: tuple[Line, ...]
    seats: tuple[SeatClaim, ...]
    starts_at: datetime
    unpaid_after: int
    cancellation: CancellationPolicy
    email_index: str
    request_digest: str
    grace_period: int | None = None
    overpaid: Surplus = Surplus.CASE
    payment_letter: PaymentLetter | None = None
    visit: Visit | None = None
    account: UUID | None = None
    voucher: VoucherUse | None = None
    customer: Customer | None = None


@stamp("CONTACT_CHANGED", binding=("email_index",), sealed=("customer", "reason"))
class ContactChanged:
    """Staff corrected who ordered: letters go to this person from here on.

    `email_index` is keyed, as when the order was placed.
    """

    email_index: str
    customer: Customer | None = None
    reason: str | None = None


@stamp("QUESTIONS_ASKED", binding=("asked",))
class QuestionsAsked:
    """What the shop asked about each ticket when the order was placed: it stays so (SPEC C4)."""

    asked: tuple[AskedOfLine, ...]


@stamp("ANSWERS_CHANGED", binding=("tickets",), sealed=("answers", "reason"))
class AnswersChanged:
    """These tickets are answered for like this from here on, in place of what was told before.

    `reason` is ticket sales' own, where they did it.
    """

    tickets: tuple[TicketAddress, ...]
    answers: tuple[TicketAnswers, ...] | None = None
    reason: str | None = None


@stamp(
    "TICKET_SENT_ON",
    binding=("ticket", "email_index", "link_hash", "hash"),
    sealed=("email", "code", "ticket_code"),
)
class TicketSentOn:
    """A ticket is somebody else's to use: they get it by a letter of their own, in `language`.

    `link_hash` is SHA-256 of the `code` that opens their page. The ticket has a new code, whose
    keyed `hash` the door knows: what was printed before lets nobody in.
    """

    ticket: int
    language: str
    email_index: str
    link_hash: str
    hash: str
    email: str | None = None
    code: str | None = None
    ticket_code: str | None = None


@stamp("TICKET_TAKEN_BACK", binding=("sending", "ticket", "hash"), sealed=("ticket_code",))
class TicketTakenBack:
    """A ticket that was sent on is its buyer's again, under a new code.

    `sending` is the correlation id of the stamp that sent it on.
    """

    sending: UUID
    ticket: int
    hash: str
    ticket_code: str | None = None


@stamp("LINES_SWAPPED", binding=("order", "amount", "came"))
class LinesSwapped:
    """Ticket sales swapped lines of one order for those of another; it stands in both.

    `order` is the other one, `amount` what was set against the price of the new one: of the old
    one it counts as returned, of the new one as received. `came`: this is the new one.
    """

    order: UUID
    amount: Money
    came: bool = False


@stamp("NOTE_WRITTEN", sealed=("text",))
class NoteWritten:
    """Staff wrote something about the order for each other; customers never see it."""

    text: str | None = None


@stamp("LABELLED", binding=("removed",), sealed=("label",))
class Labelled:
    """Staff put a word of their own on the order, to find it by, or took it off again.

    Customers never see it.
    """

    removed: bool = False
    label: str | None = None


@stamp("ZERO_PRICE")
class ZeroPrice:
    """A free order, confirmed without any provider."""


@stamp("CREATE_PAYMENT_REQUEST", occurrence=("try_number",), binding=("amount", "provider"))
class CreatePaymentRequest:
    """Intent: a provider is about to be asked for a payment. `live` tells real money from test."""

    amount: Money
    provider: str
    account: str
    live: bool
    try_number: int = 1


@stamp("CREATE_PAYMENT_SUCCESS", occurrence=("try_number",), binding=("provider_reference",))
class CreatePaymentSuccess:
    """The provider made a payment page; the customer pays there. Not yet money."""

    provider_reference: str
    redirect_url: str
    expires_at: datetime
    try_number: int = 1


@stamp("CREATE_PAYMENT_FAILURE", occurrence=("try_number",))
class CreatePaymentFailure:
    """The provider refused to make a payment page."""

    code: str
    try_number: int = 1


@stamp("PAYMENT_PENDING", binding=("provider_reference",))
class PaymentPending:
    """The customer chose a method that pays days later."""

    provider_reference: str


@stamp("PAYMENT_FAILED", occurrence=("provider_reference",))
class PaymentFailed:
    """A try to pay was declined. The customer may try again on the same page."""

    provider_reference: str
    code: str


@stamp("PAYMENT_EXPIRED")
class PaymentExpired:
    """The payment page closed without money."""

    provider_reference: str


@stamp("AUTHORIZED", binding=("amount", "provider", "provider_reference"))
class Authorized:
    """The payer's bank keeps this much ready for us. Not yet money: it must be captured.

    `expires_at` is until when it is kept, where the provider tells.
    """

    amount: Money
    provider: str
    provider_reference: str
    method: str = ""
    expires_at: datetime | None = None


@stamp(
    "CREATE_CAPTURE_REQUEST", occurrence=("try_number",), binding=("amount", "provider_reference")
)
class CreateCaptureRequest:
    """Intent: a provider is about to be asked to take what was authorized. `Paid` is its success.

    `provider_reference` is the authorized payment's. The amount may be smaller than what was
    authorized, never larger (SPEC P4).
    """

    amount: Money
    provider: str
    provider_reference: str
    try_number: int = 1


@stamp("CREATE_CAPTURE_FAILURE", occurrence=("try_number",))
class CreateCaptureFailure:
    """The provider refused to capture; no money moved."""

    code: str
    try_number: int = 1


@stamp("CREATE_VOID_REQUEST", occurrence=("payment", "try_number"), binding=("provider_reference",))
class CreateVoidRequest:
    """Intent: a provider is about to be asked to give up an authorization.

    `payment` is the correlation id of the attempt that was authorized, `provider_reference` the
    provider's name of it. It stands under the correlation id of what called for it, such as a
    cancellation; what becomes of it stands under the attempt's.
    """

    payment: UUID
    provider: str
    provider_reference: str
    try_number: int = 1


@stamp("VOIDED", binding=("provider_reference",))
class Voided:
    """An authorization was given up: nothing was taken, and nothing can be."""

    provider_reference: str


@stamp("CREATE_VOID_FAILURE", occurrence=("try_number",))
class CreateVoidFailure:
    """The provider refused to give up an authorization: the payer's money is still kept ready."""

    code: str
    try_number: int = 1


@stamp("AUTHORIZATION_EXPIRED", binding=("provider_reference",))
class AuthorizationExpired:
    """An authorization ended by itself at the provider, before anyone captured or voided it."""

    provider_reference: str


@stamp("PAID", binding=("amount", "provider", "provider_reference"), sealed=("reason",))
class Paid:
    """Money arrived for one payment attempt. `provider_reference` is what can be refunded.

    Marked as paid by staff it has the provider `manual`, the bank's own name of a transfer or else
    the payment reference it carried (empty for cash), and a reason.
    """

    amount: Money
    provider: str
    provider_reference: str
    method: str = ""
    reason: str | None = None


@stamp(
    "PAYMENT_ASSIGNED",
    binding=("case", "amount", "provider", "account", "live", "payment_reference"),
    sealed=("reason",),
)
class PaymentAssigned:
    """Staff found out that money which was nobody's is this order's: it is received here.

    The correlation id is the case's, and it names the payment from here on.
    """

    case: UUID
    amount: Money
    provider: str
    account: str
    live: bool
    payment_reference: str
    reason: str | None = None


@stamp("PAYMENT_WITHDRAWN", binding=("payment", "amount"), sealed=("reason",))
class PaymentWithdrawn:
    """A correction: money that staff had marked as paid never came. It is received no more.

    `payment` is the correlation id of the payment, `approver` who agreed, as its caller told: never
    the actor. The stamp of the payment stays where it is.
    """

    payment: UUID
    amount: Money
    approver: str
    reason: str | None = None


@stamp("CANCELLATION_WITHDRAWN", binding=("cancellation",), sealed=("reason",))
class CancellationWithdrawn:
    """A correction: staff had cancelled the order by mistake. It lives again, with its seats.

    `cancellation` is the correlation id of the cancellation, `approver` who agreed, as its caller
    told: never the actor. The stamps of the cancellation stay where they are.
    """

    cancellation: UUID
    approver: str
    reason: str | None = None


@stamp("CANCELLATION_REQUESTED", binding=("code_hash",), sealed=("code",))
class CancellationRequested:
    """A one-time link was asked for. `code_hash` is SHA-256; `code` only serves its letter."""

    code_hash: str
    code: str | None = None


@stamp("CANCELLED", version=2, binding=("cause",), sealed=("reason",))
class Cancelled:
    """The order is cancelled. `reason` is staff's own word or, with its whole shop, the shop's."""

    cause: Cause
    reason: str | None = None


@stamp("START_MOVED", binding=("move", "starts_at"), sealed=("code",))
class StartMoved:
    """The shop was moved after the order was placed: it is of the new start from here on.

    `move` is the correlation id of the shop's stamp, `reason` its words by language. Where the
    customer may have the money back until `refunds_until`, `code_hash` is SHA-256 of the one-time
    code of that link; `code` only serves its letter.
    """

    move: UUID
    before: datetime
    starts_at: datetime
    reason: Mapping[str, str]
    refunds_until: datetime | None = None
    code_hash: str = ""
    code: str | None = None


@stamp("START_ACCEPTED", binding=("move",))
class StartAccepted:
    """The customer keeps the order for the new start: the choice is made."""

    move: UUID


@stamp("ORDER_AMENDED", version=2, binding=("pieces", "amount", "fee"), sealed=("reason",))
class OrderAmended:
    """A part of the order is cancelled: these pieces are gone, the rest lives.

    `amount` is what goes back for them, `fee` what is kept of their price; together they are that
    price. A refund of this amount stands under the same correlation id.
    """

    pieces: tuple[Pieces, ...]
    amount: Money
    fee: Money
    cause: Cause
    reason: str | None = None


@stamp("SEATS_RELEASED", version=3)
class SeatsReleased:
    """The order's seats are free again: those of some pieces that were cancelled, or all."""

    pieces: tuple[Pieces, ...] = ()


@stamp("SEATS_RETAKEN")
class SeatsRetaken:
    """Money came after all, and there was room: the order lives again (SPEC P6)."""


@stamp(
    "CREATE_REFUND_REQUEST",
    version=3,
    occurrence=("try_number",),
    binding=("payment", "amount"),
    sealed=("reason",),
)
class CreateRefundRequest:
    """Intent: a provider is about to be asked to return money of one payment.

    `payment` is the correlation id of the attempt, `payment_reference` the provider's name of it,
    `fee` what is kept back by the cancellation policy, `reason` why staff wanted it. With `pieces`
    it is for these alone: once it is accepted they are gone from the order.
    """

    payment: UUID
    payment_reference: str
    provider: str
    amount: Money
    fee: Money
    cause: Cause
    try_number: int = 1
    pieces: tuple[Pieces, ...] = ()
    reason: str | None = None


@stamp(
    "CREATE_REFUND_SUCCESS", occurrence=("try_number",), binding=("amount", "provider_reference")
)
class CreateRefundSuccess:
    """The provider accepted the refund of this payment. It may still fail."""

    payment: UUID
    amount: Money
    provider_reference: str
    try_number: int = 1


@stamp("CREATE_REFUND_FAILURE", occurrence=("try_number",))
class CreateRefundFailure:
    """The provider refused the refund; no money moved."""

    code: str
    try_number: int = 1


@stamp("REFUNDED", occurrence=("provider_reference",), binding=("payment", "amount"))
class Refunded:
    """Money went back. `provider_reference` is the refund's."""

    payment: UUID
    amount: Money
    provider_reference: str


@stamp("REFUND_FAILED", occurrence=("provider_reference",), binding=("payment", "amount"))
class RefundFailed:
    """A refund that was accepted, or even settled, failed after all. Final (SPEC P10)."""

    payment: UUID
    amount: Money
    provider_reference: str
    code: str


@stamp("MANUAL_REFUND", binding=("payment", "amount"), sealed=("reason", "account", "payee"))
class ManualRefund:
    """Staff returned money outside of any provider.

    `account` is the IBAN that it went to, where it went by bank. With a `payee`, whose account it
    is, the money goes out by the next file for the bank.
    """

    payment: UUID
    amount: Money
    reason: str | None = None
    account: str | None = None
    payee: str | None = None


@stamp("DISPUTED", occurrence=("provider_reference",), binding=("payment", "amount"))
class Disputed:
    """The payer's bank took the money back for now."""

    payment: UUID
    amount: Money
    provider_reference: str


@stamp("DISPUTE_CLOSED", occurrence=("provider_reference",), binding=("payment", "won"))
class DisputeClosed:
    """A dispute ended: won, the money is back; lost, it is gone."""

    payment: UUID
    provider_reference: str
    won: bool


@stamp(
    "PAID_OUT",
    occurrence=("provider_reference",),
    binding=("payout", "amount", "fee_millionths"),
)
class PaidOut:
    """A provider paid a payment out to the shop's bank account, with a payout of many.

    With `kept_back` it is a refund, by which that payout is less. `amount` is what the provider
    says of it, before its fee, which knows parts of a cent: `fee_millionths` of the currency.
    """

    provider: str
    provider_reference: str
    amount: Money
    payout: str
    bank_reference: str
    settled_at: datetime
    fee_millionths: int = 0
    kept_back: bool = False


@stamp("BUYER_ADDRESSED", occurrence=("mailing",), binding=("about_order",))
class BuyerAddressed:
    """A letter to all buyers reaches this order: it is owed from here on.

    `mailing` is the correlation id of the shop's `MAILING_STARTED`. What is not `about_order` is
    news, which this order's address can decline.
    """

    mailing: UUID
    about_order: bool


@stamp("LETTER_WORDS_USED", occurrence=("letter", "try_number"), binding=("version",))
class LetterWordsUsed:
    """In which words of the shop's own this try of a letter is written; it stands before the claim.

    `version` is that of the `LETTER_WORDS_SET` in the shop's stream. Without one, in ours alone.
    """

    letter: Letter
    try_number: int
    version: int


@stamp("RECEIPT_SEND_STARTED", occurrence=("letter", "try_number"))
class ReceiptSendStarted:
    """Appending this claims the letter: only one sender can (SPEC R5).

    `numbered_for` is the shop whose next receipt number this draws: the first try of a receipt.
    """

    letter: Letter
    try_number: int
    numbered_for: UUID | None = None


@stamp("RECEIPT_SENT", occurrence=("letter", "try_number"), binding=("message_id",))
class ReceiptSent:
    """The mail server took the letter. `body_hash` is keyed: it tells nothing without the key."""

    letter: Letter
    try_number: int
    message_id: str
    body_hash: str


@stamp("RECEIPT_FAILED", occurrence=("letter", "try_number"))
class ReceiptFailed:
    """The mail server refused the letter, for now or for good."""

    letter: Letter
    try_number: int
    code: str
    permanent: bool


@stamp("RECEIPT_UNKNOWN", occurrence=("letter", "try_number"))
class ReceiptUnknown:
    """The sender vanished before it told whether the letter went out."""

    letter: Letter
    try_number: int


@stamp("RECEIPT_RESEND_REQUESTED", binding=("receipt", "letter"), sealed=("reason",))
class ReceiptResendRequested:
    """Staff want a letter sent again, to the address that the order has then (SPEC R6).

    `receipt` is the correlation id of the letter that was sent, or tried, before.
    """

    receipt: UUID
    letter: Letter
    reason: str | None = None


@stamp("TICKETS_ISSUED", binding=("hashes",), sealed=("codes",))
class TicketsIssued:
    """The order's e-tickets: a code for each ticket of each piece, in the order of its lines.

    It stands once in an order, beside the claim of the letter that brings them. `hashes` are keyed:
    they tell nothing without the key, and a door finds a code by them. A ticket is valid exactly
    as long as its seat is sold; no further stamp revokes it.
    """

    hashes: tuple[str, ...]
    codes: tuple[str, ...] | None = None


@stamp("TICKET_CHECKED_IN", binding=("scan", "ticket", "door"))
class TicketCheckedIn:
    """A ticket was scanned at a door, and its holder let in.

    `scan` is what the device called the scan: its correlation id is derived from it. `ticket` is
    the keyed hash of the code, `day` the day of the event (ISO 8601), `scanned_at` the time by the
    device's clock, put right by `clock_ahead` milliseconds. `queued`: it was made off line and told
    later. Such a scan is a fact; `breach` is why it should not have let anybody in, if it should
    not: `revoked`, `not_paid`, `wrong_day` or `wrong_door`.
    """

    scan: UUID
    ticket: str
    day: str
    door: str
    device: str
    scanned_at: datetime
    clock_ahead: int = 0
    queued: bool = False
    breach: str = ""


@stamp("TICKET_CHECKED_OUT", binding=("scan", "ticket", "door"))
class TicketCheckedOut:
    """A ticket was scanned as its holder left. Its fields are those of `TICKET_CHECKED_IN`."""

    scan: UUID
    ticket: str
    day: str
    door: str
    device: str
    scanned_at: datetime
    clock_ahead: int = 0
    queued: bool = False


@stamp("TICKET_CHECK_IN_UNDONE", sealed=("reason",))
class TicketCheckInUndone:
    """A check-in was a mistake, and counts no more. It stands under the scan's correlation id."""

    reason: str | None = None


OrderStamp = (
    OrderPlaced
    | ContactChanged
    | QuestionsAsked
    | AnswersChanged
    | TicketSentOn
    | TicketTakenBack
    | LinesSwapped
    | NoteWritten
    | Labelled
    | ZeroPrice
    | CreatePaymentRequest
    | CreatePaymentSuccess
    | CreatePaymentFailure
    | PaymentPending
    | PaymentFailed
    | PaymentExpired
    | Authorized
    | CreateCaptureRequest
    | CreateCaptureFailure
    | CreateVoidRequest
    | Voided
    | CreateVoidFailure
    | AuthorizationExpired
    | Paid
    | PaymentAssigned
    | PaymentWithdrawn
    | CancellationWithdrawn
    | CancellationRequested
    | Cancelled
    | OrderAmended
    | StartMoved
    | StartAccepted
    | SeatsReleased
    | SeatsRetaken
    | CreateRefundRequest
    | CreateRefundSuccess
    | CreateRefundFailure
    | Refunded
    | RefundFailed
    | ManualRefund
    | Disputed
    | DisputeClosed
    | PaidOut
    | BuyerAddressed
    | LetterWordsUsed
    | ReceiptSendStarted
    | ReceiptSent
    | ReceiptFailed
    | ReceiptUnknown
    | ReceiptResendRequested
    | TicketsIssued
    | TicketCheckedIn
    | TicketCheckedOut
    | TicketCheckInUndone
    | Erased
)
# Written before a provider is asked: they carry the clock of the machine that asks.
INTENTS = (CreatePaymentRequest, CreateRefundRequest, CreateCaptureRequest, CreateVoidRequest)
