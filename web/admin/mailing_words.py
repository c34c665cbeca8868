"""Letters to all buyers in words: to whom, about what, and how far one is."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from ledger.shop.stamps import Buyers, MailingState

BUYERS: Mapping[Buyers, object] = {
    Buyers.PAID: _l("Whose order is paid"),
    Buyers.UNPAID: _l("Whose order waits for its money"),
    Buyers.CANCELLED: _l("Whose order is cancelled"),
}
ABOUT: Mapping[bool, object] = {
    True: _l("About what they bought"),
    False: _l("News: each address gets it once and can decline more of them"),
}
MAILING_TONES: Mapping[MailingState, tuple[str, object]] = {
    MailingState.RUNNING: ("wait", _l("Being sent")),
    MailingState.PAUSED: ("wait", _l("Paused")),
    MailingState.CALLED_OFF: ("bad", _l("Called off")),
    MailingState.FINISHED: ("good", _l("Has reached everybody")),
}
# What staff may make of one.
TURNS = (MailingState.PAUSED, MailingState.RUNNING, MailingState.CALLED_OFF)
