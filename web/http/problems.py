"""Every way the door says no, in one table: refusals, and what HTTP itself declines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import cleandoc
from typing import Any
from uuid import UUID

from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.vouchers import refusals as voucher_no
from ledger.waiting_list import refusals as waiting_no
from web.i18n.refusals import of_cancellation


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of problem; its address is `/problems/<slug>`. `retry_after` is in seconds."""

    status: int
    slug: str
    title: str
    detail: str = ""
    retry_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem as it is answered (RFC 9457). `facts` are its extension members."""

    status: int
    slug: str
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    @property
    def type(self) -> str:
        return f"/problems/{self.slug}"

    def document(self) -> dict[str, Any]:
        """The JSON members, standard ones last so that facts never replace them."""
        standard = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        return {**self.facts, **standard}


class ProblemRaised(Exception):
    """A page or an API function declines for a reason of HTTP's own; `slug` is in `OTHERS`."""

    def __init__(self, slug: str, *, detail: str = "", **facts: Any) -> None:
        super().__init__(slug)
        self.problem = other(slug, detail=detail, **facts)


def _kind(status: int, slug: str, title: str) -> Kind:
    return Kind(status=status, slug=slug, title=title)


PROBLEMS: Mapping[type[Refusal], Kind] = {
    no.UnknownOrder: _kind(404, "unknown-order", "Unknown order"),
    no.UnknownShop: _kind(404, "unknown-shop", "Unknown shop"),
    no.ShopUnreadable: Kind(
        status=503, slug="shop-unreadable", title="Shop not available", retry_after=300
    ),
    no.SellingStopped: _kind(409, "shop-cancelled", "Cancelled by its organiser"),
    no.SignInRequired: _kind(403, "sign-in-required", "Sign in to buy"),
    no.UnknownProduct: _kind(422, "unknown-product", "Unknown product"),
    no.NothingOrdered: _kind(422, "nothing-ordered", "Nothing ordered"),
    no.QuantityNotAllowed: _kind(422, "quantity-not-allowed", "Quantity not allowed"),
    no.NotOnSale: _kind(409, "not-on-sale", "Not on sale"),
    no.PriceChanged: _kind(409, "price-changed", "The price changed"),
    no.NotEnoughSeats: _kind(409, "not-enough-seats", "Not enough seats"),
    voucher_no.UnknownVoucher: _kind(422, "unknown-voucher", "Unknown voucher"),
    voucher_no.VoucherNotValidNow: _kind(409, "voucher-not-valid", "Voucher not valid now"),
    voucher_no.VoucherUsedUp: _kind(409, "voucher-used-up", "Voucher used up"),
    voucher_no.VoucherNotForThese: _kind(422, "voucher-not-for-these", "Voucher not for these"),
    voucher_no.VoucherTooFewPieces: _kind(
        422, "voucher-too-few-pieces", "Too few for this voucher"
    ),
    voucher_no.VoucherExists: _kind(409, "voucher-exists", "Voucher exists"),
    voucher_no.VoucherInUse: _kind(412, "voucher-changed", "The voucher changed"),
    voucher_no.VoucherInvalid: _kind(422, "voucher-invalid", "Voucher not accepted"),
    no.CustomerInvalid: _kind(422, "customer-invalid", "Details not accepted"),
    no.AnswersInvalid: _kind(422, "answers-invalid", "Answers not accepted"),
    no.AnswersClosed: _kind(409, "answers-closed", "Too late to answer"),
    no.AnswersMoved: _kind(412, "answers-moved", "Answered meanwhile"),
    no.TicketNotSendable: _kind(409, "ticket-not-sendable", "Not sent on"),
    no.UnknownShift: _kind(404, "unknown-shift", "Unknown shift"),
    no.ShiftOver: _kind(409, "shift-over", "Shift over"),
    no.AmountNegative: _kind(422, "amount-negative", "Amount not accepted"),
    no.CartFull: _kind(422, "cart-full", "Cart full"),
    no.AmountNotPayable: _kind(422, "amount-not-payable", "Amount not payable"),
    no.NotPayable: _kind(409, "not-payable", "Not payable"),
    no.NotCancellable: _kind(409, "not-cancellable", "Not cancellable"),
    no.PiecesNotLeft: _kind(409, "pieces-not-left", "Not so many left"),
    no.NothingChosen: _kind(422, "nothing-chosen", "Nothing chosen"),
    no.AccountMistyped: _kind(422, "account-mistyped", "Account mistyped"),
    no.LateCancel: _kind(409, "late-cancel", "Too late to cancel"),
    no.PartialCapture: _kind(422, "partial-capture", "Partially captured"),
    no.LetterTooSoon: Kind(
        status=429, slug="letter-too-soon", title="Letter on its way", retry_after=60
    ),
    no.LinkInvalid: _kind(403, "link-invalid", "Link not valid"),
    no.QuoteChanged: _kind(409, "quote-changed", "The refund changed"),
    no.KeyReused: _kind(422, "key-reused", "Idempotency key used before"),
    no.Contradicted: _kind(409, "contradicted", "Contradicts the ledger"),
    no.NotAdmitted: _kind(409, "not-admitted", "Not let in"),
    no.NotInside: _kind(409, "not-inside", "Nobody inside"),
    no.UnknownCheckIn: _kind(404, "unknown-check-in", "Unknown check-in"),
    no.LabelUnusable: _kind(422, "label-unusable", "Label not usable"),
    no.SnoozeOutOfRange: _kind(422, "snooze-out-of-range", "Not until then"),
    no.LetterNotDue: _kind(409, "letter-not-due", "Letter not due"),
    no.NothingToRefund: _kind(409, "nothing-to-refund", "Nothing to refund"),
    no.QuotaTooSmall: _kind(409, "quota-too-small", "Quota too small"),
    no.ShopInvalid: _kind(422, "shop-invalid", "Shop file not accepted"),
    no.OrderMoved: _kind(412, "order-moved", "The order changed"),
    no.ShopChanged: _kind(412, "shop-changed", "The shop changed"),
    no.NotUndoable: _kind(409, "not-undoable", "Not taken back"),
    no.AlreadyCancelled: _kind(409, "already-cancelled", "Cancelled already"),
    no.NotWithdrawable: _kind(409, "not-withdrawable", "Nothing to take back"),
    no.MoneyReturned: _kind(409, "money-returned", "Money returned since"),
    no.ApproverNeeded: _kind(409, "approver-needed", "Approver needed"),
    no.SecondPersonNeeded: _kind(409, "second-person-needed", "Second person needed"),
    no.UnknownApproval: _kind(404, "unknown-approval", "Unknown approval"),
    no.OwnApproval: _kind(409, "own-approval", "Not your own"),
    no.ApprovalOver: _kind(409, "approval-over", "Decided, or too late"),
    no.UnknownGrantee: _kind(404, "unknown-grantee", "Not on the list"),
    no.GrantNotOpen: _kind(409, "grant-not-open", "Not open any more"),
    no.GrantsNotSetUp: _kind(409, "grants-not-set-up", "Not set up yet"),
    no.GrantsSetUpWrong: _kind(422, "grants-set-up-wrong", "Cannot be issued like that"),
    waiting_no.NobodyWaits: _kind(409, "no-waiting-list", "No waiting list"),
    waiting_no.NotSoldOut: _kind(409, "not-sold-out", "Not sold out"),
    waiting_no.UnknownPlace: _kind(404, "unknown-place", "Unknown place in line"),
    waiting_no.NotInLine: _kind(409, "not-in-line", "Nobody waits here"),
    waiting_no.HoldOver: _kind(409, "hold-over", "The seats are not held any more"),
    no.UnknownMember: _kind(404, "unknown-member", "Unknown person"),
    no.LastAdmin: _kind(409, "last-admin", "The last admin"),
    no.MistypedReference: _kind(409, "mistyped-reference", "Mistyped reference"),
    no.WrongReference: _kind(409, "wrong-reference", "Wrong payment reference"),
    no.TransferCounted: _kind(409, "transfer-counted", "Transfer entered before"),
    no.RefundExceedsHeld: _kind(409, "refund-exceeds-held", "More than is held"),
    no.NotRefundable: _kind(409, "not-refundable", "Not refundable"),
    no.PersonErased: _kind(409, "person-erased", "Person erased"),
    no.StillOpen: _kind(409, "still-open", "Money or tickets open"),
    no.PersonMoved: _kind(412, "person-moved", "The person's data changed"),
    no.SeveralPayments: _kind(409, "several-payments", "Several payments"),
    no.DisputeOpen: _kind(409, "dispute-open", "Payment disputed"),
    no.RefundStillUnknown: Kind(
        status=503, slug="refund-still-unknown", title="Outcome unknown", retry_after=60
    ),
    no.UnknownCase: _kind(404, "unknown-case", "Unknown case"),
    no.CaseClosed: _kind(409, "case-closed", "Resolved already"),
    no.CaseNeedsOtherAction: _kind(409, "case-needs-other-action", "Not in that way"),
    no.PaymentHeld: _kind(409, "payment-held", "Payment counted elsewhere"),
    no.OtherCurrency: _kind(409, "other-currency", "Another currency"),
    no.Busy: Kind(status=503, slug="busy", title="Busy", retry_after=1),
}

_OTHERS = (
    (400, "bad-request", "Bad request", "The request cannot be read. Nothing was done."),
    (400, "csrf", "Form too old", "The form was open for too long. Nothing was done."),
    (401, "unauthorized", "Sign in first", "This needs a valid bearer token."),
    (403, "forbidden", "Not allowed", "This token or account may not do that."),
    (404, "not-found", "Not found", "There is nothing at this address."),
    (405, "method-not-allowed", "Method not allowed", "This address does not take that method."),
    (409, "no-pretix", "No pretix", "No pretix is connected here: its token is not set."),
    (413, "too-large", "Too large", "A request may hold at most one mebibyte."),
    (415, "not-json", "Not JSON", "Send the body as application/json."),
    (415, "not-csv", "Not CSV", "Send the list as text/csv."),
    (422, "invalid-body", "Body not accepted", "The JSON is not what this call takes."),
    (422, "list-unreadable", "List not readable", "The list cannot be read. Nothing was done."),
    (422, "row-not-accepted", "Person not accepted", "Something about them is not accepted."),
    (429, "too-many-requests", "Too many requests", "Wait a moment, then try again."),
    (500, "internal-error", "Our mistake", "Something broke here. Nothing is lost; try again."),
    (503, "provider-away", "Provider away", "The provider cannot be asked just now."),
    (503, "unavailable", "Not available", "The ledger cannot be reached. Try again in a moment."),
)
_PAUSES = {"too-many-requests": 60, "unavailable": 5, "provider-away": 60}
OTHERS: Mapping[str, Kind] = {
    slug: Kind(
        status=status,
        slug=slug,
        title=title,
        detail=detail,
        retry_after=_PAUSES.get(slug),
    )
    for status, slug, title, detail in _OTHERS
}


def of_refusal(refusal: Refusal) -> Problem:
    """A refusal as people see it: its class's sentence and its own facts."""
    kind = PROBLEMS[type(refusal)]
    return Problem(
        status=kind.status,
        slug=kind.slug,
        title=kind.title,
        detail=_told(refusal),
        facts=_facts(refusal),
        retry_after=kind.retry_after,
    )


def _told(refusal: Refusal) -> str:
    """Its own sentence where it has one, else its class's."""
    if isinstance(refusal, no.NotCancellable) and refusal.why:
        return of_cancellation(refusal.why)
    return explanation(type(refusal))


def other(slug: str, *, detail: str = "", **facts: Any) -> Problem:
    """A problem that is not a refusal of the ledger."""
    kind = OTHERS[slug]
    return Problem(
        status=kind.status,
        slug=slug,
        title=kind.title,
        detail=detail or kind.detail,
        facts=facts,
        retry_after=kind.retry_after,
    )


def of_status(status: int) -> Problem:
    """The problem for a status that Flask or Werkzeug answers by itself."""
    for kind in OTHERS.values():
        if kind.status == status:
            return other(kind.slug)
    return Problem(
        status=status, slug="bad-request", title=HTTPStatus(status).phrase, detail=_said(status)
    )


def explained() -> Mapping[str, Problem]:
    """Every problem by slug, as its own page tells it."""
    mine = {kind.slug: _plain(kind, explanation(cls)) for cls, kind in PROBLEMS.items()}
    return {**mine, **{slug: _plain(kind, kind.detail) for slug, kind in OTHERS.items()}}


def explanation(refusal: type[Refusal]) -> str:
    """The sentence that people see."""
    return cleandoc(refusal.__doc__ or "")


def _plain(kind: Kind, detail: str) -> Problem:
    return Problem(status=kind.status, slug=kind.slug, title=kind.title, detail=detail)


def _said(status: int) -> str:
    return HTTPStatus(status).description or HTTPStatus(status).phrase


def _facts(refusal: Refusal) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in vars(refusal).items():
        if isinstance(value, Money):
            facts |= {name: value.amount, "currency": value.currency}
        elif not isinstance(value, UUID):
            facts[name] = _readable(value)
    return facts


def _readable(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _readable(one) for name, one in value.items()}
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, tuple):
        return [_readable(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
