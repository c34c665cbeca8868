"""What a pretix tells by webhook: unsigned, so it is a reason to look, and nothing more."""

import json

from ledger.grants.keeper import PlaceToLook
from ledger.payments.provider import BadMessage

# Octets. A message names an order and an action; ten times that is none.
LONGEST = 4_096
_ORDER = "pretix.event.order."


def read_message(body: bytes) -> PlaceToLook:
    """Where a message says that something happened; raises `BadMessage`."""
    if len(body) > LONGEST:
        raise BadMessage("a message that is too long")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadMessage("a message that is not JSON") from None
    if not isinstance(told, dict):
        raise BadMessage("a message that says nothing")
    names = [told.get(name) for name in ("organizer", "event", "action")]
    if not all(isinstance(one, str) and 0 < len(one) <= 200 for one in names):
        raise BadMessage("a message without organizer, event or action")
    organizer, event, action = (str(one) for one in names)
    code = told.get("code")
    of_order = action.startswith(_ORDER) and isinstance(code, str)
    order = str(code) if of_order and str(code).isalnum() and len(str(code)) <= 16 else ""
    return PlaceToLook(organizer=organizer, event=event, order=order)
