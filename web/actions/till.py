"""A box office: what is sold at a till, and what turns out to be a mistake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from ledger.kernel.money import Money, spread
from ledger.kernel.refusals import KeyReused, OrderMoved, QuoteChanged, UnknownOrder
from ledger.kernel.store import Append
from ledger.order.admission import any_used
from ledger.order.amendment import price_by_rate
from ledger.order.cancellation_policy import Why, refused
from ledger.order.commands import CancelOrder, DoorSale, PlaceOrder, Wanted
from ledger.order.decisions.sell_at_door import by_rate
from ledger.order.order import Order
from ledger.order.stamps import Customer, OrderPlaced, OrderStamp
from ledger.shop.shop import Shop
from ledger.till.service import Tills, TillWish
from ledger.till.stamps import RateSum, SaleRung, SaleVoided, Way
from ledger.vouchers.code import folded
from web.actions.back_office import carry_out
from web.actions.place import wish_of
from web.actions.vouchers import stream_of
from web.actions.wish import Wish
from web.wiring.parts import Parts

# An order moves beside us when its letter goes out; not so often while somebody looks at it.
_LOOKS = 5


def tills(parts: Parts) -> Tills:
    """All shifts."""
    return Tills(parts.store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Whose till it is, in which shop and shift."""

    shop: Shop
    actor: str
    shift: UUID


def sell(
    parts: Parts,
    till: Till,
    *,
    key: UUID,
    lines: Sequence[Wanted],
    way: Way,
    shown: Money,
    email: str,
    language: str,
    code: str = "",
) -> Order:
    """The order that was sold, paid and ticketed in one append with its line in the shift.

    The same key gives the first one back, for the same sale. `code` is that of a voucher, `shown`
    what staff saw that it costs with it. Raises what placing raises, `ShiftOver`, and
    `CustomerInvalid` for an address that is none.
    """
    wish = _sale(
        parts, till, key=key, lines=lines, way=way, email=email, language=language, code=code
    )
    wish = replace(wish, expected_total=shown)
    if (first := parts.orders.placed_under(key)) is not None:
        if first.terms.request_digest != wish.request_digest:
            raise KeyReused
        return first
    asked = TillWish(correlation_id=key, actor=till.actor)
    rung = tills(parts).rung(till.shift, asked)
    return parts.orders.place(till.shop.slug, wish, rung=rung_beside(rung, wish.order, way))


def _sale(
    parts: Parts,
    till: Till,
    *,
    key: UUID,
    lines: Sequence[Wanted],
    way: Way,
    email: str,
    language: str,
    code: str,
) -> PlaceOrder:
    shop, customer = till.shop, Customer(first_name="", last_name="", email=email)
    known = (one for one in lines if one.product in shop.products)
    count = sum(shop.products[one.product].tickets * one.quantity for one in known)
    wanted = [(one.product, one.quantity, [*map(dict, one.answers)]) for one in lines]
    wish = wish_of(
        parts,
        key,
        actor=till.actor,
        lines=lines,
        customer=customer,
        language=language,
        content=repr((shop.slug, wanted, str(way), email, folded(code))).encode(),
    )
    return replace(
        wish,
        for_customer=True,
        voucher=stream_of(parts, shop.slug, code) if code else None,
        email_index=wish.email_index if email else "",
        sale=DoorSale(way=str(way), tickets=parts.draw_tickets(count)),
    )


def rung_beside(
    rung: Callable[[SaleRung], Append], order: UUID, way: Way
) -> Callable[[Sequence[OrderStamp]], Append | None]:
    """What stands in the shift in the append that places an order, from how that begins."""

    def beside(stamps: Sequence[OrderStamp]) -> Append | None:
        placed = stamps[0]
        assert isinstance(placed, OrderPlaced)
        rates = tuple(
            RateSum(vat_percent=f"{rate:f}", gross=gross)
            for rate, gross in sorted(by_rate(placed).items())
        )
        return rung(SaleRung(order=order, amount=placed.total, way=way, rates=rates))

    return beside


def sale_of(parts: Parts, shop: Shop, order: UUID) -> tuple[Order, SaleRung]:
    """An order that was sold at a till of this shop, and its sale. Raises `UnknownOrder`."""
    found, history = parts.orders.read(order)
    rung = parts.store.find(history[0].correlation_id, SaleRung)
    if found.terms.shop_slug != shop.slug or rung is None:
        raise UnknownOrder
    assert isinstance(rung.stamp, SaleRung)
    return found, rung.stamp


def void(
    parts: Parts, till: Till, order: UUID, *, key: UUID, reason: str, shown: Money | None
) -> Order:
    """A sale was a mistake: its order is cancelled, what is held of it was handed back.

    It is noted in the shift from whose till the money came, in the same append. The same key again
    changes nothing. Raises `UnknownOrder`, `ShiftOver`, `AlreadyCancelled`; `NotCancellable` once
    somebody came in with a ticket of it, `QuoteChanged` where something else than was `shown` goes
    back; `SecondPersonNeeded`.
    """
    for _ in range(_LOOKS):
        found, sale = sale_of(parts, till.shop, order)
        if found.cancelled == key:
            return found
        _require_voidable(found, shown)
        wish = Wish(correlation_id=key, actor=till.actor, at=parts.clock())
        cancel = CancelOrder(**wish, reason=reason, version=found.version, by_hand=True)
        rung = tills(parts).rung(till.shift, TillWish(correlation_id=key, actor=till.actor))
        noted = partial(rung, _void_of(found, sale.way, reason))
        try:
            return carry_out(parts, order, cancel, beside=noted)
        except OrderMoved as moved:
            last = moved
    raise last


def _require_voidable(order: Order, shown: Money | None) -> None:
    if order.alive and any_used(order):
        raise refused(order, Why.TICKET_USED)
    if shown is not None and shown != order.held:
        raise QuoteChanged(quote=order.held)


def _void_of(order: Order, way: Way, reason: str) -> SaleVoided:
    back = order.held
    shares = spread(back, price_by_rate(order.lines)) if back else {}
    rates = tuple(
        RateSum(vat_percent=f"{rate:f}", gross=gross) for rate, gross in sorted(shares.items())
    )
    return SaleVoided(order=order.id, amount=back, way=way, rates=rates, reason=reason)
