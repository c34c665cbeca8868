"""Bodies of requests: strict JSON into a struct, what goes out again, and in which language."""

from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from flask import Request, Response, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ledger.order.decisions.place import LANGUAGES
from ledger.shop.texts import language_of
from web.http.problems import ProblemRaised

_S = TypeVar("_S", bound=msgspec.Struct)
_canonical = msgspec.json.Encoder(order="deterministic")


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call takes; unknown fields are refused."""


class Nothing(Body, frozen=True):
    """A call that takes no fields."""


def read(struct: type[_S]) -> _S:
    """The body as this struct; an empty one is `{}`."""
    content = request.get_data()
    if content and request.mimetype != "application/json":
        raise ProblemRaised("not-json")
    try:
        return msgspec.json.decode(content or b"{}", type=struct)
    except msgspec.ValidationError as error:
        raise ProblemRaised("invalid-body", detail=f"{error}.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        raise ProblemRaised("bad-request", detail="The body is not well-formed JSON.") from None


def canonical(body: msgspec.Struct) -> bytes:
    """The same bytes for the same wish, however it was written."""
    return _canonical.encode(body)


def as_json(value: Any, *, status: int = 200) -> Response:
    """An answer in JSON; times in RFC 3339, identifiers as text."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def wished_language(request: Request) -> str:
    """One of the languages that we speak."""
    wish = request.args.get("language", "") if request.query_string else ""
    return _of_ours(wish, request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=256)
def _of_ours(asked: str, accepts: str) -> str:
    """By what was asked for, else by what the browser accepts: browsers say the same few lines."""
    wish = language_of(asked)
    if wish in LANGUAGES:
        return wish
    # `fi-FI, en;q=0.5` wants Finnish; Werkzeug's best match would take the exact "en".
    best = parse_accept_header(accepts, LanguageAccept).values()
    accepted = (tag.partition("-")[0].lower() for tag in best)
    return next((one for one in accepted if one in LANGUAGES), LANGUAGES[0])
