"""Orders for letters to be about, folded from stamps like real ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.evolve import evolve, fold
from ledger.order.numbers import order_numbers, receipt_numbers
from ledger.order.order import Order
from ledger.order.stamps import (
    AnswersChanged,
    AskedOfLine,
    BuyerAddressed,
    CancellationRequested,
    CancellationWithdrawn,
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    Customer,
    Letter,
    Line,
    OrderAmended,
    OrderPlaced,
    Paid,
    PaymentWithdrawn,
    Pieces,
    QuestionsAsked,
    ReceiptSendStarted,
    ReceiptSent,
    Refunded,
    RefundFailed,
    StartMoved,
    TicketAddress,
    TicketAnswers,
    TicketSentOn,
    TicketsIssued,
    TicketTakenBack,
    Visit,
    ZeroPrice,
)
from ledger.shop.differences import differences
from ledger.shop.questions import QuestionKind, Questions, TicketQuestion
from ledger.shop.shop import Shop, fold_shop
from ledger.shop.stamps import BankAccount, CancellationPolicy, PaymentLetter, Seller, shop_id
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.stamps import PlaceOffered, PlaceTaken
from tests.kits.ticket_codes import codes
from tests.kits.worlds import SPEC

ORDER = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
PLACING, PAYMENT, REFUND, REQUEST = (uuid5(ORDER, name) for name in ("o", "p", "r", "l"))
SHOP = shop_id("winterfest")
THEN = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
BASE = "https://tickets.example"
PAGE = f"{BASE}/winterfest/orders/{ORDER}"

SELLER = Seller(
    name="Winterfest ry",
    email="tickets@winterfest.example",
    business_id="1234567-8",
    address="Talvikatu 1, 00100 Helsinki",
    phone="+358 40 123 4567",
)
ADA = Customer(
    first_name="Ada", last_name="Lovelace", email="ada@example.org", phone="+44 20 7946 0958"
)
LINES = (
    Line(
        product="weekend",
        revision=1,
        title={"en": "Weekend ticket", "fi": "Viikonloppulippu", "sv": "Helgbiljett"},
        quantity=2,
        unit_price=Money(4500, "EUR"),
        vat_percent="14",
    ),
    Line(
        product="dinner",
        revision=2,
        title={"en": "Saturday dinner", "fi": "Lauantain illallinen", "sv": "Lördagens middag"},
        quantity=1,
        unit_price=Money(2845, "EUR"),
        vat_percent="25.50",
        tickets=0,
    ),
    Line(
        product="gift",
        revision=1,
        title={"en": "Donation", "fi": "Lahjoitus", "sv": "Donation"},
        quantity=1,
        unit_price=Money(500, "EUR"),
        vat_percent="0",
        tickets=0,
    ),
)
TOTAL = Money(12345, "EUR")
NOTHING = Money(0, "EUR")
PLACED = OrderPlaced(
    shop=SHOP,
    shop_slug="winterfest",
    shop_name={"en": "Winterfest 2027", "fi": "Talvijuhla 2027", "sv": "Vinterfesten 2027"},
    seller=SELLER,
    language="en",
    timezone="Europe/Helsinki",
    total=TOTAL,
    lines=LINES,
    seats=(),
    starts_at=datetime(2027, 2, 5, 10, tzinfo=UTC),
    unpaid_after=3600,
    cancellation=CancellationPolicy(period_days=14, fee_fixed=NOTHING),
    email_index="x",
    request_digest="x",
    visit=Visit(
        venue={
            "en": "Old Harbour Park",
            "fi": "Vanhan sataman puisto",
            "sv": "Gamla hamnparken",
        },
        address="Satamakatu 1, 00160 Helsinki",
        doors_at=datetime(2027, 2, 5, 9, tzinfo=UTC),
        ends_at=datetime(2027, 2, 7, 21, tzinfo=UTC),
    ),
    customer=ADA,
)
PAYING = CreatePaymentRequest(amount=TOTAL, provider="stripe", account="a", live=False)
PAID = Paid(amount=TOTAL, provider="stripe", provider_reference="pi_1", method="card")
LINK = CancellationRequested(code_hash="h", code="aB3_-secret")
REFUNDING = CreateRefundRequest(
    payment=PAYMENT,
    payment_reference="pi_1",
    provider="stripe",
    amount=TOTAL,
    fee=NOTHING,
    cause=Cause.CUSTOMER,
)
ACCEPTED = CreateRefundSuccess(payment=PAYMENT, amount=TOTAL, provider_reference="re_1")
RECEIPT = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=SHOP)

ISSUED = TicketsIssued(
    hashes=tuple(one.hash for one in codes(2)), codes=tuple(one.code for one in codes(2))
)

REFUSED = CreateRefundFailure(code="no")
BY_HAND = replace(PAYING, provider="manual", account="")
TRANSFER = PaymentLetter(
    after=0,
    how_to_pay={
        "en": "Transfer the sum to our account, with the reference.",
        "fi": "Maksa summa tilillemme ja käytä viitettä.",
        "sv": "Betala summan till vårt konto och ange referensen.",
    },
    bank_account=BankAccount(iban="FI3715903000000776", holder="Winterfest ry", bic="NDEAFIHH"),
)
REMINDER = PaymentLetter(after=1800, how_to_pay={})
NOT_PAID = PaymentWithdrawn(payment=PAYMENT, amount=TOTAL, approver="boss")

Stack = Sequence[tuple[UUID, Any]]
Sample = tuple[Order, Letter, UUID, int | None]
BOUGHT: Stack = ((PAYMENT, PAYING), (PAYMENT, PAID))
RECEIPTED: Stack = (*BOUGHT, (PAYMENT, RECEIPT))


PIECES = (Pieces(line=0, quantity=1, which=(1,)), Pieces(line=1, quantity=1, which=(0,)))
_PART = replace(REFUNDING, amount=Money(7000, "EUR"), fee=Money(345, "EUR"), pieces=PIECES)
_GONE = OrderAmended(pieces=PIECES, amount=_PART.amount, fee=_PART.fee, cause=Cause.CUSTOMER)
BY_PIECE: Stack = (
    *RECEIPTED,
    (REFUND, _PART),
    (REFUND, replace(ACCEPTED, amount=_PART.amount)),
    (REFUND, _GONE),
)
_REST = Money(5000, "EUR")
THE_REST: Stack = (
    *BY_PIECE,
    (REQUEST, replace(REFUNDING, amount=_REST)),
    (REQUEST, replace(ACCEPTED, amount=_REST, provider_reference="re_2")),
    (REQUEST, Cancelled(cause=Cause.CUSTOMER)),
)


def order(*stack: tuple[UUID, Any], placed: OrderPlaced = PLACED) -> Order:
    """An order after these stamps, one minute apart."""
    history = [
        Recorded(
            stream=ORDER,
            version=place,
            position=place,
            recorded_at=THEN + timedelta(minutes=place - 1),
            stamp=stamp,
            correlation_id=correlation_id,
            actor="test",
            numbers={order_numbers(SHOP): 423, receipt_numbers(SHOP): 17},
        )
        for place, (correlation_id, stamp) in enumerate(((PLACING, placed), *stack), start=1)
    ]
    return fold(ORDER, history)


def ticketed(placed: OrderPlaced = PLACED, *after: tuple[UUID, Any]) -> Order:
    """A paid order whose tickets were issued with the claim of its letter."""
    return order(*BOUGHT, (PAYMENT, ISSUED), (PAYMENT, RECEIPT), *after, placed=placed)


def in_language(language: str) -> OrderPlaced:
    return replace(PLACED, language=language)


FREE = replace(
    PLACED,
    total=NOTHING,
    lines=(replace(LINES[0], unit_price=NOTHING, quantity=1),),
)
WITH_FEE = replace(
    PLACED, cancellation=CancellationPolicy(period_days=14, fee_fixed=Money(345, "EUR"))
)


BURNT = Cancelled(cause=Cause.SHOP_CANCELLED, reason="The hall burnt down.")
OWED = replace(REFUNDING, cause=Cause.SHOP_CANCELLED)
MOVED = StartMoved(
    move=REFUND,
    before=THEN + timedelta(days=80),
    starts_at=THEN + timedelta(days=140),
    reason={"en": "The hall is flooded.", "fi": "Sali on veden vallassa.", "sv": "Salen är full."},
    refunds_until=THEN + timedelta(days=30),
    code_hash="a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a",
    code="k" * 43,
)


REACHED = BuyerAddressed(mailing=REFUND, about_order=False)
ASKED_ABOUT = QuestionsAsked(
    asked=(
        AskedOfLine(
            line=0,
            questions=Questions(
                asked=(TicketQuestion(slug="name", kind=QuestionKind.NAME, label={"en": "Name"}),)
            ),
        ),
    )
)
ANSWERED = AnswersChanged(
    tickets=(TicketAddress(ticket=2),),
    answers=(TicketAnswers(ticket=2, answers={"name": "Bea Åberg"}),),
)


def sent_on(placed: OrderPlaced = PLACED, *, taken_back: bool = False) -> Order:
    """A paid order whose second ticket was sent on, in the order's language, and taken back."""
    third, fourth = codes(4)[2:]
    sent = TicketSentOn(
        ticket=2,
        language=placed.language,
        email_index="bea",
        link_hash="a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a",
        hash=third.hash,
        email="bea@example.org",
        code="k" * 43,
        ticket_code=third.code,
    )
    told = (
        (REQUEST, ReceiptSendStarted(letter=Letter.TICKET, try_number=1)),
        (
            REQUEST,
            ReceiptSent(letter=Letter.TICKET, try_number=1, message_id="<1>", body_hash="h"),
        ),
        (
            REFUND,
            TicketTakenBack(sending=REQUEST, ticket=2, hash=fourth.hash, ticket_code=fourth.code),
        ),
    )
    return ticketed(
        placed,
        (PLACING, ASKED_ABOUT),
        (PLACING, ANSWERED),
        (REQUEST, sent),
        *(told if taken_back else ()),
    )


def samples(language: str = "en") -> dict[str, Sample]:
    """One order for each letter there is, and for each of its variations, claimed as it is sent.

    They are shown in `docs/reference/letters.md`: `python -m tests.kits.letter_pictures`.
    """
    return {name: _claimed(*one) for name, one in _unclaimed(language).items()}


def _claimed(about: Order, letter: Letter, cause: UUID, number: int | None) -> Sample:
    """A receipt draws its number with its claim, which is its date."""
    if (cause, letter) in about.postings or number is None:
        return about, letter, cause, number
    claim = Recorded(
        stream=ORDER,
        version=about.version + 1,
        position=about.version + 1,
        recorded_at=THEN + timedelta(minutes=about.version),
        stamp=ReceiptSendStarted(letter=letter, try_number=1, numbered_for=SHOP),
        correlation_id=cause,
        actor="test",
        numbers={receipt_numbers(SHOP): number},
    )
    return evolve(about, claim), letter, cause, number


def _unclaimed(language: str) -> dict[str, Sample]:
    placed = in_language(language)
    fee = replace(REFUNDING, amount=Money(12000, "EUR"), fee=Money(345, "EUR"))
    less = replace(ACCEPTED, amount=Money(12000, "EUR"))
    refunded = (*RECEIPTED, (REFUND, REFUNDING), (REFUND, ACCEPTED))
    gone = RefundFailed(payment=PAYMENT, amount=TOTAL, provider_reference="re_1", code="closed")
    done = (REFUND, Cancelled(cause=Cause.CUSTOMER))
    return {
        "paid": (order(*BOUGHT, placed=placed), Letter.PAID, PAYMENT, 17),
        "tickets": (ticketed(placed), Letter.PAID, PAYMENT, 17),
        "free": (
            order((PLACING, ZeroPrice()), placed=replace(FREE, language=language)),
            Letter.PAID,
            PLACING,
            17,
        ),
        "refunded": (order(*refunded, done, placed=placed), Letter.REFUNDED, REFUND, 18),
        "fee": (
            order(*RECEIPTED, (REFUND, fee), (REFUND, less), done, placed=placed),
            Letter.REFUNDED,
            REFUND,
            18,
        ),
        "part": (order(*BY_PIECE, placed=placed), Letter.REFUNDED, REFUND, 18),
        "the rest": (order(*THE_REST, placed=placed), Letter.REFUNDED, REQUEST, 19),
        "part-refused": (
            order(
                *RECEIPTED,
                (REFUND, BY_PIECE[-3][1]),
                (REFUND, BY_PIECE[-1][1]),
                (REFUND, CreateRefundFailure(code="no")),
                placed=placed,
            ),
            Letter.CANCELLED,
            REFUND,
            18,
        ),
        "cancelled": (
            order(*BOUGHT, (REQUEST, Cancelled(cause=Cause.STAFF)), placed=placed),
            Letter.CANCELLED,
            REQUEST,
            18,
        ),
        "refused": (
            order(
                *BOUGHT,
                (REFUND, REFUNDING),
                done,
                (REFUND, REFUSED),
                placed=placed,
            ),
            Letter.CANCELLED,
            REFUND,
            18,
        ),
        "correction": (
            order(*refunded, (REFUND, gone), placed=placed),
            Letter.CORRECTION,
            REFUND,
            19,
        ),
        "not-paid": (
            order(*RECEIPTED, (REFUND, NOT_PAID), placed=placed),
            Letter.CORRECTION,
            REFUND,
            18,
        ),
        "reinstated": (
            order(
                *RECEIPTED,
                (REQUEST, Cancelled(cause=Cause.STAFF)),
                (REFUND, CancellationWithdrawn(cancellation=REQUEST, approver="boss")),
                placed=placed,
            ),
            Letter.CORRECTION,
            REFUND,
            18,
        ),
        "shop-cancelled": (
            order(*RECEIPTED, (REFUND, OWED), (REFUND, BURNT), (REFUND, ACCEPTED), placed=placed),
            Letter.REFUNDED,
            REFUND,
            18,
        ),
        "shop-cancelled-unpaid": (
            order((REFUND, BURNT), placed=placed),
            Letter.CANCELLED,
            REFUND,
            17,
        ),
        "moved": (order(*BOUGHT, (REQUEST, MOVED), placed=placed), Letter.MOVED, REQUEST, None),
        "ticket": (sent_on(placed), Letter.TICKET, REQUEST, None),
        "ticket-void": (sent_on(placed, taken_back=True), Letter.TICKET_VOID, REQUEST, None),
        "buyers": (
            order(*BOUGHT, (REQUEST, replace(REACHED, about_order=True)), placed=placed),
            Letter.BUYERS,
            REQUEST,
            None,
        ),
        "news": (order(*BOUGHT, (REQUEST, REACHED), placed=placed), Letter.BUYERS, REQUEST, None),
        "withdrawal": (
            order(*RECEIPTED, (REFUND, REFUNDING), placed=placed),
            Letter.WITHDRAWAL,
            REFUND,
            None,
        ),
        "withdrawal-refused": (
            order(*RECEIPTED, (REFUND, REFUNDING), (REFUND, REFUSED), placed=placed),
            Letter.WITHDRAWAL,
            REFUND,
            None,
        ),
        "transfer": (
            order(
                (PAYMENT, BY_HAND),
                placed=replace(placed, payment_letter=TRANSFER, unpaid_after=14 * 24 * 3600),
            ),
            Letter.HOW_TO_PAY,
            PAYMENT,
            None,
        ),
        "reminder": (
            order((PAYMENT, PAYING), placed=replace(placed, payment_letter=REMINDER)),
            Letter.HOW_TO_PAY,
            PAYMENT,
            None,
        ),
        "link": (order(*BOUGHT, (REQUEST, LINK), placed=placed), Letter.LINK, REQUEST, None),
        "external": (
            order(
                *RECEIPTED,
                (
                    REFUND,
                    Refunded(payment=PAYMENT, amount=Money(5000, "EUR"), provider_reference="re_9"),
                ),
                placed=placed,
            ),
            Letter.REFUNDED,
            REFUND,
            18,
        ),
    }


IN_LINE = fold_shop(
    SHOP,
    [
        Recorded[object](
            stream=SHOP,
            version=version,
            position=version,
            recorded_at=THEN,
            stamp=stamp,
            correlation_id=PLACING,
            actor="test",
        )
        for version, stamp in enumerate(
            differences(
                replace(
                    SPEC,
                    preferences=replace(
                        SPEC.preferences,
                        name={"en": "Winterfest 2027", "fi": "Talvifestarit 2027"},
                        seller=SELLER,
                        waiting_list=24 * 3600,
                    ),
                ),
                Shop(id=SHOP),
            ),
            1,
        )
    ],
)


def place_in_line(language: str = "en") -> WaitingPlace:
    """Somebody who waits for two weekend tickets, and for whom they are held."""
    taken = PlaceTaken(
        shop=SHOP,
        shop_slug="winterfest",
        product="weekend",
        quantity=2,
        language=language,
        email_index="e" * 64,
        generation=1,
        code_hash="0" * 64,
        email="ada@example.org",
        code="9J7cUeK2XwqS0vYt",
    )
    offered = PlaceOffered(seats=(), until=THEN + timedelta(hours=24), seen=1)
    return WaitingPlace(
        id=PAYMENT, taken=taken, taken_at=THEN, offered=offered, state=PlaceState.HELD
    )
