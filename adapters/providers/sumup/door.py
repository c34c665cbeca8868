"""The door for SumUp's messages: whoever brings them, they only say which checkout to look at."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.providers.http import Json
from adapters.providers.sumup import facts, transactions
from adapters.providers.sumup.provider import SumupPayments
from adapters.providers.sumup.references import PROVIDER, name
from ledger.inbox import payout_line
from ledger.inbox.ports import Report
from ledger.payments.provider import BadMessage, Message

_HEADER = "x-sumup-webhook-signature"
_TOLERANCE = timedelta(seconds=300)
_SECONDS = re.compile(r"[0-9]{1,12}")
_CHECKOUT = "checkout"


class SumupDoor:
    """Reads classic messages, which nobody signs, and signed events where there is a secret.

    Neither moves anything: what SumUp itself answers about the checkout does.
    """

    provider = PROVIDER

    def __init__(self, payments: SumupPayments, *, webhook_secret: str | None) -> None:
        if webhook_secret is not None and not webhook_secret.strip():
            raise ValueError("a webhook secret of SumUp must not be empty")
        self._payments, self._secret = payments, webhook_secret

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Report]:
        """The facts of a message, as SumUp confirms them. Raises `BadMessage`, `ProviderAway`."""
        self.check(body, headers, now=now)
        return self.reread(body)

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Is it signed lately, or a classic message that only names a checkout?

        Raises `BadMessage` if it is neither.
        """
        header = _signature_in(headers)
        if header is not None and self._secret is not None:
            _check_signature(body, header, secret=self._secret, now=now)
            _text(body)  # what is signed is kept, whatever it says
            return
        told = _json(body)
        if "type" in told or "event_type" not in told:
            raise BadMessage("an event that is not signed")
        self.subject(body)

    def signed(self, headers: Mapping[str, str]) -> bool:
        """Whether a message that passed the check was signed by SumUp, not just well formed."""
        return self._secret is not None and _signature_in(headers) is not None

    def subject(self, body: bytes) -> str | None:
        """The checkout that a message is about; None where it is about something else."""
        told = _json(body)
        thing = told.get("object")
        if isinstance(thing, dict):
            return name(thing.get("id"), "id") if thing.get("type") == _CHECKOUT else None
        payload = told.get("payload")
        if isinstance(payload, dict):
            return name(payload.get("checkout_id"), "checkout_id")
        return name(told.get("id"), "id")

    def ask(self, checkout: str) -> Message | None:
        """What SumUp says of a checkout; None while there is nothing to tell, or no such one.

        Raises `ledger.payments.provider.ProviderAway`.
        """
        return self._payments.shown(checkout)

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a kept message. One that only names a checkout is asked about again."""
        if (line := payout_line.reports(body)) is not None:
            return line
        told = _json(body)
        if facts.UNREAD in told:
            raise BadMessage("SumUp's answer was no checkout that we can read")
        if "checkout_reference" in told:
            return facts.reports(told, live=self._payments.live)
        if "transaction" in told:
            return transactions.reports(told, live=self._payments.live)
        subject = self.subject(body)
        found = self.ask(subject) if subject else None
        return self.reread(found.body) if found else []

    def event_id(self, body: bytes) -> str | None:
        """SumUp's name of the event, if it is one that has a name."""
        try:
            told = _json(body)
            return name(told.get("id"), "id") if "type" in told else None
        except BadMessage:
            return None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadMessage("the body is not UTF-8") from None


def _json(body: bytes) -> Json:
    try:
        told = json.loads(_text(body))
    except (ValueError, RecursionError):
        raise BadMessage("the body is not JSON") from None
    if not isinstance(told, dict):
        raise BadMessage("the body is not an object")
    return told


def _signature_in(headers: Mapping[str, str]) -> str | None:
    return next((text for key, text in headers.items() if key.lower() == _HEADER), None)


def _check_signature(body: bytes, header: str, *, secret: str, now: datetime) -> None:
    """HMAC-SHA256 over `v1:`, the time, `:` and the body, as SumUp's library checks it."""
    items = [item.strip().partition("=") for item in header.split(",")]
    times = [text for key, _, text in items if key == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise BadMessage("the signature has no time")
    if abs(int(times[0]) - int(now.timestamp())) > _TOLERANCE.total_seconds():
        raise BadMessage("the signature is not of this time")
    signed = b"v1:" + times[0].encode() + b":" + body
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
    told = [text.encode("utf-8", "replace") for key, _, text in items if key == "v1"]
    if not any(hmac.compare_digest(right, one) for one in told):
        raise BadMessage("the signature is wrong")
