"""What waits for a second person: who asked for what, and yes or no to it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.approvals.approval import Approval
from ledger.approvals.stamps import Act
from ledger.kernel.bank_transfer import in_fours
from ledger.kernel.refusals import UnknownApproval, UnknownOrder
from ledger.order.evolve import fold
from ledger.staff.role import Role
from web.actions import approvals as actions
from web.admin.forms import DeclineForm, act_name
from web.admin.guard import back_office, current_staff, needs, require_role
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.pages.forms import PressForm

pages = back_office("approvals", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/approvals")
@needs(Role.STAFF, Role.AUDITOR)
def page() -> str:
    """Those of one's shops, the newest first."""
    return _page()


@pages.post("/approvals/<approval>/approve")
@needs(Role.STAFF)
def approve(approval: str) -> Answer:
    """It is done, on the word of whoever presses: never who asked."""
    found = _found(approval)
    if not PressForm().validate_on_submit():
        return _page(), 400
    actions.approve(parts(), found.id, actor=current_staff().actor)
    return redirect(url_for("approvals.page", done=1), 303)


@pages.post("/approvals/<approval>/decline")
@needs(Role.STAFF)
def decline(approval: str) -> Answer:
    """It is not done."""
    found, typed = _found(approval), DeclineForm()
    if not typed.validate_on_submit():
        return _page(wrong=typed, about=found), 400 if "csrf_token" in typed.errors else 422
    actions.decline(
        parts(), found.id, actor=current_staff().actor, reason=(typed.reason.data or "").strip()
    )
    return redirect(url_for("approvals.page", done=1), 303)


def _found(approval: str) -> Approval:
    """The approval, if it is of a shop of one's role. Raises problems and `UnknownApproval`."""
    try:
        found = parts().approvals.get(uuid_in(approval))
    except UnknownOrder as error:
        raise UnknownApproval from error
    require_role(Role.STAFF, shop=found.request.shop)
    return found


def _page(*, wrong: DeclineForm | None = None, about: Approval | None = None) -> str:
    me, at = current_staff(), now()
    lately = [
        one
        for one in parts().approvals.lately(at)
        if me.may(Role.STAFF, Role.AUDITOR, shop=one.request.shop)
    ]
    numbers = _numbers(lately)
    return render_template(
        "admin/approvals.html",
        approvals=[(one, one.state(at), numbers[one.request.order]) for one in lately],
        me=me.actor,
        may=lambda one: me.may(Role.STAFF, shop=one.request.shop),
        in_fours=in_fours,
        act_name=lambda act: act_name(Act(act)),
        press=PressForm(formdata=None),
        form=wrong or DeclineForm(formdata=None),
        about=about.id if about else None,
        done="done" in request.args,
    )


def _numbers(approvals: Sequence[Approval]) -> Mapping[UUID, int]:
    """The numbers of their orders."""
    histories = parts().store.read_opened([one.request.order for one in approvals])
    return {order: fold(order, history).number for order, history in histories.items()}
