"""People's data: found by an address, given to them, erased; and whom nothing needs any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from flask import Response, render_template
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from ledger.kernel.erasure import Ground
from ledger.kernel.refusals import PersonMoved, Refusal, StillOpen
from ledger.order.decisions.erase import Open
from ledger.order.order import Order
from ledger.order.retention import KeptReceipt
from ledger.order.status import status
from ledger.privacy.holdings import Holdings, PersonHindrance
from ledger.shop.stamps import Retention
from ledger.staff.role import Role
from web.actions.personal_archive import archive
from web.actions.persons import Erasure, erase_person, holdings_of, rule_of
from web.actions.retention import DueReport, erase_due
from web.actions.wish import Wish
from web.admin.forms import an_address
from web.admin.guard import back_office, current_staff, needs
from web.admin.words import CASES, STATUSES
from web.http.access import denied
from web.http.addresses import now
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import moment, told_in
from web.i18n.gettext import _
from web.pages.forms import TypedForm

pages = back_office("persons", __name__)
Answer = str | BaseResponse | tuple[str, int]
# In one press; whoever presses again goes on.
AT_ONCE = 200

_GROUNDS = {
    Ground.ASKED: _l("They asked for it"),
    Ground.DUE: _l("Nothing needs their data any more"),
    Ground.UNLAWFUL: _l("It should not have been kept, such as somebody else's address"),
}
OPEN: Mapping[str, object] = {
    Open.UNPAID: _l(
        "The order waits for its money. Cancel it, or wait until that happens by itself."
    ),
    Open.PAYMENT: _l("A payment is under way at its provider."),
    Open.RESERVED: _l("The payer's bank keeps money ready. Charge it, or cancel the order."),
    Open.REFUND: _l("Money is on its way back. Wait until it has arrived."),
    Open.TRANSFER: _l("A refund by transfer waits to be put into a file for the bank."),
    Open.MONEY: _l("Money waits for a person: resolve it on the desk."),
    Open.TICKETS: _l(
        "The tickets let somebody in. Wait until the event is over, or cancel the order."
    ),
    Open.LETTERS: _l("A letter is on its way. Try again in some minutes."),
    Open.STEP: _l("The worker is about to go on with the order. Try again in a moment."),
    Open.CASE: _l("A case about the order is open: resolve it on the desk."),
    Open.VOUCHER: _l("A voucher of theirs was not used: revoke it on the list of people first."),
    Open.APPROVAL: _l("A second person is asked about the order: approve or decline it."),
    Open.BY_LAW: _l("The shop's law wants the name on its receipts until then."),
    Open.NEWS: _l("A provider's message about the person was not read yet. Try again in a moment."),
    Open.STAFF: _l("They run shops here: remove them from the back office first."),
    "not_yet": _l("Their time has not come."),
    "signed_in": _l("Their account is in use."),
    "has_orders": _l("Their account has orders of which the person is known."),
    "moved": _l("Something moved meanwhile. Press again."),
}


class FindForm(TypedForm):
    """Whom to look for."""

    email = EmailField(
        _l("Email"), [InputRequired(_l("Enter an email address.")), Length(max=254), an_address]
    )


class EraseForm(TypedForm):
    """Whom to erase, why, and what was looked at before."""

    email = HiddenField(validators=[InputRequired(), Length(max=254)])
    digest = HiddenField(validators=[InputRequired(), Length(max=64)])
    ground = SelectField(
        _l("Why"), choices=[SelectChoice(str(one), text) for one, text in _GROUNDS.items()]
    )


class ArchiveForm(TypedForm):
    """Whose data is to be given to them."""

    email = HiddenField(validators=[InputRequired(), Length(max=254)])


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShown:
    """An order of a person: whether it goes, and what of it is open or stays."""

    order: Order
    status: tuple[str, object]
    goes: bool
    open: Sequence[str]
    receipts: Sequence[KeptReceipt]


@pages.get("/privacy")
@needs(Role.ADMIN)
def page() -> str:
    """Whom to look for; who is due; how long shops keep people."""
    _require_everywhere()
    return _page(FindForm(formdata=None))


@pages.post("/privacy")
@needs(Role.ADMIN)
def find() -> Answer:
    """What is held of somebody. The address comes in a form, so that it stands in no log."""
    _require_everywhere()
    slow_down("privacy", limit=30)
    typed = FindForm()
    if not typed.validate_on_submit():
        return _page(typed), 400 if "csrf_token" in typed.errors else 422
    return _person((typed.email.data or "").strip())


@pages.post("/privacy/archive")
@needs(Role.ADMIN)
def give() -> Answer:
    """All that is held of somebody, as a file for them."""
    _require_everywhere()
    slow_down("privacy", limit=30)
    typed = ArchiveForm()
    if not typed.validate_on_submit():
        return _page(FindForm(formdata=None)), 400
    found = holdings_of(parts(), typed.email.data or "")
    return as_file(archive(parts(), found, messages=True))


@pages.post("/privacy/erase")
@needs(Role.ADMIN)
def erase() -> Answer:
    """It is done, if nothing has moved since it was shown and nothing stands in the way."""
    _require_everywhere()
    slow_down("privacy", limit=30)
    typed = EraseForm()
    if not typed.validate_on_submit():
        return _page(FindForm(formdata=None)), 400
    email = (typed.email.data or "").strip()
    try:
        done = erase_person(
            parts(),
            email,
            Wish(correlation_id=uuid4(), actor=current_staff().actor, at=now()),
            ground=Ground(typed.ground.data),
            digest=typed.digest.data,
        )
    except PersonMoved:
        return _person(email, complaint=_("Something has moved since. Nothing was erased.")), 412
    except StillOpen:
        return _person(email, complaint=_("Something is open. Nothing was erased.")), 409
    return _person(email, done=done)


@pages.post("/privacy/due")
@needs(Role.ADMIN)
def due() -> Answer:
    """Whom nothing needs any more: shown first, then erased, some at a time."""
    _require_everywhere()
    slow_down("privacy", limit=30)
    typed = DueForm()
    if not typed.validate_on_submit():
        return _page(FindForm(formdata=None)), 400
    sure = bool(typed.sure.data)
    report = erase_due(parts(), actor=current_staff().actor, commit=sure, most=AT_ONCE)
    return _page(FindForm(formdata=None), report=report, sure=sure)


class DueForm(TypedForm):
    """`sure`: erase them; else only show who they are."""

    sure = HiddenField()


def _require_everywhere() -> None:
    """A person's data is that of all shops: an admin of one of them may not decide about it."""
    if not current_staff().may(shop=None):
        denied(current_staff(), shop=None)


def as_file(content: bytes) -> Response:
    """An archive for whoever asked, kept by nobody in between."""
    return Response(
        content,
        content_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="personal-data.zip"',
            "Cache-Control": "private, no-store",
        },
    )


def _page(typed: FindForm, *, report: DueReport | None = None, sure: bool = False) -> str:
    return render_template(
        "admin/privacy.html",
        form=typed,
        due_form=DueForm(formdata=None),
        report=report,
        sure=sure,
        open_words=OPEN,
        rules=_rules(),
    )


def _rules() -> Sequence[tuple[object, Retention]]:
    """How long each shop keeps people."""
    found = []
    for slug in parts().shops.slugs():
        try:
            name: object = parts().shops.get(slug).terms.name
        except Refusal:
            continue
        found.append((name, rule_of(parts(), slug)))
    return found


def _person(email: str, *, done: Erasure | None = None, complaint: str = "") -> str:
    found = holdings_of(parts(), email)
    obstacles = found.obstacles(now())
    if found.orders:
        told_in(found.orders[-1].terms.timezone)
    return render_template(
        "admin/person.html",
        email=email,
        found=found,
        orders=_shown(found, obstacles),
        others=[_sentence(one) for one in obstacles if one.order is None],
        obstacles=obstacles,
        done=done,
        complaint=complaint,
        find_form=FindForm(formdata=None),
        archive_form=ArchiveForm(formdata=None),
        erase_form=EraseForm(formdata=None),
    )


def _shown(found: Holdings, obstacles: Sequence[PersonHindrance]) -> Sequence[OrderShown]:
    open: dict[UUID, list[str]] = {}
    for one in obstacles:
        if one.order is not None:
            open.setdefault(one.order.id, []).append(_sentence(one))
    goes = {one.id for one in found.open_orders()}
    receipts: dict[UUID, list[KeptReceipt]] = {}
    for order, receipt in found.kept():
        receipts.setdefault(order.id, []).append(receipt)
    return [
        OrderShown(
            order=one,
            status=STATUSES[status(one)],
            goes=one.id in goes,
            open=open.get(one.id, []),
            receipts=receipts.get(one.id, []),
        )
        for one in reversed(found.orders)
    ]


def _sentence(one: PersonHindrance) -> str:
    """What stands in the way, with its case and its end."""
    words = [str(OPEN[one.hindrance.open])]
    if one.hindrance.case is not None:
        words.append(f"({CASES[one.hindrance.case]})")
    if one.hindrance.until is not None:
        words.append(_until(one.hindrance.until))
    return " ".join(words)


def _until(when: datetime) -> str:
    return _("It lasts until %(when)s.", when=moment(when))
