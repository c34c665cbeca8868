"""SumUp as a payment provider: what `ledger.payments` asks for, and a look at every page."""

from collections.abc import Iterator, Sequence

import httpx2

from adapters.providers.http import Json
from adapters.providers.sumup import books, checkouts, facts, payouts, refunds
from adapters.providers.sumup.client import SumupClient
from adapters.providers.sumup.references import PROVIDER, name, read_reference
from ledger.payments.ask_once import IN_THIS_PROCESS, Once
from ledger.payments.payment_pages import Page, PageState, unreadable
from ledger.payments.provider import (
    BadMessage,
    Message,
    PaymentAnswer,
    PaymentAsk,
    RefundAnswer,
    RefundAsk,
)
from ledger.reconciliation.records import (
    Kind,
    PayoutRow,
    Period,
    Settlement,
    TheirRecord,
    Unread,
)

# Older keys say what they are for; a sandbox merchant's newer key does not.
_TEST = ("sk_test_", "sup_sk_test_")
_STATES = {"PAID": PageState.COMPLETE, "EXPIRED": PageState.EXPIRED}


class SumupPayments:
    """One merchant of SumUp. `public_url` is where SumUp's messages come in.

    `sandbox` says that the merchant is one for tests, which newer keys do not tell. `once` keeps a
    refund from being posted twice; the one that is used without it knows only of this process.
    """

    name = PROVIDER
    # SumUp promises to show a checkout's reference at the checkout only, not at its transaction.
    names_orders = False
    closes_pages = True

    def __init__(
        self,
        api_key: str,
        *,
        merchant_code: str,
        api_base: str | None = None,
        public_url: str,
        sandbox: bool = False,
        once: Once | None = None,
        patience: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not api_key.strip() or not merchant_code.strip():
            raise ValueError("API key and merchant code of SumUp must not be empty")
        self.account, self.live = merchant_code, not (sandbox or api_key.startswith(_TEST))
        self._hook = f"{public_url.rstrip('/')}/webhooks/sumup"
        self._once = once or IN_THIS_PROCESS
        self._client = SumupClient(
            api_key, api_base=api_base, patience=patience, transport=transport
        )

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Make a payment page; the same ask has the same reference, and so the same page."""
        return checkouts.create(
            self._client, ask, try_number=try_number, merchant=self.account, hook=self._hook
        )

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """The same again: SumUp refuses a second checkout of one reference, and shows the first."""
        return self.create_payment(ask, try_number=try_number)

    def expire_payment(self, reference: str) -> bool:
        """Close a payment page; False when it was paid, or could not be closed."""
        return checkouts.close(self._client, reference)

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        """Return money of one payment; a key that was taken before is looked up instead."""
        return refunds.create(self._client, ask, merchant=self.account, once=self._once)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        """Look for a refund of this amount that the ledger does not know; None without one."""
        return refunds.find(self._client, ask, merchant=self.account)

    def page(self, reference: str) -> Page | None:
        """A payment page as SumUp has it; None when it has none. Raises `ProviderAway`.

        One that cannot be read is not known to be closed, and its news is that nobody can read it.
        """
        checkout = None
        try:
            checkout = checkouts.fetch(self._client, reference)
            return self._page(checkout, reference) if checkout is not None else None
        except BadMessage:
            return unreadable(facts.unread(checkout, reference))

    def shown(self, checkout: str) -> Message | None:
        """What is to be kept of a checkout; of an answer that cannot be read, too.

        None while there is nothing to tell; raises `ProviderAway`.
        """
        found = self.page(checkout)
        return found.news if found is not None else None

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        """Every payment, refund and chargeback made in a period; raises `ProviderAway`."""
        return books.records(self._client, period, merchant=self.account)

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One of them by our name of it; raises `ProviderAway`."""
        return books.record(self._client, kind, reference, merchant=self.account)

    def payouts(self, period: Period) -> Sequence[Settlement | Unread]:
        """What was paid out in a period, the oldest first; raises `ProviderAway`."""
        return payouts.payouts(self._client, period, merchant=self.account)

    def payout_rows(self, payout: Settlement) -> Iterator[PayoutRow]:
        """Everything that one payout is made of; raises `ProviderAway`."""
        return payouts.payout_rows(self._client, payout, merchant=self.account)

    def _page(self, checkout: Json, asked: str) -> Page:
        ours = read_reference(checkout.get("checkout_reference"))
        if name(checkout.get("id"), "id") != asked:
            raise BadMessage("an answer about another checkout")
        told = facts.reports(checkout, live=self.live)
        return Page(
            state=_STATES.get(str(checkout.get("status")), PageState.OPEN),
            order=ours.order if ours else None,
            attempt=ours.attempt if ours else None,
            news=facts.message(checkout) if told else None,
        )
