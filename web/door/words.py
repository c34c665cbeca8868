"""What the page at the door says, in the reader's language: to forms, and to the page's script.

Places of values are `%(names)s`, which the script fills as Python does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.order.admission import DoorResult
from web.i18n.gettext import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a result looks and sounds, and what is to be done. Never by its colour alone.

    `tone` is good, wait or bad; `sign` stands big beside the `word`.
    """

    tone: str
    sign: str
    word: str
    next: str = ""


def verdicts() -> Mapping[str, Verdict]:
    """By result: those that the ledger knows, and those that only a device comes to."""
    return {
        **_let_in(),
        **_turned_away(),
        **_undecided(),
    }


def _let_in() -> Mapping[str, Verdict]:
    return {
        DoorResult.VALID: Verdict(tone="good", sign="✓", word=_("Valid")),
        "left": Verdict(tone="good", sign="→", word=_("Out")),
    }


def _turned_away() -> Mapping[str, Verdict]:
    sales = _("Do not let in. Send the person to ticket sales.")
    return {
        DoorResult.USED: Verdict(
            tone="bad",
            sign="✕",
            word=_("Already used"),
            next=_("Do not let in."),
        ),
        DoorResult.REVOKED: Verdict(tone="bad", sign="✕", word=_("Not valid any more"), next=sales),
        DoorResult.NOT_PAID: Verdict(tone="bad", sign="€", word=_("Not paid"), next=sales),
        DoorResult.UNKNOWN: Verdict(
            tone="bad",
            sign="?",
            word=_("Unknown"),
            next=_("No ticket has this code.") + " " + sales,
        ),
        DoorResult.WRONG_DAY: Verdict(tone="wait", sign="!", word=_("Wrong day")),
        DoorResult.WRONG_DOOR: Verdict(tone="wait", sign="!", word=_("Wrong door")),
        "not_inside": Verdict(tone="wait", sign="!", word=_("Was not inside")),
    }


def _undecided() -> Mapping[str, Verdict]:
    return {
        "unlisted": Verdict(
            tone="bad",
            sign="?",
            word=_("Not on the list"),
            next=_(
                "It may have been bought after the list came. Scan again when the network is back."
            ),
        ),
        "no_list": Verdict(
            tone="wait",
            sign="!",
            word=_("Cannot tell"),
            next=_("There is no network, and this device has no list. Scan again when it is back."),
        ),
        "no_answer": Verdict(
            tone="wait",
            sign="!",
            word=_("No answer"),
            next=_("Nobody was let in by this. Press again when the network is back."),
        ),
        "mistyped": Verdict(
            tone="wait",
            sign="!",
            word=_("Read it again"),
            next=_("One of its signs is wrong. Compare them with the ticket."),
        ),
        "not_a_code": Verdict(
            tone="wait",
            sign="!",
            word=_("Not a ticket"),
            next=_("That is some other code. The ticket's is the square one."),
        ),
        "refused": Verdict(tone="wait", sign="!", word=_("Not done")),
    }


def sentences() -> Mapping[str, str]:
    """What the page's script says beside the results."""
    return {
        **_of_results(),
        **_of_the_network(),
        **_of_the_list(),
        **_of_the_device(),
    }


def _of_results() -> Mapping[str, str]:
    return {
        "hand_out": _("Hand out: %(what)s"),
        "again": _("Comes back in."),
        "ticket": _("Order %(order)s, ticket %(number)s of %(count)s"),
        "used_at": _("%(time)s, %(door)s, %(device)s"),
        "used_here": _("%(time)s, %(door)s, this device"),
        "only_days": _("It is for %(days)s."),
        "only_doors": _("It is for the door %(doors)s."),
        "cancelled": _("The order was cancelled."),
        "part_cancelled": _("This ticket was cancelled; others of its order may be valid."),
        "offline": _("Decided without a network."),
        "undo": _("Take back"),
        "undone": _("Taken back: %(what)s"),
        "undo_waits": _("Taken back on this device; it is entered when the network is back."),
        "undo_refused": _("It could not be taken back: %(why)s"),
        "nothing_yet": _("Nothing was scanned on this device yet."),
        "nobody_found": _("Nobody was found."),
        "too_short": _("Type at least three letters or a number."),
        "check_in": _("Let in"),
        "reserved": _("not paid"),
        "confirmed": _("valid"),
        "checked_in": _("inside"),
        "revoked": _("not valid any more"),
    }


def _of_the_network() -> Mapping[str, str]:
    return {
        "online": _("Online"),
        "offline_state": _("No network"),
        "signed_out": _("Signed out"),
        "signed_out_long": _(
            "You are signed out. This device goes on by its list; what it lets in is kept until you"
            " sign in again."
        ),
        "forbidden": _("Not yours"),
        "forbidden_long": _("Your role at this door was taken away. Ask an admin."),
        "waiting": _("Waiting: %(count)s"),
        "sending": _("Sending %(sent)s of %(of)s"),
        "sent": _("What was scanned without a network is entered: %(count)s."),
        "conflict_used": _(
            "Let in twice: %(what)s, first at %(first)s by %(device)s, then at %(then)s here."
            " Ticket sales have a case about it."
        ),
        "conflict_replaced": _("Let in by this device though it was not valid: %(what)s, %(why)s."),
        "conflict_unknown": _("A code that was let in at %(time)s is no ticket."),
        "conflict_refused": _("What was scanned at %(time)s was not entered: %(why)s"),
        "clock": _("The clock of this device is wrong by %(how_much)s. Set it, or times are off."),
        "clock_back": _("The clock of this device was set back. Set it right."),
        "inside": _("Inside: %(count)s"),
        "search_offline": _("Searching needs the network."),
    }


def _of_the_list() -> Mapping[str, str]:
    return {
        "list_none": _("No list yet"),
        "list_fresh": _("List: just now"),
        "list_minutes": _("List: %(count)s min old"),
        "list_hours": _("List: %(count)s h old"),
        "list_old": _(
            "The list of this device is %(age)s old. Tickets that were bought, cancelled or used"
            " since are not on it."
        ),
        "list_bad": _("A list came that was not signed by this ledger. It was thrown away."),
        "list_unverified": _("This browser cannot verify signatures; the list came as it is."),
        "list_verified": _("Its signature is verified."),
        "list_named": _(
            "It has names on it: keep this device locked, and have it forget them after."
        ),
        "list_about": _("Tickets on the list: %(count)s, as of %(time)s."),
        "minutes": _("%(count)s min"),
        "hours": _("%(count)s h"),
        "seconds": _("%(count)s s"),
    }


def _of_the_device() -> Mapping[str, str]:
    return {
        "camera_refused": _("The camera is not allowed. Allow it in the browser's settings."),
        "camera_missing": _("This device has no camera that can be used. Type, or use a scanner."),
        "camera_insecure": _(
            "Camera and list need an address that begins with https. Typing works all the same."
        ),
        "no_storage": _(
            "This browser keeps nothing, as in a private window: without a network it cannot go on."
        ),
        "ready": _("Ready"),
        "forgotten": _("This device has forgotten the list and what it did."),
        "not_forgotten": _("Something waits to be sent still. Nothing was forgotten."),
        "dismiss": _("Seen"),
    }
