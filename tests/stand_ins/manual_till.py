"""Money by hand: the wire is staff with a bank statement and a cash box, at the API."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

from adapters.providers.manual import ManualPayments
from ledger.inbox.bind import Find
from ledger.order.order import Order
from tests.kits.worlds import SPEC
from tests.stand_ins.serving import Message
from tests.stand_ins.till import Till
from web.http.access import Token, digest_of

PUBLIC = "http://localhost"
STAFF, STRANGER = "the till's token", "somebody else's"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the bank statement: `cents` came (or went, below nothing) with a reference."""

    archive: str
    reference: str
    cents: int


class ManualTill(Till):
    """A page is named by the payment reference that the order's page tells the payer to write."""

    provider = "manual"
    can = frozenset()
    tokens: ClassVar = {digest_of(STAFF): Token(name="till", role="staff", shop=SPEC.slug)}

    def __init__(self) -> None:
        self.statement: list[Line] = []
        self._lines = 0
        self._news: list[Message] = []
        self._sealed: dict[str, Message] = {}

    def connect(self) -> tuple[ManualPayments, None]:
        return ManualPayments(), None

    def opened(self, *, find: Find, order: Callable[[UUID], Order]) -> None:
        self._find, self._order = find, order

    def pay(self, page: str) -> None:
        """A payer transfers what is due, and staff read the statement."""
        cents = self._order(self._meant(page)).due.amount
        line = self._line(page, cents)
        self._news.append(
            self._act(page, "mark-paid", reference=page, transfer=line.archive, amount=cents)
        )

    def hand_back(self, page: str, cents: int) -> None:
        """Staff return money from the cash box, and say so."""
        line = self._line(page, -cents)
        said = self._act(
            page, "refunds", key=line.archive, method="manual", amount=cents, version=0
        )
        self._news.append(said)

    def mistake(self, page: str) -> None:
        """Staff find out that a line of the statement is of somebody else's account."""
        self.statement = [one for one in self.statement if one.reference != page]
        self._news.append(
            self._act(page, "mark-paid/withdraw", key=f"not {page}", version=0, approver="boss")
        )

    def news(self) -> Sequence[Message]:
        fresh, self._news = self._news, []
        return fresh

    def seal(self, message: Message) -> Message:
        """Whoever acts looks at the order first; the same act is the same body for ever."""
        body, key = json.loads(message.body), message.headers.get("Idempotency-Key", "")
        if "version" not in body:
            return message
        if key not in self._sealed:
            order = self._order(UUID(message.target.split("/orders/")[1][:36]))
            self._sealed[key] = _with(message, version=order.version)
        return self._sealed[key]

    def forge(self, message: Message) -> Message | None:
        return replace(message, headers={**message.headers, **_bearer(STRANGER)})

    def of_another_account(self, message: Message) -> Message | None:
        """The shop has one, and nothing of it is told."""
        return None

    def elsewhere(self, message: Message, *, order: str, attempt: str) -> Message | None:
        before, _, after = message.url.partition("/orders/")
        return replace(message, url=f"{before}/orders/{order}{after[36:]}")

    def misstated(self, message: Message, *, cents: int) -> Message:
        reference = json.loads(message.body)["reference"]
        self.statement = [
            replace(one, cents=cents) if one.reference == reference else one
            for one in self.statement
        ]
        return _with(message, amount=cents)

    def held(self, page: str) -> int:
        return sum(one.cents for one in self.statement if one.reference == page)

    def refunds_made(self, page: str) -> int:
        return sum(one.reference == page and one.cents < 0 for one in self.statement)

    def pages_made(self, order: str) -> int:
        sessions = {one.session for one in self._order(UUID(order)).attempts.values()}
        return len(sessions - {""})

    def decline(self, page: str) -> None:
        raise AssertionError("nobody declines: whoever does not pay says nothing")

    def refuse_next_refund(self) -> None:
        raise AssertionError("nobody is asked: who hands money back says so afterwards")

    def lose_answer(self, of: str, *, times: int = 1) -> None:
        raise AssertionError("there is no wire to lose an answer on")

    def go_down(self, of: str, *, times: int = 1) -> None:
        raise AssertionError("there is no provider that could be down")

    def _meant(self, page: str) -> UUID:
        order = self._find(self.provider, page)
        assert order is not None, "staff find an order by its payment reference"
        return order

    def _line(self, page: str, cents: int) -> Line:
        self._lines += 1
        line = Line(archive=f"2027-{self._lines:04}", reference=page, cents=cents)
        self.statement.append(line)
        return line

    def _act(self, page: str, call: str, *, key: str = "", **fields: Any) -> Message:
        address = f"{PUBLIC}/api/v1/shops/{SPEC.slug}/orders/{self._meant(page)}/{call}"
        headers = {"Content-Type": "application/json", **_bearer(STAFF)}
        if key:
            headers["Idempotency-Key"] = key
        body = json.dumps({"reason": "the statement of today", **fields}).encode()
        return Message(method="POST", url=address, headers=headers, body=body)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _with(message: Message, **changes: Any) -> Message:
    return replace(message, body=json.dumps({**json.loads(message.body), **changes}).encode())
