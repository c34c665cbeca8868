"""The web server alone, on the port that is named: it reads the body and answers 200."""

import sys
from collections.abc import Callable, Iterable
from typing import Any, cast

from flask import Flask

from web.wiring.gunicorn import Server

Start = Callable[[str, list[tuple[str, str]]], object]


def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", "0")])
    return []


def main() -> None:
    Server(lambda _: cast(Flask, answer), host="127.0.0.1", port=int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
