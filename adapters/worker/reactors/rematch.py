"""Kept news is read again when something that it names has become known as an order's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Progress
from ledger.cases.service import Cases
from ledger.inbox.bind import Find
from ledger.inbox.ports import WebhookDoor
from ledger.inbox.replay_inbox import Opened, look_again
from ledger.order.service import Orders
from ledger.payments.provider import BadMessage


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
    """Acts on news that found no order. Several may: nothing is stamped twice."""

    shelf: Shelf
    doors: Mapping[str, WebhookDoor]
    orders: Orders
    cases: Cases
    find_order: Find
    clock: Clock

    def __call__(self, news: News) -> Progress:
        """Receive it again: its order may be there by now."""
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
