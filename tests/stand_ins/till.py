"""What the conformance suite can do to any provider, and what it can see there."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from ledger.inbox.bind import Find
from ledger.inbox.ports import WebhookDoor
from ledger.order.order import Order
from ledger.payments.provider import PaymentProvider
from tests.stand_ins.serving import Message
from web.http.access import Token

# Abilities that not every provider has.
LATER = "a payment may take days"
SAME_PAGE_AGAIN = "a page can be tried again after a decline"
CAN_BE_ASKED = "what became of a page can be asked"
EXPIRES = "a payment page closes by itself and says so"
SETTLES_LATER = "a refund may be accepted first, and settled or failed later"
FAILS_AFTER_SETTLED = "a settled refund may fail after all"
SAYS_FAILED = "the answer to a refund may be yes and its status failed"
FINDS_REFUNDS = "a refund whose answer was lost can be looked up, or asked for again"
REFUNDS_OUTSIDE = "refunds made in the dashboard are told"
RESERVES = "money can be authorized first, and captured or voided later"
SIGNS_ANSWERS = "answers are signed"


class Till(ABC):
    """A provider with its stand-in. A page is named as the adapter named it in its answer.

    News that nobody has fetched waits. `seal` signs a message for the moment it is sent at.
    """

    provider: ClassVar[str]
    can: ClassVar[frozenset[str]]
    tokens: ClassVar[Mapping[str, Token]] = {}

    @abstractmethod
    def connect(self) -> tuple[PaymentProvider, WebhookDoor | None]:
        """The adapter and its door, if it has one, as after a start of the process."""

    def opened(  # noqa: B027 (most need not look)
        self, *, find: Find, order: Callable[[UUID], Order]
    ) -> None:
        """A shop has opened at this till; whoever has no wire looks its orders up."""

    @abstractmethod
    def pay(self, page: str) -> None: ...

    @abstractmethod
    def decline(self, page: str) -> None: ...

    def pay_later(self, page: str) -> None:
        """A slow bank takes it up."""
        raise NotImplementedError

    def settle(self, page: str, *, ok: bool) -> None:
        """The slow bank's answer."""
        raise NotImplementedError

    def expire(self, page: str) -> None:
        raise NotImplementedError

    def catch_up(self) -> None:
        """What happens by itself when time passes has happened."""
        raise NotImplementedError

    @abstractmethod
    def refuse_next_refund(self) -> None:
        """The next refund is refused, and not made."""

    def hold_next_refund(self) -> None:
        """The next refund is accepted, and settled or failed later."""
        raise NotImplementedError

    def fail_next_refund(self) -> None:
        """The next refund is answered with yes, and has failed nevertheless."""
        raise NotImplementedError

    def conclude_refunds(self, page: str, *, ok: bool) -> None:
        """The last word on the refunds of a page, which may have been settled before."""
        raise NotImplementedError

    def refund_outside(self, page: str, cents: int) -> None:
        """Somebody refunds in the provider's own dashboard."""
        raise NotImplementedError

    @abstractmethod
    def lose_answer(self, of: str, *, times: int = 1) -> None:
        """The next so many calls are executed, and nobody hears of it.

        They are of `payment`, `refund`, `capture` or `void`.
        """

    def forge_answer(self, of: str) -> None:
        """The next call is executed, and somebody else signs the answer."""
        raise NotImplementedError

    @abstractmethod
    def go_down(self, of: str, *, times: int = 1) -> None:
        """The next so many calls are not executed, and the caller cannot know."""

    @abstractmethod
    def news(self) -> Sequence[Message]:
        """What there is to tell since the last time, in order."""

    def seal(self, message: Message) -> Message:
        return message

    @abstractmethod
    def forge(self, message: Message) -> Message | None:
        """The same words, signed by somebody else; None where nobody signs."""

    @abstractmethod
    def of_another_account(self, message: Message) -> Message | None:
        """The same news of somebody else's account, or of the other mode, well signed."""

    @abstractmethod
    def elsewhere(self, message: Message, *, order: str, attempt: str) -> Message | None:
        """The same news pinned on another order, well signed where the signature covers it."""

    @abstractmethod
    def misstated(self, message: Message, *, cents: int) -> Message:
        """The same news, with another amount, well signed."""

    @abstractmethod
    def held(self, page: str) -> int:
        """Cents of a page that the merchant has: what is on its way back is gone."""

    @abstractmethod
    def refunds_made(self, page: str) -> int:
        """How many refunds of a page stand."""

    @abstractmethod
    def pages_made(self, order: str) -> int:
        """How many pages were made for an order."""

    def complaints(self) -> Sequence[str]:
        """What was not according to the published format."""
        return []
