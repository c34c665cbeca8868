"""The parts that serve the request at hand."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from web.wiring.parts import Parts

KEY = "stampledger"


def parts() -> "Parts":
    """What `create_app` was given."""
    return cast("Parts", current_app.extensions[KEY])
