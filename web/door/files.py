"""The files of the page at the door: under the mark of their content, kept for ever.

Scripts and style are one release: they come under one mark, so that no page ever mixes two. The
decoder comes from elsewhere (`web/static/door/vendor/LICENSE.txt` says which, whose and under
which licence) and changes seldom: it is kept under a mark of its own.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, current_app, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from web.http.immutable import immutable
from web.http.problems import ProblemRaised
from web.i18n import languages
from web.i18n.gettext import _

pages = Blueprint("door_files", __name__, url_prefix="/door")
FOLDER = Path(__file__).parent.parent / "static" / "door"
WORKER, DECODER = "service-worker.js", "decoder.js"
READER, WASM = "zxing_reader-3.1.6.js", "zxing_reader-3.1.6.wasm"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}
_MARK = 16
# A worker has the policy of its own file: only the one that decodes may compile WebAssembly.
_DECODER_POLICY = "; ".join(
    ("default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'")
)


@cache
def contents() -> Mapping[str, bytes]:
    """What is served, by name."""
    found = [one for one in sorted(FOLDER.rglob("*")) if one.suffix in _KINDS]
    return {one.name: one.read_bytes() for one in found if one.name != WORKER}


@cache
def mark_of(name: str) -> str:
    """What a file's address changes with: its own content, or that of all that belong together."""
    parts = [name] if _of_others(name) else [one for one in contents() if not _of_others(one)]
    told = sha256()
    for part in parts:
        told.update(f"{part} {len(contents()[part])} ".encode() + contents()[part])
    return told.hexdigest()[:_MARK]


def _of_others(name: str) -> bool:
    return name in (READER, WASM)


def door_file(name: str) -> str:
    """The address of a file."""
    return url_for("door_files.file", mark=mark_of(name), name=name)


@pages.get("/files/<mark>/<name>")
def file(mark: str, name: str) -> Response:
    """One of them; none under a mark that is not of its content."""
    if name not in contents() or mark != mark_of(name):
        raise ProblemRaised("not-found")
    kind = _KINDS[Path(name).suffix]
    answer = immutable(contents()[name], kind=kind, etag=f"{mark}-{name}")
    if name == DECODER:
        answer.headers["Content-Security-Policy"] = _DECODER_POLICY
    return answer


@pages.get("/service-worker.js")
def service_worker() -> Response:
    """What keeps the page for when there is no network. It changes when any file does."""
    told = {
        "MARK": mark_of("page.js"),
        "FILES": [door_file(one) for one in contents()],
        "OFFLINE": {one: _nothing_kept(one) for one in languages.known()},
    }
    consts = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    script = consts.encode() + (FOLDER / WORKER).read_bytes()
    answer = current_app.response_class(script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _nothing_kept(language: str) -> str:
    """One script serves everybody: it has to say this in each language."""
    with force_locale(language):
        return _("There is no network, and this page was not opened on this device before.")
