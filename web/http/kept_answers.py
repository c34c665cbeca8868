"""Answers that are the same for many: made once for what they depend on, and told by their tag."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache
from flask import Flask, Response, current_app, request, session
from werkzeug.http import generate_etag

from web.i18n.languages import COOKIE

_NAME, _MOST = "kept_answers", 256
_CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A body, and the tag that it is known by."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, body: bytes) -> "Tagged":
        """A body with the tag that belongs to it."""
        return cls(body, f'"{generate_etag(body)}"')


class KeptAnswers:
    """The bodies that one app has made lately, by all that they depend on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bodies: LRUCache[Hashable, Tagged] = LRUCache(_MOST)

    def __len__(self) -> int:
        with self._lock:
            return len(self._bodies)

    def body(self, about: Hashable, make: Callable[[], bytes]) -> Tagged:
        """The body that was made for just that, or a new one."""
        with self._lock:
            found = self._bodies.get(about)
        if found is None:
            found = Tagged.of(make())
            with self._lock:
                self._bodies[about] = found
        return found


def keep_answers(app: Flask) -> None:
    """Give an app a place for them."""
    app.extensions[_NAME] = KeptAnswers()


def is_anybody() -> bool:
    """Whether this request brings nothing that a page may differ by: no cart, no account, no words.

    A cookie that is not known to be harmless counts as one that is not.
    """
    harmless = {current_app.config["SESSION_COOKIE_NAME"], COOKIE}
    said = request.args or request.method not in ("GET", "HEAD")
    return not said and request.cookies.keys() <= harmless and session.keys() <= {"csrf_token"}


def kept_body(about: Hashable, make: Callable[[], bytes]) -> Tagged:
    """The body of an answer that depends on `about` and on nothing else."""
    kept = current_app.extensions[_NAME]
    assert isinstance(kept, KeptAnswers)
    return kept.body(about, make)


def tagged(made: Tagged, *, mimetype: str) -> Response:
    """An answer with its entity tag; 304 without a body to whoever has it (RFC 9110, 13.1.2).

    Nobody shows it again without asking: how many are left may change in any moment.
    """
    headers = {"Cache-Control": "private, no-cache", "ETag": made.tag}
    answer = Response(made.body, headers=headers, mimetype=mimetype)
    if _CONDITIONS & request.environ.keys():
        answer.make_conditional(request)
    return answer
