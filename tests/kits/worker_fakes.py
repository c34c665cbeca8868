"""Named fakes for the worker: a clock, a mail server, a provider that remembers keys."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Sent
from ledger.order.stamps import (
    Authorized,
    CreateCaptureFailure,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    CreateVoidFailure,
    Paid,
    Voided,
)
from ledger.payments.capture import CaptureAnswer, CaptureAsk, Ending, Standing, VoidAnswer, VoidAsk
from ledger.payments.provider import (
    Accepted,
    NoAnswer,
    PaymentAnswer,
    PaymentAsk,
    RefundAnswer,
    RefundAsk,
)

BEGIN = datetime(2027, 1, 4, 9, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class FakeMail:
    """A mail server: answers in turn from `answers`, then takes everything."""

    answers: list[Delivery | BaseException] = field(default_factory=list)
    delivered: list[tuple[str, str]] = field(default_factory=list)

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Sent):
            self.delivered.append((letter.subject, message_id))
        return answer

    def rest(self) -> None:
        """Nothing was kept."""


@dataclass
class FakeProvider:
    """A provider that remembers keys. `silent` answers are lost after the deed was done.

    With `person`, they are turned away in a way that only a person can mend, before any deed.
    """

    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False
    silent: int = 0
    person: str = ""
    refuses: bool = False
    asks: list[str] = field(default_factory=list)
    refunds: dict[str, RefundAsk] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        self.asks.append(ask.idempotency_key)
        if self.person:
            return NoAnswer("turned away", person=self.person)
        if self._is_silent():
            return NoAnswer("timed out")
        return CreatePaymentSuccess(
            provider_reference=f"cs_{ask.correlation_id}",
            redirect_url="https://pay.example/page",
            expires_at=ask.expires_at,
            try_number=try_number,
        )

    recover_payment = create_payment

    def expire_payment(self, reference: str) -> bool:
        self.closed.append(reference)
        return True

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        self.asks.append(ask.idempotency_key)
        if self.person:
            return NoAnswer("turned away", person=self.person)
        if self.refuses:
            return CreateRefundFailure(code="charge_disputed", try_number=ask.try_number)
        self.refunds.setdefault(ask.idempotency_key, ask)
        return NoAnswer("timed out") if self._is_silent() else self._accepted(ask)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        if self._is_silent():
            return NoAnswer("timed out")
        return self._accepted(ask) if ask.idempotency_key in self.refunds else None

    def _is_silent(self) -> bool:
        self.silent -= 1
        return self.silent >= 0

    def _accepted(self, ask: RefundAsk) -> Accepted:
        return Accepted(
            outcome=CreateRefundSuccess(
                payment=ask.payment,
                amount=ask.amount,
                provider_reference=f"re_{ask.correlation_id}",
                try_number=ask.try_number,
            )
        )


@dataclass
class CapturingFake(FakeProvider):
    """A provider that can capture later: `ended` is what authorizations came to, by payment."""

    kept: dict[str, Authorized] = field(default_factory=dict)
    ended: dict[str, Ending] = field(default_factory=dict)

    def capture(self, ask: CaptureAsk) -> CaptureAnswer:
        self.asks.append(ask.idempotency_key)
        if self.person:
            return NoAnswer("turned away", person=self.person)
        if self.refuses:
            return CreateCaptureFailure(code="not_now", try_number=ask.try_number)
        taken = Paid(
            amount=ask.amount, provider=self.name, provider_reference=ask.payment_reference
        )
        ended = self.ended.setdefault(ask.payment_reference, taken)
        return NoAnswer("timed out") if self._is_silent() else ended

    def void(self, ask: VoidAsk) -> VoidAnswer:
        self.asks.append(ask.idempotency_key)
        if self.person:
            return NoAnswer("turned away", person=self.person)
        if self.refuses:
            return CreateVoidFailure(code="not_now", try_number=ask.try_number)
        given_up = Voided(provider_reference=ask.payment_reference)
        ended = self.ended.setdefault(ask.payment_reference, given_up)
        return NoAnswer("timed out") if self._is_silent() else ended

    def authorization(self, payment_reference: str) -> Standing:
        if self._is_silent():
            return NoAnswer("timed out")
        return self.ended.get(payment_reference) or self.kept[payment_reference]
