"""The back office's words: states, flags, letters, actions, kinds of cases, and every stamp."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from ledger.cases.stamps import Action, CaseKind, Severity
from ledger.kernel.refusals import CustomerInvalid, NotCancellable, Refusal
from ledger.order import stamps
from ledger.order.decisions.staff import MANUAL
from ledger.order.letter_delivery import DECLINED
from ledger.order.stamps import Letter
from ledger.order.status import Status
from web.http.problems import of_refusal
from web.i18n.format import money
from web.i18n.gettext import _
from web.i18n.refusals import of_cancellation, of_field
from web.pages.order_timeline import told as told_to_customers

STATUSES: Mapping[str, tuple[str, object]] = {
    Status.NOT_STARTED: ("wait", _l("Not started")),
    Status.PENDING: ("wait", _l("Awaits payment")),
    Status.FAILED: ("wait", _l("Payment declined")),
    Status.AUTHORIZED: ("wait", _l("Authorized")),
    Status.PAID: ("good", _l("Paid")),
    Status.CANCELLED: ("quiet", _l("Cancelled")),
    Status.REFUND_REQUESTED: ("wait", _l("Refund under way")),
    Status.REFUND_FAILED: ("bad", _l("Refund failed")),
    Status.REFUNDED: ("quiet", _l("Refunded")),
    Status.PARTIALLY_REFUNDED: ("quiet", _l("Partly refunded")),
    Status.DISPUTED: ("bad", _l("Disputed")),
    Status.CHARGED_BACK: ("bad", _l("Charged back")),
}
FLAGS: Mapping[str, object] = {
    "overpaid": _l("Paid too much"),
    "underpaid": _l("Paid too little"),
    "payment_unknown": _l("Payment page of unknown fate"),
    "refund_unknown": _l("Refund of unknown fate"),
    "void_failed": _l("Authorization not given up"),
    "late_payment": _l("Paid too late"),
    "disputed": _l("Disputed"),
}
LETTERS: Mapping[str, object] = {
    Letter.PAID: _l("Confirmation"),
    Letter.REFUNDED: _l("Refund"),
    Letter.CANCELLED: _l("Cancellation"),
    Letter.CORRECTION: _l("Correction"),
    Letter.LINK: _l("Cancellation link"),
    Letter.HOW_TO_PAY: _l("How to pay"),
    Letter.WITHDRAWAL: _l("Receipt of a wish to cancel"),
    Letter.MOVED: _l("New date"),
    Letter.TICKET: _l("Ticket to its holder"),
    Letter.TICKET_VOID: _l("Ticket not valid any more, to its holder"),
    Letter.BUYERS: _l("Letter to all buyers"),
}
POSTED: Mapping[str, tuple[str, object]] = {
    "due": ("wait", _l("To be sent")),
    "started": ("wait", _l("Being sent")),
    "sent": ("good", _l("Sent")),
    "failed": ("bad", _l("Could not be sent")),
    "declined": ("good", _l("Not sent: they want no news")),
    "unknown": ("bad", _l("Nobody knows whether it was sent")),
}
# What the button says, and what it is about.
ACTIONS: Mapping[str, tuple[object, object]] = {
    "mark-paid": (
        _l("Mark as paid"),
        _l("Money came without a provider: cash, or a bank transfer."),
    ),
    "cancel": (
        _l("Cancel without refund"),
        _l("The places are free again. What was paid stays with the shop."),
    ),
    "cancel-and-refund": (
        _l("Cancel and refund"),
        _l("The places are free again, and all that is held goes back."),
    ),
    "cancel-part": (
        _l("Cancel a part"),
        _l("Some pieces are given up, the rest of the order lives."),
    ),
    "swap": (
        _l("Replace tickets"),
        _l("Some go, others come in a new order, in one step. What was paid is set against it."),
    ),
    "refund": (
        _l("Refund through the provider"),
        _l("All or a part of one payment goes back. The order stays as it is."),
    ),
    "refund-by-hand": (
        _l("Refunded by hand"),
        _l("You have handed money back, or transferred it: the ledger is told."),
    ),
    "answers": (
        _l("Correct names and answers"),
        _l("What was told about each ticket. Anything may be left out here."),
    ),
    "retry-refund": (
        _l("Retry the refund"),
        _l("The provider refused it before and is asked once more."),
    ),
    "resend": (_l("Send a letter again"), _l("To the address that the order has now.")),
    "contact": (
        _l("Edit the contact details"),
        _l("Letters go to the corrected address from then on."),
    ),
    "label": (
        _l("Add a label"),
        _l("A word or two of your own, to find orders by. Customers never see it."),
    ),
    "unlabel": (_l("Remove a label"), _l("The word is taken off the order.")),
    "note": (_l("Write a note"), _l("For your colleagues. Customers never see it.")),
}
CASES: Mapping[str, object] = {
    CaseKind.UNMATCHED_MONEY: _l("Money that belongs to no order"),
    CaseKind.UNBOUND_FACT: _l("News that fits no order"),
    CaseKind.CONTRADICTION: _l("News that contradicts the ledger"),
    CaseKind.UNDERPAID: _l("Paid too little"),
    CaseKind.OVERPAID: _l("Paid too much"),
    CaseKind.MONEY_TO_RETURN: _l("Money to hand back"),
    CaseKind.REFUND_REFUSED: _l("Refund refused"),
    CaseKind.REFUND_FAILED: _l("Refund failed after all"),
    CaseKind.REFUND_UNKNOWN: _l("Refund of unknown fate"),
    CaseKind.LETTER_FAILED: _l("Letter could not be sent"),
    CaseKind.LETTER_UNKNOWN: _l("Letter of unknown fate"),
    CaseKind.DISPUTE: _l("Payment disputed"),
    CaseKind.VOID_FAILED: _l("Authorization not given up"),
    CaseKind.CAPTURE_FAILED: _l("Authorized money not charged"),
    CaseKind.CAPTURED_AFTER_VOID: _l("Charged though it was given up"),
    CaseKind.AUTHORIZATION_LOST: _l("Authorization lost"),
    CaseKind.PAYMENT_OVERDUE: _l("Payment under way for too long"),
    CaseKind.POISON_STAMP: _l("A stamp cannot be digested"),
    CaseKind.PAYMENT_UNKNOWN: _l("Payment page of unknown fate"),
    CaseKind.CHECK_IN_CONFLICT: _l("A ticket let somebody in who should not be"),
    CaseKind.WEBHOOK_DISABLED: _l("A webhook's receiver takes nothing"),
    CaseKind.VOUCHER_STUCK: _l("A voucher for a person is stuck"),
    CaseKind.VOUCHERS_STOPPED: _l("No voucher is made any more"),
    CaseKind.VOUCHERS_OVER: _l("Somebody confirmed after the vouchers were over"),
}
# What happened, what it means, and what to do next.
ADVICE: Mapping[str, object] = {
    CaseKind.UNMATCHED_MONEY: _l(
        "Money came, and nobody knows whose it is. Find out: assign it to that order, or send"
        " it back."
    ),
    CaseKind.UNBOUND_FACT: _l(
        "A provider told of something that no order asked for. Look it up at the provider,"
        " then close."
    ),
    CaseKind.CONTRADICTION: _l(
        "The same thing was told twice with different figures. Compare with the provider's"
        " books or"
        " the bank statement, correct it, then close."
    ),
    CaseKind.UNDERPAID: _l(
        "Less came than the order costs, so it is not paid. Ask for the rest, or cancel with a"
        " refund."
    ),
    CaseKind.OVERPAID: _l("More came than the order costs. Send the surplus back."),
    CaseKind.MONEY_TO_RETURN: _l(
        "Money is owed that no provider can return. Hand it back, then say so on the order's page."
    ),
    CaseKind.REFUND_REFUSED: _l(
        "The provider does not return the money. Retry, or return it by hand."
    ),
    CaseKind.REFUND_FAILED: _l(
        "The refund was accepted and came back: the customer has no money. Return it in"
        " another way."
    ),
    CaseKind.REFUND_UNKNOWN: _l(
        "The provider does not say whether it made the refund. Look there, then say what"
        " became of it."
    ),
    CaseKind.LETTER_FAILED: _l(
        "The letter was refused. Correct the address on the order's page and send it again."
    ),
    CaseKind.LETTER_UNKNOWN: _l(
        "It is not known whether the letter went out. Ask whether it came; send it again if not."
    ),
    CaseKind.DISPUTE: _l(
        "The payer's bank wants the money back. Answer at the provider before its deadline."
    ),
    CaseKind.VOID_FAILED: _l(
        "Money is still reserved on the customer's card. Give the authorization up at the provider."
    ),
    CaseKind.CAPTURE_FAILED: _l(
        "The reserved money could not be charged. Look at the provider why, and ask the customer."
    ),
    CaseKind.CAPTURED_AFTER_VOID: _l(
        "Money was charged though we gave it up. See that it goes back."
    ),
    CaseKind.AUTHORIZATION_LOST: _l(
        "The reserved money is not there any more. Ask the customer to pay again, or cancel."
    ),
    CaseKind.PAYMENT_OVERDUE: _l(
        "The payment has been under way for longer than its promise. Ask the provider what"
        " became of it."
    ),
    CaseKind.POISON_STAMP: _l("Tell whoever runs this: a stamp cannot be digested."),
    CaseKind.WEBHOOK_DISABLED: _l(
        "Events wait for a receiver that took none for days, so it was switched off. Have it"
        " mended and switch it on again on the page of the webhooks: this case closes by itself."
    ),
    CaseKind.CHECK_IN_CONFLICT: _l(
        "Devices without a network let somebody in who should not be: twice with one ticket, or"
        " with one that is not valid. Look who is inside; undo the check-in that was wrong, or"
        " close."
    ),
    CaseKind.VOUCHER_STUCK: _l(
        "Whoever keeps the voucher refused what we asked for, or it was used before. Look at the"
        " person on the list: mend what is wrong there and press “Try again”, or agree with them"
        " otherwise; then close."
    ),
    CaseKind.VOUCHERS_STOPPED: _l(
        "pretix turns our token away. Give it a token that may change vouchers; what waits is made"
        " by itself, and this case is resolved with it."
    ),
    CaseKind.VOUCHERS_OVER: _l(
        "Whoever is held back stands on the list of people with vouchers. An admin prolongs the"
        " vouchers there: each is made by itself, and this case is resolved with it. Else tell"
        " these people, and close."
    ),
    CaseKind.PAYMENT_UNKNOWN: _l(
        "The provider does not answer. Look whether it is away, or turns our key away."
    ),
}
# Of a payout that failed there is nothing to correct here.
PAYOUT_FAILED = _l(
    "The provider told of a payout, and the bank did not take it. Correct the bank account at the"
    " provider if it is wrong, see that the money comes with a later payout, then close."
)
SEVERITIES: Mapping[str, tuple[str, object]] = {
    Severity.CRITICAL: ("bad", _l("Critical")),
    Severity.WARNING: ("wait", _l("Warning")),
}
RESOLUTIONS: Mapping[str, tuple[object, object]] = {
    Action.ASSIGN: (_l("Assign to an order"), _l("The money counts as paid for that order.")),
    Action.RETURN: (_l("Send it back"), _l("To where it came from, through its provider.")),
    Action.RETRY: (_l("Retry the refund"), _l("The provider is asked once more.")),
    Action.CLOSE: (_l("Close the case"), _l("Nothing more is to be done here.")),
    Action.BOUND: (_l("Found its order"), ""),
    Action.SETTLED: (_l("Settled by itself"), ""),
}


def why(refusal: Refusal) -> str:
    """Why the ledger says no, in the reader's language."""
    match refusal:
        case NotCancellable(why=reason):
            return of_cancellation(reason)
        case CustomerInvalid(field=field):
            return of_field(field)
        case _:
            return _(of_refusal(refusal).detail)


def stamp_in_words(stamp: object) -> str:  # noqa: C901 (a dispatching match)
    """What a stamp says to staff: as customers read it, and what they are not told, too."""
    told = told_to_customers(stamp)
    if told:
        return told
    match stamp:
        case stamps.TicketCheckedOut():
            return _("Somebody left with a ticket of this order.")
        case stamps.QuestionsAsked():
            return _("Questions about the tickets stand in the order.")
        case stamps.NoteWritten():
            return _("A note was written.")
        case stamps.Labelled(removed=False, label=label):
            return _("Label added: %(label)s.", label=label or _("erased"))
        case stamps.Labelled(label=label):
            return _("Label removed: %(label)s.", label=label or _("erased"))
        case stamps.CreatePaymentRequest(provider=provider, amount=amount) if provider == MANUAL:
            return _("Payment by hand: %(amount)s.", amount=money(amount))
        case stamps.CreatePaymentRequest(provider=provider, amount=amount):
            return _(
                "%(provider)s is asked for %(amount)s.", provider=provider, amount=money(amount)
            )
        case stamps.CreateCaptureRequest(amount=amount):
            return _("The authorized %(amount)s is to be charged.", amount=money(amount))
        case stamps.CreateVoidRequest():
            return _("The authorization is to be given up.")
        case stamps.CreateVoidFailure():
            return _("The authorization could not be given up.")
        case stamps.PaidOut():
            return _paid_out(stamp)
        case stamps.BuyerAddressed():
            return _("A letter to all buyers goes to this order, too.")
        case _:
            return _letter_in_words(stamp)


def _paid_out(stamp: stamps.PaidOut) -> str:
    told = {"amount": money(stamp.amount), "payout": stamp.payout}
    if stamp.kept_back:
        return _("%(amount)s was kept back from payout %(payout)s.", **told)
    return _("%(amount)s was paid out with payout %(payout)s.", **told)


def _letter_in_words(stamp: object) -> str:
    match stamp:
        case stamps.LetterWordsUsed(letter=letter):
            return _(
                "The letter is written in the shop's own words: %(letter)s.", letter=LETTERS[letter]
            )
        case stamps.ReceiptSendStarted(letter=letter):
            return _("The letter is being sent: %(letter)s.", letter=LETTERS[letter])
        case stamps.ReceiptFailed(letter=letter, code=code) if code == DECLINED:
            return _(
                "The letter was not sent, since they want no news: %(letter)s.",
                letter=LETTERS[letter],
            )
        case stamps.ReceiptFailed(letter=letter):
            return _("The letter could not be sent: %(letter)s.", letter=LETTERS[letter])
        case stamps.ReceiptUnknown(letter=letter):
            return _(
                "Nobody knows whether the letter went out: %(letter)s.", letter=LETTERS[letter]
            )
        case stamps.ReceiptResendRequested(letter=letter):
            return _("The letter is to be sent again: %(letter)s.", letter=LETTERS[letter])
        case _:
            return ""
