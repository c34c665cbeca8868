"""Vouchers of our own shops as staff make them: opened alone or by the hundred, revised, closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from secrets import choice
from uuid import UUID

from ledger.kernel.events import derived
from ledger.shop.shop import Shop
from ledger.vouchers.chosen_code import may_be_code
from ledger.vouchers.code import ALPHABET, LENGTH, folded
from ledger.vouchers.decide import LABEL, check_terms, reservable
from ledger.vouchers.refusals import UnknownVoucher, VoucherInvalid
from ledger.vouchers.stamps import VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id
from web.actions.vouchers import code_index, stream_of
from web.wiring.parts import Parts

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


def open_one(
    parts: Parts, shop: Shop, *, code: str, label: str, terms: VoucherTerms, actor: str
) -> Voucher:
    """A voucher with this code; the same wish again gives the first one back.

    Raises `VoucherInvalid`, `VoucherExists`, `NotEnoughSeats`.
    """
    if not may_be_code(code):
        raise VoucherInvalid(field="code", rule="characters")
    if len(label) > LABEL:
        raise VoucherInvalid(field="label", rule="too_long")
    index = code_index(parts, code)
    id = voucher_id(shop.id, index)
    issued = VoucherIssued(
        shop=shop.id,
        shop_slug=shop.slug,
        code_index=index,
        terms=terms,
        code=folded(code),
        label=label,
    )
    return parts.vouchers.issue(id, issued, correlation_id=derived(id, "issue"), actor=actor)


def open_many(
    parts: Parts, shop: Shop, *, many: int, label: str, terms: VoucherTerms, actor: str
) -> Iterator[Voucher]:
    """So many vouchers with random codes, one after the other; what was made stays made.

    Raises `VoucherInvalid` before the first, `NotEnoughSeats` where seats run out.
    """
    if not 1 <= many <= MANY:
        raise VoucherInvalid(field="many", rule="out_of_range")
    for _ in range(many):
        yield open_one(parts, shop, code=random_code(), label=label, terms=terms, actor=actor)


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
