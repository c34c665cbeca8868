"""The page at the door: scan, type, and see whether somebody may come in.

Its script (`web/static/door/page.js`) works with and without a network and calls the API of the
door; without script it is a form that checks one code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID, uuid4

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from ledger.order.attendance import DAY_BEGINS
from ledger.shop.shop import Shop
from web.actions.device_clock import clock_of
from web.actions.door import Answer, AtDoor, WantedScan, scan
from web.admin.guard import back_office, current_staff, needs, shops_here
from web.admin.home import LETS_IN
from web.door.files import DECODER, READER, WASM, door_file
from web.door.result import Result, result_of, unread
from web.door.words import sentences, verdicts
from web.http.addresses import now
from web.http.current import parts
from web.http.device import device_words
from web.i18n.format import local, told_in
from web.i18n.gettext import _
from web.i18n.languages import current
from web.pages.forms import TypedForm

pages = back_office("door", __name__, below="/door")
pages.context_processor(lambda: {"door_file": door_file})
# The camera is for our own page alone, and its script starts the thread that decodes.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_LONGEST = 60
_MAY = "camera=(self), geolocation=(), microphone=()"


class ScanForm(TypedForm):
    """One code, at one door. `scan` makes a form that is sent twice one scan."""

    code = StringField()
    door = StringField()
    way = StringField()
    scan = HiddenField()

    @property
    def id_of_scan(self) -> UUID:
        """A fresh one where somebody wrote over it."""
        try:
            return UUID(self.scan.data or "")
        except ValueError:
            return uuid4()

    def renew(self) -> None:
        """Another press is another scan, of another code."""
        self.scan.data, self.code.data = str(uuid4()), ""


@pages.get("/")
@needs(*LETS_IN)
def index() -> str | Response:
    """Which shop; whoever has one only is led to it."""
    slugs = shops_here(*LETS_IN)
    if len(slugs) == 1:
        return redirect(url_for("door.page", shop=slugs[0]), 303)
    shops = [parts().shops.get(one) for one in slugs]
    return render_template("door/shops.html", shops=shops)


@pages.get("/<shop>/")
@needs(*LETS_IN)
def page(shop: str) -> Response:
    """Everything that a device needs; it keeps this page, which names nobody, for later."""
    return _page(parts().shops.get(shop), ScanForm(formdata=None))


@pages.post("/<shop>/")
@needs(*LETS_IN)
def check_in(shop: str) -> Response:
    """One code, without script. Sent once more it is the same scan, and has the same answer."""
    found, form = parts().shops.get(shop), ScanForm()
    told_in(found.terms.timezone)
    typed = (form.code.data or "")[:_LONGEST]
    result = unread(typed) or result_of(_scanned(found, form, typed), found)
    return _page(found, form, result)


def _scanned(shop: Shop, form: ScanForm, typed: str) -> Answer:
    # Devices are named with letters and digits only.
    device = device_words(request.headers.get("User-Agent", "")).replace(",", "") or "browser"
    at = AtDoor(
        shop=shop,
        device=device,
        actor=current_staff().actor,
        clock=clock_of(now(), now()),
    )
    wanted = WantedScan(
        id=form.id_of_scan,
        door=form.door.data if form.door.data in shop.doors else shop.doors[0],
        inward=form.way.data != "out",
        scanned_at=now(),
        code=typed,
    )
    return scan(parts(), at, wanted)


@pages.get("/<shop>/manifest.json")
@needs(*LETS_IN)
def manifest(shop: str) -> Mapping[str, object]:
    """So that the page can stand on a phone's first screen, and fill it."""
    name = local(parts().shops.get(shop).terms.name)
    return {
        "name": _("At the door") + f" · {name}",
        "short_name": _("At the door"),
        "start_url": url_for("door.page", shop=shop),
        "scope": "/door/",
        "display": "standalone",
        "background_color": "#0c1110",
        "theme_color": "#0c1110",
    }


def _page(shop: Shop, form: ScanForm, result: Result | None = None) -> Response:
    form.renew()
    shown = render_template(
        "door/page.html",
        shop=shop,
        form=form,
        result=result,
        doors=shop.doors,
        door=form.door.data,
        way=form.way.data,
        reasons=_reasons(),
        told=_told(shop),
    )
    answer = make_response(shown)
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Permissions-Policy"] = _MAY
    return answer


def _told(shop: Shop) -> Mapping[str, object]:
    """What the script is told: addresses and words."""
    return {
        "shop": {
            "slug": shop.slug,
            "timezone": shop.terms.timezone,
            "day_begins": DAY_BEGINS,
            "sign_in": url_for("sign_in.form", next=url_for("door.page", shop=shop.slug)),
        },
        "language": current(),
        "api": f"/api/v1/shops/{shop.slug}/door",
        "service_worker": url_for("door_files.service_worker"),
        "files": {
            "decoder": door_file(DECODER),
            "reader": door_file(READER),
            "wasm": door_file(WASM),
        },
        "sentences": sentences(),
        "verdicts": {str(name): asdict(one) for name, one in verdicts().items()},
    }


def _reasons() -> Sequence[str]:
    """Why check-ins are taken back mostly: one press, with gloves."""
    return [_("Scanned by mistake"), _("The wrong person"), _("The wrong door")]
