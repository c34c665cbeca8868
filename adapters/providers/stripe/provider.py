"""Stripe as a payment provider: what `ledger.payments` asks for, and what reconciling needs."""

from collections.abc import Iterator, Sequence

from adapters.providers.stripe import books, captures, payouts, refunds, sessions
from adapters.providers.stripe.client import stripe_client
from adapters.providers.stripe.fields import PROVIDER
from ledger.payments.capture import CaptureAnswer, CaptureAsk, Standing, VoidAnswer, VoidAsk
from ledger.payments.payment_pages import Page
from ledger.payments.provider import PaymentAnswer, PaymentAsk, RefundAnswer, RefundAsk
from ledger.reconciliation.records import (
    Kind,
    PayoutRow,
    Period,
    Settlement,
    TheirRecord,
    Unread,
)

_LIVE = ("sk_live_", "rk_live_")


class StripePayments:
    """One account of Stripe. `patience` is how many seconds one call may take."""

    name = PROVIDER
    names_orders = True
    closes_pages = True

    def __init__(
        self,
        api_key: str,
        *,
        account: str | None = None,
        api_base: str | None = None,
        patience: float = 10.0,
        retries: int = 1,
    ) -> None:
        if not api_key.strip():
            raise ValueError("the API key of Stripe must not be empty")
        self.account = account or ""
        self.live = api_key.startswith(_LIVE)
        self._client = stripe_client(
            api_key, account=account, api_base=api_base, patience=patience, retries=retries
        )

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """Make a payment page; the same ask under the same key gives the same page."""
        return sessions.create(self._client, ask, try_number=try_number)

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """The same key again: Stripe remembers the page that it made."""
        return self.create_payment(ask, try_number=try_number)

    def expire_payment(self, reference: str) -> bool:
        """Close a payment page; False when it was paid, or could not be closed."""
        return sessions.expire(self._client, reference)

    def page(self, reference: str) -> Page | None:
        """A payment page as Stripe has it; None when it has none. Raises `ProviderAway`."""
        return sessions.page(self._client, reference)

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        """Return money of one payment; the same key never returns it twice."""
        return refunds.create(self._client, ask)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        """Look up a refund by the correlation id in its metadata; None when there is none."""
        return refunds.find(self._client, ask)

    def capture(self, ask: CaptureAsk) -> CaptureAnswer:
        """Take authorized money, whole or in part; the same key never takes it twice."""
        return captures.capture(self._client, ask)

    def void(self, ask: VoidAsk) -> VoidAnswer:
        """Give an authorization up; one that was captured after all is told as paid."""
        return captures.void(self._client, ask)

    def authorization(self, payment_reference: str) -> Standing:
        """How an authorized payment stands."""
        return captures.look(self._client, payment_reference)

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        """Every payment, refund and dispute made in a period; raises `ProviderAway`."""
        return books.records(self._client, period, live=self.live)

    def refunds_of(self, payment: str) -> Iterator[TheirRecord | Unread]:
        """Every refund of one payment, whoever made it; raises `ProviderAway`."""
        return books.refunds_of(self._client, payment, live=self.live)

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One of them by its id; raises `ProviderAway`."""
        return books.record(self._client, kind, reference, live=self.live)

    def payouts(self, period: Period) -> Sequence[Settlement | Unread]:
        """What was paid out in a period, the oldest first; raises `ProviderAway`."""
        return payouts.payouts(self._client, period, live=self.live)

    def payout_rows(self, payout: Settlement) -> Iterator[PayoutRow]:
        """Everything that one payout is made of; raises `ProviderAway`."""
        return payouts.payout_rows(self._client, payout)
