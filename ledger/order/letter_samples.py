"""Each kind of letter for an order that nobody placed: what a shop's letters would look like."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid5

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.decisions.place import payment_letter, visit
from ledger.order.evolve import fold
from ledger.order.letters_due import how_to_pay_id
from ledger.order.numbers import order_numbers, receipt_numbers
from ledger.order.order import Order
from ledger.order.stamps import (
    BuyerAddressed,
    CancellationRequested,
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundRequest,
    CreateRefundSuccess,
    Customer,
    Letter,
    Line,
    OrderPlaced,
    Paid,
    ReceiptSendStarted,
    RefundFailed,
    StartMoved,
    TicketSentOn,
    TicketTakenBack,
    ZeroPrice,
)
from ledger.shop.shop import Shop
from ledger.shop.stamps import PaymentLetter

SAMPLE_ORDER = UUID(int=0)
_PAYMENT, _CAUSE = (uuid5(SAMPLE_ORDER, name) for name in ("payment", "cause"))
_SOMEBODY = Customer(first_name="Ada", last_name="Lovelace", email="ada@example.org")
_NUMBER = 423
_HASH = "0" * 64
_CODE = "sample"
_HOLDERS = (Letter.TICKET, Letter.TICKET_VOID)

Told = tuple[UUID, object]


def sample_letter(
    shop: Shop, letter: Letter, *, language: str, at: datetime, about_order: bool = True
) -> tuple[Order, UUID]:
    """An order of what the shop sells, as this letter needs it, and what called for the letter.

    A letter to buyers is `about_order`, or news.
    """
    placed = _placed(shop, language, letter)
    told = [(SAMPLE_ORDER, placed), *_story(placed, letter, about_order)]
    order = fold(SAMPLE_ORDER, _recorded(shop, at, told))
    match letter:
        case Letter.PAID:
            return order, _PAYMENT if placed.total else SAMPLE_ORDER
        case Letter.HOW_TO_PAY:
            return order, how_to_pay_id(order)
        case _:
            return order, _CAUSE


def _placed(shop: Shop, language: str, letter: Letter) -> OrderPlaced:
    """Two pieces of the dearest thing that there is."""
    terms = shop.terms
    dearest = max(shop.products.values(), key=lambda one: one.price.amount, default=None)
    line = Line(
        product=dearest.slug if dearest else "sample",
        revision=1,
        title=dearest.title if dearest else terms.name,
        quantity=2,
        unit_price=dearest.price if dearest else Money(1000, terms.currency),
        vat_percent=dearest.vat_percent if dearest else "0",
        tickets=1,
    )
    asked = payment_letter(terms) or PaymentLetter(after=0, how_to_pay=terms.how_to_pay)
    return OrderPlaced(
        shop=shop.id,
        shop_slug=shop.slug,
        shop_name=terms.name,
        seller=terms.seller,
        language=language,
        timezone=terms.timezone,
        total=line.unit_price * line.quantity,
        lines=(line,),
        seats=(),
        starts_at=terms.starts_at,
        unpaid_after=terms.unpaid_after,
        cancellation=terms.cancellation,
        email_index="",
        request_digest="",
        payment_letter=asked if letter is Letter.HOW_TO_PAY else None,
        visit=visit(terms),
        customer=_SOMEBODY,
    )


def _story(  # noqa: C901 (a dispatching match)
    placed: OrderPlaced, letter: Letter, about_order: bool
) -> Sequence[Told]:
    """What happened before the letter."""
    match letter:
        case Letter.HOW_TO_PAY:
            return ()
        case Letter.PAID:
            return _paid(placed)
        case Letter.REFUNDED:
            return _returned(placed)
        case Letter.CORRECTION:
            late = RefundFailed(
                payment=_PAYMENT, amount=placed.total, provider_reference=_CODE, code=_CODE
            )
            return (*_returned(placed), (_CAUSE, late))
        case Letter.CANCELLED:
            return (*_paid(placed), (_CAUSE, Cancelled(cause=Cause.STAFF)))
        case Letter.LINK:
            return (*_paid(placed), (_CAUSE, CancellationRequested(code_hash=_HASH, code=_CODE)))
        case Letter.WITHDRAWAL:
            return (*_paid(placed), (_CAUSE, _wish(placed)))
        case Letter.MOVED:
            later = placed.starts_at + timedelta(days=30)
            moved = StartMoved(move=_CAUSE, before=placed.starts_at, starts_at=later, reason={})
            return (*_paid(placed), (_CAUSE, moved))
        case Letter.TICKET | Letter.TICKET_VOID:
            return (*_paid(placed), *_sent_on(placed, back=letter is Letter.TICKET_VOID))
        case Letter.BUYERS:
            reached = BuyerAddressed(mailing=_CAUSE, about_order=about_order)
            return (*_paid(placed), (_CAUSE, reached))
        case _:
            assert_never(letter)


def _wish(placed: OrderPlaced) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=_PAYMENT,
        payment_reference=_CODE,
        provider=_CODE,
        amount=placed.total,
        fee=Money(0, placed.total.currency),
        cause=Cause.CUSTOMER,
    )


def _returned(placed: OrderPlaced) -> Sequence[Told]:
    accepted = CreateRefundSuccess(payment=_PAYMENT, amount=placed.total, provider_reference=_CODE)
    gone = Cancelled(cause=Cause.CUSTOMER)
    return (*_paid(placed), (_CAUSE, _wish(placed)), (_CAUSE, accepted), (_CAUSE, gone))


def _paid(placed: OrderPlaced) -> Sequence[Told]:
    claim = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=placed.shop)
    if not placed.total:
        return ((SAMPLE_ORDER, ZeroPrice()), (SAMPLE_ORDER, claim))
    asked = CreatePaymentRequest(amount=placed.total, provider=_CODE, account=_CODE, live=False)
    paid = Paid(amount=placed.total, provider=_CODE, provider_reference=_CODE)
    return ((_PAYMENT, asked), (_PAYMENT, paid), (_PAYMENT, claim))


def _sent_on(placed: OrderPlaced, *, back: bool) -> Iterator[Told]:
    sent = TicketSentOn(
        ticket=1,
        language=placed.language,
        email_index="",
        link_hash=_HASH,
        hash=_HASH,
        email=_SOMEBODY.email,
        code=_CODE,
    )
    yield _CAUSE, sent
    if back:
        yield _PAYMENT, TicketTakenBack(sending=_CAUSE, ticket=1, hash=_HASH)


def _recorded(shop: Shop, at: datetime, told: Sequence[Told]) -> Iterator[Recorded[object]]:
    numbers = {order_numbers(shop.id): _NUMBER, receipt_numbers(shop.id): 17}
    for place, (cause, stamp) in enumerate(told, 1):
        yield Recorded(
            stream=SAMPLE_ORDER,
            version=place,
            position=place,
            recorded_at=at,
            stamp=stamp,
            correlation_id=cause,
            actor="sample",
            numbers=numbers,
        )
