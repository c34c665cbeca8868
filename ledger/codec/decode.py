"""Stamps out of stored bytes, of any version that was ever written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger.codec.encode import HEAD_SIZE, Unreadable, head, unframe
from ledger.codec.names import STORED
from ledger.order import stamps
from ledger.shop.stamps import SignIn, Surplus


def _cancelled_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had no cause: only customers could cancel then."""
    return {**body, "cause": stamps.Cause.CUSTOMER}


def _order_placed_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no grace period: every payment was captured at once."""
    return {**body, "grace_period": None}


def _order_placed_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 left every surplus to a person."""
    return {**body, "overpaid": Surplus.CASE}


def _order_placed_4(body: dict[str, Any]) -> dict[str, Any]:
    """Version 3 wrote no letter to who had not paid."""
    return {**body, "payment_letter": None}


def _order_placed_5(body: dict[str, Any]) -> dict[str, Any]:
    """Version 4 was cancelled whole or not at all, so no line had to know its seats."""
    lines = [{**line, "quotas": []} for line in body["lines"]]
    return {**body, "lines": lines, "cancellation": {**body["cancellation"], "parts": False}}


def _order_placed_6(body: dict[str, Any]) -> dict[str, Any]:
    """Version 5 did not say where it takes place, what needs a second person, nor whose it is."""
    return {**body, "visit": None, "account": None, "cancellation": _alone(body["cancellation"])}


def _order_placed_7(body: dict[str, Any]) -> dict[str, Any]:
    """Version 6 knew no vouchers: every line cost its full price."""
    lines = [{**line, "full_price": None} for line in body["lines"]]
    return {**body, "lines": lines, "voucher": None}


def _about_the_whole(body: dict[str, Any]) -> dict[str, Any]:
    """Before single pieces could be cancelled, all stamps were about the whole order."""
    return {**body, "pieces": []}


def _last_pieces(body: dict[str, Any]) -> dict[str, Any]:
    """Before some pieces could be chosen, a part was the last ones of a line."""
    return {**body, "pieces": [{**some, "which": []} for some in body["pieces"]]}


def _approval_requested_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 asked for no swap."""
    return {**body, "instead": [], "price": None}


def _preferences_changed_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no grace period."""
    return _with_preference(body, "grace_period", None)


def _preferences_changed_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 had no words on how to pay by hand."""
    return _with_preference(body, "how_to_pay", {})


def _preferences_changed_4(body: dict[str, Any]) -> dict[str, Any]:
    """Version 3 left every surplus to a person."""
    return _with_preference(body, "overpaid", Surplus.CASE)


def _preferences_changed_5(body: dict[str, Any]) -> dict[str, Any]:
    """Version 4 knew no account for machines and wrote to nobody who had not paid."""
    account = _with_preference(body, "bank_account", None)
    return _with_preference(account, "remind_unpaid", True)


def _preferences_changed_6(body: dict[str, Any]) -> dict[str, Any]:
    """Version 5 cancelled no single pieces."""
    known = {which: body[which] for which in ("before", "after") if body[which] is not None}
    for which, one in known.items():
        policy = {**one["cancellation"], "parts": False}
        body = {**body, which: {**one, "cancellation": policy}}
    return body


def _preferences_changed_7(body: dict[str, Any]) -> dict[str, Any]:
    """Version 6 said neither where it takes place nor what it looks like."""
    for which in ("before", "after"):
        if (one := body[which]) is not None:
            policy = _alone(one["cancellation"])
            body = {**body, which: {**one, "cancellation": policy}}
    for name in ("venue", "doors_at", "ends_at", "picture", "logo"):
        body = _with_preference(body, name, None)
    body = _with_preference(body, "colour", "")
    body = _with_preference(body, "retention", {})
    return _with_preference(body, "sign_in", SignIn.OPTIONAL)


def _preferences_changed_8(body: dict[str, Any]) -> dict[str, Any]:
    """Version 7 let nobody wait for what sold out."""
    return _with_preference(body, "waiting_list", None)


def _preferences_changed_9(body: dict[str, Any]) -> dict[str, Any]:
    """Version 8 had no names on the doors' lists."""
    return _with_preference(body, "door_names", False)


def _alone(policy: dict[str, Any]) -> dict[str, Any]:
    """Before some refunds needed a second person, none did."""
    return {"approval_above": None, **policy}


def _with_preference(body: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    known = {which: body[which] for which in ("before", "after") if body[which] is not None}
    return {**body, **{which: {**one, name: value} for which, one in known.items()}}


def _product_revised_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 let people in everywhere, whenever they came."""
    return {**body, "admission": None}


def _product_revised_3(body: dict[str, Any]) -> dict[str, Any]:
    """Version 2 held seats for who is next as long as the shop said."""
    return {**body, "waiting_list": None}


def _case_opened_2(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say where the money lay: such a case can only be closed."""
    return {**body, "account": "", "live": False, "payment_reference": ""}


UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("CANCELLED", 1): _cancelled_2,
    ("ORDER_PLACED", 1): _order_placed_2,
    ("ORDER_PLACED", 2): _order_placed_3,
    ("ORDER_PLACED", 3): _order_placed_4,
    ("ORDER_PLACED", 4): _order_placed_5,
    ("ORDER_PLACED", 5): _order_placed_6,
    ("ORDER_PLACED", 6): _order_placed_7,
    ("CREATE_REFUND_REQUEST", 1): _about_the_whole,
    ("CREATE_REFUND_REQUEST", 2): _last_pieces,
    ("SEATS_RELEASED", 1): _about_the_whole,
    ("SEATS_RELEASED", 2): _last_pieces,
    ("ORDER_AMENDED", 1): _last_pieces,
    ("APPROVAL_REQUESTED", 1): _last_pieces,
    ("APPROVAL_REQUESTED", 2): _approval_requested_3,
    ("PREFERENCES_CHANGED", 1): _preferences_changed_2,
    ("PREFERENCES_CHANGED", 2): _preferences_changed_3,
    ("PREFERENCES_CHANGED", 3): _preferences_changed_4,
    ("PREFERENCES_CHANGED", 4): _preferences_changed_5,
    ("PREFERENCES_CHANGED", 5): _preferences_changed_6,
    ("PREFERENCES_CHANGED", 6): _preferences_changed_7,
    ("PRODUCT_REVISED", 1): _product_revised_2,
    ("PRODUCT_REVISED", 2): _product_revised_3,
    ("PREFERENCES_CHANGED", 7): _preferences_changed_8,
    ("PREFERENCES_CHANGED", 8): _preferences_changed_9,
    ("CASE_OPENED", 1): _case_opened_2,
}


def upcast(name: str, schema: int, body: bytes) -> bytes:
    """The body as its newest version would have been written."""
    fields = msgspec.json.decode(body)
    for version in range(schema, STORED[name][1]):
        fields = UPCASTERS[name, version](fields)
    return msgspec.json.encode(fields)


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The part of a body that is not the stamp's own."""

    actor: str
    occurred_at: datetime | None
    evidence: str | None
    request: str | None = None


class Decoded(NamedTuple):
    """A stamp read back, with the part of its envelope that is kept in the body."""

    stamp: Any
    actor: str
    occurred_at: datetime | None
    evidence: str | None
    request: str | None


_DECODERS: Mapping[str, Callable[[bytes], Any]] = {
    name: msgspec.json.Decoder(cls).decode for name, (cls, _) in STORED.items()
}
_CLOSED: Mapping[str, tuple[bytes, Callable[[bytes], Any]]] = {
    name: (head(newest), _DECODERS[name]) for name, (_, newest) in STORED.items()
}
_envelope = msgspec.json.Decoder(Envelope).decode
# The library leaves some bytes that are no text to Python's own decoder.
_FAULTS = (KeyError, TypeError, AttributeError, UnicodeDecodeError, msgspec.MsgspecError)


def decode(name: str, schema: int, body: bytes, private: bytes | None) -> Decoded:
    """The stamp that these bytes hold; raises `Unreadable`."""
    try:
        body = _newest(name, schema, body)
        envelope = _envelope(body)
        # Both are JSON objects: the sealed fields go on where the body ends.
        stamp = _DECODERS[name](body[:-1] + b"," + private[1:] if private else body)
    except _FAULTS as error:
        raise _unreadable(name, schema, error) from error
    return Decoded(stamp, envelope.actor, envelope.occurred_at, envelope.evidence, envelope.request)


def closed(name: str, state: bytes) -> tuple[Any, Envelope]:
    """The stamp in a frame, and its envelope, the sealed part left closed; raises `Unreadable`.

    The same as `unframe` and `decode`, for readers of very many.
    """
    try:
        begin, decoder = _CLOSED[name]
        # The newest version without a sealed part, as nearly every stamp is.
        body = state[HEAD_SIZE:] if state.startswith(begin) else _body(name, state)
        return decoder(body), _envelope(body)
    except _FAULTS as error:
        raise _unreadable(name, unframe(state)[0], error) from error


def _body(name: str, state: bytes) -> bytes:
    schema, _, body = unframe(state)
    return _newest(name, schema, body)


def _newest(name: str, schema: int, body: bytes) -> bytes:
    """The body as the newest version would have written it."""
    return body if schema == STORED[name][1] else upcast(name, schema, body)


def _unreadable(name: str, schema: int, error: Exception) -> Unreadable:
    return Unreadable(f"{name} version {schema}: {error}")
