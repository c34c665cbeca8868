"""An answer that is the same for ever: browsers keep it for a year and do not ask again."""

from flask import request
from werkzeug.wrappers import Response

_KEPT = "public, max-age=31536000, immutable"


def immutable(content: bytes, *, kind: str, etag: str) -> Response:
    """Content of a media type; whoever has it already (by `etag`) is not sent it again."""
    answer = Response(content, mimetype=kind, headers={"Cache-Control": _KEPT})
    answer.set_etag(etag)
    return answer.make_conditional(request)
