"""Given these stamps, when asked this, then those stamps: how the rules of an order are told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ledger.kernel.events import Recorded, declared
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.kernel.values import replace as with_stamp
from ledger.order.attendance import scan_cause
from ledger.order.commands import OrderCommand
from ledger.order.decide import decide
from ledger.order.evolve import evolve, fold
from ledger.order.letters_due import letters_due, owed
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.stamps import (
    AnswersChanged,
    AskedOfLine,
    AuthorizationExpired,
    Authorized,
    CancellationRequested,
    Cancelled,
    Cause,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    Customer,
    DisputeClosed,
    Disputed,
    Line,
    ManualRefund,
    OrderAmended,
    OrderPlaced,
    Paid,
    PaidOut,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    QuestionsAsked,
    Refunded,
    RefundFailed,
    SeatClaim,
    SeatsReleased,
    SeatsRetaken,
    StartAccepted,
    StartMoved,
    TicketAddress,
    TicketAnswers,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketSentOn,
    TicketsIssued,
    TicketTakenBack,
    Voided,
    ZeroPrice,
)
from ledger.order.status import Status, flags, status
from ledger.shop.questions import AnswerChoice, Needed, QuestionKind, Questions, TicketQuestion
from ledger.shop.stamps import CancellationPolicy, Release, Seller, quota_id, shop_id
from tests.kits.ticket_codes import codes


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


ORDER = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
PLACING, ATTEMPT, SECOND, WISH, OUTSIDE, SENDING = (
    uuid5(ORDER, name) for name in ("placing", "attempt", "second", "wish", "outside", "sending")
)
SHOP = shop_id("winterfest")
WEEKEND = quota_id(SHOP, "weekend")
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
OPENING = datetime(2027, 2, 12, 10, tzinfo=UTC)
PRICE = eur(7000)
CODE = "k" * 43

ADA = Customer(first_name="Ada", last_name="Lovelace", email="ada@example.org")
SELLER = Seller(name="Winterfest ry", email="tickets@winterfest.example")
POLICY = CancellationPolicy(period_days=14, fee_fixed=eur(0))
LINE = Line(
    product="weekend",
    revision=1,
    title={"en": "Weekend ticket"},
    quantity=2,
    unit_price=eur(3500),
    vat_percent="13.5",
)
PLACED = OrderPlaced(
    shop=SHOP,
    shop_slug="winterfest",
    shop_name={"en": "Winterfest 2027"},
    seller=SELLER,
    language="en",
    timezone="Europe/Helsinki",
    total=PRICE,
    lines=(LINE,),
    seats=(SeatClaim(quota=WEEKEND, seats=2),),
    starts_at=OPENING,
    unpaid_after=3 * 24 * 3600,
    cancellation=POLICY,
    email_index="index",
    request_digest="digest",
    customer=ADA,
)
LATER = replace(PLACED, grace_period=3600)
FREE = replace(PLACED, total=eur(0), lines=(replace(LINE, unit_price=eur(0)),))
CONFIRMED_FREE = ZeroPrice()
ASKED = CreatePaymentRequest(amount=PRICE, provider="stripe", account="acct_1", live=False)
PAGE = CreatePaymentSuccess(
    provider_reference="cs_1",
    redirect_url="https://pay.example/cs_1",
    expires_at=NOON + timedelta(hours=23),
)
NO_PAGE = CreatePaymentFailure(code="card_declined")
PENDING = PaymentPending(provider_reference="cs_1")
DECLINED = PaymentFailed(provider_reference="pi_1", code="declined")
EXPIRED = PaymentExpired(provider_reference="cs_1")
AUTHORIZED = Authorized(amount=PRICE, provider="stripe", provider_reference="pi_1")
CAPTURE_ASKED = CreateCaptureRequest(amount=PRICE, provider="stripe", provider_reference="pi_1")
CAPTURE_REFUSED = CreateCaptureFailure(code="expired_card")
VOID_ASKED = CreateVoidRequest(payment=ATTEMPT, provider="stripe", provider_reference="pi_1")
VOID_REFUSED = CreateVoidFailure(code="not_now")
VOIDED = Voided(provider_reference="pi_1")
LAPSED = AuthorizationExpired(provider_reference="pi_1")
PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
PAID_TWICE = Paid(amount=PRICE, provider="stripe", provider_reference="pi_2")
LINK = CancellationRequested(
    code_hash="a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a", code=CODE
)
MOVE = uuid5(SHOP, "move")
MOVED = StartMoved(
    move=MOVE,
    before=OPENING,
    starts_at=OPENING + timedelta(days=60),
    reason={"en": "The hall is flooded."},
    refunds_until=NOON + timedelta(days=20),
    code_hash="a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a",
    code=CODE,
)
KEPT = StartAccepted(move=MOVE)
CANCELLED = Cancelled(cause=Cause.CUSTOMER)
GIVEN_UP = Cancelled(cause=Cause.SHOP_CANCELLED, reason="The hall burnt down.")
TIMED_OUT = Cancelled(cause=Cause.UNPAID)
ISSUED = TicketsIssued(
    hashes=tuple(one.hash for one in codes(2)), codes=tuple(one.code for one in codes(2))
)
SCAN = scan_cause(SHOP, uuid5(SHOP, "scan"))
_SCANNED: dict[str, Any] = {
    "scan": uuid5(SHOP, "scan"),
    "ticket": ISSUED.hashes[0],
    "day": "2027-01-10",
    "door": "main",
    "device": "north-1",
    "scanned_at": NOON,
}
CHECKED_IN = TicketCheckedIn(**_SCANNED)
CHECKED_OUT = TicketCheckedOut(**{**_SCANNED, "scan": uuid5(SHOP, "exit")})
UNDONE = TicketCheckInUndone(reason="wrong person")
NAME = TicketQuestion(
    slug="name",
    kind=QuestionKind.NAME,
    label={"en": "Name on the badge"},
    needed=Needed.AT_CHECKOUT,
)
MAIL = TicketQuestion(slug="mail", kind=QuestionKind.EMAIL, label={"en": "E-mail"})
MEAL = TicketQuestion(
    slug="meal",
    kind=QuestionKind.CHOICE,
    label={"en": "Meal", "fi": "Ateria"},
    needed=Needed.LATER,
    choices=(
        AnswerChoice(slug="all", label={"en": "Everything"}),
        AnswerChoice(slug="vegan", label={"en": "Vegan", "fi": "Vegaani"}),
    ),
)
WISHES = TicketQuestion(slug="wishes", kind=QuestionKind.TEXT, label={"en": "What else"})
QUESTIONS = Questions(asked=(NAME, MAIL, MEAL, WISHES))
ASKED_ABOUT = QuestionsAsked(asked=(AskedOfLine(line=0, questions=QUESTIONS),))
ANSWERED = AnswersChanged(
    tickets=(TicketAddress(ticket=1), TicketAddress(ticket=2, email_index="bea")),
    answers=(
        TicketAnswers(ticket=1, answers={"name": "Ada Lovelace"}),
        TicketAnswers(ticket=2, answers={"name": "Bea Åberg", "mail": "bea@example.org"}),
    ),
)
SENT_ON = TicketSentOn(
    ticket=2,
    language="fi",
    email_index="bea",
    link_hash="a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a",
    hash=codes(3)[2].hash,
    email="bea@example.org",
    code=CODE,
    ticket_code=codes(3)[2].code,
)
TAKEN_BACK = TicketTakenBack(
    sending=SENDING, ticket=2, hash=codes(4)[3].hash, ticket_code=codes(4)[3].code
)
RELEASED, RETAKEN = SeatsReleased(), SeatsRetaken()
REFUND_ASKED = CreateRefundRequest(
    payment=ATTEMPT,
    payment_reference="pi_1",
    provider="stripe",
    amount=PRICE,
    fee=eur(0),
    cause=Cause.CUSTOMER,
)
REFUND_ACCEPTED = CreateRefundSuccess(payment=ATTEMPT, amount=PRICE, provider_reference="re_1")
REFUND_REFUSED = CreateRefundFailure(code="insufficient_funds")
REFUNDED = Refunded(payment=ATTEMPT, amount=PRICE, provider_reference="re_1")
REFUND_FAILED = RefundFailed(
    payment=ATTEMPT, amount=PRICE, provider_reference="re_1", code="closed"
)
HANDED_BACK = ManualRefund(payment=ATTEMPT, amount=PRICE, reason="at the door")
DISPUTED = Disputed(payment=ATTEMPT, amount=PRICE, provider_reference="dp_1")
WON = DisputeClosed(payment=ATTEMPT, provider_reference="dp_1", won=True)
PAID_OUT = PaidOut(
    provider="stripe",
    provider_reference="pi_1",
    amount=PRICE,
    payout="po_1",
    bank_reference="4566",
    settled_at=NOON,
    fee_millionths=437_500,
)
LOST = DisputeClosed(payment=ATTEMPT, provider_reference="dp_1", won=False)

_CAUSES: Sequence[tuple[UUID, tuple[type, ...]]] = (
    (PLACING, (OrderPlaced, QuestionsAsked, AnswersChanged, ZeroPrice)),
    (SENDING, (TicketSentOn,)),
    (WISH, (TicketTakenBack,)),
    (
        WISH,
        (
            CancellationRequested,
            Cancelled,
            OrderAmended,
            SeatsReleased,
            StartMoved,
            StartAccepted,
            CreateVoidRequest,
            CreateRefundRequest,
            CreateRefundSuccess,
            CreateRefundFailure,
            Refunded,
            RefundFailed,
            ManualRefund,
        ),
    ),
)


@dataclass(frozen=True)
class Put:
    """A stamp with its place: under which correlation id, when recorded, when it happened."""

    stamp: Any
    under: UUID
    at: datetime | None = None
    told: datetime | None = None


def put(
    stamp: Any,
    *,
    under: UUID | None = None,
    at: datetime | None = None,
    told: datetime | None = None,
) -> Put:
    """A stamp out of its usual place."""
    usual = next((cause for cause, types in _CAUSES if isinstance(stamp, types)), ATTEMPT)
    return Put(stamp, under or usual, at, told)


def history(*stack: Any) -> list[Recorded]:
    """The stack as the ledger would hold it, one minute from stamp to stamp."""
    placed = [one if isinstance(one, Put) else put(one) for one in stack]
    return [
        Recorded(
            stream=ORDER,
            version=number,
            position=number,
            recorded_at=one.at or NOON + timedelta(minutes=number - 1),
            stamp=one.stamp,
            correlation_id=one.under,
            actor="test",
            occurred_at=one.told,
            numbers={order_numbers(SHOP): 423, PAYMENT_REFERENCES: 42},
        )
        for number, one in enumerate(placed, start=1)
    ]


def order_of(*stack: Any) -> Order:
    """The order after these stamps."""
    return fold(ORDER, history(*stack))


def closed_order_of(*stack: Any) -> Order:
    """The order as projections fold it: what is sealed stays closed."""
    return fold(ORDER, [with_stamp(one, stamp=_closed(one.stamp)) for one in history(*stack)])


def _closed(stamp: Any) -> Any:
    return replace(stamp, **dict.fromkeys(declared(type(stamp)).sealed))


@dataclass(frozen=True)
class Given:
    """An order, about to be asked or told something."""

    stack: tuple[Any, ...]

    @property
    def order(self) -> Order:
        return order_of(*self.stack)

    def when(self, command: OrderCommand) -> "Answer":
        """A wish, which may be refused."""
        try:
            return Answer(tuple(decide(command, self.order)), None, command)
        except Refusal as refusal:
            return Answer((), refusal, command)

    def seeing(self, fact: Any) -> "Answer":
        """News, which is never refused."""
        told = fact if isinstance(fact, Put) else put(fact)
        return Answer(tuple(observe(told.stamp, told.under, self.order)), None, None)

    def contradicted_by(self, fact: Any) -> bool:
        """Whether the same identity stands there with other binding fields."""
        told = fact if isinstance(fact, Put) else put(fact)
        return contradicts(told.stamp, told.under, self.order)

    def is_(self, word: Status, *raised: str) -> None:
        """The status word, and the flags beside it."""
        assert status(self.order) == word
        assert flags(self.order) == raised

    def owes(self, *letters: tuple[UUID, Any]) -> None:
        """Every letter called for, sent or not."""
        assert [(due.correlation_id, due.letter) for due in owed(self.order)] == list(letters)

    def still_owes(self, *letters: tuple[UUID, Any]) -> None:
        """The letters that are neither sent nor given up."""
        found = [(due.correlation_id, due.letter) for due in letters_due(self.order)]
        assert found == list(letters)
        assert letters_due(closed_order_of(*self.stack)) == letters_due(self.order)


@dataclass(frozen=True)
class Answer:
    """What came of it."""

    stamps: tuple[Any, ...]
    refusal: Refusal | None
    command: OrderCommand | None

    def then(self, *stamps: Any) -> None:
        """Exactly these stamps, or silence."""
        assert self.refusal is None, repr(self.refusal)
        assert self.stamps == stamps

    def then_refuses(self, refusal: type[Refusal], **attributes: Any) -> None:
        """Exactly this no, with these facts."""
        assert type(self.refusal) is refusal, (self.refusal, self.stamps)
        for name, value in attributes.items():
            assert getattr(self.refusal, name) == value


def given(*stack: Any) -> Given:
    """An order with these stamps."""
    return Given(stack)


def after(order: Order, stamp: Any, *, under: UUID, at: datetime) -> Order:
    """The order after one more stamp."""
    recorded = Recorded(
        stream=order.id,
        version=order.version + 1,
        position=order.position + 1,
        recorded_at=at,
        stamp=stamp,
        correlation_id=under,
        actor="test",
    )
    return evolve(order, recorded)


def releasing(release: Release, *, fee: Money | None = None, percent: str = "0") -> OrderPlaced:
    """The usual order under another policy."""
    policy = CancellationPolicy(
        period_days=14, fee_fixed=fee or eur(0), fee_percent=percent, release=release
    )
    return replace(PLACED, cancellation=policy)
