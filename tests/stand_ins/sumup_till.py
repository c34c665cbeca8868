"""SumUp's till: the stand-in of its published format, with signed and unsigned webhooks."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.providers.sumup import SumupDoor, SumupPayments
from ledger.payments.ask_once import Once
from tests.stand_ins import till
from tests.stand_ins.serving import Message
from tests.stand_ins.sumup import SIGNATURE, Sumup
from tests.stand_ins.till import Till

PUBLIC = "http://localhost"
WEBHOOKS = f"{PUBLIC}/webhooks/sumup"
_PATHS = {"payment": "/checkouts", "refund": "/refunds"}


class SumupTill(Till):
    """One merchant. A message says which checkout to look at, and nothing else."""

    provider = "sumup"
    can = frozenset(
        {
            till.LATER,
            till.SAME_PAGE_AGAIN,
            till.CAN_BE_ASKED,
            till.EXPIRES,
            till.FINDS_REFUNDS,
            till.SETTLES_LATER,
        }
    )

    def __init__(self, stand_in: Sumup, once: Once) -> None:
        self._stand_in, self.once = stand_in, once

    def connect(self) -> tuple[SumupPayments, SumupDoor]:
        payments = SumupPayments(
            self._stand_in.api_key,
            merchant_code=self._stand_in.merchant,
            api_base=self._stand_in.url,
            public_url=PUBLIC,
            once=self.once,
        )
        return payments, SumupDoor(payments, webhook_secret=self._stand_in.webhook_secret)

    def pay(self, page: str) -> None:
        self._stand_in.conclude(page, "SUCCESSFUL")

    def decline(self, page: str) -> None:
        self._stand_in.conclude(page, "FAILED")

    def pay_later(self, page: str) -> None:
        self._stand_in.conclude(page, "PENDING")

    def settle(self, page: str, *, ok: bool) -> None:
        self._stand_in.conclude(page, "SUCCESSFUL" if ok else "FAILED")

    def expire(self, page: str) -> None:
        self._stand_in.expire(page)

    def refuse_next_refund(self) -> None:
        self._stand_in.next_refunds.append("no-balance")

    def hold_next_refund(self) -> None:
        self._stand_in.next_refunds.append("pending")

    def conclude_refunds(self, page: str, *, ok: bool) -> None:
        for one in self._stand_in.checkouts[page].tries:
            self._stand_in.conclude_refund(one.id, ok=ok)

    def lose_answer(self, of: str, *, times: int = 1) -> None:
        self._stand_in.plan("gone", path=_PATHS[of], times=times)

    def go_down(self, of: str, *, times: int = 1) -> None:
        self._stand_in.plan("500", path=_PATHS[of], times=times)

    def news(self) -> Sequence[Message]:
        told, self._stand_in.news = self._stand_in.news, []
        return told

    def seal(self, message: Message) -> Message:
        if SIGNATURE not in message.headers:
            return message
        header = self._stand_in.event_signature(message.body)
        return replace(message, headers={**message.headers, SIGNATURE: header})

    def signed(self, event: Any) -> Message:
        """Whatever it says, as SumUp would sign it."""
        body = json.dumps(event).encode()
        headers = {SIGNATURE: self._stand_in.event_signature(body)}
        return Message(method="POST", url=WEBHOOKS, headers=headers, body=body)

    def forge(self, message: Message) -> Message | None:
        if SIGNATURE not in message.headers:
            return None
        header = self._stand_in.event_signature(message.body, secret="somebody else's")
        return replace(message, headers={**message.headers, SIGNATURE: header})

    def of_another_account(self, message: Message) -> Message:
        checkout = self._stand_in.checkouts[_checkout(message)]
        checkout.asked["merchant_code"] = "MELSEWHERE"
        return message

    def elsewhere(self, message: Message, *, order: str, attempt: str) -> None:
        """A message names no order: there is nothing to pin on another."""
        return

    def misstated(self, message: Message, *, cents: int) -> Message:
        checkout = self._stand_in.checkouts[_checkout(message)]
        checkout.asked["amount"] = cents / 100
        for one in checkout.tries:
            one.amount = cents
        return message

    def held(self, page: str) -> int:
        return self._stand_in.held(page)

    def refunds_made(self, page: str) -> int:
        events = [one for tried in self._stand_in.checkouts[page].tries for one in tried.events]
        return len([one for one in events if one["status"] != "FAILED"])

    def pages_made(self, order: str) -> int:
        every = self._stand_in.checkouts.values()
        return len([one for one in every if order in json.dumps(one.asked)])

    def complaints(self) -> Sequence[str]:
        return self._stand_in.violations


def _checkout(message: Message) -> str:
    said = json.loads(message.body)
    return str(said["object"]["id"] if "object" in said else said["id"])
