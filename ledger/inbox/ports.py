"""Where a provider's messages come in, and the news in them, ours or not (law 11)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundFailure,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaidOut,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)
from ledger.payments.provider import BadMessage, Message

Fact = (
    PaymentPending
    | PaymentFailed
    | PaymentExpired
    | Authorized
    | AuthorizationExpired
    | Voided
    | Paid
    | CreateRefundSuccess
    | CreateRefundFailure
    | Refunded
    | RefundFailed
    | Disputed
    | DisputeClosed
    | PaidOut
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One fact as a provider tells it.

    `order` and `attempt` (the payment attempt's correlation id) come from our own metadata where
    it was sent back; `correlation_id` is what the fact is stamped with: the attempt's for a
    payment, the refund's for a refund, a derived one for news that we did not ask for.
    `amount` is None where the fact is of no money, `occurred_at` where the provider tells no time.
    `payment_reference` is the order's own, where the provider sends it back; `payer_reference` is
    what the payer wrote. `page` is the payment page that the news came through, where it tells
    that; `claimed`: only the message itself says whose it is, so a page of ours must bear it out.
    """

    provider: str
    account: str
    live: bool
    order: UUID | None
    attempt: UUID | None
    correlation_id: UUID
    fact: Fact
    currency: str | None
    amount: Money | None
    reference: str
    occurred_at: datetime | None
    contradiction: str = ""
    payment_reference: str = ""
    payer_reference: str = ""
    page: str = ""
    claimed: bool = False


class Tampered(Exception):
    """A kept message is not what was kept, or cannot be opened though nobody erased it."""


class WebhookDoor(Protocol):
    """What the web needs of a provider's door, and nothing more."""

    provider: str

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Did the provider send it, lately? Raises `BadMessage` if not, and nothing else.

        What passes is kept before anyone asks what it says.
        """
        ...

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a kept message, the same every time. Raises `BadMessage`."""
        ...

    def event_id(self, body: bytes) -> str | None:
        """The provider's own name of a message, signed or not; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A kept message: its id in the inbox, and the hash that stamps read from it carry."""

    id: UUID
    hash: str


@dataclass(slots=True)
class InHand:
    """A message that is being understood, and is kept before its provider is answered.

    `evidence` names it from the start. With `one_fact`, all that it says is done as soon as the
    order's stamp stands; `done`: nothing of it is left to understand.
    """

    evidence: Evidence
    one_fact: bool = False
    done: bool = False


class Inbox(Protocol):
    """Where messages are kept before anybody is told that they came."""

    def keep(
        self,
        provider: str,
        door: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        verdict: str,
        provider_event_id: str | None,
        received_at: datetime,
        done: bool = False,
    ) -> Evidence:
        """Sealed and committed when it returns; only then may a provider be told 2xx.

        One that is `done` waits for nobody: it is what was said, and nothing to be understood.
        """
        ...

    def in_hand(
        self,
        provider: str,
        door: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        verdict: str,
        provider_event_id: str | None,
        received_at: datetime,
    ) -> AbstractContextManager[InHand]:
        """To understand it in the block: sealed and committed when that ends, however it ends.

        The first stamp that cites it is committed together with it.
        """
        ...

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """What became of it: `done`, `failed`, or `waiting` to try again. Done stays done."""
        ...


@runtime_checkable
class AskingDoor(WebhookDoor, Protocol):
    """A door whose messages only say what to look at: the provider is asked what it is."""

    def signed(self, headers: Mapping[str, str]) -> bool:
        """Whether a message that passed the check came from the provider, not just anybody."""
        ...

    def subject(self, body: bytes) -> str | None:
        """The provider's name of what to look at; None where there is nothing. May be a lie."""
        ...

    def ask(self, subject: str) -> Message | None:
        """What the provider says of it, to be kept and read; None while there is nothing to tell.

        Raises `ledger.payments.provider.ProviderAway`.
        """
        ...


@runtime_checkable
class DoubtfulDoor(WebhookDoor, Protocol):
    """A door whose messages may say that money went back, and not which refunds did it."""

    def refunds_in_doubt(self, body: bytes) -> str | None:
        """The payment whose refunds have to be looked up. Raises `BadMessage`."""
        ...


def refunds_in_doubt(door: WebhookDoor, body: bytes) -> str | None:
    """The payment whose refunds a message leaves in doubt; None at most doors, and mostly."""
    # What `isinstance(door, DoubtfulDoor)` looks at, without its looking at everything else.
    doubted: Callable[[bytes], str | None] | None = getattr(door, "refunds_in_doubt", None)
    try:
        return doubted(body) if doubted is not None else None
    except BadMessage:
        return None
