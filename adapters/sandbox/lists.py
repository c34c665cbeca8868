"""Lists, newest first, page by page; ids become objects where `expand[]` asks for it."""

from typing import Any

from adapters.sandbox.books import entry_of
from adapters.sandbox.errors import Json, malformed, no_such
from adapters.sandbox.world import World

_ANY = "of any kind"
# What may be expanded, and of which kind the object is. A list is made up when asked for.
_REFERENCES = {
    "checkout.session": {"payment_intent": "payment_intent", "line_items": "", "customer": ""},
    "payment_intent": {"latest_charge": "charge", "customer": "", "payment_method": ""},
    "charge": {
        "payment_intent": "payment_intent",
        "refunds": "",
        "balance_transaction": "balance_transaction",
        "customer": "",
    },
    "refund": {
        "charge": "charge",
        "payment_intent": "payment_intent",
        "balance_transaction": "balance_transaction",
    },
    "balance_transaction": {"source": _ANY},
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
    elif kind == _ANY and isinstance(body.get(step), str):
        found = world.books.find(body[step])
        body[step] = found.body if found else body[step]
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


_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_FIELDS = ("payment_intent", "charge", "status")
_UNDELIVERED = "select 1 from deliveries d where d.event_id = o.id and d.state != 'delivered'"


class Where:
    """The conditions of a list, gathered one by one."""

    def __init__(self, kind: str) -> None:
        self.conditions, self.values = ["o.kind = ?"], [kind]

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def __str__(self) -> str:
        return " and ".join(self.conditions)


def page(world: World, kind: str, *, params: Json, url: str, oldest: int | None = None) -> Json:
    where = Where(kind)
    _match(where, params)
    if oldest is not None:
        where.add("o.created >= ?", oldest)
    backwards = "ending_before" in params
    _start(world, where, params=params)
    limit = _limit(params)
    way = "asc" if backwards else "desc"
    order = f"o.created {way}, o.place {way}"
    rows = world.books.rows(
        f"select * from objects o where {where} order by {order} limit ?",  # noqa: S608 (ours)
        (*where.values, limit + 1),
    )
    found = [entry_of(row).body for row in rows[:limit]]
    return envelope(found[::-1] if backwards else found, url=url, has_more=len(rows) > limit)


def _match(where: Where, params: Json) -> None:
    for name in _FIELDS:
        if name in params:
            where.add(f"json_extract(o.body, '$.{name}') = ?", params[name])
    if "payout" in params:
        where.add("json_extract(o.hidden, '$.payout') = ?", params["payout"])
    created = params.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    for name, value in bounds.items():
        where.add(f"o.created {_COMPARISONS[name]} ?", value)
    _match_types(where, params)
    if "delivery_success" in params:
        where.add(f"{'not ' if params['delivery_success'] else ''}exists ({_UNDELIVERED})")


def _match_types(where: Where, params: Json) -> None:
    if "type" in params and "types" in params:
        raise malformed("You may only specify one of these parameters: type, types.", "type")
    types = params.get("types") or [params[name] for name in ("type",) if name in params]
    if types:
        glob = " or ".join("json_extract(o.body, '$.type') glob ?" for _ in types)
        where.add(f"({glob})", *types)


def _start(world: World, where: Where, *, params: Json) -> None:
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            rows = world.books.rows("select * from objects where id = ?", (params[name],))
            if not rows:
                raise no_such(where.values[0], params[name], param=name, status=400)
            where.add(f"(o.created, o.place) {comparison} (?, ?)", *_position(rows[0]))


def _position(row: Any) -> tuple[int, int]:
    return row["created"], row["place"]


def _limit(params: Json) -> int:
    limit = int(params.get("limit", 10))
    if limit > 100:
        message = "This value must be less than or equal to 100 (it currently is '%d')."
        raise malformed(message % limit, "limit", code="parameter_invalid_integer")
    return limit


def list_of(items: list[Json], *, params: Json, url: str) -> Json:
    """A list that lives inside an object, in its own order."""
    start = 0
    if "starting_after" in params:
        ids = [item["id"] for item in items]
        if params["starting_after"] not in ids:
            raise no_such("item", params["starting_after"], param="starting_after", status=400)
        start = ids.index(params["starting_after"]) + 1
    limit = _limit(params)
    rest = items[start:]
    return envelope(rest[:limit], url=url, has_more=len(rest) > limit)


def envelope(data: list[Json], *, url: str, has_more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
