"""What ticket sales type and what it costs with a voucher: shown before anything is placed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order.commands import Wanted
from ledger.shop.shop import Shop
from ledger.vouchers.code import folded
from web.actions.choice import Choice, price_of, with_code
from web.http.addresses import now
from web.http.current import parts
from web.i18n.format import money
from web.i18n.gettext import _
from web.i18n.voucher_words import of_voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedForm:
    """What a form asks for, piece by piece; `wrong` says why its code gives nothing."""

    code: str
    pieces: Sequence[Choice]
    total: Money
    wrong: str = ""

    @property
    def token(self) -> str:
        """What a page shows is this; whoever presses sends it back."""
        return f"{folded(self.code)} {self.total.amount} {self.total.currency}"

    def was_shown(self, typed: Mapping[str, str]) -> bool:
        """Whether they who press saw what it costs with the code; without one they know it."""
        return not self.code or typed.get("shown") == self.token


def shown_again(priced: PricedForm, typed: Mapping[str, str], key: UUID) -> tuple[str, int] | None:
    """A complaint and a status, where the page is shown once more before anything is placed.

    None where it is pressed with its price in sight, or was before: that is answered as then.
    """
    if parts().orders.placed_under(key) is not None:
        return None
    if priced.wrong or "apply" in typed:
        return "", 422 if priced.wrong else 200
    if priced.was_shown(typed):
        return None
    told = _(
        "With the voucher it costs %(amount)s. Look at it, then press once more.",
        amount=money(priced.total),
    )
    return told, 412


def priced_form(shop: Shop, lines: Sequence[Wanted], typed: Mapping[str, str]) -> PricedForm:
    """What was typed at the prices of now, the code of a voucher among it."""
    code = typed.get("code", "")
    chosen = [Choice(product=shop.products[w.product], quantity=w.quantity) for w in lines]
    try:
        pieces, wrong = with_code(parts(), shop, code, chosen) if chosen else [], ""
    except Refusal as refusal:
        pieces, wrong = chosen, of_voucher(refusal, now())
    return PricedForm(code=code, pieces=pieces, total=price_of(shop, pieces), wrong=wrong)
