"""After the storm: what must be true of every cent, letter and stamp, whatever happened."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from adapters.worker.reactors.deliver_letter import message_id_of
from ledger.order.due import Due
from ledger.order.letters_due import letters_due, owed
from ledger.order.order import Order
from ledger.order.stamps import Letter, OrderPlaced, ReceiptResendRequested, ReceiptSent
from tests.end_to_end.chaos_money import Money
from tests.end_to_end.chaos_storm import everything
from tests.end_to_end.journey import Journey

_RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED)
_FAR = 5000


@dataclass
class Ends:
    """Looks at a house that has come to rest. Findings are sentences; none is good."""

    journey: Journey
    looked: dict[str, int] = field(default_factory=dict)
    _placed: list[UUID] = field(default_factory=list)
    _read: int = 0

    def placed(self) -> Sequence[UUID]:
        store = self.journey.works.parts.store
        while stamps := store.feed(self._read, limit=_FAR):
            self._placed += [one.stream for one in stamps if isinstance(one.stamp, OrderPlaced)]
            self._read = stamps[-1].position
        return self._placed

    @cached_property
    def orders(self) -> Sequence[Order]:
        """As they are at the end: look once, when nothing moves any more."""
        return [self.journey.works.parts.orders.get(id) for id in self.placed()]

    def at_rest(self) -> bool:
        """The views know first; whether they are right, only the ledger knows."""
        works = self.journey.works
        if works.inbox.unfinished(1):
            return False
        return next(self.under_way(), None) is None

    def under_way(self) -> Iterator[str]:
        """Messages that nobody read, questions that nobody answered, letters that did not come."""
        works = self.journey.works
        yield from (f"a message of {one.door}" for one in works.inbox.unfinished())
        for id in self.placed():
            order = works.parts.orders.get(id)
            yield from (f"order {order.number}: {what}" for what in _waiting(order))

    def findings(self) -> Iterator[str]:
        yield from self._reconciled()
        yield from self._money().findings()
        yield from self._receipts()
        for words in (("audit", "verify"), ("audit", "diff"), ("seats", "check"), _REREAD):
            done = self.journey.command(*words)
            if done.returncode != 0:
                yield f"{' '.join(words)}: {done.stdout[-1200:]}{done.stderr[-800:]}"

    def _money(self) -> Money:
        parts = self.journey.works.parts
        rows = parts.views.cases("open")
        opened = [case for row in rows if (case := parts.cases.get(row.stream).opened)]
        money = Money(
            orders=self.orders,
            on_cases={*map(attrgetter("payment_reference"), opened)}
            | {*map(attrgetter("provider_reference"), opened)},
            overpaid={row.order_id for row in rows if row.kind == "overpaid" and row.order_id},
            charges=[*everything(self.journey, "charges")],
            disputes=[*everything(self.journey, "disputes")],
        )
        held = money.held_there()
        self.looked |= {"payments": len(held), "cents held": sum(held.values())}
        return money

    def _reconciled(self) -> Iterator[str]:
        """Both books agree to the cent; taking in once more adds no stamp."""
        done = self.journey.command("reconcile", "--provider", "stripe", "--json")
        if not done.stdout:
            yield f"reconcile: {done.stderr[-800:]}"
            return
        told = json.loads(done.stdout)
        # Money that waits on a case is told as a finding, and is one of neither book.
        yield from (f"reconcile: {line}" for line in told["left"] if line["verdict"] != "open_case")
        waiting = sum(
            (1 if line["kind"] == "payment" else -1) * line["theirs"]["amount"]
            for line in told["left"]
            if line["verdict"] == "open_case" and line["theirs"]["state"] != "failed"
        )
        self.looked["cents on both sides"] = sum(one["theirs"] for one in told["net"])
        if sum(one["difference"] for one in told["net"]) != waiting:
            yield f"reconcile: the totals differ: {told['net']}, of which {waiting} is on cases"
        before = self.journey.works.parts.store.head()[0]
        self.journey.command("reconcile", "--provider", "stripe", "--commit")
        after = self.journey.works.parts.store.head()[0]
        if after != before:
            yield f"reconcile, once more, stamped {after - before}"

    def _receipts(self) -> Iterator[str]:
        """One receipt per correlation id; each came, and none came that is not in the ledger."""
        mailbox = self.journey.mailbox()
        came = {one["message_id"] for one in mailbox if "operators@" not in one["to"]}
        known, perhaps = set[str](), set[str]()
        for order in self.orders:
            due = Counter(one.correlation_id for one in owed(order) if one.letter in _RECEIPTS)
            history = self.journey.works.parts.orders.history(order.id)
            sent = {
                (one.correlation_id, one.stamp.letter, one.stamp.message_id)
                for one in history
                if isinstance(one.stamp, ReceiptSent)
            }
            known |= {message for _, _, message in sent}
            perhaps |= {*_of_unknown_fate(order)}
            receipts = Counter(cause for cause, letter, _ in sent if letter in _RECEIPTS)
            asked = [one.stamp for one in history if isinstance(one.stamp, ReceiptResendRequested)]
            again = Counter(one.receipt for one in asked)
            for cause, times in due.items():
                if times > 1 or receipts[cause] > 1 + again[cause]:
                    yield f"order {order.number}: two receipts for {cause}"
            lost = [letter for _, letter, message in sent if message not in came]
            yield from (f"order {order.number}: {one} never came" for one in lost)
        self.looked["letters"] = len(came)
        strange = (one for one in came - known if one.partition("@")[0] not in perhaps)
        yield from (f"letter {one} is in no stamp" for one in strange)


_REREAD = ("inbox", "reread")


def _of_unknown_fate(order: Order) -> Iterator[str]:
    """Letters whose sender died, and that were not called for any more: they may have come."""
    owes = {(one.correlation_id, one.letter) for one in owed(order)}
    for (cause, letter), posting in order.postings.items():
        if posting.state == "unknown" and (cause, letter) not in owes:
            due = Due(correlation_id=cause, letter=letter, position=0)
            yield message_id_of(due, "", posting).partition("@")[0]


def _waiting(order: Order) -> Iterator[str]:
    if any(order.unanswered_payments()):
        yield "a payment page"
    if any(order.unanswered_refunds()):
        yield "a refund"
    for attempt in order.attempts.values():
        if attempt.capture_unanswered or attempt.void_unanswered:
            yield "an authorization"
    yield from (str(one.letter) for one in letters_due(order))
    if any(one.state == "started" for one in order.postings.values()):
        yield "a letter that was begun"
