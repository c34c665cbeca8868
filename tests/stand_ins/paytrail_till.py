"""Paytrail's till: the stand-in of its published format, and its signed addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from adapters.providers.paytrail import PaytrailDoor, PaytrailPayments
from ledger.payments.ask_once import Once
from tests.stand_ins import till
from tests.stand_ins.paytrail import Paytrail
from tests.stand_ins.paytrail_signing import signature
from tests.stand_ins.serving import Message
from tests.stand_ins.till import Till

PUBLIC = "http://localhost"
_PATHS = {"payment": "/payments", "refund": "/refund"}


class PaytrailTill(Till):
    """One merchant. What must be asked for at most once outlives the processes in `once`."""

    provider = "paytrail"
    can = frozenset({till.LATER, till.SETTLES_LATER, till.SAYS_FAILED, till.SIGNS_ANSWERS})

    def __init__(self, stand_in: Paytrail, once: Once) -> None:
        self._stand_in, self.once = stand_in, once

    def connect(self) -> tuple[PaytrailPayments, PaytrailDoor]:
        account, secret = self._stand_in.account, self._stand_in.secret
        payments = PaytrailPayments(
            account, secret, api_base=self._stand_in.url, public_url=PUBLIC, once=self.once
        )
        return payments, PaytrailDoor(account, secret)

    def pay(self, page: str) -> None:
        self._stand_in.conclude(page, "ok")

    def decline(self, page: str) -> None:
        self._stand_in.conclude(page, "fail")

    def pay_later(self, page: str) -> None:
        self._stand_in.conclude(page, "delayed")

    def settle(self, page: str, *, ok: bool) -> None:
        self._stand_in.conclude(page, "ok" if ok else "fail")

    def refuse_next_refund(self) -> None:
        self._stand_in.next_refunds.append("refuse")

    def hold_next_refund(self) -> None:
        self._stand_in.next_refunds.append("pending")

    def fail_next_refund(self) -> None:
        self._stand_in.next_refunds.append("fail")

    def conclude_refunds(self, page: str, *, ok: bool) -> None:
        for id, refund in self._stand_in.refunds.items():
            if refund.of.id == page and refund.status == "pending":
                self._stand_in.conclude_refund(id, ok=ok)

    def lose_answer(self, of: str, *, times: int = 1) -> None:
        self._stand_in.plan("gone", path=_PATHS[of], times=times)

    def forge_answer(self, of: str) -> None:
        self._stand_in.plan("forge", path=_PATHS[of])

    def go_down(self, of: str, *, times: int = 1) -> None:
        self._stand_in.plan("500", path=_PATHS[of], times=times)

    def news(self) -> Sequence[Message]:
        told, self._stand_in.news = self._stand_in.news, []
        return told

    def forge(self, message: Message) -> Message:
        return _asking(message, lambda query: _signed(query, "somebody else's"))

    def of_another_account(self, message: Message) -> Message:
        return self.saying(message, {"checkout-account": "695861"})

    def elsewhere(self, message: Message, *, order: str, attempt: str) -> Message:
        # The signature does not cover the path.
        parts = urlsplit(message.url)
        [*before, _, kind] = parts.path.split("/")
        return replace(
            message, url=urlunsplit(parts._replace(path="/".join([*before, order, kind])))
        )

    def misstated(self, message: Message, *, cents: int) -> Message:
        return self.saying(message, {"checkout-amount": str(cents)})

    def saying(self, message: Message, values: Mapping[str, str]) -> Message:
        """The message with other values, well signed."""
        return _asking(message, lambda query: _signed({**query, **values}, self._stand_in.secret))

    def held(self, page: str) -> int:
        return self._stand_in.held(page)

    def refunds_made(self, page: str) -> int:
        every = self._stand_in.refunds.values()
        return len([one for one in every if one.of.id == page and one.status != "fail"])

    def pages_made(self, order: str) -> int:
        every = self._stand_in.payments.values()
        return len([one for one in every if order in one.asked["stamp"]])

    def complaints(self) -> Sequence[str]:
        return self._stand_in.violations


def _signed(query: Mapping[str, str], secret: str) -> Mapping[str, str]:
    return {**query, "signature": signature(query, b"", secret=secret)}


def _asking(message: Message, change: Any) -> Message:
    parts = urlsplit(message.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return replace(message, url=urlunsplit(parts._replace(query=urlencode(change(query)))))
