"""Kept news is read again when something that it names has become known as an order's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Patience, Progress, each
from adapters.worker.threads import Hands
from ledger.cases.service import Cases
from ledger.inbox.bind import Find
from ledger.inbox.ports import WebhookDoor
from ledger.inbox.replay_inbox import Opened, look_again
from ledger.order.service import Orders
from ledger.payments.message import BadMessage


class News(Protocol):
    """A case, and the kept message that it was opened for."""

    @property
    def case(self) -> UUID: ...
    @property
    def message(self) -> UUID: ...
    @property
    def door(self) -> str: ...
    @property
    def evidence(self) -> str: ...


class Shelf(Protocol):
    """What this reactor needs of the inbox, and nothing more."""

    def open(self, id: UUID) -> Opened | None:
        """A message as it came; None when its key was destroyed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """The reactor of news that found no order. Several may run: nothing is stamped twice."""

    homeless: Callable[[], Sequence[News]]
    shelf: Shelf
    doors: Mapping[str, WebhookDoor]
    orders: Orders
    cases: Cases
    find_order: Find
    clock: Clock
    patience: Patience
    hands: Hands | None = None
    name: str = "second_look"

    def run(self) -> Progress:
        """Receive everything again whose order may be there by now."""
        found = {one.case: one for one in self.homeless()}
        return each(
            self.name,
            [*found],
            lambda case: self._case(found[case]),
            patience=self.patience,
            hands=self.hands,
        )

    def _case(self, news: News) -> Progress:
        if self.cases.get(news.case).state == "resolved":
            return NOTHING  # the list is behind
        door, message = self.doors.get(news.door), self.shelf.open(news.message)
        if door is None or message is None:
            return WAITING
        try:
            reports = door.reread(message.body)
        except BadMessage:
            return WAITING
        after = look_again(
            news.case,
            reports,
            orders=self.orders,
            cases=self.cases,
            find=self.find_order,
            evidence=news.evidence,
            at=self.clock(),
        )
        return DONE if after.state == "resolved" else WAITING
