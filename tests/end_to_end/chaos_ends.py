"""After the storm: what must be true of every cent, letter and stamp, whatever happened."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import httpx

from ledger.order.letters import letters_due, owed
from ledger.order.state import Order
from ledger.stamps import Letter, OrderPlaced, ReceiptSent
from tests.end_to_end.journey import Journey

_RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED)


class Ends:
    """Looks at a house that has come to rest. Findings are sentences; none is good."""

    def __init__(self, journey: Journey) -> None:
        self._journey, self._parts = journey, journey.works.parts

    def orders(self) -> Sequence[UUID]:
        feed, after, found = self._parts.store, 0, list[UUID]()
        while stamps := feed.feed(after, limit=2000):  # type: ignore[attr-defined]
            found += [one.stream for one in stamps if isinstance(one.stamp, OrderPlaced)]
            after = stamps[-1].position
        return found

    def at_rest(self) -> bool:
        return next(self.under_way(), None) is None

    def under_way(self) -> Iterator[str]:
        """Messages that nobody read, questions that nobody answered, letters that did not come."""
        yield from (f"a message of {one.door}" for one in self._journey.works.inbox.unfinished())
        for id in self.orders():
            order = self._parts.orders.get(id)
            if any(order.unanswered_payments()):
                yield f"order {order.number}: a payment page"
            if any(order.unanswered_refunds()):
                yield f"order {order.number}: a refund"
            yield from (f"order {order.number}: {one.letter}" for one in letters_due(order))
            if any(one.state in ("started", "unknown") for one in order.postings.values()):
                yield f"order {order.number}: a letter of unknown fate"

    def findings(self) -> Iterator[str]:
        orders = [self._parts.orders.get(id) for id in self.orders()]
        yield from self._money(orders)
        yield from self._unmatched(orders)
        yield from self._receipts(orders)
        for command in ("verify", "diff"):
            done = self._journey.audit(command)
            if done.returncode != 0:
                yield f"audit {command}: {done.stdout[-800:]}{done.stderr[-800:]}"

    def _money(self, orders: Sequence[Order]) -> Iterator[str]:
        """What we hold of an order is what the provider holds of it."""
        theirs: dict[str, int] = defaultdict(int)
        for charge in self.everything("charges"):
            net = charge["amount_captured"] - charge["amount_refunded"]
            theirs[charge["metadata"].get("order", "")] += net
        for order in orders:
            ours = (order.received - order.refunded - order.refund_pending).amount
            if ours != theirs.pop(str(order.id), 0):
                yield f"order {order.number}: {ours} cents here, another sum at the provider"
        yield from (f"{sum_} cents there, of no order here" for sum_ in theirs.values() if sum_)

    def _unmatched(self, orders: Sequence[Order]) -> Iterator[str]:
        """Every payment is an order's or a case's; every surplus is returned or a case's."""
        cases = self._parts.views.cases("open")
        named = {one.provider_reference for one in cases}
        named |= {one.reference for order in orders for one in order.attempts.values()}
        for intent in self.everything("payment_intents"):
            if intent["status"] == "succeeded" and intent["id"] not in named:
                yield f"payment {intent['id']} is in no order and no case"
        surplus = {one.order_id for one in cases if one.kind == "overpaid"}
        for order in orders:
            held = order.received - order.refunded - order.refund_pending
            if held.amount > order.due.amount and order.id not in surplus:
                yield f"order {order.number} holds more than its price, without a case"

    def _receipts(self, orders: Sequence[Order]) -> Iterator[str]:
        """One receipt per correlation id, and each came."""
        came = {one["message_id"] for one in self._journey.mailbox()}
        for order in orders:
            due = Counter(one.correlation_id for one in owed(order) if one.letter in _RECEIPTS)
            history = self._parts.orders.history(order.id)
            sent = [
                (one.correlation_id, one.stamp.letter, one.stamp.message_id)
                for one in history
                if isinstance(one.stamp, ReceiptSent)
            ]
            twice = [one for one, times in (due + Counter(sent)).items() if times > 1]
            yield from (f"order {order.number}: twice, {one}" for one in twice)
            lost = [letter for _, letter, message in sent if message not in came]
            yield from (f"order {order.number}: {one} never came" for one in lost)

    def everything(self, kind: str) -> Iterator[Any]:
        """All objects of a kind at the provider, page by page."""
        after = ""
        while True:
            path = f"{self._journey.house.at.provider}/v1/{kind}?limit=100{after}"
            headers = {"Authorization": f"Bearer {self._journey.house.api_key}"}
            page = httpx.get(path, headers=headers, timeout=60).raise_for_status().json()
            yield from page["data"]
            if not page["has_more"]:
                return
            after = f"&starting_after={page['data'][-1]['id']}"

    def reconcile(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """As an operator would, after a day on which messages were lost."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "web.cli", "reconcile", "--provider", "stripe", *options],
            env=dict(self._journey.house.environment()),
            capture_output=True,
            text=True,
            check=False,
        )
