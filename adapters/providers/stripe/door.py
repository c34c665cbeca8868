"""The door for Stripe's webhooks: only what Stripe signed lately comes in."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from stripe import SignatureVerificationError, WebhookSignature

from adapters.providers.stripe.events import event_in, interpret, refunds_in_doubt
from adapters.providers.stripe.fields import PROVIDER, name
from ledger.inbox import payout_line
from ledger.inbox.ports import Report
from ledger.payments.provider import BadMessage

_TOLERANCE = timedelta(seconds=300)
_SECONDS = re.compile(r"[0-9]{1,12}")
_HEADER = "stripe-signature"


class StripeDoor:
    """Reads webhooks. While a secret is being rolled there are two; one right one is enough."""

    provider = PROVIDER

    def __init__(self, *secrets: str, account: str | None = None) -> None:
        if not secrets or not all(secret.strip() for secret in secrets):
            raise ValueError("a webhook secret of Stripe must not be empty")
        self._secrets, self._account = secrets, account or ""

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Report]:
        """The facts of a signed message. Raises `BadMessage`, and nothing else."""
        self.check(body, headers, now=now)
        return self.reread(body)

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Is it signed by Stripe, within 300 seconds of now? Raises `BadMessage` if not."""
        header = next((text for key, text in headers.items() if key.lower() == _HEADER), "")
        # The library trips over what is not text; it accepts times in the future.
        if not header.isascii():
            raise BadMessage("the signature is not text")
        text = _text(body)
        _check_time(header, now)
        if not any(_signed(text, header, secret=secret) for secret in self._secrets):
            raise BadMessage("the signature is wrong")

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a stored message: the same every time."""
        if (line := payout_line.reports(body)) is not None:
            return line
        return interpret(event_in(body), account=self._account)

    def refunds_in_doubt(self, body: bytes) -> str | None:
        """The payment whose refunds a stored message does not tell, and Stripe has to be asked of.

        Raises `BadMessage`.
        """
        return refunds_in_doubt(event_in(body))

    def event_id(self, body: bytes) -> str | None:
        """Stripe's name of the event, if the body has one."""
        try:
            return name(event_in(body), "id")
        except BadMessage:
            return None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadMessage("the body is not UTF-8") from None


def _check_time(header: str, now: datetime) -> None:
    times = [
        text for key, _, text in (item.partition("=") for item in header.split(",")) if key == "t"
    ]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise BadMessage("the signature has no time")
    if abs(int(times[0]) - int(now.timestamp())) > _TOLERANCE.total_seconds():
        raise BadMessage("the signature is not of this time")


def _signed(text: str, header: str, *, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(text, header, secret, tolerance=None))
    except SignatureVerificationError:
        return False
