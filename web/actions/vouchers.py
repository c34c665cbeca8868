"""Vouchers at checkout: whose stream a typed code is, and what it takes off what was chosen."""

from collections.abc import Sequence
from uuid import UUID

from ledger.shop.shop import Shop
from ledger.shop.stamps import shop_id
from ledger.vouchers.chosen_code import may_be_code
from ledger.vouchers.code import folded
from ledger.vouchers.decide import pieces_covered, usable
from ledger.vouchers.reduction import Offered
from ledger.vouchers.refusals import UnknownVoucher
from ledger.vouchers.voucher import Voucher, voucher_id
from web.wiring.parts import Parts


def code_index(parts: Parts, code: str) -> str:
    """What tells a code apart without telling it."""
    return parts.keyring.blind_index(f"voucher/{folded(code)}")


def stream_of(parts: Parts, shop: str, code: str) -> UUID:
    """The stream that a code of a shop has, or would have; raises `UnknownVoucher`."""
    if not may_be_code(code):
        raise UnknownVoucher
    return voucher_id(shop_id(shop), code_index(parts, code))


def usable_now(parts: Parts, shop: Shop, code: str) -> Voucher:
    """The voucher with this code, if it can be used just now; raises what `usable` raises."""
    return usable(parts.vouchers.find(stream_of(parts, shop.slug, code)), shop.id, parts.clock())


def covered_now(
    parts: Parts, shop: Shop, code: str, lines: Sequence[Offered]
) -> tuple[Voucher, tuple[int, ...]]:
    """The voucher, and how many pieces of each line it makes cheaper; raises a `Refusal`."""
    voucher = usable_now(parts, shop, code)
    return voucher, pieces_covered(voucher, lines)
