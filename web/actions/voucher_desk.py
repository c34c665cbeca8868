"""Vouchers of our own shops as staff make them: opened alone or by the hundred, revised, closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import choice
from uuid import UUID

from ledger.kernel.events import derived
from ledger.kernel.idempotency_key import granted
from ledger.kernel.refusals import Contradicted
from ledger.shop.shop import Shop
from ledger.vouchers.chosen_code import may_be_code
from ledger.vouchers.code import ALPHABET, LENGTH, folded
from ledger.vouchers.decide import LABEL, check_terms, reservable
from ledger.vouchers.refusals import UnknownVoucher, VoucherInvalid
from ledger.vouchers.stamps import VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, fold_voucher, voucher_id
from projections.order_search import Place, end_of
from web.actions.vouchers import code_index, stream_of
from web.wiring.parts import Parts

_PAGE, _ORDERS = 500, 50
# Of one press: a page shows them, a file holds them, and each is a stamp.
MANY = 500


def checked(shop: Shop, terms: VoucherTerms, *, keep_seats: bool) -> VoucherTerms:
    """The terms, with the quotas that seats are kept of; raises `VoucherInvalid`."""
    reserved = reservable(terms.products, shop) if keep_seats else ()
    whole = VoucherTerms(
        effect=terms.effect,
        products=terms.products,
        uses=terms.uses,
        minimum=terms.minimum,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        reserved=reserved,
        returns=terms.returns,
    )
    check_terms(whole, shop)
    return whole


def random_code() -> str:
    """Thirty characters that nobody guesses, and nobody mistakes for one another."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """Who opens vouchers. Under a key of the caller's the same again gets the same vouchers back.

    `cause` follows from that key, `request` binds it to what was asked.
    """

    actor: str
    cause: UUID | None = None
    request: str | None = None


def open_one(
    parts: Parts,
    shop: Shop,
    *,
    code: str,
    label: str,
    terms: VoucherTerms,
    wish: OpenWish,
    nth: int = 1,
) -> Voucher:
    """A voucher with this code, or a random one; the same wish again gives the first one back.

    Raises `VoucherInvalid`, `VoucherExists`, `NotEnoughSeats`, and `KeyReused` where something else
    was asked under the caller's key.
    """
    cause = derived(wish.cause, f"open/{nth}") if wish.cause is not None else None
    if cause is not None and (known := _opened_before(parts, cause, wish)) is not None:
        return known
    code = code or random_code()
    if not may_be_code(code):
        raise VoucherInvalid(field="code", rule="characters")
    if len(label) > LABEL:
        raise VoucherInvalid(field="label", rule="too_long")
    issued = _issued(parts, shop, code, label=label, terms=terms)
    id = voucher_id(shop.id, issued.code_index)
    identity = cause or derived(id, "issue")
    try:
        return parts.vouchers.issue(
            id, issued, correlation_id=identity, actor=wish.actor, request=wish.request
        )
    except Contradicted:
        # Whoever asked the same at the same moment drew another code, and was faster.
        known = _opened_before(parts, identity, wish)
        if known is None:
            raise
        return known


def _issued(
    parts: Parts, shop: Shop, code: str, *, label: str, terms: VoucherTerms
) -> VoucherIssued:
    return VoucherIssued(
        shop=shop.id,
        shop_slug=shop.slug,
        code_index=code_index(parts, code),
        terms=terms,
        code=folded(code),
        label=label,
    )


def _opened_before(parts: Parts, cause: UUID, wish: OpenWish) -> Voucher | None:
    """As it was opened under this identity; raises `KeyReused`."""
    stood = parts.store.find(cause, VoucherIssued)
    if stood is None or granted([stood], wish.request) is None:
        return None
    return fold_voucher(stood.stream, [stood])


def open_many(
    parts: Parts, shop: Shop, *, many: int, label: str, terms: VoucherTerms, wish: OpenWish
) -> Iterator[Voucher]:
    """So many vouchers with random codes, one after the other; what was made stays made.

    Raises `VoucherInvalid` before the first, `NotEnoughSeats` where seats run out.
    """
    if not 1 <= many <= MANY:
        raise VoucherInvalid(field="many", rule="out_of_range")
    for nth in range(1, many + 1):
        yield open_one(parts, shop, code="", label=label, terms=terms, wish=wish, nth=nth)


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchersPage:
    """Some of a shop's vouchers, the newest first; `onward` is where the next page begins."""

    vouchers: Sequence[Voucher]
    onward: Place | None


def page_of(parts: Parts, shop: str, before: Place, limit: int) -> VouchersPage:
    """A page of a shop's vouchers, from a place on."""
    rows = parts.views.vouchers(shop, before, limit + 1)
    shown = rows[:limit]
    histories = parts.store.read_opened([one.stream for one in shown])
    found = [
        fold_voucher(one.stream, histories[one.stream]) for one in shown if one.stream in histories
    ]
    onward = (shown[-1].issued_at, shown[-1].stream) if len(rows) > limit else None
    return VouchersPage(vouchers=found, onward=onward)


def every_voucher(parts: Parts, shop: str) -> Iterator[Voucher]:
    """All of a shop, read page by page, so that one with thousands is no trouble."""
    before: Place | None = end_of(None)
    while before is not None:
        page = page_of(parts, shop, before, _PAGE)
        yield from page.vouchers
        before = page.onward


def state_of(voucher: Voucher, at: datetime) -> str:
    """closed, over, used_up, not_yet or valid."""
    until, begins = voucher.terms.valid_until, voucher.terms.valid_from
    if voucher.revoked:
        return "closed"
    if until is not None and until <= at:
        return "over"
    if not voucher.uses_left:
        return "used_up"
    return "not_yet" if begins is not None and begins > at else "valid"


def document(voucher: Voucher, at: datetime, *, whole: bool) -> Mapping[str, object]:
    """A voucher as JSON; its code and label only for whoever may use them."""
    terms = voucher.terms
    effect, seats = terms.effect, voucher.seats
    return {
        "id": str(voucher.id),
        "shop": voucher.start.shop_slug,
        "code": voucher.code if whole else None,
        "label": voucher.start.label if whole else None,
        "state": state_of(voucher, at),
        "version": voucher.version,
        "effect": {
            "kind": str(effect.kind),
            "amount": effect.amount.amount if effect.amount is not None else None,
            "currency": effect.amount.currency if effect.amount is not None else None,
            "percent": effect.percent if effect.amount is None else None,
        },
        "products": [*terms.products],
        "uses": terms.uses,
        "taken": voucher.taken,
        "minimum": terms.minimum,
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "keep_seats": bool(terms.reserved),
        "kept": max((held for held, _sold in seats.values()), default=0),
        "returns": terms.returns,
        "for_person": str(voucher.start.source) if voucher.start.source else None,
        "orders": [str(one) for one in sorted(voucher.taken_by, key=str)[:_ORDERS]],
        "issued_at": voucher.issued_at,
    }


def of_shop(parts: Parts, shop: Shop, voucher: UUID) -> Voucher:
    """A voucher of this shop; raises `UnknownVoucher`."""
    found = parts.vouchers.get(voucher)
    if found.start.shop != shop.id:
        raise UnknownVoucher
    return found


def by_code(parts: Parts, shop: Shop, code: str) -> Voucher:
    """The voucher with this code, whatever became of it; raises `UnknownVoucher`."""
    return parts.vouchers.get(stream_of(parts, shop.slug, code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a voucher would do: nobody can use what is `left`; `freed` seats are free.

    `orders` keep what they bought with it, by `taken` uses.
    """

    left: int
    taken: int
    orders: Sequence[UUID]
    freed: int


def closing(voucher: Voucher) -> Closing:
    """What would come of closing it just now."""
    return Closing(
        left=voucher.uses_left,
        taken=voucher.taken,
        orders=sorted(voucher.taken_by, key=str),
        freed=max((held for held, _sold in voucher.seats.values()), default=0),
    )
