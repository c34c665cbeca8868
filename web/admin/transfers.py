"""Files of refunds for the bank: what waits for one, which were made, and what of them went out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from ledger.kernel.money import Money
from ledger.shop.stamps import BankAccount
from ledger.staff.role import Role
from ledger.statements.transfers import VERSIONS, TransferFile
from web.actions import transfer_files
from web.actions.transfer_files import RefundState
from web.admin.catalogue import shop_known
from web.admin.guard import back_office, current_staff, needs
from web.http.addresses import number_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.pages.forms import PressForm

pages = back_office("transfers", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that was made; `sent` of its `many` refunds were seen on a statement."""

    file: TransferFile
    many: int
    total: Money
    sent: int


@pages.get("/shops/<shop>/transfers")
@needs(Role.ADMIN)
def page(shop: str) -> str:
    """What waits for a file, and every file of the shop's account, the newest first."""
    return _page(shop, done=request.args.get("done", ""))


@pages.post("/shops/<shop>/transfers")
@needs(Role.ADMIN)
def make(shop: str) -> Answer | tuple[str, int]:
    """The next file, which holds what waits from now on; then it can be downloaded."""
    slow_down("transfers", limit=30)
    version = request.form.get("version", VERSIONS[0])
    if version not in VERSIONS:
        raise ProblemRaised("bad-request")
    account = _account(shop)
    try:
        made, _ = transfer_files.make(
            parts(),
            account,
            shops=_mine(account),
            version=version,
            actor=current_staff().actor,
        )
    except transfer_files.NothingToTransfer:
        return _page(shop, done="nothing"), 409
    return redirect(url_for("transfers.page", shop=shop, done=made.number), 303)


@pages.get("/shops/<shop>/transfers/<number>.xml")
@needs(Role.ADMIN)
def file(shop: str, number: str) -> Response:
    """A file as the bank takes it: the same bytes every time."""
    account, wanted = _account(shop), number_in(number)
    known = [one for one in parts().transfer_files.of(account.iban) if one.number == wanted]
    if not known or not {*known[0].shops} <= {*_mine(account)}:
        raise ProblemRaised("not-found")
    content = parts().transfer_xml(known[0], transfer_files.transfers_of(parts(), known[0]))
    answer = Response(content, mimetype="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{known[0].name}.xml"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _account(shop: str) -> BankAccount:
    account = shop_known(shop).terms.bank_account
    if account is None:
        raise ProblemRaised("not-found")
    return account


def _mine(account: BankAccount) -> Sequence[str]:
    """The shops paid to an account, all of which one has to be an admin of: a file holds all."""
    paid_to = transfer_files.shops_paid_to(parts(), account.iban, parts().shops.slugs())
    for one in paid_to:
        if not current_staff().may(shop=one):
            raise ProblemRaised("forbidden")
    return paid_to


def _page(shop: str, *, done: str) -> str:
    found = shop_known(shop)
    account = found.terms.bank_account
    shown: Mapping[str, object] = {"account": None}
    if account is not None:
        states = transfer_files.states(parts(), account, shops=_mine(account))
        waiting = [one for one in states if not one.file]
        shown = {
            "account": account,
            "waiting": waiting,
            "sum": transfer_files.total([one.transfer for one in waiting]),
            "files": _files(parts().transfer_files.of(account.iban), states),
        }
    return render_template(
        "admin/transfers.html",
        shop_of=found,
        versions=VERSIONS,
        pairs=[(one, one) for one in VERSIONS],
        done=done,
        form=PressForm(formdata=None),
        **shown,
    )


def _files(made: Sequence[TransferFile], states: Sequence[RefundState]) -> Sequence[ShownFile]:
    many = Counter(one.file for one in states)
    sent = Counter(one.file for one in states if one.sent)
    return [
        ShownFile(
            file=one,
            many=many[one.number],
            total=transfer_files.total([s.transfer for s in states if s.file == one.number]),
            sent=sent[one.number],
        )
        for one in reversed(made)
    ]
