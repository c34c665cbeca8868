"""What each stamp of a case says to whoever looks after it."""

from ledger.cases import stamps
from ledger.cases.stamps import Action, CaseStamp
from ledger.kernel.erasure import Erased
from web.admin.actors import called
from web.admin.words import RESOLUTIONS
from web.i18n.format import moment, money
from web.i18n.gettext import _


def case_stamp_in_words(stamp: CaseStamp) -> str:  # noqa: C901 (a dispatching match)
    """A sentence of its own for each kind."""
    match stamp:
        case stamps.CaseOpened():
            return _("The case was opened.")
        case stamps.CaseResolved(action=action):
            return _("Resolved: %(action)s.", action=RESOLUTIONS[Action(action)][0])
        case stamps.CaseReturnRequested(provider=provider, amount=amount):
            return _(
                "%(provider)s is asked to send back %(amount)s.",
                provider=provider,
                amount=money(amount),
            )
        case stamps.CaseReturnAccepted(amount=amount):
            return _("The return of %(amount)s was accepted.", amount=money(amount))
        case stamps.CaseReturnRefused(code=code):
            return _("The return was refused: %(code)s.", code=code)
        case stamps.CaseReturnFailed(amount=amount, code=code):
            return _(
                "The return of %(amount)s failed after all: %(code)s.",
                amount=money(amount),
                code=code,
            )
        case stamps.CaseAlarmStarted():
            return _("People are being alarmed.")
        case stamps.CaseAlarmRaised(channels=channels, failed=failed):
            return _alarmed(channels, failed)
        case stamps.CaseSnoozed(until=until):
            on_desk = _("It is on the desk again.")
            return _("Put aside until %(when)s.", when=moment(until)) if until else on_desk
        case stamps.CaseHanded(to=""):
            return _("Nobody looks after it any more.")
        case stamps.CaseHanded(to=to):
            return _("%(who)s looks after it.", who=called(to))
        case Erased():
            return _("What could name a person was erased.")


def _alarmed(channels: tuple[str, ...], failed: tuple[str, ...]) -> str:
    took = ", ".join(channels)
    if not failed:
        return _("People were alarmed by: %(channels)s.", channels=took)
    return _(
        "People were alarmed by: %(channels)s. Not yet by: %(failed)s, which is tried again.",
        channels=took,
        failed=", ".join(failed),
    )
