"""What a wish would come to: decided by the deciders themselves, and appended by nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.seats import seat_changes
from ledger.kernel.store import SeatChange
from ledger.order.commands import OrderCommand
from ledger.order.decide import decide
from ledger.order.due import Due
from ledger.order.letters_due import letters_due
from ledger.order.next_step import ACTOR, next_step
from ledger.order.order import Order
from ledger.order.seats import after_drafts
from ledger.order.service import drafted
from ledger.order.stamps import CreateRefundSuccess

# No wish leads to more decisions of ours than an order has payments.
_MOST = 50


class By(StrEnum):
    """Who would stamp it."""

    WISH = "wish"
    LEDGER = "ledger"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A stamp that would be appended; of a provider, if it accepts what it is asked."""

    draft: Draft[object]
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An order before and after a wish, with every stamp between: nothing, if it is so already."""

    before: Order
    after: Order
    stamps: tuple[Foreseen, ...] = ()

    @property
    def letters(self) -> tuple[Due, ...]:
        """The letters that it would owe, and does not owe now."""
        owed = {(due.correlation_id, due.letter) for due in letters_due(self.before)}
        return tuple(
            due for due in letters_due(self.after) if (due.correlation_id, due.letter) not in owed
        )

    @property
    def seats(self) -> tuple[SeatChange, ...]:
        """What each quota would gain or lose."""
        return seat_changes(self.before, self.after)

    @property
    def freed(self) -> int:
        """How many places would be free again, over all quotas."""
        return sum(max(0, -(one.held + one.sold)) for one in self.seats)

    @property
    def taken(self) -> int:
        """How many more places it would take, over all quotas."""
        return sum(max(0, one.held + one.sold) for one in self.seats)

    @property
    def received(self) -> Money:
        """How much more would count as received."""
        return self.after.received - self.before.received

    @property
    def goes_back(self) -> Money:
        """How much more would be on its way back, or have gone back, to the customer."""
        return self._gone(self.after) - self._gone(self.before) - self.set_against

    @property
    def set_against(self) -> Money:
        """How much more would be set against the price of another order."""
        return self.after.given_over - self.before.given_over

    @property
    def kept(self) -> Money:
        """How much more of a price would be kept as a fee."""
        return self.after.fee_kept - self.before.fee_kept

    @staticmethod
    def _gone(order: Order) -> Money:
        return order.refunded + order.refund_pending


def preview(order: Order, command: OrderCommand) -> Preview:
    """What a wish would come to. Raises the refusal of the wish."""
    stamps = decide(command, order)
    return preview_of(order, [drafted(one, order.id, command) for one in stamps], command.at)


def preview_of(order: Order, drafts: Sequence[Draft[object]], at: datetime) -> Preview:
    """What would come of stamps: those, and what follows from them by itself."""
    foreseen = [Foreseen(draft=one, by=By.WISH) for one in drafts]
    after = after_drafts(order, drafts, at)
    for _ in range(_MOST):
        following = [*_accepted(after, order)] or [*_followed(after, at)]
        if not following:
            break
        foreseen += following
        after = after_drafts(after, [one.draft for one in following], at)
    return Preview(before=order, after=after, stamps=tuple(foreseen) if drafts else ())


def _accepted(after: Order, before: Order) -> Iterator[Foreseen]:
    """What providers would be asked back, as if they accepted it."""
    known = {(one.correlation_id, one.last_try) for one in before.unanswered_refunds()}
    for refund in after.unanswered_refunds():
        request = refund.request
        if request is None or (refund.correlation_id, refund.last_try) in known:
            continue
        stamp = CreateRefundSuccess(
            payment=request.payment,
            amount=request.amount,
            provider_reference=f"accepted/{refund.correlation_id}",
            try_number=refund.last_try,
        )
        draft = Draft[object](
            stream=after.id, stamp=stamp, correlation_id=refund.correlation_id, actor=ACTOR
        )
        yield Foreseen(draft=draft, by=By.PROVIDER)


def _followed(order: Order, at: datetime) -> Iterator[Foreseen]:
    """Our own next decision."""
    step = next_step(order, at)
    if step is None:
        return
    for stamp in decide(step, order):
        yield Foreseen(draft=drafted(stamp, order.id, step), by=By.LEDGER)
