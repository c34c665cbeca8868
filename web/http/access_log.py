"""Log lines: one JSON object each; one line per request, which never names the address."""

import json
import logging
import sys
from time import perf_counter
from typing import TextIO, cast
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor


class _StandardError:
    """Where standard error leads at that moment: it may be led elsewhere while we run."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_encode = json.JSONEncoder(default=repr).encode


def _in_json(line: object, **options: object) -> str:
    """By one encoder for all lines: `json.dumps` makes one for each."""
    return _encode(line)


# One list for the whole process: a logger keeps the one that it met at its first line.
_PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(_in_json),
]


def configure() -> None:
    """Set up the process's log lines: what a command prints on standard output is its answer."""
    error = cast("TextIO", _StandardError())
    logging.basicConfig(stream=error, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.WriteLoggerFactory(error),
        cache_logger_on_first_use=True,
    )


_log = structlog.get_logger("web")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


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
    return request.method if request.method in _METHODS else "other"


def seconds() -> float:
    """How long this request has taken."""
    return perf_counter() - float(g.get("began", perf_counter()))
