"""The signed list of a shop's tickets: what a device at a door goes by when there is no network."""

import hashlib

import msgspec
from flask import Blueprint, Response, request

from ledger.shop.shop import Shop
from projections.order_json import moment
from web.actions.door_list import ticket_list
from web.api.door import asks_at_door, rules_of
from web.http.current import parts
from web.http.problems import ProblemRaised

_FORMAT = "stampledger-door-list/1"
_LONGEST = 16


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/door/list")(door_list)


def door_list(shop: str) -> Response:
    """All tickets of a shop, or those that changed after a position. No codes.

    No names either, unless the shop wants them: then each row has its holder's as its last.
    """
    asks_at_door(shop)
    found, since = parts().shops.get(shop), _since()
    newest = parts().views.door_list_position(found.slug)
    tag = f"{found.id}/{found.version}/{newest}/{since}"
    answer = Response(mimetype="application/json")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(tag.encode()).hexdigest()[:32], weak=True)
    if answer.get_etag()[0] in request.if_none_match.as_set(include_weak=True):
        answer.status_code = 304
        return answer
    answer.set_data(_body(found, since))
    signed = parts().keyring.door_seal.signature(answer.get_data())
    answer.headers["Door-Signature"] = signed
    return answer


def _body(shop: Shop, since: int) -> bytes:
    listed = ticket_list(parts(), shop, since)
    return msgspec.json.encode(
        {
            "format": _FORMAT,
            "shop": shop.slug,
            "position": listed.position,
            "since": since,
            "as_of": moment(listed.as_of),
            **rules_of(shop),
            "salt": listed.salt,
            "names": shop.terms.door_names,
            "tickets": [one.row(names=shop.terms.door_names) for one in listed.tickets],
        }
    )


def _since() -> int:
    text = request.args.get("since", "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST:
        raise ProblemRaised("bad-request", detail="since: a position of the ledger.")
    return int(text)
