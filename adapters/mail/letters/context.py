"""What a letter is about: an order, a stamp, whom it speaks to, and its labelled values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

from adapters.mail.letters.language import Speech
from ledger.kernel.money import Money, VatShare, gross_by_rate, shares, spread, total
from ledger.order.amendment import counted, lines_of, without
from ledger.order.decisions.staff import MANUAL
from ledger.order.holder import Sending
from ledger.order.holders_letters import sending_of
from ledger.order.order import Order
from ledger.order.part_policy import pieces_of, ticket_numbers
from ledger.order.part_policy import vat_returned as vat_of_pieces
from ledger.order.refund import Refund
from ledger.order.stamps import Cause, Letter, Line, LinesSwapped


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Everything that the words of a letter are made from. `number` is the receipt's own."""

    order: Order
    correlation_id: UUID
    number: int | None
    base_url: str

    @cached_property
    def speech(self) -> Speech:
        terms = self.order.terms
        return Speech(terms.language, timezone=terms.timezone)

    @property
    def order_number(self) -> str:
        return f"#{self.order.number:06d}"

    @property
    def page(self) -> str:
        """The address of the order's page; of a holder's letter, that of their ticket alone."""
        if self.sending is not None:
            return f"{self._shop_page}/tickets/{quote(self.sending.code or '', safe='')}"
        return f"{self._shop_page}/orders/{self.order.id}"

    @cached_property
    def sending(self) -> Sending | None:
        """The ticket that was sent on, where the letter goes to its holder."""
        return sending_of(self.order, self.correlation_id)

    @property
    def _shop_page(self) -> str:
        return f"{self.base_url.rstrip('/')}/{quote(self.order.terms.shop_slug)}"

    @property
    def swap(self) -> LinesSwapped | None:
        """For which new order lines were swapped, if the letter is about that."""
        found = self.order.swaps.get(self.correlation_id)
        return found if found is not None and not found.came else None

    def other_page(self, order: UUID) -> str:
        """The address of another order's page, of the same shop."""
        return f"{self._shop_page}/orders/{order}"

    def cancel_page(self, code: str) -> str:
        """The address that a one-time link leads to."""
        return f"{self.page}/cancel/{quote(code, safe='')}"

    @cached_property
    def part(self) -> tuple[Line, ...]:
        """The pieces that a cancellation of a part is of; none where it is of the whole order."""
        return lines_of(self.order.terms.lines, pieces_of(self.order, self.correlation_id))

    @cached_property
    def began(self) -> int:
        """The position of what called for a letter about a refund, or a part."""
        if refund := self.order.refunds.get(self.correlation_id):
            return refund.first_position
        if part := self.order.amendments.get(self.correlation_id):
            return part.position
        return self.order.position + 1

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What was left of the order before what the letter is about, whatever came later."""
        parts = self.order.amendments.values()
        before = (one.pieces for one in parts if one.position < self.began)
        return without(self.order.terms.lines, counted(before))

    def rest(self) -> str:
        """What stays when this part is gone, in words."""
        gone = counted([pieces_of(self.order, self.correlation_id)])
        left = [line for line in without(self.lines, gone) if line.quantity]
        return ", ".join(f"{line.quantity} × {self.speech.of(line.title)}" for line in left)

    @property
    def placed_at(self) -> datetime:
        assert self.order.placed_at is not None, f"order {self.order.id} was never placed"
        return self.order.placed_at

    @property
    def issued_at(self) -> datetime | None:
        """A receipt's own date: when its number was drawn, whenever it is sent again."""
        if self.number is None:
            return None
        kept = self.order.postings.items()
        found = [one for (about, _), one in kept if about == self.correlation_id]
        return next((one.numbered_at for one in found if one.number == self.number), None)

    def choice_page(self, code: str) -> str:
        """The address where a customer chooses what becomes of an order that was moved."""
        return f"{self.page}/choose/{quote(code, safe='')}"

    def receipt_number(self, payment: UUID | None) -> int | None:
        """The number of the receipt that a payment got, if it got one.

        What came over from another order has that of the payment which completed it.
        """
        if payment is None:
            return None
        others = self.order.attempts if payment in self.order.swaps else ()
        receipts = (self.order.postings.get((one, Letter.PAID)) for one in (payment, *others))
        return next((one.number for one in receipts if one and one.number), None)

    def say(self, sentence: str, **values: object) -> str:
        return self.speech.say(sentence, **values)

    def money(self, money: Money) -> str:
        return self.speech.money(money)

    def greeting(self) -> str:
        customer = self.order.terms.customer
        if customer is None or not customer.first_name:
            return self.say("Hello,")
        return self.say("Hello %(name)s,", name=customer.first_name)

    def contact(self) -> str:
        """Whom to ask, in one sentence."""
        seller = self.order.terms.seller
        if seller.email:
            return self.say("If you have a question, write to %(email)s.", email=seller.email)
        return self.say("If you have a question, please contact %(seller)s.", seller=seller.name)


Fact = tuple[str, str]


def about_order(at: Occasion) -> Sequence[Fact]:
    """Which order a letter is about."""
    return (
        (at.say("Order"), at.order_number),
        (at.say("Ordered on"), at.speech.moment(at.placed_at)),
    )


def about_visit(at: Occasion) -> Sequence[Fact]:
    """When and where to come; nothing of an order whose shop said no more than when it starts."""
    known, speech = at.order.visit, at.speech
    if known is None:
        return ()
    where = ", ".join(filter(None, (speech.of(known.venue) if known.venue else "", known.address)))
    found = (
        (at.say("Doors open"), speech.moment(known.doors_at) if known.doors_at else ""),
        (at.say("Starts"), speech.moment(at.order.starts_at)),
        (at.say("Ends"), speech.moment(known.ends_at) if known.ends_at else ""),
        (at.say("Where"), where),
    )
    return tuple(one for one in found if one[1])


def about_receipt(at: Occasion, label: str, *reversed: Fact) -> Sequence[Fact]:
    """The receipt's own number and date, and the reference of what was to be paid.

    A credit note says which receipt it reverses. Who paid nothing has no use for a reference.
    """
    numbered = [(label, str(at.number))] if at.number is not None else []
    if at.issued_at is not None:
        numbered.append((at.say("Date"), at.speech.date(at.issued_at)))
    reference = at.order.payment_reference if at.order.terms.total else ""
    return (
        *numbered,
        *reversed,
        *([(at.say("Payment reference"), reference)] if reference else []),
    )


def about_withdrawal(at: Occasion) -> Sequence[Fact]:
    """When the customer's own wish to cancel came, where that is what a letter is about (X8)."""
    refund, order = at.order.refund_of(at.correlation_id), at.order
    came = refund.requested_at if refund and refund.request else None
    wished = refund.request.cause if refund and refund.request else None
    part = order.amendments.get(at.correlation_id)
    if refund is None and part is not None:
        came, wished = part.at, part.cause
    if refund is None and order.cancelled == at.correlation_id:
        came, wished = order.cancelled_at, order.cancelled_cause
    if came is None or wished is not Cause.CUSTOMER:
        return ()
    return ((at.say("Withdrawal received on"), at.speech.moment(came)),)


def about_given_up(at: Occasion) -> Sequence[Fact]:
    """Which tickets go with a part, where it says which; nothing about a whole order."""
    numbers = ticket_numbers(at.order, pieces_of(at.order, at.correlation_id))
    if not numbers:
        return ()
    return ((at.say("Tickets that stop being valid"), ", ".join(map(str, numbers))),)


def about_customer(at: Occasion) -> Sequence[Fact]:
    """Who ordered; only that it was removed, once the person was erased."""
    customer = at.order.terms.customer
    if customer is None:
        return ((at.say("Customer"), at.say("removed at the person's request")),)
    rows = (
        (at.say("Name"), f"{customer.first_name} {customer.last_name}".strip()),
        (at.say("E-mail"), customer.email),
        (at.say("Phone"), customer.phone),
    )
    return tuple(row for row in rows if row[1])


def about_everything(at: Occasion, label: str, *reversed: Fact) -> Sequence[Fact]:
    """The head of a receipt."""
    return (*about_order(at), *about_receipt(at, label, *reversed), *about_customer(at))


def about_tickets(at: Occasion) -> Sequence[str]:
    """What to do with the tickets that go along; nothing where none do."""
    if not at.order.own_tickets:
        return ()
    return (
        at.say(
            "Your tickets are attached as a PDF. Show them at the door, on your phone or on paper: "
            "each code lets one person in, once."
        ),
        at.say("You also find them on the page of your order:") + f" {at.page}",
    )


def line_total(line: Line) -> Money:
    return line.unit_price * line.quantity


def vat_of_order(order: Order) -> Sequence[VatShare]:
    """VAT by rate in everything that was ordered; a rate of 0 % is kept (SPEC R2)."""
    return shares(_by_rate(order.terms.lines))


def vat_of_part(amount: Money, order: Order) -> Sequence[VatShare]:
    """VAT by rate in a part of an order: the part is spread over the rates as the order was."""
    return shares(spread(amount, _by_rate(order.terms.lines)))


def vat_returned(at: Occasion, amount: Money) -> Sequence[VatShare]:
    """VAT by rate in what goes back: of the pieces' own rates, or of all that was left.

    With the parts that went before, and those that follow, it comes to the VAT of the whole.
    """
    parts = at.order.amendments.values()
    if not at.part and not any(one.position < at.began for one in parts):
        return vat_of_part(amount, at.order)
    lines = at.part or [line for line in at.lines if line.quantity]
    return vat_of_pieces(at.order, lines, amount, before=at.began)


def announced(refund: Refund, currency: str) -> Money:
    """What the letter about a refund promises: all that was accepted, whatever came of it."""
    accepted = {**refund.accepted, **refund.settled}
    promised = total([*accepted.values()], currency)
    return promised if refund.manual is None else promised + refund.manual


def failed_amount(refund: Refund, currency: str) -> Money:
    """What of a refund was announced and did not arrive."""
    accepted = {**refund.accepted, **refund.settled}
    return total([money for name, money in accepted.items() if name in refund.gone], currency)


def lost_before(order: Order, position: int) -> Money:
    """What payers' banks had taken back for good up to a position: a letter stays as it was."""
    ended = (one for one in order.disputes.values() if one.won is False)
    taken = [one.amount for one in ended if one.amount and one.ended_position < position]
    return total(taken, order.currency)


def held_by_hand_before(order: Order, position: int) -> Money:
    """What had come by hand by then and was not returned: a letter stays as it was."""
    came = [
        one
        for one in order.paid_attempts
        if one.provider == MANUAL and one.paid_position < position
    ]
    payments = {one.correlation_id for one in came}
    gone = (one for one in order.refunds.values() if one.payment in payments)
    back = [one.manual for one in gone if one.manual and one.first_position < position]
    received = [one.received for one in came if one.received]
    return total(received, order.currency) - total(back, order.currency)


def _by_rate(lines: Iterable[Line]) -> Mapping[Decimal, Money]:
    return gross_by_rate((line.vat_percent, line_total(line)) for line in lines)
