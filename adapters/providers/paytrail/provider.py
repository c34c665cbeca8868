"""Paytrail as a payment provider: what `ledger.payments` asks for, as far as Paytrail has it."""

from collections.abc import Sequence
from uuid import UUID

import httpx2

from adapters.providers.pace import Pace
from adapters.providers.paytrail import books, facts, pages, refunds
from adapters.providers.paytrail.client import PaytrailClient
from adapters.providers.paytrail.references import PROVIDER, is_live
from ledger.order.stamps import CreatePaymentFailure
from ledger.payments.ask_once import IN_THIS_PROCESS, Once
from ledger.payments.payment_pages import Page
from ledger.payments.provider import PaymentAnswer, PaymentAsk, RefundAnswer, RefundAsk
from ledger.reconciliation.our_records import Known
from ledger.reconciliation.records import Kind, Row, TheirRecord, Unread

# Paytrail takes addresses of up to 300 characters; the rest is ours, ids and the longest slug.
LONGEST_PUBLIC_URL = 150
# Paytrail publishes no limit; this leaves its service to the customers.
LOOKS_PER_SECOND = 10.0


class PaytrailPayments:
    """One merchant of Paytrail. `public_url` is where Paytrail and the customer come back to.

    `once` keeps a page or a refund from being posted twice, by any process and after any crash;
    the one that is used without it knows only of this process.
    """

    name = PROVIDER
    closes_pages = False

    def __init__(
        self,
        account: str,
        secret: str,
        *,
        api_base: str | None = None,
        public_url: str,
        once: Once | None = None,
        patience: float = 10.0,
        looks_per_second: float = LOOKS_PER_SECOND,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not account.strip() or not secret.strip():
            raise ValueError("account and secret of Paytrail must not be empty")
        if len(public_url) > LONGEST_PUBLIC_URL:
            raise ValueError("the public address is too long for Paytrail")
        self.account, self.live = account, is_live(account)
        self._hooks = f"{public_url.rstrip('/')}/webhooks/paytrail"
        self._once = once or IN_THIS_PROCESS
        self._pace = Pace(looks_per_second)
        self._client = PaytrailClient(
            account, secret, api_base=api_base, patience=patience, transport=transport
        )

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Make a payment page under a stamp that names order, attempt and try."""
        hooks = self._address(ask.shop, ask.order)
        return pages.create(self._client, ask, try_number=try_number, hooks=hooks, once=self._once)

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Give the try up: a page whose answer was lost cannot be found, and nobody saw it.

        Should money come through it after all, its stamp still binds it to this attempt.
        """
        return CreatePaymentFailure(code="answer_lost", try_number=try_number)

    def expire_payment(self, reference: str) -> bool:
        """Paytrail cannot close a page: it closes by itself."""
        return False

    def page(self, reference: str) -> Page | None:
        """A payment page as Paytrail has it; None when it has none. Raises `ProviderAway`."""
        return facts.page(self._client, reference, account=self.account)

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """A payment or refund as Paytrail has it; raises `ProviderAway` and `NotShown`."""
        self._pace.wait()
        return books.record(self._client, kind, reference, account=self.account)

    def names(self, known: Known) -> Sequence[str]:
        """Our names of a payment or refund: stamp and reference."""
        return books.names(known)

    def owner(self, row: Row) -> UUID | None:
        """The order or the case that a stamp of ours in a row names."""
        return books.owner(row)

    def told(self, row: Row, known: Known | None) -> TheirRecord:
        """A row of a report as a record."""
        return books.told(row, known, account=self.account)

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        """Return money of one payment; a key that was taken before is never posted again."""
        hooks = self._address(ask.shop, ask.order)
        return refunds.create(self._client, ask, hooks=hooks, once=self._once)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        """Not to be known, unless Paytrail said no: it shows a refund to nobody without its id."""
        return None if ask.refused else refunds.unknown()

    def _address(self, shop: str, order: UUID) -> str:
        return f"{self._hooks}/{shop}/{order}"
