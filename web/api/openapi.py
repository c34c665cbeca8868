"""The API's own description, as a file that people edit."""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response

FILE = Path(__file__).parent / "openapi.json"


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/openapi.json")(description)


def description() -> Response:
    """OpenAPI 3.1. It changes with a release only."""
    response = Response(_text(), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@cache
def _text() -> bytes:
    return FILE.read_bytes()
