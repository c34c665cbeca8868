"""Random but possible histories of orders, as the provider and we would stamp them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.attendance import scan_cause
from ledger.order.stamps import (
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
    Letter,
    Line,
    NoteWritten,
    OrderPlaced,
    Paid,
    PaymentFailed,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    Refunded,
    RefundFailed,
    SeatClaim,
    SeatsReleased,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketsIssued,
    Voided,
)
from ledger.shop.stamps import CancellationPolicy, Seller, quota_id, shop_id

SHOP = shop_id("winterfest")
QUOTA = quota_id(SHOP, "weekend")
PRICE = Money(3500, "EUR")
BEA = Customer(first_name="Bea", last_name="Åberg", email="bea@example.org")
WHEN = datetime(2027, 1, 1, 12, tzinfo=UTC)


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
        (ident(random), placed()),
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
        (ident(random), ContactChanged(email_index="f" * 64, customer=BEA, reason="married")),
        (ident(random), NoteWritten(text="Comes with a wheelchair.")),
        *at_the_door(pay.hex, (ident(random), ident(random), ident(random))),
    ]
    told = [one for one in news[1:] if random.random() < 0.85]
    return [news[0], *told[: random.randint(0, len(told))]]


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


def write(ledger: Any, *, orders: int, seed: int = 1) -> list[UUID]:
    """Interleave the stories of many orders into a ledger, a few hundred stamps per commit."""
    random = Random(seed)
    left = {
        ident(random): (later_story if random.random() < 0.2 else story)(random)
        for _ in range(orders)
    }
    streams, versions = [*left], dict.fromkeys(left, 0)
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
