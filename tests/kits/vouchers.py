"""Vouchers for tests: opened at once, by their code."""

from typing import Any
from uuid import uuid4

from ledger.kernel.money import Money
from ledger.shop.stamps import shop_id
from ledger.vouchers.stamps import Effect, EffectKind, VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id
from web.actions.vouchers import code_index

FULL = Effect(kind=EffectKind.SET_PRICE, amount=Money(0, "EUR"))


def percent(share: str) -> Effect:
    """A share off each piece."""
    return Effect(kind=EffectKind.PERCENT_OFF, percent=share)


def open_voucher(
    parts: Any, code: str, effect: Effect = FULL, *, shop: str = "winterfest", **terms: Any
) -> Voucher:
    """A voucher of a shop, with a label."""
    index = code_index(parts, code)
    issued = VoucherIssued(
        shop=shop_id(shop),
        shop_slug=shop,
        code_index=index,
        terms=VoucherTerms(effect=effect, **terms),
        code=code,
        label="of a test",
    )
    id = voucher_id(shop_id(shop), index)
    opened: Voucher = parts.vouchers.issue(id, issued, correlation_id=uuid4(), actor="staff")
    return opened
