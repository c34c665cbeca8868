"""pretix's stand-in: vouchers of one event, as its recorded answers show them, traps included."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.stand_ins.serving import Asked, Json, StandIn, Told

BASE = "/api/v1/organizers/org/events/conf/"
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
    """One event with one quota. Keys are remembered, refusals too; capitals tell codes apart.

    `silent_fields` are ignored without a word, as unknown ones are; `room` is what its quota has
    left for vouchers that block it.
    """

    token: str = "a-token-of-pretix"
    room: int = 1_000_000
    silent_fields: frozenset[str] = frozenset()
    vouchers: dict[int, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        StandIn.__init__(self)
        self._ids = count(1)

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Token {self.token}":
            return _told(401, {"detail": "Invalid token."})
        if not asked.path.startswith(BASE):
            return Told(status=404, body=b"<!DOCTYPE html>Not found")
        rest = asked.path.removeprefix(BASE).strip("/").split("/")
        if rest[0] == "orders" and len(rest) == 2:
            known = self.orders.get(rest[1])
            return _told(200, known) if known else _told(404, {"detail": "Not found."})
        if len(rest) == 1:
            return self._listed(asked.query) if asked.method == "GET" else self._create(asked)
        return self._one(int(rest[1]), asked)

    def error(self, status: int, message: str) -> Told:
        if status == 500:
            return Told(status=500, body=_HTML, headers={"Content-Type": "text/html"})
        return _told(status, {"detail": message}, {"Retry-After": "1"})

    def redeem(self, code: str, order: str, *, uses: int = 1) -> None:
        """An order there used a voucher; or, with none, gave it back."""
        voucher = next(one for one in self.vouchers.values() if one["code"] == code)
        voucher["redeemed"] = uses
        self.orders[order] = {"code": order, "positions": [{"id": 1, "voucher": voucher["id"]}]}

    def _create(self, asked: Asked) -> Told:
        key = asked.headers.get("x-idempotency-key")
        if key and key in self.answers:
            status, body = self.answers[key]
            return Told(status=status, body=body, headers={"Content-Type": "application/json"})
        told = self._created(asked.json())
        if key:
            self.answers[key] = told.status, told.body
        return told

    def _created(self, wish: Json) -> Told:
        if trouble := self._trouble(wish):
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
        self.vouchers[number] = voucher
        self.made.append(str(voucher["code"]))
        return _told(201, voucher)

    def _trouble(self, wish: Json) -> Json | None:
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
        if any(one["code"].upper() == code.upper() for one in self.vouchers.values()):
            return {"non_field_errors": ["A voucher with this code already exists."]}
        blocked = sum(bool(one["block_quota"]) for one in self.vouchers.values())
        ignores = wish.get("allow_ignore_quota")
        if wish.get("block_quota") and not ignores and blocked >= self.room:
            full = (
                "You cannot create a voucher that blocks quota as the selected product or quota "
                "is currently sold out or completely reserved."
            )
            return {"non_field_errors": [full]}
        return None

    def _taken(self, wish: Json) -> Json:
        known = {name: wish[name] for name in _KNOWN if name in wish}
        return {name: one for name, one in known.items() if name not in self.silent_fields}

    def _listed(self, query: Mapping[str, str]) -> Told:
        found = [*self.vouchers.values()]
        if (code := query.get("code")) is not None:
            found = [one for one in found if one["code"].upper() == code.upper()]
        page = int(query.get("page", "1"))
        rows = found[(page - 1) * _PAGE : page * _PAGE]
        following = (
            f"{self.url}{BASE}vouchers/?page={page + 1}" if page * _PAGE < len(found) else None
        )
        return _told(
            200, {"count": len(found), "next": following, "previous": None, "results": rows}
        )

    def _one(self, number: int, asked: Asked) -> Told:
        voucher = self.vouchers.get(number)
        if voucher is None:
            return _told(404, {"detail": "No Voucher matches the given query."})
        if asked.method == "PATCH":
            voucher.update(self._taken(asked.json()))
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
