"""Random but possible histories of orders, as the provider and we would stamp them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.attendance import scan_cause
from ledger.order.payouts import payout_cause
from ledger.order.stamps import (
    AnswersChanged,
    AskedOfLine,
    Authorized,
    Cancelled,
    Cause,
    ContactChanged,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    Customer,
    DisputeClosed,
    Disputed,
    Labelled,
    Letter,
    Line,
    NoteWritten,
    OrderPlaced,
    Paid,
    PaidOut,
    PaymentFailed,
    QuestionsAsked,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    Refunded,
    RefundFailed,
    SeatClaim,
    SeatsReleased,
    TicketAddress,
    TicketAnswers,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketSentOn,
    TicketsIssued,
    TicketTakenBack,
    Voided,
)
from ledger.shop.questions import QuestionKind, Questions, TicketQuestion
from ledger.shop.stamps import CancellationPolicy, Seller, quota_id, shop_id
from ledger.till.stamps import CashMoved, RateSum, SaleRung, ShiftClosed, ShiftOpened, Way, shift_id
from ledger.waiting_list.place import place_id
from ledger.waiting_list.stamps import (
    Leaving,
    LetterFate,
    LineEnd,
    PlaceLapsed,
    PlaceLeft,
    PlaceLetter,
    PlaceLetterEnded,
    PlaceLetterStarted,
    PlaceMoved,
    PlaceOffered,
    PlaceTaken,
    PlaceUsed,
)

SHOP = shop_id("winterfest")
QUOTA = quota_id(SHOP, "weekend")
PRICE = Money(3500, "EUR")
BEA = Customer(first_name="Bea", last_name="Åberg", email="bea@example.org")
WHEN = datetime(2027, 1, 1, 12, tzinfo=UTC)
NAME = TicketQuestion(slug="name", kind=QuestionKind.NAME, label={"en": "Name", "fi": "Nimi"})
QUESTIONED = QuestionsAsked(asked=(AskedOfLine(line=0, questions=Questions(asked=(NAME,))),))
ANSWERED = AnswersChanged(
    tickets=(TicketAddress(ticket=1, email_index="f" * 64),),
    answers=(TicketAnswers(ticket=1, answers={"name": "Bea Åberg"}),),
    reason="a colleague comes",
)


def placed(**changes: Any) -> OrderPlaced:
    """An order for one ticket."""
    fields: dict[str, Any] = {
        "shop": SHOP,
        "shop_slug": "winterfest",
        "shop_name": {"en": "Winterfest"},
        "seller": Seller(name="Winterfest ry", email="tickets@winterfest.example"),
        "language": "en",
        "timezone": "Europe/Helsinki",
        "total": PRICE,
        "lines": (
            Line(
                product="weekend",
                revision=1,
                title={"en": "Weekend ticket", "fi": "Viikonloppulippu"},
                quantity=1,
                unit_price=PRICE,
                vat_percent="13.5",
            ),
        ),
        "seats": (SeatClaim(quota=QUOTA, seats=1),),
        "starts_at": WHEN + timedelta(days=40),
        "unpaid_after": 3 * 86400,
        "cancellation": CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR")),
        "email_index": "e" * 64,
        "request_digest": "d" * 64,
    }
    return OrderPlaced(**{**fields, **changes})


def ident(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def story(random: Random) -> list[tuple[UUID, Any]]:
    """The stamps of one order with their correlation ids; it may end at any of them."""
    pay, refund, gone = ident(random), ident(random), ident(random)
    money = f"pi_{pay.hex}"
    asked = CreatePaymentRequest(amount=PRICE, provider="stripe", account="a", live=False)
    page = CreatePaymentSuccess(
        provider_reference=f"cs_{pay.hex}", redirect_url="https://pay", expires_at=WHEN
    )
    wanted = CreateRefundRequest(
        payment=pay,
        payment_reference=money,
        provider="stripe",
        amount=PRICE,
        fee=Money(0, "EUR"),
        cause=Cause.CUSTOMER,
    )
    back: dict[str, Any] = {"amount": PRICE, "provider_reference": f"re_{refund.hex}"}
    letter: dict[str, Any] = {"letter": Letter.PAID, "try_number": 1}
    news: list[tuple[UUID, Any]] = [
        (place := ident(random), placed()),
        (place, QUESTIONED),
        (ident(random), ANSWERED),
        (pay, asked),
        (pay, page),
        (pay, PaymentFailed(provider_reference="ch_1", code="declined")),
        (pay, Paid(amount=PRICE, provider="stripe", provider_reference=money)),
        (pay, TicketsIssued(hashes=(pay.hex,), codes=("87X4SBRRBJQWFRNR",))),
        (pay, ReceiptSendStarted(**letter)),
        (
            pay,
            random.choice(
                [
                    ReceiptSent(**letter, message_id=f"<{pay.hex}>", body_hash="h"),
                    ReceiptFailed(**letter, code="451", permanent=False),
                ]
            ),
        ),
        *sent_on(pay.hex, ident(random), back=ident(random) if random.random() < 0.3 else None),
        (refund, wanted),
        (refund, CreateRefundSuccess(payment=pay, **back)),
        (gone, Cancelled(cause=Cause.CUSTOMER)),
        (gone, SeatsReleased()),
        (
            refund,
            random.choice(
                [Refunded(payment=pay, **back), RefundFailed(payment=pay, **back, code="lost")]
            ),
        ),
        (ident(random), Disputed(payment=pay, amount=PRICE, provider_reference=f"dp_{pay.hex}")),
        (ident(random), DisputeClosed(payment=pay, provider_reference=f"dp_{pay.hex}", won=True)),
        *paid_out(money, back),
        (ident(random), ContactChanged(email_index="f" * 64, customer=BEA, reason="married")),
        (ident(random), NoteWritten(text="Comes with a wheelchair.")),
        (ident(random), Labelled(label="crew")),
        *at_the_door(random.choice([pay.hex, f"on {pay.hex}"]), [ident(random) for _ in range(3)]),
    ]
    told = [one for one in news[1:] if random.random() < 0.85]
    return [news[0], *told[: random.randint(0, len(told))]]


def paid_out(payment: str, back: Mapping[str, Any]) -> list[tuple[UUID, Any]]:
    """A payout brought the payment; from the next one its refund was kept back, a cent too much."""
    told: dict[str, Any] = {"provider": "stripe", "settled_at": WHEN, "bank_reference": "4566"}
    came = PaidOut(
        **told, provider_reference=payment, amount=PRICE, payout="po_1", fee_millionths=437_500
    )
    kept = PaidOut(
        **told,
        provider_reference=back["provider_reference"],
        amount=back["amount"] + Money(1, "EUR"),
        payout="po_2",
        kept_back=True,
    )
    return [(payout_cause(one, account="a"), one) for one in (came, kept)]


def sent_on(ticket: str, sending: UUID, *, back: UUID | None) -> list[tuple[UUID, Any]]:
    """The ticket is Bea's under another code; then perhaps its buyer's again, under a third."""
    told = TicketSentOn(
        ticket=1,
        language="fi",
        email_index="f" * 64,
        link_hash=sending.hex,
        hash=f"on {ticket}",
        email=BEA.email,
        code=f"link {sending}",
        ticket_code="QWFRNR87X4SBRRBJ",
    )
    if back is None:
        return [(sending, told)]
    again = TicketTakenBack(
        sending=sending, ticket=1, hash=f"back {ticket}", ticket_code="RBJQWFRNR87X4SBR"
    )
    return [(sending, told), (back, again)]


def at_the_door(ticket: str, scans: Sequence[UUID]) -> list[tuple[UUID, Any]]:
    """One came in and left, and a scan off line beside them was taken back."""
    first, second, third = scans
    told: dict[str, Any] = {"ticket": ticket, "day": "2027-01-01", "door": "main", "device": "a"}
    entered = TicketCheckedIn(**told, scan=first, scanned_at=WHEN)
    beside = TicketCheckedIn(**told, scan=second, scanned_at=WHEN, queued=True, breach="revoked")
    left = TicketCheckedOut(**told, scan=third, scanned_at=WHEN + timedelta(hours=1))
    return [
        (scan_cause(SHOP, first), entered),
        (scan_cause(SHOP, second), beside),
        (scan_cause(SHOP, second), TicketCheckInUndone(reason="Bea came twice.")),
        (scan_cause(SHOP, third), left),
    ]


def later_story(random: Random) -> list[tuple[UUID, Any]]:
    """The stamps of an order that is captured later, or given up; it may end at any of them."""
    pay, gone = ident(random), ident(random)
    money = f"pi_{pay.hex}"
    asked = CreatePaymentRequest(amount=PRICE, provider="stripe", account="a", live=False)
    kept: dict[str, Any] = {"amount": PRICE, "provider": "stripe", "provider_reference": money}
    void = CreateVoidRequest(payment=pay, provider="stripe", provider_reference=money)
    captured: list[tuple[UUID, Any]] = [
        (pay, CreateCaptureRequest(**kept)),
        (pay, random.choice([Paid(**kept), CreateCaptureFailure(code="no")])),
    ]
    given_up: list[tuple[UUID, Any]] = [
        (gone, Cancelled(cause=Cause.CUSTOMER)),
        (gone, SeatsReleased()),
        (gone, void),
        (pay, random.choice([Voided(provider_reference=money), CreateVoidFailure(code="no")])),
    ]
    news: list[tuple[UUID, Any]] = [
        (ident(random), placed(grace_period=3600)),
        (pay, asked),
        (pay, Authorized(**kept)),
        *random.choice([captured, given_up]),
    ]
    return news[: random.randint(1, len(news))]


def waiting_story(random: Random, email_index: str) -> list[tuple[UUID, Any]]:
    """The stamps of a place in line; it may end at any of them."""
    place = PlaceTaken(
        shop=SHOP,
        shop_slug="winterfest",
        product="weekend",
        quantity=1,
        language="sv",
        email_index=email_index,
        generation=1,
        code_hash=email_index,
        email=BEA.email,
        code=f"place {email_index}",
    )
    seats = (SeatClaim(quota=QUOTA, seats=1),)
    offer = PlaceOffered(seats=seats, until=WHEN + timedelta(hours=4), seen=1)
    letter: dict[str, Any] = {"letter": PlaceLetter.JOINED, "try_number": 1}
    joined = ident(random)
    news: list[tuple[UUID, Any]] = [
        (ident(random), place),
        (joined, PlaceLetterStarted(**letter)),
        (joined, PlaceLetterEnded(**letter, fate=random.choice([*LetterFate]))),
        (ident(random), PlaceMoved(to=random.choice([*LineEnd]), reason="Bea came twice.")),
        (ident(random), offer),
        (
            ident(random),
            random.choice(
                [
                    PlaceLapsed(),
                    PlaceUsed(order=ident(random)),
                    PlaceLeft(cause=Leaving.STAFF, reason="Bea rang us."),
                ]
            ),
        ),
    ]
    return news[: random.randint(1, len(news))]


def till_story(random: Random, number: int) -> list[tuple[UUID, Any]]:
    """The stamps of a shift at a till; it may end at any of them."""
    begun = ShiftOpened(shop=SHOP, shop_slug="winterfest", number=number, opening=PRICE)
    rates = (RateSum(vat_percent="13.5", gross=PRICE),)
    told: list[Any] = [
        begun,
        *(SaleRung(order=ident(random), amount=PRICE, way=way, rates=rates) for way in Way),
        CashMoved(amount=PRICE, inward=False, reason="Bea fetched change."),
        ShiftClosed(counted=PRICE),
    ]
    return [(ident(random), one) for one in told[: random.randint(1, len(told))]]


def beside(random: Random, orders: int) -> dict[UUID, list[tuple[UUID, Any]]]:
    """Streams that orders have around them: places in line, shifts at tills."""
    indexes = [f"{nth:064x}" for nth in random.sample(range(2**40), -(-orders // 5))]
    shifts = random.sample(range(1, 10**6), -(-orders // 20))
    return {
        **{place_id(SHOP, "weekend", one, 1): waiting_story(random, one) for one in indexes},
        **{shift_id(SHOP, "test", one): till_story(random, one) for one in shifts},
    }


def write(ledger: Any, *, orders: int, seed: int = 1) -> list[UUID]:
    """Interleave the stories of many orders into a ledger, a few hundred stamps per commit.

    Those of places in line and of tills are told among them. The streams of the orders.
    """
    random = Random(seed)
    left = {
        ident(random): (later_story if random.random() < 0.2 else story)(random)
        for _ in range(orders)
    }
    streams = [*left]
    left |= beside(random, orders)
    versions = dict.fromkeys(left, 0)
    while left:
        chosen = random.sample([*left], min(200, len(left)))
        appends = []
        for stream in chosen:
            cause, stamp = left[stream].pop(0)
            draft = Draft(stream=stream, stamp=stamp, correlation_id=cause, actor="test")
            appends.append(Append(drafts=[draft], expected={stream: versions[stream]}))
            versions[stream] += 1
            if not left[stream]:
                del left[stream]
        for outcome in ledger.append(*appends):
            assert isinstance(outcome, Appended), outcome
    return streams
