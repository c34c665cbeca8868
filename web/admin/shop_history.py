"""What was changed of a shop: who, when, what was, what is, why; and how to take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request, url_for

from ledger.codec import NAMES
from ledger.kernel.refusals import NotUndoable
from ledger.shop.history import ShopEdit
from ledger.shop.shop import Shop, ShopSpec
from ledger.shop.stamps import ChangeExplained, ShopStamp
from ledger.shop.undo import undone
from ledger.staff.role import Role
from web.admin.actors import called
from web.admin.catalogue import READERS, shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_words import ChangeShown, in_words, shop_stamp_in_words, value_named
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.i18n.format import moment
from web.i18n.gettext import _

pages = back_office("shop_history", __name__)
_PAGE = 30
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EditShown:
    """An edit in the history. `undone_by` is the time of the edit that took it back.

    What changes no value, such as a letter to all buyers, is `said` in sentences.
    """

    edit: ShopEdit
    who: str
    changes: Sequence[ChangeShown]
    said: Sequence[str]
    more: int
    stamps: Sequence[str]
    undone_by: str
    undoes: str


@pages.get("/shops/<shop>/history")
@needs(*READERS)
def page(shop: str) -> str:
    """Every edit, the newest first."""
    found = shop_known(shop)
    edits = [*parts().shops.edits(shop)][::-1]
    start = _start(len(edits))
    return render_template(
        "admin/shop_history.html",
        shop_of=found,
        edits=[_shown(one, edits) for one in edits[start : start + _PAGE]],
        before=url_for("shop_history.page", shop=shop, start=max(start - _PAGE, 0))
        if start
        else "",
        after=url_for("shop_history.page", shop=shop, start=start + _PAGE)
        if start + _PAGE < len(edits)
        else "",
        may_change=current_staff().may(shop=shop),
        done=bool(request.args.get("done")),
    )


@pages.get("/shops/<shop>/history/<edit>/undo")
@needs(Role.ADMIN)
def ask(shop: str, edit: str) -> str:
    """What taking it back would come to; or why that cannot be."""
    return shop_form(_page(shop_known(shop), uuid_in(edit)))


@pages.post("/shops/<shop>/history/<edit>/undo")
@needs(Role.ADMIN)
def undo(shop: str, edit: str) -> Answer:
    """It is taken back, by a new edit."""
    return shop_press(_page(shop_known(shop), uuid_in(edit)))


def _start(many: int) -> int:
    word = request.args.get("start", "0")
    return min(int(word), many) if word.isascii() and word.isdecimal() and len(word) < 7 else 0


def _page(shop: Shop, id: UUID) -> ShopPage:
    found = [one for one in parts().shops.edits(shop.slug) if one.id == id]
    if not found:
        raise ProblemRaised("not-found")
    refused = _refused(found[0], shop)

    def wanted(spec: ShopSpec) -> ShopSpec:
        return spec if refused else undone(found[0], shop)

    return ShopPage(
        shop=shop,
        title=_("Take back the change of %(when)s", when=moment(found[0].at)),
        lead=_("What it changed is as before; everything else stays as it is."),
        note=refused,
        over=_("History"),
        back=url_for("shop_history.page", shop=shop.slug),
        wanted=wanted,
        undoes=id,
        barred=bool(refused),
    )


def _refused(edit: ShopEdit, shop: Shop) -> str:
    """Why an edit cannot be taken back; empty if it can."""
    try:
        undone(edit, shop)
    except NotUndoable as refusal:
        told = {
            "opened": _("This opened the shop. A shop that was opened stays."),
            "restated": _("This took the place of stamps that nobody can read. It stays."),
            "announced": _("Customers were told of this. It cannot be taken back."),
            "nothing": _("There is nothing to take back: it is so already."),
        }
        return told.get(refusal.rule) or _(
            "What it changed was changed again since (%(what)s). Take that back first, or change"
            " it to what it should be.",
            what=value_named(refusal.path),
        )
    return ""


def _shown(edit: ShopEdit, edits: Sequence[ShopEdit]) -> EditShown:
    told = in_words(edit.changes)
    when: Mapping[UUID, str] = {one.id: moment(one.at) for one in edits}
    by = [when[one.id] for one in edits if one.undoes == edit.id]
    return EditShown(
        edit=edit,
        who=called(edit.actor),
        changes=told[:_SHOWN],
        said=() if told else _sentences(edit),
        more=max(len(told) - _SHOWN, 0),
        stamps=[NAMES[type(one)][0] for one in edit.stamps],
        undone_by=by[0] if by else "",
        undoes=when.get(edit.undoes, "") if edit.undoes else "",
    )


def _sentences(edit: ShopEdit) -> Sequence[str]:
    """What its stamps say, but that there is a reason: it stands by itself."""
    told = (one for one in edit.stamps if isinstance(one, ShopStamp))
    return [shop_stamp_in_words(one) for one in told if not isinstance(one, ChangeExplained)]
