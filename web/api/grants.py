"""People who are given vouchers: listed, taken over from a file, asked, confirmed, looked after."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.grants.grantee import Grantee
from ledger.grants.people_file import ListRow, ListUnreadable, read_people, typed_row
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from web.actions import grants as actions
from web.actions.find_people import BEGINNING, CHOICES, find_people
from web.actions.grant_json import counted, document, result_json, row_json
from web.actions.wish import Wish
from web.api.bodies import Body, as_json, read
from web.api.pages import cursor, one_of, page_limit, place, text
from web.api.repeats import correlation_id, request_of_bytes
from web.api.staff import wish_of
from web.http.access import require
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down

_B = TypeVar("_B", bound=Body)
# Of one person at a time a program may tell some each second; of many at once, all.
_PRESSES, _MOST = 600, 1_000
_Text = Annotated[str, Meta(max_length=1000)]
_Why = Annotated[str, Meta(max_length=500, description="Why; kept sealed.")]
_Act = Literal["invite", "confirm", "decline", "cancel", "upgrade", "issue", "letter"]
_ACTS = """`invite` asks by a letter whether they come, `confirm` says that they do and calls for
their voucher, `decline` that they do not; `cancel` takes the invitation back and a voucher that
nobody used; `upgrade` gives a co-speaker a full voucher; `issue` tries again what was refused;
`letter` sends the letter that they are owed once more."""


class PersonBody(Body, frozen=True):
    """Somebody on the list. Who is on it already is told the same again, or changed."""

    email: _Text
    kind: Literal["speaker", "grant", "co_speaker"]
    name: _Text = ""
    state: Literal["", "invited", "confirmed", "declined", "cancelled"] = ""
    language: Annotated[str, Meta(max_length=35)] = "en"
    reference: _Text = ""


class ActBody(Body, frozen=True):
    """What is done about one person."""

    act: Annotated[_Act, Meta(description=" ".join(_ACTS.split()))]
    reason: _Why = ""


class ActsBody(Body, frozen=True):
    """What is done about many: those that are named, or all that fit the words, from `after` on."""

    act: Annotated[_Act, Meta(description=" ".join(_ACTS.split()))]
    reason: _Why = ""
    people: Annotated[list[UUID], Meta(min_length=1, max_length=_MOST)] | None = None
    kind: Literal["", "speaker", "grant", "co_speaker"] = ""
    state: Literal["", "invited", "confirmed", "declined", "cancelled"] = ""
    voucher: Literal["", "none", "requested", "refused", "issued", "used", "withdrawn"] = ""
    after: Annotated[str, Meta(max_length=200)] = ""


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/shops/<shop>/people")(people)
    api.post("/shops/<shop>/people")(list_person)
    api.post("/shops/<shop>/people/import")(import_people)
    api.post("/shops/<shop>/people/acts")(act_for_many)
    api.get("/shops/<shop>/people/<person>")(person)
    api.post("/shops/<shop>/people/<person>/acts")(act)


def people(shop: str) -> Response:
    """A page of the list, the oldest first."""
    found = _for_staff(shop)
    wanted = {name: one_of(name, words) or "" for name, words in CHOICES.items()}
    wanted["trouble"] = one_of("trouble", ("1",)) or ""
    after = text("after")
    page = find_people(
        parts(),
        found,
        text("query"),
        wanted,
        after=place(after) if after else BEGINNING,
        limit=page_limit(),
    )
    told = [_told(one) for _, one in page.people]
    return as_json({"people": told, "after": cursor(page.onward) if page.onward else None})


def person(shop: str, person: str) -> Response:
    """One person, their voucher and how far everything is."""
    found = _for_staff(shop)
    return as_json(_told(parts().grantees.known(found.id, uuid_in(person))))


def list_person(shop: str) -> Response:
    """Put somebody on the list, or say something else of them."""
    found, wish, body = _begun("people", shop, PersonBody)
    row = typed_row({name: getattr(body, name).strip() for name in body.__struct_fields__})
    if not row.sound or row.nobody:
        raise ProblemRaised("row-not-accepted", troubles=[*row.troubles] or ["bad-email"])
    after, outcome = actions.list_one(parts(), found, row, wish)
    return as_json(_told(after), status=201 if outcome == "new" else 200)


def import_people(shop: str) -> Response:
    """What a list would change, row by row; with `commit` it is taken over."""
    asks = require(Role.STAFF, shop=shop)
    slow_down("people", limit=_PRESSES)
    commit = one_of("commit", ("true", "false")) == "true"
    if request.mimetype != "text/csv":
        raise ProblemRaised("not-csv")
    content, found = request.get_data(), parts().shops.get(shop)
    cause = correlation_id("people/import", shop, asks.name)
    wish = Wish(
        correlation_id=cause,
        actor=asks.actor,
        at=now(),
        request=request_of_bytes(cause, content),
    )
    rows = _rows(content)
    taken = [*actions.take_over(parts(), found, rows, wish, dry=not commit)]
    told = {
        "committed": commit,
        "outcomes": counted(taken),
        "rows": [row_json(one) for one in taken],
    }
    return as_json(told)


def _rows(content: bytes) -> list[ListRow]:
    try:
        return [*read_people(content)]
    except ListUnreadable as wrong:
        raise ProblemRaised("list-unreadable", detail=str(wrong), what=wrong.what) from None


def act_for_many(shop: str) -> Response:
    """Person by person, each kept as soon as it is done; a second call does the rest."""
    found, wish, body = _begun("people/acts", shop, ActsBody)
    chosen, onward = _chosen(found, body)
    results = [
        *actions.for_each(parts(), found, chosen, body.act, wish, reason=body.reason or "staff")
    ]
    told = {
        "outcomes": counted(results),
        "results": [result_json(one) for one in results],
        "after": onward,
    }
    return as_json(told)


def _chosen(shop: Shop, body: ActsBody) -> tuple[list[UUID], str | None]:
    """Those that are named; or all that fit, from a place on, and where the rest begins."""
    if body.people is not None:
        return body.people, None
    wanted: Mapping[str, str] = {"kind": body.kind, "state": body.state, "voucher": body.voucher}
    after = place(body.after) if body.after else BEGINNING
    rows = parts().views.grantees(shop.slug, wanted, after=after, limit=_MOST + 1)
    here, last = rows[:_MOST], rows[_MOST - 1] if len(rows) > _MOST else None
    return [one.stream for one in here], cursor((last.listed_at, last.stream)) if last else None


def act(shop: str, person: str) -> Response:
    """One thing about one person; the same key again gets the first answer."""
    found, wish, body = _begun(f"people/{person}/acts", shop, ActBody)
    before = parts().grantees.known(found.id, uuid_in(person))
    after = actions.answered(parts(), before.id, wish.get("request"))
    if after is None:
        after = actions.act(parts(), before, body.act, wish, reason=body.reason or "staff")
    return as_json(_told(after))


def _for_staff(shop: str) -> Shop:
    require(Role.STAFF, shop=shop)
    return parts().shops.get(shop)


def _begun(call: str, shop: str, struct: type[_B]) -> tuple[Shop, Wish, _B]:
    """The shop, who asks under which identity, and what; a problem if they may not."""
    asks = require(Role.STAFF, shop=shop)
    slow_down("people", limit=_PRESSES)
    cause, body = correlation_id(call, shop, asks.name), read(struct)
    return parts().shops.get(shop), wish_of(asks, cause, body), body


def _told(one: Grantee) -> Mapping[str, Any]:
    return document(one, personal=True)
