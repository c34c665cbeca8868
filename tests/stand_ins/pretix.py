"""pretix's stand-in: vouchers of events, as its recorded answers show them, traps included."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.stand_ins.serving import Asked, Json, StandIn, Told

_EVENTS = "/api/v1/organizers/org/events/"
BASE = f"{_EVENTS}conf/"
_FORBIDDEN = "You do not have permission to perform this action."
_PAGE = 50
_HTML = b"<!DOCTYPE html><html><head><title>Internal Server Error</title></head></html>"
_KNOWN = (
    "code",
    "max_usages",
    "valid_until",
    "block_quota",
    "allow_ignore_quota",
    "price_mode",
    "value",
    "item",
    "variation",
    "quota",
    "tag",
    "comment",
    "subevent",
)


@dataclass(kw_only=True)
class PretixStandIn(StandIn):
    """Events with one quota each. Keys are remembered, refusals too; case tells no codes apart.

    `silent_fields` are ignored without a word, as unknown ones are; `room` is what its quota has
    left for vouchers that block it. Ids count over all events; of an event that is not among
    `events` it says no more than that one may not, as of what is `hidden` from its token.
    """

    token: str = "a-token-of-pretix"
    room: int = 1_000_000
    silent_fields: frozenset[str] = frozenset()
    events: set[str] = field(default_factory=lambda: {"conf"})
    hidden: frozenset[str] = frozenset()
    vouchers: dict[int, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    event_of: dict[int, str] = field(default_factory=dict)
    # The codes that were ever made at an event: only among these another one may be there.
    codes: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        StandIn.__init__(self)
        self._ids = count(1)

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Token {self.token}":
            return _told(401, {"detail": "Invalid token."})
        event, *rest = asked.path.removeprefix(_EVENTS).strip("/").split("/")
        if not asked.path.startswith(_EVENTS):
            return Told(status=404, body=b"<!DOCTYPE html>Not found")
        if event not in self.events:
            return _told(403, {"detail": _FORBIDDEN})
        if (about := self._about(rest)) is not None:
            return about
        if rest[0] == "orders" and len(rest) == 2:
            known = self.orders.get(rest[1])
            return _told(200, known) if known else _told(404, {"detail": "Not found."})
        if len(rest) == 1:
            look = asked.method == "GET"
            return self._listed(event, asked.query) if look else self._create(event, asked)
        return self._one(event, int(rest[1]), asked)

    def of_event(self, event: str) -> list[Json]:
        """The vouchers of an event."""
        return [one for id, one in self.vouchers.items() if self.event_of[id] == event]

    def _about(self, rest: list[str]) -> Told | None:
        """The event itself, its quota and item, and what a token may not see."""
        if not rest:
            return _told(200, {"slug": "conf", "name": {"en": "The conference"}})
        if rest[0] in self.hidden:
            return _told(403, {"detail": _FORBIDDEN})
        if rest[0] not in ("quotas", "items") or len(rest) != 2:
            return None
        known = rest[1] == "1"
        return _told(200, {"name": "Grantees"}) if known else _told(404, {"detail": "Not found."})

    def error(self, status: int, message: str) -> Told:
        if status == 500:
            return Told(status=500, body=_HTML, headers={"Content-Type": "text/html"})
        return _told(status, {"detail": message}, {"Retry-After": "1"})

    def redeem(self, code: str, order: str, *, uses: int = 1) -> None:
        """An order there used a voucher; or, with none, gave it back."""
        voucher = next(one for one in self.vouchers.values() if one["code"] == code)
        voucher["redeemed"] = uses
        self.orders[order] = {"code": order, "positions": [{"id": 1, "voucher": voucher["id"]}]}

    def _create(self, event: str, asked: Asked) -> Told:
        key = asked.headers.get("x-idempotency-key")
        if key and key in self.answers:
            status, body = self.answers[key]
            return Told(status=status, body=body, headers={"Content-Type": "application/json"})
        told = self._created(event, asked.json())
        if key:
            self.answers[key] = told.status, told.body
        return told

    def _created(self, event: str, wish: Json) -> Told:
        if trouble := self._trouble(event, wish):
            return _told(400, trouble)
        number = next(self._ids)
        voucher = {
            "id": number,
            "created": datetime.now(UTC).isoformat(),
            "redeemed": 0,
            "min_usages": 1,
            **dict.fromkeys(_KNOWN),
            "block_quota": False,
            **self._taken(wish),
            "seat": None,
            "budget": None,
            "budget_used": "0.00",
        }
        self.vouchers[number], self.event_of[number] = voucher, event
        self.codes.add((event, str(voucher["code"]).upper()))
        self.made.append(str(voucher["code"]))
        return _told(201, voucher)

    def _trouble(self, event: str, wish: Json) -> Json | None:
        code = str(wish.get("code", ""))
        wrong: Json = {}
        if len(code) < 5:
            wrong["code"] = ["Ensure this field has at least 5 characters."]
        if wish.get("quota") not in (None, 1):
            wrong["quota"] = [f'Invalid pk "{wish["quota"]}" - object does not exist.']
        if wrong:
            return wrong
        if wish.get("quota") and wish.get("item"):
            both = "You cannot select a quota and a specific product at the same time."
            return {"non_field_errors": [both]}
        if self._coded(event, code):
            return {"non_field_errors": ["A voucher with this code already exists."]}
        if wish.get("block_quota") and not wish.get("allow_ignore_quota") and self._full(event):
            full = (
                "You cannot create a voucher that blocks quota as the selected product or quota "
                "is currently sold out or completely reserved."
            )
            return {"non_field_errors": [full]}
        return None

    def _coded(self, event: str, code: str) -> list[Json]:
        """The vouchers of a code, in any case: as an index finds them, without a look at all."""
        if (event, code.upper()) not in self.codes:
            return []
        return [one for one in self.of_event(event) if one["code"].upper() == code.upper()]

    def _full(self, event: str) -> bool:
        blocked = sum(bool(one["block_quota"]) for one in self.of_event(event))
        return blocked >= self.room

    def _taken(self, wish: Json) -> Json:
        known = {name: wish[name] for name in _KNOWN if name in wish}
        return {name: one for name, one in known.items() if name not in self.silent_fields}

    def _listed(self, event: str, query: Mapping[str, str]) -> Told:
        code = query.get("code")
        found = self.of_event(event) if code is None else self._coded(event, code)
        page = int(query.get("page", "1"))
        rows = found[(page - 1) * _PAGE : page * _PAGE]
        following = (
            f"{self.url}{_EVENTS}{event}/vouchers/?page={page + 1}"
            if page * _PAGE < len(found)
            else None
        )
        return _told(
            200, {"count": len(found), "next": following, "previous": None, "results": rows}
        )

    def _one(self, event: str, number: int, asked: Asked) -> Told:
        voucher = self.vouchers.get(number) if self.event_of.get(number) == event else None
        if voucher is None:
            return _told(404, {"detail": "No Voucher matches the given query."})
        if asked.method == "PATCH":
            voucher.update(self._taken(asked.json()))
            self.codes.add((event, str(voucher["code"]).upper()))
        if asked.method == "DELETE":
            if voucher["redeemed"]:
                used = "This voucher can not be deleted as it has already been used."
                return _told(403, {"detail": used})
            del self.vouchers[number]
            self.deleted.append(str(voucher["code"]))
            return Told(status=204)
        return _told(200, voucher)


def _told(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Told:
    said = {"Content-Type": "application/json", **(headers or {})}
    return Told(status=status, body=json.dumps(content).encode(), headers=said)
