"""What the tests of the Stripe adapter share: asks, a provider on the sandbox, its levers."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from adapters.providers.stripe import StripeDoor, StripePayments
from adapters.sandbox import Sandbox
from ledger.inbox.ports import Report
from ledger.kernel.money import Money
from ledger.order.stamps import CreatePaymentSuccess, Line, Paid
from ledger.payments.provider import PaymentAsk, RefundAsk
from tests.kits.patience import PATIENCE

API_KEY = "sk_test_stripe_adapter"
SECRET = "whsec_stripe_adapter"
LEVERS = httpx2.Client(trust_env=False, verify=False)

WEEKEND = Line(
    product="weekend",
    revision=1,
    title={"en": "Weekend ticket", "fi": "Viikonloppulippu"},
    quantity=2,
    unit_price=Money(3500, "EUR"),
    vat_percent="13.5",
)


def payment_ask(**changed: Any) -> PaymentAsk:
    attempt = uuid4()
    ask = PaymentAsk(
        order=uuid4(),
        order_number=17,
        shop="winterfest",
        correlation_id=attempt,
        idempotency_key=f"{attempt}/payment/1",
        amount=Money(7000, "EUR"),
        lines=(WEEKEND,),
        language="fi",
        email="ada@shop.example",
        return_url="https://shop.example/winterfest/orders/1",
        expires_at=(datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0),
    )
    return replace(ask, **changed)


def refund_ask(
    payment: PaymentAsk, reference: str, *, amount: int = 7000, **changed: Any
) -> RefundAsk:
    refund = changed.pop("correlation_id", None) or uuid4()
    number = changed.pop("try_number", 1)
    ask = RefundAsk(
        order=payment.order,
        shop=payment.shop,
        correlation_id=refund,
        idempotency_key=f"{refund}/refund/{number}",
        payment=payment.correlation_id,
        payment_reference=reference,
        amount=Money(amount, "EUR"),
        try_number=number,
    )
    return replace(ask, **changed)


@dataclass
class Provider:
    """The adapter, with the sandbox behind it."""

    sandbox: Sandbox
    stripe: StripePayments = field(init=False)

    def __post_init__(self) -> None:
        self.stripe = self.another()

    def another(self, **options: Any) -> StripePayments:
        """As after a restart: nothing of the first client is left."""
        usual = {"retries": 0, "patience": PATIENCE}
        return StripePayments(API_KEY, api_base=self.sandbox.url, **usual | options)

    def lever(self, path: str, /, **asked: Any) -> Any:
        answer = LEVERS.post(f"{self.sandbox.url}/sandbox/{path}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, ask: PaymentAsk) -> CreatePaymentSuccess:
        made = self.stripe.create_payment(ask, try_number=1)
        assert isinstance(made, CreatePaymentSuccess), made
        return made

    def paid(self, ask: PaymentAsk) -> str:
        """Pay; the payment's reference."""
        page = self.page(ask)
        self.lever(f"sessions/{page.provider_reference}/pay")
        (report,) = self.looked(page.provider_reference)
        assert isinstance(report.fact, Paid)
        return report.fact.provider_reference

    def looked(self, session: str) -> list[Report]:
        """What a payment page has come to, as its webhook would tell it."""
        page = self.stripe.page(session)
        return [*StripeDoor(SECRET).reread(page.news.body)] if page and page.news else []

    def objects(self, kind: str) -> list[Any]:
        """What Stripe has, the newest first."""
        url = f"{self.sandbox.url}/v1/{kind}?limit=100"
        answer = LEVERS.get(url, headers={"Authorization": f"Bearer {API_KEY}"})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def post(self, path: str, /, **data: Any) -> Any:
        """Somebody acts in the provider's dashboard."""
        url, bearer = f"{self.sandbox.url}/v1/{path}", {"Authorization": f"Bearer {API_KEY}"}
        answer = LEVERS.post(url, data=data, headers=bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def trouble(self, kind: str, path: str, **asked: Any) -> None:
        self.lever("calls/next", kind=kind, path=path, **asked)
