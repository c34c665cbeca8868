"""The signed list of a shop's tickets: what a device at a door goes by when there is no network."""

import hashlib
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from projections.door import DoorTicket, list_salt
from projections.order_json import moment
from web.api.door import asks_at_door, rules_of
from web.http.current import parts
from web.http.problems import ProblemRaised

_FORMAT = "stampledger-door-list/1"
_LONGEST = 16


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/door/list")(door_list)


def door_list(shop: str) -> Response:
    """All tickets of a shop, or those that changed after a position. No names, no codes."""
    asks_at_door(shop)
    found, since = parts().shops.get(shop), _since()
    listed = parts().views.door_list(found.slug, since)
    tag = f"{found.id}/{found.version}/{listed.position}/{since}"
    answer = Response(mimetype="application/json")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(tag.encode()).hexdigest()[:32], weak=True)
    body = msgspec.json.encode(
        {
            "format": _FORMAT,
            "shop": found.slug,
            "position": listed.position,
            "since": since,
            "as_of": moment(listed.as_of),
            **rules_of(found),
            "salt": list_salt(found.id),
            "tickets": [_row(one) for one in listed.tickets if one.list_hash],
        }
    )
    answer.set_data(body)
    answer.headers["Door-Signature"] = parts().keyring.door_seal.signature(body)
    answer.make_conditional(request)
    return answer


def _since() -> int:
    text = request.args.get("since", "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST:
        raise ProblemRaised("bad-request", detail="since: a position of the ledger.")
    return int(text)


def _row(one: DoorTicket) -> list[Any]:
    inside = [word.split("/", 3) for word in one.inside]
    return [one.list_hash, one.product, one.state, inside]
