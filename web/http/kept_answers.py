"""Answers that are the same for many: made once for what they depend on, and told by their tag."""

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache
from flask import Flask, Response, current_app, request, session

from web.i18n.languages import COOKIE

_NAME, _MOST = "kept_answers", 256


class KeptAnswers:
    """The bodies that one app has made lately, by all that they depend on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bodies: LRUCache[Hashable, bytes] = LRUCache(_MOST)

    def __len__(self) -> int:
        with self._lock:
            return len(self._bodies)

    def body(self, about: Hashable, make: Callable[[], bytes]) -> bytes:
        """The body that was made for just that, or a new one."""
        with self._lock:
            found = self._bodies.get(about)
        if found is None:
            found = make()
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


def kept_body(about: Hashable, make: Callable[[], bytes]) -> bytes:
    """The body of an answer that depends on `about` and on nothing else."""
    kept = current_app.extensions[_NAME]
    assert isinstance(kept, KeptAnswers)
    return kept.body(about, make)


def tagged(body: bytes, *, mimetype: str) -> Response:
    """An answer with its entity tag; 304 without a body to whoever has it (RFC 9110, 13.1.2).

    Nobody shows it again without asking: how many are left may change in any moment.
    """
    answer = Response(body, mimetype=mimetype)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
