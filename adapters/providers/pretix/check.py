"""Whether vouchers can be made at an event: what an organiser typed, asked of the pretix itself."""

from urllib.parse import quote

import httpx2

from adapters.providers.http import Answer, Lost
from adapters.providers.pretix.client import PretixClient, Throttled
from ledger.grants.keeper import DestinationCheck
from ledger.grants.stamps import Destination
from ledger.payments.provider import BadMessage

# A person waits for the answer.
_PATIENCE = 5.0
# Of an event that it does not know pretix says the same as of one that a token may not see.
_WORDS = {"unauthorized": "token", "forbidden": "forbidden"}


class PretixCheck:
    """Looks, and changes nothing: the event, its quota or item, and what the token may see."""

    def __init__(
        self, token: str, *, api_base: str | None, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._client = PretixClient(
            token,
            api_base=api_base,
            patience=_PATIENCE,
            pace=_at_once,
            transport=transport,
        )

    def __call__(self, told: Destination) -> DestinationCheck:
        """The first trouble, or what was found, by the names that it has there."""
        try:
            return self._looked(told)
        except Throttled:
            return DestinationCheck(word="later")
        except Lost as lost:
            return DestinationCheck(word=_WORDS.get(lost.person, "away"))
        except BadMessage:
            return DestinationCheck(word="no_pretix")

    def _looked(self, told: Destination) -> DestinationCheck:
        organizer, event = quote(told.organizer, safe=""), quote(told.event, safe="")
        root = f"/organizers/{organizer}/events/{event}/"
        names = [_name(found := self._client.get(root))]
        if found.status == 404:
            return DestinationCheck(word="event")
        kind, number = ("item", told.item) if told.quota is None else ("quota", told.quota)
        there = self._client.get(f"{root}{kind}s/{number}/")
        if there.status == 404:
            return DestinationCheck(word=kind, names=(names[0],))
        names.append(_name(there))
        for what in ("vouchers", "orders"):
            if not self._may_see(f"{root}{what}/"):
                return DestinationCheck(word=what, names=tuple(names))
        return DestinationCheck(names=tuple(names))

    def _may_see(self, path: str) -> bool:
        """Of what a token may see nothing, pretix says 403; the event itself was seen before."""
        try:
            return self._client.get(path, page_size="1").status == 200
        except Lost as lost:
            if lost.person:
                return False
            raise


def _at_once() -> None:
    """A person asks, and seldom: four calls are no flood."""


def _name(answer: Answer) -> str:
    """What it is called there; its name may be in several languages."""
    content = answer.content
    if answer.status == 404:
        return ""
    if answer.status != 200 or not isinstance(content, dict):
        raise BadMessage("no pretix answers like that")
    name = content.get("name", "")
    if isinstance(name, dict):
        name = next((one for one in (name.get("en"), *name.values()) if one), "")
    return str(name)[:200]
