"""The pictures of shops, by the hash of their bytes: what is under an address never changes."""

import re

from flask import Blueprint
from werkzeug.wrappers import Response

from web.http.current import parts
from web.http.immutable import immutable
from web.http.problems import ProblemRaised

pages = Blueprint("pictures", __name__)
_NAME = re.compile(r"([0-9a-f]{64})\.webp")


@pages.get("/_/pictures/<name>")
def show(name: str) -> Response:
    """One picture; whoever has it already is not sent it again."""
    found = _NAME.fullmatch(name)
    content = parts().pictures.read(found[1]) if found else None
    if found is None or content is None:
        raise ProblemRaised("not-found")
    return immutable(content, kind="image/webp", etag=found[1])
