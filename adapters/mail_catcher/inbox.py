"""The inbox as web pages, for people on this machine only."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, quote, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from adapters.compiled_templates import compiled_templates
from adapters.mail_catcher.letterbox import Caught, CaughtFile, Letterbox

_TEMPLATES = Path(__file__).parent / "templates"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A letter may open its links in a window of their own, and nothing else.
_LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
)
_FILE = "sandbox; default-src 'none'"
# What a browser may be told that it is; all else is bytes to be saved.
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FILES = (*_PICTURES, "application/pdf", "text/calendar", "text/plain")
_BYTES = "application/octet-stream"
_ON_A_PAGE, _DIGITS = 200, 4
_HTML = "text/html; charset=utf-8"
_NAMED = re.compile(r"""(\bsrc=["'])cid:([^"'>\s]+)""", re.IGNORECASE)


def inbox_server(box: Letterbox, port: int) -> ThreadingHTTPServer:
    """A server of the inbox, on this machine's own address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Inbox, box))
    server.daemon_threads = True
    return server


class _Inbox(BaseHTTPRequestHandler):
    """Answers GET and HEAD; everything else is refused by the base class."""

    server_version, sys_version = "mail-catcher", ""
    timeout = 20

    def __init__(self, box: Letterbox, *rest: object) -> None:
        self._box = box
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if _host(self.headers.get("Host", "")) not in _LOOPBACK:
            self._answer("this machine only", status=HTTPStatus.MISDIRECTED_REQUEST)
            return
        match urlsplit(self.path).path.strip("/").split("/"):
            case [""]:
                self._page(None)
            case ["healthz"]:
                self._answer("ok")
            case ["messages.json"]:
                self._answer(_listing(self._box), kind="application/json")
            case ["inbox.css"]:
                self._answer(_styles(), kind="text/css; charset=utf-8")
            case ["messages", id, *part]:
                self._message(id, part)
            case _:
                self._missing()

    do_HEAD = do_GET  # noqa: N815  the base class looks for this name

    def _message(self, id: str, part: Sequence[str]) -> None:
        match part:
            case []:
                self._page(id)
            case ["html"]:
                self._letter(id)
            case ["attachments", place] if place.isascii() and place.isdigit():
                self._attachment(id, int(place[:_DIGITS]))
            case _:
                self._missing()

    def _page(self, id: str | None) -> None:
        opened = self._box.find(id) if id is not None else None
        if id is not None and opened is None:
            self._missing()
            return
        before = parse_qs(urlsplit(self.path).query).get("before", [""])[0]
        letters = self._box.newest(_ON_A_PAGE, before=before)
        shown = opened or (letters[0] if letters else None)
        page = _template("inbox.html").render(
            letters=letters,
            shown=shown,
            opened=opened,
            caught=self._box.count(),
            more=len(letters) == _ON_A_PAGE,
        )
        self._answer(page, kind=_HTML)

    def _letter(self, id: str) -> None:
        letter = self._box.find(id)
        if letter is None or not letter.html:
            self._missing()
            return
        # Without a target of their own, links would open inside the frame, which may do nothing.
        page = letter.html.replace("<head>", '<head><base target="_blank">', 1)
        self._answer(_with_pictures(page, self._box.pictures(id)), kind=_HTML, policy=_LETTER)

    def _attachment(self, id: str, place: int) -> None:
        found = self._box.attachment(id, place)
        if found is None:
            self._missing()
            return
        kind = found.kind if found.kind in _FILES else _BYTES
        name = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"}
        self._answer(found.content, kind=kind, policy=_FILE, more=name)

    def _missing(self) -> None:
        page = _template("missing.html").render()
        self._answer(page, kind=_HTML, status=HTTPStatus.NOT_FOUND)

    def _answer(
        self,
        content: str | bytes,
        *,
        kind: str = "text/plain; charset=utf-8",
        status: HTTPStatus = HTTPStatus.OK,
        policy: str = _PAGE,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        for name, value in {**_headers(kind, len(body), policy), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Letters hold one-time codes, and so may addresses: nothing is logged."""


def _headers(kind: str, length: int, policy: str) -> Mapping[str, str]:
    return {
        "Content-Type": kind,
        "Content-Length": str(length),
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _with_pictures(html: str, pictures: Mapping[str, CaughtFile]) -> str:
    """The page of a letter with its own pictures in it: nothing is fetched for it."""

    def shown(named: re.Match[str]) -> str:
        found = pictures.get(unquote(named[2]))
        if found is None or found.kind not in _PICTURES:
            return named[0]
        return f"{named[1]}data:{found.kind};base64,{b64encode(found.content).decode()}"

    return _NAMED.sub(shown, html)


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _listing(box: Letterbox) -> str:
    """Every letter as JSON, the newest first."""
    return json.dumps([_as_json(letter) for letter in box.newest()], ensure_ascii=False)


def _as_json(letter: Caught) -> dict[str, object]:
    return {**asdict(letter), "received_at": letter.received_at.isoformat()}


def _styles() -> str:
    return (_TEMPLATES / "inbox.css").read_text(encoding="utf-8")


def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled_templates(),
    )
