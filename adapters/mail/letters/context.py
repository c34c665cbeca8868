"""What a letter is about: an order, the stamp that called for it, and whom it speaks to."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

from adapters.mail.letters.language import Speech
from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import Letter


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
        """The address of the order's page."""
        shop = f"{self.base_url.rstrip('/')}/{quote(self.order.terms.shop_slug)}"
        return f"{shop}/orders/{self.order.id}"

    def cancel_page(self, code: str) -> str:
        """The address that a one-time link leads to."""
        return f"{self.page}/cancel/{quote(code, safe='')}"

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

    def receipt_number(self, payment: UUID | None) -> int | None:
        """The number of the receipt that a payment got, if it got one."""
        posting = self.order.postings.get((payment, Letter.PAID)) if payment else None
        return posting.number if posting else None

    def say(self, sentence: str, **values: object) -> str:
        return self.speech.say(sentence, **values)

    def money(self, money: Money) -> str:
        return self.speech.money(money)

    def greeting(self) -> str:
        customer = self.order.terms.customer
        if customer is None:
            return self.say("Hello,")
        return self.say("Hello %(name)s,", name=customer.first_name)

    def contact(self) -> str:
        """Whom to ask, in one sentence."""
        seller = self.order.terms.seller
        if seller.email:
            return self.say("If you have a question, write to %(email)s.", email=seller.email)
        return self.say("If you have a question, please contact %(seller)s.", seller=seller.name)
