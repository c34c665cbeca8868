"""Whether tills were kept to: shifts go on in order, and each sale agrees with its order."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.audit.findings import Finding, SaleNews, Step, finding
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, total, zero
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.stamps import Cancelled, Paid, ZeroPrice
from ledger.till.shift import Shift
from ledger.till.stamps import CashMoved, SaleRung, SaleVoided, ShiftClosed, ShiftOpened, shift_id

# The stamps of one append stand one after another, and no append has so many.
_NEAR = 4096
_Agreed = tuple[int, str, str]
_Key = tuple[bytes, bytes, bool]


def shifts_go_on(step: Step) -> Iterator[Finding]:
    """SPEC A9: a shift is opened once, in its own stream; what is closed takes no more."""
    if not isinstance(step.before, Shift) or step.stamp is None:
        return
    said, shift = step.stamp.stamp, step.before
    if isinstance(said, ShiftOpened):
        if shift.opened is not None:
            yield step.finding("A9", "a shift was opened twice")
        if shift_id(said.shop, step.stamp.actor, said.number) != step.stamp.stream:
            yield step.finding("A9", "a shift stands in a stream of somebody else")
    elif not shift.is_open:
        yield step.finding("A9", f"{step.type} in a shift that is not open")
    if isinstance(said, SaleRung | SaleVoided):
        rates = total([one.gross for one in said.rates], said.amount.currency)
        if rates != said.amount:
            yield step.finding("A9", f"the VAT rates of a sale make {rates}, not {said.amount}")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    shifts_go_on: (ShiftOpened, SaleRung, SaleVoided, CashMoved, ShiftClosed),
}
TOLD_BY: frozenset[type] = frozenset({SaleRung, SaleVoided, Paid, ZeroPrice, Cancelled})


def sale_news(one: Recorded[object], stream: bytes, after: object) -> Iterator[SaleNews]:
    """What a stamp tells about a sale at a till, from the till's side or from its order's."""
    said, cause = one.stamp, one.correlation_id.bytes
    match said:
        case SaleRung() | SaleVoided():
            void, order = isinstance(said, SaleVoided), said.order.bytes
            way = str(said.way) if said.amount else ""
            agreed = said.amount.amount, said.amount.currency, way
            yield one.position, stream, cause, order, void, True, agreed
        case Paid() if said.provider == MANUAL:
            agreed = said.amount.amount, said.amount.currency, said.method
            yield one.position, stream, cause, stream, False, False, agreed
        case ZeroPrice() if isinstance(after, Order):
            yield one.position, stream, cause, stream, False, False, (0, after.currency, "")
        case Cancelled() if isinstance(after, Order):
            amount, way = _handed_back(after, one)
            agreed = amount.amount, amount.currency, way
            yield one.position, stream, cause, stream, True, False, agreed
        case _:
            return


def _handed_back(order: Order, cancelled: Recorded[object]) -> tuple[Money, str]:
    """What was returned by hand with this cancellation, and how it had come."""
    refund = order.refunds.get(cancelled.correlation_id)
    if refund is None or refund.manual is None:
        return zero(order.currency), ""
    attempt = order.attempts.get(refund.payment) if refund.payment is not None else None
    return refund.returned(order.currency), attempt.method if attempt else ""


class TillCheck:
    """SPEC A9, over all streams: what a till says of a sale, its order says in the same append."""

    def __init__(self) -> None:
        # By whose sides are known: of orders only those that stand near, of tills until answered.
        self._orders: OrderedDict[_Key, tuple[int, _Agreed]] = OrderedDict()
        self._tills: OrderedDict[_Key, tuple[int, bytes, _Agreed]] = OrderedDict()

    def take(self, news: Sequence[SaleNews]) -> Iterator[tuple[int, Finding]]:
        """Findings of the next news, which come in the order of positions."""
        for position, stream, cause, order, void, of_till, agreed in news:
            key = cause, order, void
            yield from self._gone_by(position)
            if of_till:
                yield from self._of_till(key, position, stream, agreed)
            elif (asked := self._tills.pop(key, None)) is not None:
                yield from _compared(asked, agreed, void=void)
            else:
                self._orders[key] = position, agreed

    def _of_till(
        self, key: _Key, position: int, stream: bytes, agreed: _Agreed
    ) -> Iterator[tuple[int, Finding]]:
        known = self._orders.pop(key, None)
        if known is None:
            self._tills[key] = position, stream, agreed
        else:
            yield from _compared((position, stream, agreed), known[1], void=key[2])

    def _gone_by(self, position: int) -> Iterator[tuple[int, Finding]]:
        for key, (at, _) in [*self._orders.items()]:
            if at > position - _NEAR:
                break
            del self._orders[key]
        for key, (at, stream, _) in [*self._tills.items()]:
            if at > position - _NEAR:
                break
            del self._tills[key]
            yield _unanswered(at, stream, void=key[2])

    def at_end(self) -> Iterator[Finding]:
        """Sales of which no order told anything."""
        for key, (at, stream, _) in self._tills.items():
            yield _unanswered(at, stream, void=key[2])[1]


def _unanswered(position: int, stream: bytes, *, void: bool) -> tuple[int, Finding]:
    text = "a sale was given back whose order was not cancelled with it"
    if not void:
        text = "a sale was rung whose order was not paid with it"
    return position, finding(position, stream, law="A9", text=text)


def _compared(
    till: tuple[int, bytes, _Agreed], order: _Agreed, *, void: bool
) -> Iterator[tuple[int, Finding]]:
    position, stream, said = till
    if said != order:
        what = "handed back" if void else "sold"
        told, so = (f"{amount} {currency} {way}".strip() for amount, currency, way in (said, order))
        text = f"the till {what} {told}, its order says {so}"
        yield position, finding(position, stream, law="A9", text=text)
