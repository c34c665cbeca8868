"""Receipts and credit notes of a signed-in customer, each to be read, printed and kept."""

from flask import Blueprint, render_template
from markupsafe import Markup

from ledger.accounts.account import Account
from ledger.kernel.refusals import UnknownOrder
from web.actions.letters import as_written, receipts_of
from web.http.addresses import uuid_in
from web.http.current import parts
from web.i18n import languages
from web.pages.me import RECEIPTS, Answer, own_order, signed_in_only

pages = Blueprint("receipts", __name__)


@pages.get("/me/orders/<order>/receipts/<receipt>/<letter>")
@signed_in_only
def page(account: Account, order: str, receipt: str, letter: str) -> Answer:
    """What its letter said, from the stamps of that moment, in the language of this page."""
    found = own_order(account, order)
    known = [one for one in receipts_of(found) if one.letter == letter]
    shown = [one for one in known if one.correlation_id == uuid_in(receipt)]
    if not shown:
        raise UnknownOrder
    (one,) = shown
    words = parts().receipt_html(
        as_written(parts(), found, one),
        one.letter,
        correlation_id=one.correlation_id,
        number=one.number,
        language=languages.current(),
    )
    return render_template(
        "me_receipt.html",
        order=found,
        shown=one,
        kind=RECEIPTS[one.letter],
        words=Markup(words),  # noqa: S704 (laid out by a template that escapes)
        letter_in=_other_language(found.terms.language),
    )


def _other_language(letters: str) -> str:
    """The language's own name, where the letter was in another one than this page."""
    spoken = letters if letters in languages.known() else languages.SOURCE
    return "" if spoken == languages.current() else languages.own_name(spoken)
