"""Cash and bank transfers: nobody is asked, the order page tells how to pay, staff say it came."""

from ledger.order.decisions.staff import MANUAL
from ledger.order.stamps import CreatePaymentSuccess, CreateRefundFailure
from ledger.payments.provider import PaymentAnswer, PaymentAsk, RefundAnswer, RefundAsk


class ManualPayments:
    """A provider without a provider. It holds no account, and there is nothing live about it."""

    name = MANUAL
    account = ""
    live = False

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """There is no page: the customer pays with the order's payment reference."""
        return CreatePaymentSuccess(
            provider_reference=ask.payment_reference or str(ask.correlation_id),
            redirect_url="",
            expires_at=ask.expires_at,
            try_number=try_number,
        )

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        """The same again: it cannot be lost."""
        return self.create_payment(ask, try_number=try_number)

    def expire_payment(self, reference: str) -> bool:
        """There is nothing to close."""
        return True

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        """Never by machine: staff hand the money back and say so."""
        return CreateRefundFailure(code="by_hand_only", try_number=ask.try_number)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        """None was ever made."""
        return None
