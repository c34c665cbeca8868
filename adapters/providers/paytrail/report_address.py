"""Addresses that a report is brought to: each made for one report, for a day, and signed by us.

What signs them is not what signs messages: no query of Paytrail's begins with these words.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from ledger.payments.message import BadMessage

_LIVES = timedelta(days=1)
_WRITTEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


class ReportAddresses:
    """The last part of such an address, and the name that its report is kept under."""

    def __init__(self, account: str, secret: str) -> None:
        self._account, self._secret = account, secret.encode()

    def make(self, *, now: datetime) -> tuple[str, str]:
        """A fresh address and its name."""
        until, nonce = int((now + _LIVES).timestamp()), secrets.token_hex(16)
        return f"{until}.{nonce}.{self._mark(until, nonce)}", _name(nonce)

    def read(self, address: str, *, now: datetime) -> str:
        """The name that an address was made with; raises `BadMessage` for any other."""
        found = _WRITTEN.fullmatch(address)
        if found is None:
            raise BadMessage("the address is none of ours")
        until, nonce, mark = int(found[1]), found[2], found[3]
        if not hmac.compare_digest(self._mark(until, nonce), mark):
            raise BadMessage("the address is none of ours")
        if until < now.timestamp():
            raise BadMessage("the address was for a day that is over")
        return _name(nonce)

    def _mark(self, until: int, nonce: str) -> str:
        words = f"address of a report/{self._account}/{until}/{nonce}".encode()
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()


def _name(nonce: str) -> str:
    return f"report/{nonce}"
