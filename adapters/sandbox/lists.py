"""Lists, newest first, page by page."""

from typing import Any

from adapters.sandbox.books import entry_of
from adapters.sandbox.errors import Json, malformed, no_such
from adapters.sandbox.world import World

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
