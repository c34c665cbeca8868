"""A shop's past for reports, small enough to work out by hand: every kind of fate once."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Line,
    OrderAmended,
    Paid,
    PaidOut,
    PaymentFailed,
    PaymentWithdrawn,
    Pieces,
    Refunded,
    SeatsReleased,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketsIssued,
    ZeroPrice,
)
from tests.kits.histories import placed
from tests.kits.line_story import wait_in_line
from tests.kits.voucher_story import give_vouchers

NAMES = UUID("7d0a5e0e-4b5e-4f0e-9d5c-0a3c6ad1f0aa")
START = datetime(2027, 3, 1, 10, tzinfo=UTC)
WEEKEND, SAUNA, FREE = Money(3500, "EUR"), Money(1000, "EUR"), Money(0, "EUR")


def ident(*name: str) -> UUID:
    return uuid5(NAMES, "/".join(name))


def line(product: str, quantity: int, price: Money, rate: str) -> Line:
    return Line(
        product=product,
        revision=1,
        title={"en": product.title(), "fi": product.title()},
        quantity=quantity,
        unit_price=price,
        vat_percent=rate,
    )


def order(*lines: Line) -> Any:
    due = sum((one.unit_price * one.quantity for one in lines), FREE)
    return placed(lines=lines, total=due, seats=(), starts_at=START)


def asked(amount: Money, provider: str = "stripe") -> CreatePaymentRequest:
    return CreatePaymentRequest(amount=amount, provider=provider, account="a", live=False)


def paid(name: str, amount: Money, provider: str = "stripe", method: str = "card") -> Paid:
    return Paid(amount=amount, provider=provider, provider_reference=f"pi_{name}", method=method)


def refund(payment: UUID, amount: Money, fee: Money = FREE, cause: Cause = Cause.CUSTOMER) -> Any:
    return CreateRefundRequest(
        payment=payment,
        payment_reference="pi",
        provider="stripe",
        amount=amount,
        fee=fee,
        cause=cause,
    )


def paid_out(reference: str, amount: Money, payout: int, **told: Any) -> PaidOut:
    """Of the payout that the bank shows as 456610 and its number, in the night after January."""
    return PaidOut(
        provider="stripe",
        provider_reference=reference,
        amount=amount,
        payout=f"po_{payout}",
        bank_reference=f"456610{payout}",
        settled_at=datetime(2027, 1, 31, 22, 30, tzinfo=UTC) + timedelta(days=payout - 1),
        **told,
    )


def let_in(ticket: str, hour: int) -> TicketCheckedIn:
    return TicketCheckedIn(
        scan=ident(ticket),
        ticket=ticket,
        day="2027-03-01",
        door="main",
        device="north-1",
        scanned_at=START + timedelta(hours=hour),
    )


class Past:
    """Stamps of orders, each at its time."""

    def __init__(self) -> None:
        self._told: list[tuple[datetime, str, Sequence[tuple[str, Any]]]] = []

    def add(self, at: datetime, name: str, *told: tuple[str, Any]) -> None:
        """Stamps of one order at a time, each with the name of its correlation id."""
        self._told.append((at, name, told))

    def record(self, ledger: Any, clock: Any) -> None:
        """All of it, as time went on."""
        versions: Counter[UUID] = Counter()
        for at, name, told in sorted(self._told, key=lambda one: one[0]):
            clock.now = at
            stream = ident(name)
            drafts = [
                Draft(stream=stream, stamp=stamp, correlation_id=ident(name, cause), actor="test")
                for cause, stamp in told
            ]
            expected = {stream: versions[stream]}
            (done,) = ledger.append(Append(drafts=drafts, expected=expected))
            assert isinstance(done, Appended), done
            versions[stream] += len(drafts)

    def sell(self, at: datetime, name: str, *lines: Line, method: str = "card") -> UUID:
        """An order that is paid at once."""
        terms = order(*lines)
        self.add(at, name, ("place", terms), ("pay", asked(terms.total)))
        self.add(at + timedelta(minutes=1), name, ("pay", paid(name, terms.total, method=method)))
        return ident(name, "pay")

    def cancel(self, at: datetime, name: str, cause: Cause) -> None:
        """The order ends, and its seats are free."""
        self.add(at, name, ("gone", Cancelled(cause=cause)), ("gone", SeatsReleased()))

    def give_back(self, at: datetime, name: str, amount: Money, **told: Any) -> None:
        """Money that went back, and the order with it unless it is told otherwise."""
        wish = refund(ident(name, "pay"), amount, **told)
        back: dict[str, Any] = {"payment": ident(name, "pay"), "amount": amount}
        done = CreateRefundSuccess(**back, provider_reference=f"re_{name}")
        settled = Refunded(**back, provider_reference=f"re_{name}")
        self.add(at, name, ("back", wish), ("back", done), ("back", settled))


def tell(ledger: Any, clock: Any, *, method: str = "card") -> None:
    """January to March 2027, in Helsinki. Cards are called so by the provider."""
    past = Past()
    january, february = datetime(2027, 1, 12, 9, tzinfo=UTC), datetime(2027, 2, 5, 9, tzinfo=UTC)
    weekend, sauna = line("weekend", 2, WEEKEND, "13.5"), line("sauna", 1, SAUNA, "25.5")
    # Paid at first, of two rates; never touched again: 80.00.
    past.sell(january, "first", weekend, sauna, method=method)
    # On the last evening of January in UTC, February in Helsinki: 35.00.
    night = datetime(2027, 1, 31, 22, 30, tzinfo=UTC)
    past.sell(night, "night", line("weekend", 1, WEEKEND, "13.5"), method="ideal")
    # Declined, then paid; all back in February: 35.00.
    one = line("weekend", 1, WEEKEND, "13.5")
    past.add(january, "declined", ("place", order(one)), ("pay", asked(WEEKEND)))
    declined = PaymentFailed(provider_reference="ch_1", code="no")
    past.add(january, "declined", ("pay", declined))
    past.add(january, "declined", ("pay", paid("declined", WEEKEND, method=method)))
    past.give_back(february, "declined", WEEKEND)
    past.cancel(february, "declined", Cause.CUSTOMER)
    # Cancelled without a refund: the money is kept, 35.00.
    past.sell(january, "kept", one, method=method)
    past.cancel(february, "kept", Cause.STAFF)
    # Never attempted; failed; free.
    past.add(january, "idle", ("place", order(one)))
    past.add(january, "failed", ("place", order(one)), ("pay", asked(WEEKEND)))
    past.add(january, "failed", ("pay", PaymentFailed(provider_reference="ch_2", code="no")))
    past.add(january, "free", ("place", order(line("volunteer", 1, FREE, "0"))), ("f", ZeroPrice()))
    # One of two pieces given up in February, five euros kept: 30.00 go back.
    past.sell(january, "part", weekend, method=method)
    pieces = (Pieces(line=0, quantity=1),)
    amount, fee = Money(3000, "EUR"), Money(500, "EUR")
    past.give_back(february, "part", amount, fee=fee)
    amended = OrderAmended(pieces=pieces, amount=amount, fee=fee, cause=Cause.CUSTOMER)
    past.add(february, "part", ("back", amended), ("back", SeatsReleased(pieces=pieces)))
    # Paid twice: 35.00 beyond the price, sent back in February.
    past.sell(january, "twice", one, method=method)
    past.add(
        january,
        "twice",
        ("again", asked(WEEKEND)),
        ("again", paid("twice-2", WEEKEND, method=method)),
    )
    back: dict[str, Any] = {"payment": ident("twice", "again"), "amount": WEEKEND}
    past.add(
        february,
        "twice",
        ("surplus", refund(ident("twice", "again"), WEEKEND, cause=Cause.OVERPAID)),
        ("surplus", CreateRefundSuccess(**back, provider_reference="re_twice")),
        ("surplus", Refunded(**back, provider_reference="re_twice")),
    )
    # Too late: cancelled unpaid, paid in February, nobody's 35.00.
    past.add(january, "late", ("place", order(one)), ("pay", asked(WEEKEND)))
    past.cancel(january, "late", Cause.UNPAID)
    past.add(february, "late", ("pay", paid("late", WEEKEND, method=method)))
    # A bank took 35.00 back for good in February.
    pay = past.sell(january, "lost", one, method=method)
    past.add(
        february,
        "lost",
        ("d", Disputed(payment=pay, amount=WEEKEND, provider_reference="dp")),
        ("d2", DisputeClosed(payment=pay, provider_reference="dp", won=False)),
    )
    # Marked as paid by hand in January, taken back in February: it never came.
    past.add(january, "by hand", ("place", order(one)), ("pay", asked(WEEKEND, "manual")))
    past.add(january, "by hand", ("pay", paid("by hand", WEEKEND, "manual", "bank")))
    withdrawn = PaymentWithdrawn(payment=ident("by hand", "pay"), amount=WEEKEND, approver="bo")
    past.add(february, "by hand", ("fix", withdrawn))
    # Paid out in February: three payments with fees of parts of a cent, of which one is a cent too
    # little, and from the second payout a refund is kept back.
    payday = february + timedelta(days=3)
    for name, cents, payout in (("first", 8000, 1), ("night", 3500, 1), ("part", 6999, 2)):
        told = paid_out(f"pi_{name}", Money(cents, "EUR"), payout, fee_millionths=434_600)
        past.add(payday, name, ("payout", told))
    kept = paid_out("re_declined", WEEKEND, 2, kept_back=True)
    past.add(payday, "declined", ("payout", kept))
    # At the door on the first of March: one came at eleven, another came and was sent away at noon.
    codes = tuple(ident("first", "ticket", str(one)).hex for one in range(3))
    past.add(january + timedelta(hours=1), "first", ("letter", TicketsIssued(hashes=codes)))
    for hour, code in ((1, codes[0]), (2, codes[1])):
        past.add(START + timedelta(hours=hour), "first", (code, let_in(code, hour)))
    mistake = TicketCheckInUndone(reason="wrong person")
    past.add(START + timedelta(hours=2), "first", (codes[1], mistake))
    wait_in_line(past, january, february)
    give_vouchers(past, january, february)
    left = TicketCheckedOut(
        scan=ident("left"),
        ticket=codes[0],
        day="2027-03-01",
        door="main",
        device="north-1",
        scanned_at=START + timedelta(hours=3),
    )
    past.add(START + timedelta(hours=3), "first", ("left", left))
    past.record(ledger, clock)
    clock.now = datetime(2027, 3, 5, 9, tzinfo=UTC)
