"""Ids become objects where the caller asks for it with `expand[]`."""

from adapters.sandbox.errors import Json, malformed
from adapters.sandbox.lists import envelope, list_of, page
from adapters.sandbox.world import World

# What may be expanded, and of which kind the object is. A list is made up when asked for.
_REFERENCES = {
    "checkout.session": {"payment_intent": "payment_intent", "line_items": "", "customer": ""},
    "payment_intent": {"latest_charge": "charge", "customer": "", "payment_method": ""},
    "charge": {
        "payment_intent": "payment_intent",
        "refunds": "",
        "balance_transaction": "",
        "customer": "",
    },
    "refund": {
        "charge": "charge",
        "payment_intent": "payment_intent",
        "balance_transaction": "",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
}


def expand(world: World, body: Json, *, paths: list[str]) -> Json:
    for path in paths:
        _walk(world, body, steps=path.split("."), path=path)
    return body


def _walk(world: World, body: Json, *, steps: list[str], path: str) -> None:
    if body.get("object") == "list" and steps[0] == "data":
        for item in body["data"]:
            _walk(world, item, steps=steps[1:], path=path)
        return
    step, known = steps[0], _REFERENCES.get(str(body.get("object")), {})
    if step not in known:
        raise malformed(f"This property cannot be expanded ({path}).", "expand")
    _open(world, body, step=step, kind=known[step])
    if len(steps) > 1 and isinstance(body[step], dict):
        _walk(world, body[step], steps=steps[1:], path=path)


def _open(world: World, body: Json, *, step: str, kind: str) -> None:
    if step == "refunds":
        params = {"charge": body["id"]}
        body[step] = page(world, "refund", params=params, url=f"/v1/charges/{body['id']}/refunds")
    elif step == "line_items":
        body[step] = _lines(world, body["id"])
    elif kind and isinstance(body.get(step), str):
        body[step] = world.get(kind, body[step]).body
    else:
        body.setdefault(step, None)


def _lines(world: World, session_id: str) -> Json:
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    session = world.books.find(session_id, "checkout.session")
    if session is None:
        return envelope([], url=url)
    return list_of(session.hidden["lines"], params={}, url=url)
