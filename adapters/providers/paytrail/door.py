"""The door for Paytrail's redirects and callbacks: what they say stands in the address asked for.

The kept message is that address, path and query. The signature covers the query alone, and has no
time: a query that is used again, or at another order's address, says what it said the first time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from adapters.providers.paytrail import facts, parse_report
from adapters.providers.paytrail.client import is_signed
from adapters.providers.paytrail.references import PROVIDER, uuid_or_none
from ledger.inbox import payout_line
from ledger.inbox.ports import Report
from ledger.payments.provider import BadMessage

_PATH = re.compile(r"/webhooks/paytrail/[^/?#]{1,200}/([^/?#]{1,64})/(redirect|callback|refund)")
_MOST_FIELDS = 50
_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class _Target:
    order: UUID | None
    kind: str
    query: Mapping[str, str]


class PaytrailDoor:
    """Reads what browsers and Paytrail bring to one merchant's addresses."""

    provider = PROVIDER

    def __init__(self, account: str, secret: str) -> None:
        if not account.strip() or not secret.strip():
            raise ValueError("account and secret of Paytrail must not be empty")
        self._account, self._secret = account, secret

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Report]:
        """The facts of a signed message. Raises `BadMessage`, and nothing else."""
        self.check(body, headers, now=now)
        return self.reread(body)

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Is the query signed with our secret? Raises `BadMessage` if not."""
        if not is_signed(self._secret, _target(body).query):
            raise BadMessage("the signature is wrong")

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a stored message: the same every time.

        A whole report tells nothing by itself: whoever asked for it compares it row by row.
        """
        if body.lstrip()[:1] == b"[":
            return []
        if (line := payout_line.reports(body)) is not None:
            return line
        if body[:1] == b"{":
            return parse_report.reports(body)
        target = _target(body)
        read = facts.of_refund if target.kind == "refund" else facts.of_payment
        return read(target.query, address_of=target.order)

    def event_id(self, body: bytes) -> str | None:
        """Paytrail names its messages by nothing of their own."""
        return None


def _target(body: bytes) -> _Target:
    path, _, query = _text(body).partition("?")
    found = _PATH.fullmatch(path)
    if found is None:
        raise BadMessage("the address is none of Paytrail's")
    return _Target(uuid_or_none(found[1]), found[2], _fields(query))


def _text(body: bytes) -> str:
    if len(body) > _LONGEST or not body.isascii():
        raise BadMessage("the address is not one")
    return body.decode("ascii")


def _fields(query: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise BadMessage("the query cannot be read") from None
    fields = {name.lower(): value for name, value in pairs}
    if len(fields) != len(pairs):
        raise BadMessage("the query says a thing twice")
    return fields
