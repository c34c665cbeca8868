"""Placing an order: what is checked, and the stamps that begin its life (SPEC C2-C6)."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from ledger.kernel.money import total
from ledger.kernel.refusals import (
    AmountNotPayable,
    CustomerInvalid,
    NothingOrdered,
    NotOnSale,
    PriceChanged,
    QuantityNotAllowed,
    SellingStopped,
    SignInRequired,
    UnknownProduct,
)
from ledger.order.commands import PlaceOrder, ProviderAccount, TakenOver, Wanted
from ledger.order.decisions.staff import MANUAL
from ledger.order.stamps import (
    AnswersChanged,
    AskedOfLine,
    CreatePaymentRequest,
    Customer,
    Line,
    LinesSwapped,
    OrderPlaced,
    OrderStamp,
    Paid,
    QuestionsAsked,
    SeatClaim,
    Visit,
    VoucherUse,
    ZeroPrice,
)
from ledger.order.ticket_answers import addressed, first_answers
from ledger.order.tickets import every_ticket
from ledger.order.voucher_use import with_voucher
from ledger.payments.capabilities import hindrance
from ledger.shop.limits import TICKETS_PER_ORDER
from ledger.shop.mail_address import is_recipient
from ledger.shop.shop import Shop
from ledger.shop.stamps import PaymentLetter, Preferences, ProductRevised, SignIn, quota_id
from ledger.shop.texts import language_of
from ledger.vouchers.decide import usable
from ledger.vouchers.voucher import Voucher

# Whoever pays at a provider is on its page just now, and most come to an end there.
AT_A_PROVIDER = 30 * 60
LANGUAGES = ("en", "fi", "sv")
# How an order was paid that was placed instead of another.
SWAP = "swap"
# The shop's provider has no settings here: nobody is asked until it has.
_NO_ACCOUNT = ProviderAccount(name="", live=False)


def place(command: PlaceOrder, shop: Shop, voucher: Voucher | None = None) -> Sequence[OrderStamp]:
    """The first stamps of an order, or a refusal; all or nothing.

    `voucher` is the one that the command names, if there is one.
    """
    if shop.cancelled is not None:
        raise SellingStopped(reason=shop.cancelled.reason)
    if shop.terms.sign_in is SignIn.REQUIRED and command.account is None:
        raise SignInRequired
    products = _products(command, shop)
    check = check_customer if command.sale is None else _check_buyer
    check(command.customer)
    lines = tuple(_line(products[w.product], w.quantity, shop.id) for w in command.lines)
    _check_tickets(lines)
    answered = _answered(command, shop, lines)
    claims, use = _claims(command.lines, products, shop.id), None
    if command.voucher is not None:
        lines, use = with_voucher(lines, usable(voucher, shop.id, command.at))
    placed = _placed(command, shop, lines, claims, use)
    asked = _asked(shop, lines)
    shown = command.expected_total
    if shown is not None and shown != placed.total:
        raise PriceChanged(expected_total=shown, total=placed.total)
    return placed, *asked, *answered, *_to_pay(command, shop, placed)


def _to_pay(command: PlaceOrder, shop: Shop, placed: OrderPlaced) -> Sequence[OrderStamp]:
    """How its price is to come: some or all of it may come from the one it is placed instead of."""
    before = command.taken_over
    if before is not None and before.amount:
        return _taken_over(before)
    told = (LinesSwapped(order=before.order, amount=before.amount, came=True),) if before else ()
    if not placed.total:
        return ZeroPrice(), *told
    provider = MANUAL if command.sale else shop.terms.provider
    if reason := hindrance(provider, placed.total):
        raise AmountNotPayable(total=placed.total, reason=reason)
    ours = command.accounts.get(provider, _NO_ACCOUNT)
    request = CreatePaymentRequest(
        amount=placed.total,
        provider=provider,
        account=ours.name,
        live=ours.live,
    )
    return request, *told


def _taken_over(before: TakenOver) -> Sequence[OrderStamp]:
    """What the other order was paid with pays this one, by hand; a rest is asked for later."""
    return (
        CreatePaymentRequest(amount=before.amount, provider=MANUAL, account="", live=before.live),
        Paid(amount=before.amount, provider=MANUAL, provider_reference="", method=SWAP),
        LinesSwapped(order=before.order, amount=before.amount, came=True),
    )


def _asked(shop: Shop, lines: Sequence[Line]) -> Sequence[OrderStamp]:
    """What the shop asks about the tickets, as it asks today."""
    asked = tuple(
        AskedOfLine(line=place, questions=shop.asks(line.product))
        for place, line in enumerate(lines)
        if shop.asks(line.product).asked and line.tickets
    )
    return (QuestionsAsked(asked=asked),) if asked else ()


def _answered(command: PlaceOrder, shop: Shop, lines: Sequence[Line]) -> Sequence[OrderStamp]:
    """What was answered already. Ticket sales may leave all of it for later, but not at a door.

    A voucher makes two lines of one: that changes no ticket's place among all.
    """
    asked = {place: shop.asks(line.product) for place, line in enumerate(lines)}
    given = [(line, one.answers) for line, one in zip(lines, command.lines, strict=True)]
    needed = command.sale is not None or not command.for_customer
    told = first_answers(given, asked, all_needed=needed)
    if not told:
        return ()
    questions = {one.number: asked[one.place].asked for one in every_ticket(lines)}
    tickets = tuple(addressed(one, questions[one.ticket], command.holders) for one in told)
    return (AnswersChanged(tickets=tickets, answers=told),)


def _products(command: PlaceOrder, shop: Shop) -> Mapping[str, ProductRevised]:
    names = [wanted.product for wanted in command.lines]
    if not names or len(set(names)) < len(names):
        raise NothingOrdered
    if command.for_customer:
        return _ordered_by_staff(command.lines, shop)
    on_sale = {product.slug: product for product in shop.on_sale(command.at)}
    for wanted in command.lines:
        if wanted.product not in shop.products:
            raise UnknownProduct(wanted.product)
        if wanted.product not in on_sale:
            raise NotOnSale(wanted.product)
        maximum = on_sale[wanted.product].max_per_order
        if not 0 < wanted.quantity <= maximum:
            raise QuantityNotAllowed(product=wanted.product, maximum=maximum)
    return on_sale


def _ordered_by_staff(lines: Sequence[Wanted], shop: Shop) -> Mapping[str, ProductRevised]:
    """Whatever its window of sale, and more than one customer may have; never more than is left."""
    for wanted in lines:
        if wanted.product not in shop.products:
            raise UnknownProduct(wanted.product)
        if wanted.quantity <= 0:
            raise QuantityNotAllowed(product=wanted.product, maximum=TICKETS_PER_ORDER[1])
    return shop.products


def _line(product: ProductRevised, quantity: int, shop: UUID) -> Line:
    return Line(
        product=product.slug,
        revision=product.revision,
        title=product.title,
        quantity=quantity,
        unit_price=product.price,
        vat_percent=product.vat_percent,
        tickets=product.tickets,
        quotas=tuple(quota_id(shop, quota) for quota in product.quotas),
    )


def _check_tickets(lines: Sequence[Line]) -> None:
    """All tickets of an order go out in one file."""
    left = TICKETS_PER_ORDER[1]
    for line in lines:
        if line.quantity * line.tickets > left:
            raise QuantityNotAllowed(product=line.product, maximum=left // line.tickets)
        left -= line.quantity * line.tickets


def _claims(
    lines: Sequence[Wanted], products: Mapping[str, ProductRevised], shop: UUID
) -> tuple[SeatClaim, ...]:
    seats: Counter[str] = Counter()
    for wanted in lines:
        for quota in products[wanted.product].quotas:
            seats[quota] += wanted.quantity
    return tuple(SeatClaim(quota=quota_id(shop, q), seats=n) for q, n in sorted(seats.items()))


def _placed(
    command: PlaceOrder,
    shop: Shop,
    lines: tuple[Line, ...],
    seats: tuple[SeatClaim, ...],
    use: VoucherUse | None,
) -> OrderPlaced:
    terms = shop.terms
    return OrderPlaced(
        shop=shop.id,
        shop_slug=shop.slug,
        shop_name=terms.name,
        seller=terms.seller,
        language=spoken if (spoken := language_of(command.language)) in LANGUAGES else "en",
        timezone=terms.timezone,
        total=total([line.unit_price * line.quantity for line in lines], terms.currency),
        lines=lines,
        seats=seats,
        starts_at=terms.starts_at,
        unpaid_after=terms.unpaid_after,
        cancellation=terms.cancellation,
        email_index=command.email_index,
        request_digest=command.request_digest,
        grace_period=terms.grace_period,
        overpaid=terms.overpaid,
        payment_letter=payment_letter(terms) if any(one.unit_price for one in lines) else None,
        visit=visit(terms),
        account=command.account,
        voucher=use,
        customer=command.customer,
    )


def visit(terms: Preferences) -> Visit | None:
    """What a shop tells of place and times; None if it tells nothing of them."""
    place = terms.venue
    if place is None and terms.doors_at is None and terms.ends_at is None:
        return None
    return Visit(
        venue=place.name if place else {},
        address=place.address if place else "",
        doors_at=terms.doors_at,
        ends_at=terms.ends_at,
    )


def payment_letter(terms: Preferences) -> PaymentLetter | None:
    """The letter to who has not paid, as a shop wants it; None if it wants none (SPEC R1)."""
    if not terms.remind_unpaid:
        return None
    if terms.provider != MANUAL:
        return PaymentLetter(after=AT_A_PROVIDER)
    return PaymentLetter(after=0, how_to_pay=terms.how_to_pay, bank_account=terms.bank_account)


def check_customer(customer: Customer) -> None:
    """The one rule for form, API and back office (SPEC C3); raises `CustomerInvalid`."""
    _check_name("first_name", customer.first_name)
    _check_name("last_name", customer.last_name)
    if not is_recipient(customer.email):
        raise CustomerInvalid(field="email", rule="email")
    if len(customer.phone) > 50 or any(_control(letter) for letter in customer.phone):
        raise CustomerInvalid(field="phone", rule="phone")


def _check_buyer(customer: Customer) -> None:
    """Whoever pays at a door need not say who they are; a letter needs an address alone."""
    if customer.email and not is_recipient(customer.email):
        raise CustomerInvalid(field="email", rule="email")


def _check_name(field: str, name: str) -> None:
    if not name.strip():
        raise CustomerInvalid(field=field, rule="required")
    if len(name) > 50:
        raise CustomerInvalid(field=field, rule="too_long")
    if any(_control(letter) or _punctuation(letter) for letter in name):
        raise CustomerInvalid(field=field, rule="characters")


def _control(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "C"


def _punctuation(letter: str) -> bool:
    """Everything but letters, marks, digits, space, apostrophe and hyphen."""
    return unicodedata.category(letter)[0] not in "LMN" and letter not in " '\u2019-"
