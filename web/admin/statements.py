"""Bank statements: a file is uploaded, shown for what it is, and taken in when somebody says so."""

import base64
import zlib
from binascii import Error
from collections.abc import Mapping, Sequence

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from ledger.staff.role import Role
from ledger.statements.entry import BankStatement
from ledger.statements.faults import StatementUnreadable
from ledger.statements.match import MovementVerdict
from web.actions import statements as actions
from web.admin.guard import back_office, current_staff, needs, shops_here
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("statements", __name__)
Answer = str | tuple[str, int]
# Octets, unpacked. More goes in by command.
_LARGEST = 8 * 2**20
# How it looks, and what it says.
VERDICTS: Mapping[MovementVerdict, tuple[str, object]] = {
    MovementVerdict.PAYS: ("good", _l("Pays the order")),
    MovementVerdict.TOO_LITTLE: ("wait", _l("Less than the order costs: counts, and a case")),
    MovementVerdict.TOO_MUCH: ("wait", _l("More than the order costs: counts, and a case")),
    MovementVerdict.PAID_TWICE: ("wait", _l("The order is paid already: counts, and a case")),
    MovementVerdict.ORDER_OVER: ("wait", _l("The order is cancelled: its seats again, or a case")),
    MovementVerdict.BY_HAND: ("wait", _l("May be what was entered by hand: a case")),
    MovementVerdict.UNKNOWN: ("bad", _l("It names no order of ours: a case")),
    MovementVerdict.OTHER_CURRENCY: ("bad", _l("Another currency than the order's: a case")),
    MovementVerdict.OTHER_ACCOUNT: ("bad", _l("Another account than the order's: a case")),
    MovementVerdict.TAKEN_BACK: ("bad", _l("The bank took it back: a case")),
    MovementVerdict.CAME_BACK: ("bad", _l("A transfer of ours came back: a case")),
    MovementVerdict.REFUND_SENT: ("good", _l("A refund went out")),
    MovementVerdict.KNOWN: ("quiet", _l("Known already")),
    MovementVerdict.NOT_OURS: ("quiet", _l("Not ours")),
}


@pages.get("/statements")
@needs(Role.STAFF)
def page() -> str:
    """Where a file goes in."""
    return _page()


@pages.post("/statements")
@needs(Role.STAFF)
def show() -> Answer:
    """What would be done. Nothing is."""
    slow_down("statements", limit=30)
    if not PressForm().validate_on_submit():
        return _page(), 400
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _page(wrong=_("Choose a file.")), 422
    return _shown(content)


@pages.post("/statements/apply")
@needs(Role.STAFF)
def apply() -> Answer:
    """What was shown is done, if it is still the same."""
    slow_down("statements", limit=30)
    if not PressForm().validate_on_submit():
        return _page(), 400
    content = _unpacked(request.form.get("content", ""))
    try:
        statements = parts().read_statements(content)
        rows = _previewed(statements)
        if actions.digest_of(rows) != request.form.get("seen"):
            return _shown(content, moved=True)
        rows = actions.take_in(
            parts(),
            statements,
            shops=shops_here(Role.STAFF),
            ours_only=_ours_only(),
            actor=current_staff().actor,
        )
    except StatementUnreadable:
        return _page(wrong=_("The file cannot be read.")), 422
    except actions.AccountUnknown:
        return _page(wrong=_("None of your shops is paid to this account.")), 422
    return _page(rows=rows, done=True)


def _ours_only() -> bool:
    return "ours_only" in request.form


def _previewed(statements: Sequence[BankStatement]) -> Sequence[actions.StatementRow]:
    shops = shops_here(Role.STAFF)
    return actions.preview(parts(), statements, shops=shops, ours_only=_ours_only())


def _shown(content: bytes, *, moved: bool = False) -> Answer:
    try:
        rows = _previewed(parts().read_statements(content))
    except StatementUnreadable as fault:
        told = _("The file cannot be taken: %(why)s.", why=str(fault))
        return _page(wrong=told), 422
    except actions.AccountUnknown:
        return _page(wrong=_("None of your shops is paid to this account.")), 422
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    shown = _page(rows=rows, content=packed, seen=actions.digest_of(rows), moved=moved)
    return (shown, 409) if moved else shown


def _unpacked(packed: str) -> bytes:
    """What was uploaded; nothing, if that is not what came."""
    try:
        unpack = zlib.decompressobj()
        content = unpack.decompress(base64.b64decode(packed, validate=True), _LARGEST)
    except (Error, ValueError, zlib.error):
        return b""
    return b"" if unpack.unconsumed_tail else content


def _page(**shown: object) -> str:
    rows = shown.get("rows")
    return render_template(
        "admin/statements.html",
        verdicts=VERDICTS,
        counts=actions.counts(rows) if isinstance(rows, list) else {},
        shops=shops_here(Role.STAFF),
        payers=[slug for slug in shops_here(Role.ADMIN) if _pays(slug)],
        ours_only=_ours_only(),
        form=PressForm(formdata=None),
        **shown,
    )


def _pays(shop: str) -> bool:
    """Whether refunds of a shop can go out by a file for its bank."""
    return parts().shops.get(shop).terms.bank_account is not None
