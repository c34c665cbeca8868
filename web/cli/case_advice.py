"""What a person does next about a case, in a sentence, and where more is told."""

from collections.abc import Mapping

from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.order import stamps
from ledger.order.decisions.staff import MANUAL

# The sentence, and the page in docs/runbooks.
ADVICE: Mapping[CaseKind, tuple[str, str]] = {
    CaseKind.UNMATCHED_MONEY: (
        "Find out whose it is: assign it to that order, or send it back.",
        "unmatched-money",
    ),
    CaseKind.UNBOUND_FACT: ("Look it up at the provider, then close.", "unmatched-money"),
    CaseKind.CONTRADICTION: (
        "Compare with the provider's books or the bank statement, correct it, then close.",
        "alarms",
    ),
    CaseKind.UNDERPAID: (
        "Ask for the rest, or cancel with a refund: then it is resolved by itself.",
        "overpaid",
    ),
    CaseKind.OVERPAID: ("Send the surplus back.", "overpaid"),
    CaseKind.MONEY_TO_RETURN: (
        "Hand the money back and say so (refunds, method manual): then it is resolved by itself.",
        "overpaid",
    ),
    CaseKind.REFUND_REFUSED: ("Retry, or return the money by hand.", "refund-refused"),
    CaseKind.REFUND_FAILED: ("Return the money in another way.", "refund-refused"),
    CaseKind.REFUND_UNKNOWN: (
        "Look at the provider, then say what became of it: orders settle-refund.",
        "refund-of-unknown-outcome",
    ),
    CaseKind.LETTER_FAILED: (
        "Reach the customer in another way, or send it again.",
        "letter-of-unknown-fate",
    ),
    CaseKind.LETTER_UNKNOWN: (
        "Ask whether it came; send it again if not.",
        "letter-of-unknown-fate",
    ),
    CaseKind.DISPUTE: ("Answer at the provider before its deadline.", "alarms"),
    CaseKind.VOID_FAILED: ("Give the authorization up at the provider.", "void-failed"),
    CaseKind.CAPTURE_FAILED: ("Look at the provider why, and ask the customer.", "void-failed"),
    CaseKind.CAPTURED_AFTER_VOID: ("See that the money goes back.", "void-failed"),
    CaseKind.AUTHORIZATION_LOST: ("Ask the customer to pay again, or cancel.", "void-failed"),
    CaseKind.PAYMENT_UNKNOWN: (
        "Look whether the provider is away, or turns our key away; then it is resolved by itself.",
        "provider-does-not-answer",
    ),
    CaseKind.PAYMENT_OVERDUE: (
        "Ask the provider what became of it, then cancel the order or wait on.",
        "payments-stuck-pending",
    ),
    CaseKind.POISON_STAMP: ("Tell whoever runs this: a stamp cannot be digested.", "worker-behind"),
}


# Of news that no order could take, by what the provider told (the first word of the case's text).
_UNBOUND: Mapping[str, str] = {
    stamps.PaymentPending.__name__: (
        "Money may still come, or never: ask the provider how that payment ended, then close."
    ),
    stamps.Authorized.__name__: (
        "The money is reserved, not taken: give it up at the provider, then close."
    ),
    **dict.fromkeys(
        (
            stamps.PaymentFailed.__name__,
            stamps.PaymentExpired.__name__,
            stamps.Voided.__name__,
            stamps.AuthorizationExpired.__name__,
            stamps.CreateRefundFailure.__name__,
        ),
        "No money moved. Look it up at the provider, then close.",
    ),
}
_NO_MONEY_ASKED = "asked for no money"
_UNREADABLE = "could not be understood"


def advice(opened: CaseOpened) -> str:
    """One sentence, and the page to read."""
    sentence, page = _advice(opened)
    return f"{sentence} More: docs/runbooks/{page}.md"


def _advice(opened: CaseOpened) -> tuple[str, str]:
    sentence, page = ADVICE[opened.kind]
    if opened.kind is CaseKind.OVERPAID and opened.provider == MANUAL:
        return ADVICE[CaseKind.MONEY_TO_RETURN][0], page
    if opened.kind is CaseKind.UNBOUND_FACT:
        return _of_unbound(opened)
    return sentence, page


def _of_unbound(opened: CaseOpened) -> tuple[str, str]:
    """News without its order: whether money moved depends on the news, and none is assumed."""
    if _UNREADABLE in opened.text:
        return (
            "It may tell of money. Compare the payment at the provider with the ledger"
            " (reconcile), then read it again (inbox reread)."
        ), "unreadable-message"
    sentence, page = ADVICE[CaseKind.UNBOUND_FACT]
    if _NO_MONEY_ASKED in opened.text:
        return (
            "The customer finished a page that asked for nothing, so nothing will come:"
            " ask them to pay in another way, or cancel the order; then close."
        ), page
    return _UNBOUND.get(opened.text.partition(":")[0], sentence), page
