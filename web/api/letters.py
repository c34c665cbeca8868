"""A shop's own words in its letters, for programs: read, looked at, said, taken back."""

from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from msgspec import Meta, field

from ledger.order.stamps import Letter
from ledger.shop.history import ShopEdit
from ledger.shop.letter_words import NO_WORDS, PLACES, LetterWords
from ledger.shop.limits import REASON
from ledger.shop.shop import Shop, spec_of
from ledger.staff.role import Role
from projections.order_json import moment
from web.actions import letter_words as actions
from web.api.bodies import Body, as_json, read
from web.http.access import require
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down

_PRESSES = 120
_Texts = dict[
    Annotated[str, Meta(max_length=10)],
    Annotated[str, Meta(max_length=20_000)],
]
_Why = Annotated[str, Meta(min_length=1, max_length=REASON, description="Kept sealed.")]
_Seen = Annotated[int, Meta(ge=1, lt=2**31, description="The shop's version, as looked at.")]


class SaidBody(Body, frozen=True, kw_only=True):
    """Texts by language; what is left out is as we say it."""

    subject: _Texts = field(default_factory=dict)
    opening: _Texts = field(default_factory=dict)
    closing: _Texts = field(default_factory=dict)


class LetterPreviewBody(SaidBody, frozen=True, kw_only=True):
    """Words to be looked at, in the letter of an order by its number, or of a sample."""

    language: Literal["en", "fi", "sv"] = "en"
    order: Annotated[str, Meta(max_length=40)] = ""


class LetterWordsBody(SaidBody, frozen=True, kw_only=True):
    """What the shop says in this kind of letter from here on, all of it."""

    reason: _Why
    version: _Seen


class LetterTakeBackBody(Body, frozen=True, kw_only=True):
    """Which change is taken back, whole."""

    edit: Annotated[str, Meta(max_length=40, description="The `id` of one of its edits.")]
    reason: _Why
    version: _Seen


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/shops/<shop>/letters")(letters)
    api.get("/shops/<shop>/letters/<letter>")(letter_words)
    api.post("/shops/<shop>/letters/<letter>")(say)
    api.post("/shops/<shop>/letters/<letter>/preview")(preview)
    api.post("/shops/<shop>/letters/<letter>/take-back")(take_back)


def letters(shop: str) -> Response:
    """What the shop says in every kind of letter."""
    _reader(shop)
    found = parts().shops.newest(shop)
    told = [_words(found, Letter(kind)) for kind in PLACES]
    return as_json({"version": found.version, "letters": told})


def letter_words(shop: str, letter: str) -> Response:
    """One kind, with the changes of it, the newest first."""
    _reader(shop)
    return _told(parts().shops.newest(shop), _kind(letter))


def say(shop: str, letter: str) -> Response:
    """Say these words from here on; the same again changes nothing."""
    asks = require(shop=shop)
    slow_down("shop-edit", limit=_PRESSES)
    kind, body = _kind(letter), read(LetterWordsBody)
    found = parts().shops.newest(shop)
    after = actions.say(
        parts(),
        found,
        kind,
        _said(body),
        actor=asks.actor,
        reason=body.reason,
        seen=body.version,
    )
    return _told(after, kind)


def preview(shop: str, letter: str) -> Response:
    """The letter as it would be; nothing is changed."""
    require(shop=shop)
    slow_down("shop-edit", limit=_PRESSES)
    kind, body = _kind(letter), read(LetterPreviewBody)
    found, words = parts().shops.newest(shop), _said(body)
    actions.with_words(spec_of(found), kind, words)
    try:
        subject, text, html = actions.looked_at(
            parts(), found, kind, words, number=body.order, language=body.language
        )
    except (actions.NoSuchOrder, actions.NoSuchLetter) as missing:
        raise ProblemRaised("not-found", detail=str(missing.__doc__)) from None
    return as_json({"subject": subject, "text": text, "html": html})


def take_back(shop: str, letter: str) -> Response:
    """What a change made of the shop is as before; everything else stays as it is."""
    asks = require(shop=shop)
    slow_down("shop-edit", limit=_PRESSES)
    kind, body = _kind(letter), read(LetterTakeBackBody)
    found, id = parts().shops.newest(shop), uuid_in(body.edit)
    edits = [one for one in actions.edits_of(parts(), shop, kind) if one.id == id]
    if not edits:
        raise ProblemRaised("not-found")
    after = actions.take_back(
        parts(), found, edits[0], actor=asks.actor, reason=body.reason, seen=body.version
    )
    return _told(after, kind)


def _reader(shop: str) -> None:
    require(Role.STAFF, Role.AUDITOR, shop=shop)


def _kind(letter: str) -> Letter:
    if letter not in PLACES:
        raise ProblemRaised("not-found")
    return Letter(letter)


def _said(body: SaidBody) -> LetterWords:
    """An empty text is none."""
    return LetterWords(
        **{
            name: {tongue: text for tongue, text in getattr(body, name).items() if text.strip()}
            for name in ("subject", "opening", "closing")
        }
    )


def _words(shop: Shop, letter: Letter) -> dict[str, Any]:
    words = shop.letters.get(letter, NO_WORDS)
    return {
        "letter": str(letter),
        "places": [*PLACES[letter]],
        "subject": dict(words.subject),
        "opening": dict(words.opening),
        "closing": dict(words.closing),
    }


def _told(shop: Shop, letter: Letter) -> Response:
    edits = actions.edits_of(parts(), shop.slug, letter)
    undone = {one.undoes for one in edits}
    told = [_edit(one, taken_back=one.id in undone) for one in edits]
    return as_json({"version": shop.version, **_words(shop, letter), "edits": told})


def _edit(one: ShopEdit, *, taken_back: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": moment(one.at),
        "actor": one.actor,
        "reason": one.reason,
        "undoes": one.undoes,
        "taken_back": taken_back,
    }
