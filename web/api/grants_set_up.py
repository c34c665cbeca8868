"""Where vouchers for people are made: read, checked and set up by a program of an admin."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from msgspec import Meta

from ledger.grants.programme import GrantProgramme
from ledger.grants.stamps import GrantsSetUp
from ledger.kernel.refusals import GrantsSetUpWrong
from ledger.shop.shop import Shop
from projections.order_json import moment
from web.actions import grants_set_up as actions
from web.api.bodies import Body, as_json, read
from web.api.pages import one_of
from web.api.repeats import correlation_id
from web.api.staff import wish_of
from web.http.access import require
from web.http.current import parts
from web.http.rate_limit import slow_down

_PRESSES = 30
_Number = Annotated[int, Meta(ge=1, lt=2**31)]
_Name = Annotated[str, Meta(max_length=120)]


class SetUpBody(Body, frozen=True, kw_only=True):
    """All of the rules. In our own shop `product`; at pretix the event, and a quota or an item."""

    version: Annotated[int, Meta(ge=0, lt=2**31, description="As looked at; 0 before the first.")]
    place: Literal["own", "pretix"]
    product: _Name = ""
    organizer: _Name = ""
    event: _Name = ""
    quota: _Number | None = None
    item: _Number | None = None
    block_quota: bool = False
    co_speaker_percent: Annotated[str, Meta(max_length=12, description="As a decimal.")] = "25"
    ticket_price: (
        Annotated[int, Meta(ge=0, lt=2**53, description="In minor units, for reports.")] | None
    ) = None
    valid_until: Annotated[datetime, Meta(tz=True)] | None = None
    reason: Annotated[str, Meta(max_length=500, description="Why; kept sealed.")] = ""


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/shops/<shop>/people/set-up")(rules)
    api.post("/shops/<shop>/people/set-up")(set_up)


def rules(shop: str) -> Response:
    """The rules as they are, and those that were, the newest first."""
    require(shop=shop)
    programme = parts().grantees.programme(parts().shops.get(shop).id)
    history = [
        {
            "at": moment(one.at),
            "actor": one.actor,
            "reason": one.rules.reason,
            "rules": actions.rules_json(one.rules),
        }
        for one in actions.past(parts(), programme)
    ]
    return as_json({**_told(programme), "history": history})


def set_up(shop: str) -> Response:
    """What a check of these rules finds; with `commit` they count from here on."""
    asks = require(shop=shop)
    slow_down("grants-set-up", limit=_PRESSES)
    commit = one_of("commit", ("true", "false")) == "true"
    cause, body = correlation_id("people/set-up", shop, asks.name), read(SetUpBody)
    found = parts().shops.get(shop)
    wanted = _wanted(found, body)
    if not commit:
        check = _check(found, wanted)
        programme = parts().grantees.programme(found.id)
        return as_json({"committed": False, **_told(programme), "check": check})
    if not body.reason.strip():
        raise GrantsSetUpWrong("reason")
    check = _check(found, wanted)
    wish = wish_of(asks, cause, body)
    after = actions.set_up(parts(), wanted, wish, version=body.version)
    return as_json({"committed": True, **_told(after), "check": check})


def _check(shop: Shop, wanted: GrantsSetUp) -> Mapping[str, object]:
    found = actions.checked(parts(), shop, wanted)
    return {
        "word": found.word or "well",
        "text": actions.CHECKS[found.word],
        "names": [one for one in found.names if one],
    }


def _wanted(shop: Shop, body: SetUpBody) -> GrantsSetUp:
    try:
        until = body.valid_until.astimezone(UTC) if body.valid_until else None
    except OverflowError:
        raise GrantsSetUpWrong("valid_until") from None
    return actions.rules_for(
        shop,
        place=body.place,
        product=body.product.strip(),
        organizer=body.organizer.strip(),
        event=body.event.strip(),
        quota=body.quota,
        item=body.item,
        block_quota=body.block_quota,
        percent=body.co_speaker_percent,
        price=body.ticket_price,
        valid_until=until,
        reason=body.reason.strip(),
    )


def _told(programme: GrantProgramme) -> dict[str, Any]:
    rules = programme.rules
    return {"version": programme.version, "rules": actions.rules_json(rules) if rules else None}
