"""One line per request. It names the route, never the address: addresses are capabilities."""

from time import perf_counter
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("web")


def route() -> str:
    """The template of the address, such as `/<shop>/orders/<order>`."""
    return request.url_rule.rule if request.url_rule is not None else "unmatched"


def keep_access_log(app: Flask) -> None:
    """Tell of each request when it is answered."""

    @app.before_request
    def begin() -> None:
        g.began, g.request_id = perf_counter(), uuid4().hex

    @app.after_request
    def tell(response: Response) -> Response:
        milliseconds = round(1000 * seconds(), 1)
        _log.info(
            "request",
            method=method(),
            route=route(),
            status=response.status_code,
            milliseconds=milliseconds,
            request_id=g.get("request_id", ""),
        )
        return response


def method() -> str:
    """The method, or "other": anybody may invent one."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "other"


def seconds() -> float:
    """How long this request has taken."""
    return perf_counter() - float(g.get("began", perf_counter()))
