"""Where a pretix says that something happened: unsigned, so it only makes us look there."""

import structlog
from flask import Blueprint, Response, request

from ledger.grants.keeper import KeeperSilent, PlaceToLook, VoucherKeeper
from ledger.grants.stamps import Destination, Place
from ledger.grants.uses import look_again
from ledger.payments.provider import BadMessage
from web.http.addresses import now
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.inbox.webhooks import count

pretix_webhooks = Blueprint("pretix_webhooks", __name__)
_log = structlog.get_logger("web.inbox.pretix")
# Looks a minute, for everybody together, so that strangers use up no more of what pretix allows us;
# at an event that is not ours nobody looks at all, and what is not looked at now is by the worker.
_MOST = 120


@pretix_webhooks.post("/webhooks/pretix")
def pretix() -> Response:
    """An order of an event moved: the vouchers that it uses are looked at, with our token."""
    keeper = parts().voucher_keepers.get(Place.PRETIX)
    if keeper is None:
        raise ProblemRaised("not-found")
    try:
        told = keeper.read_message(request.get_data())
    except BadMessage:
        count("pretix", "unreadable")
        text = "This is not a message of pretix."
        raise ProblemRaised("bad-request", detail=text) from None
    if not told.order or (told.organizer, told.event) not in parts().views.voucher_events():
        count("pretix", "nothing")
        return Response(status=200)
    if not parts().limits.hit("pretix/known", per_seconds=60, limit=_MOST):
        raise ProblemRaised("too-many-requests")
    _look(keeper, told)
    count("pretix", "kept")
    return Response(status=200)


def _look(keeper: VoucherKeeper, told: PlaceToLook) -> None:
    """Whatever is not answered now is told again by pretix, and looked at by the worker."""
    event = Destination(place=Place.PRETIX, organizer=told.organizer, event=told.event)
    began = now()
    used = keeper.uses_by(event, told.order)
    if isinstance(used, KeeperSilent):
        raise _unavailable(used)
    for reference in used:
        grantee = parts().views.grantee_of_voucher(told.organizer, told.event, reference)
        if grantee is None:
            continue
        seen = look_again(parts().grantees, keeper, grantee, reference, at=began)
        if isinstance(seen, KeeperSilent):
            raise _unavailable(seen)


def _unavailable(silent: KeeperSilent) -> ProblemRaised:
    _log.warning("provider away", door="pretix", reason=silent.reason)
    return ProblemRaised("unavailable", detail="pretix does not answer. Please tell us later.")
