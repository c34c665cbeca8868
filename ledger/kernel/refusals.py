"""Why the ledger says no. One class per reason a caller can act on."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ledger.kernel.money import Money


class Refusal(Exception):
    """The ledger understood and declined."""


class UnknownOrder(Refusal):
    """There is no such order."""


class UnknownShop(Refusal):
    """There is no such shop."""


class ShopUnreadable(Refusal):
    """This shop cannot be shown just now: a stamp of it cannot be read. A right file repairs it."""

    def __init__(self, shop: str) -> None:
        super().__init__(shop)
        self.shop = shop


class SellingStopped(Refusal):
    """This does not take place, so nothing is sold. Every order is given back by itself."""

    def __init__(self, *, reason: Mapping[str, str]) -> None:
        """`reason` is what the organiser says, by language."""
        super().__init__(next(iter(reason.values()), ""))
        self.reason = reason


class SignInRequired(Refusal):
    """This shop sells to people who are signed in. Buy on its pages: they lead through it."""


class UnknownProduct(Refusal):
    """This shop does not sell that product."""

    def __init__(self, product: str) -> None:
        super().__init__(product)
        self.product = product


class NothingOrdered(Refusal):
    """An order needs at least one line, and each product at most once."""


class QuantityNotAllowed(Refusal):
    """The quantity is not between one and the most that one order may hold."""

    def __init__(self, *, product: str, maximum: int) -> None:
        super().__init__(f"{product}: at most {maximum}")
        self.product, self.maximum = product, maximum


class NotOnSale(Refusal):
    """The product is not on sale at this moment."""

    def __init__(self, product: str) -> None:
        super().__init__(product)
        self.product = product


class NotEnoughSeats(Refusal):
    """There are not enough seats left for this."""

    def __init__(self, *, product: str) -> None:
        super().__init__(product)
        self.product = product


class CustomerInvalid(Refusal):
    """Something about the customer's details cannot be accepted."""

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


class AnswersInvalid(Refusal):
    """An answer about a ticket is missing, or cannot be taken."""

    def __init__(self, *, product: str, ticket: int, question: str, rule: str) -> None:
        """`ticket` counts the tickets of the product in this order, from 1."""
        super().__init__(f"{product}, ticket {ticket}: {question}: {rule}")
        self.product, self.ticket, self.question, self.rule = product, ticket, question, rule


class AnswersClosed(Refusal):
    """The answers about these tickets cannot be changed any more; ticket sales can help."""


class AnswersMoved(Refusal):
    """Somebody answered for this ticket meanwhile. Look at it again, then press once more."""


class TicketNotSendable(Refusal):
    """This ticket cannot be sent on, or taken back, as it stands."""

    def __init__(self, *, ticket: int, rule: str) -> None:
        super().__init__(f"ticket {ticket}: {rule}")
        self.ticket, self.rule = ticket, rule


class UnknownShift(Refusal):
    """There is no such shift at a till."""


class ShiftOver(Refusal):
    """This shift is over: nothing is sold in it any more. Open another one."""


class AmountNegative(Refusal):
    """An amount of cash is nothing or more."""


class AmountNotPayable(Refusal):
    """The payment provider of this shop does not take this amount. Order less, or more, at once."""

    def __init__(self, *, total: Money, reason: str) -> None:
        super().__init__(reason)
        self.total, self.reason = total, reason


class NotPayable(Refusal):
    """The order cannot be paid in its present state."""

    def __init__(self, *, status: str) -> None:
        super().__init__(status)
        self.status = status


class NotCancellable(Refusal):
    """The order cannot be cancelled here; ticket sales can help."""

    def __init__(self, *, code: str, inputs: Mapping[str, object], why: str = "") -> None:
        """`why` is one of `ledger.order.cancellation_policy`; `code` is coarser, for programs."""
        super().__init__(code)
        self.code, self.why, self.inputs = code, str(why), inputs


class PiecesNotLeft(Refusal):
    """So many pieces of this product are not left in the order; choose again."""

    def __init__(self, *, product: str, left: int) -> None:
        super().__init__(f"{product}: {left} left")
        self.product, self.left = product, left


class NothingChosen(Refusal):
    """Choose at least one piece, and each product of the order at most once."""


class AccountMistyped(Refusal):
    """This is no IBAN: a sign is missing or mistyped, so that its check digits do not fit."""


class LateCancel(Refusal):
    """It is too late to cancel at once: the grace period is over, or the payment is captured."""

    code = "late_cancel"


class PartialCapture(Refusal):
    """A part of the payment is captured already; ticket sales can help."""

    code = "partial_capture"


class LetterTooSoon(Refusal):
    """A letter went out less than a minute ago; look for it before asking again."""


class LinkInvalid(Refusal):
    """This link is not valid: wrong, older than 24 hours, used, or replaced by a newer one."""


class PriceChanged(Refusal):
    """The price is another one than was shown; look at it again before ordering."""

    def __init__(self, *, expected_total: Money, total: Money) -> None:
        super().__init__(f"shown {expected_total}, costs {total}")
        self.expected_total, self.total = expected_total, total


class QuoteChanged(Refusal):
    """The refund is another one than the page showed; look at it again before confirming."""

    def __init__(self, *, quote: Money) -> None:
        super().__init__(str(quote))
        self.quote = quote


class KeyReused(Refusal):
    """This idempotency key was used before, for something else."""


class Contradicted(Refusal):
    """The ledger holds another stamp of the same identity."""


class NotAdmitted(Refusal):
    """This ticket does not let anybody in here: used, revoked, not paid, or for elsewhere."""

    def __init__(self, *, code: str, verdict: object = None) -> None:
        """`verdict` is what the rule said and looked at."""
        super().__init__(code)
        self.code, self.verdict = code, verdict


class NotInside(Refusal):
    """Nobody is inside with this ticket: nobody leaves with it."""


class UnknownCheckIn(Refusal):
    """There is no such check-in."""


class LabelUnusable(Refusal):
    """A label has 1 to 40 characters, and an order at most twenty of them."""


class SnoozeOutOfRange(Refusal):
    """A case is put aside until a time to come, at most three months from now."""


class LetterNotDue(Refusal):
    """This letter is not due, or another sender has claimed it."""


class NothingToRefund(Refusal):
    """There is no money of this payment that could go back."""


class QuotaTooSmall(Refusal):
    """A quota cannot shrink below what is held and sold of it."""

    def __init__(self, quota: str) -> None:
        super().__init__(quota)
        self.quota = quota


class ShopInvalid(Refusal):
    """The shop file says something that cannot be. Nothing of it was stamped."""

    def __init__(self, faults: Sequence[tuple[str, str]], *, where: Sequence[str] = ()) -> None:
        """`faults` are fields with what is wrong with them, `where` their places in the file."""
        told = [f"{field}: {rule}" for field, rule in faults]
        self.faults = tuple(map(", ".join, zip(where, told, strict=True)) if where else told)
        super().__init__("\n".join(self.faults))
        self.field, self.rule = faults[0]


class CartFull(Refusal):
    """A cart takes no more different products; order some of them first, or take some out."""

    def __init__(self, *, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class Busy(Refusal):
    """Too many people changed the same thing at once; try again in a moment."""

    def __init__(self, stream: UUID) -> None:
        super().__init__("too many conflicts")
        self.stream = stream


class OrderMoved(Refusal):
    """The order has changed since you looked at it; look again before you act."""

    def __init__(self, *, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version


class ShopChanged(Refusal):
    """The shop has changed since you looked at it; look again before you change it."""

    def __init__(self, *, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version


class NotUndoable(Refusal):
    """This change cannot be taken back. Change the shop to what it should be instead."""

    def __init__(self, *, rule: str, path: str = "") -> None:
        """`rule`: opened, restated, announced, nothing, or changed again since at a `path`."""
        super().__init__(" ".join(filter(None, (rule, path))))
        self.rule, self.path = rule, path


class AlreadyCancelled(Refusal):
    """The order is cancelled already."""


class NotWithdrawable(Refusal):
    """Nothing to take back: no payment marked as paid by hand, or no cancellation by staff."""


class MoneyReturned(Refusal):
    """Money was returned since, or is on its way back; a correction would not be the truth."""


class ApproverNeeded(Refusal):
    """A correction needs an approver: somebody else than whoever asks for it."""


class SecondPersonNeeded(Refusal):
    """This shop wants a second person for that: ask for an approval, which somebody else gives."""

    def __init__(self, *, limit: Money) -> None:
        super().__init__(f"alone up to {limit}")
        self.limit = limit


class UnknownApproval(Refusal):
    """Nobody asked for such an approval here."""


class OwnApproval(Refusal):
    """Whoever asked for it cannot approve it: somebody else has to."""


class ApprovalOver(Refusal):
    """This was decided before, or its time is over: ask again."""


class UnknownGrantee(Refusal):
    """There is nobody like that on this shop's list."""


class GrantNotOpen(Refusal):
    """This cannot be answered any more. Ask whoever invited you."""


class GrantsNotSetUp(Refusal):
    """Nobody has said yet where this shop's vouchers for people are issued."""


class GrantsSetUpWrong(Refusal):
    """Vouchers cannot be issued by such rules."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class UnknownMember(Refusal):
    """Nobody of this name or address belongs to the people who run the shops."""


class LastAdmin(Refusal):
    """Somebody has to remain who may everything. Make somebody else an admin of all shops first."""


class MistypedReference(Refusal):
    """The payment reference is mistyped: its last digit does not fit the others."""


class WrongReference(Refusal):
    """The payment reference is not that of this order."""


class TransferCounted(Refusal):
    """This bank transfer was entered before, for another order or with another amount."""


class RefundExceedsHeld(Refusal):
    """A refund may return at most what is still held of that payment."""

    def __init__(self, *, asked: Money, held: Money) -> None:
        super().__init__(f"asked for {asked}, hold {held}")
        self.asked, self.held = asked, held


class NotRefundable(Refusal):
    """This payment cannot go back through a provider; return it by hand."""


class PersonErased(Refusal):
    """The person of this order was erased; nothing new is kept about them."""


class StillOpen(Refusal):
    """Money or tickets are open: the person cannot be erased yet."""

    def __init__(self, *, open: tuple[str, ...] = ()) -> None:
        super().__init__(", ".join(dict.fromkeys(open)))
        self.open = open


class PersonMoved(Refusal):
    """Something of this person has moved since it was shown. Look at it again."""


class SeveralPayments(Refusal):
    """Money of several payments is held; return them one by one before cancelling."""


class DisputeOpen(Refusal):
    """The payer's bank disputes a payment; a refund beside it must be asked for expressly."""


class RefundStillUnknown(Refusal):
    """The provider does not tell whether the former refund was made; try again later."""


class UnknownCase(Refusal):
    """There is no such case."""


class CaseClosed(Refusal):
    """The case is resolved already."""


class CaseNeedsOtherAction(Refusal):
    """This case cannot be resolved in that way at this moment."""

    def __init__(self, *, actions: tuple[str, ...]) -> None:
        possible = f"possible: {', '.join(actions)}" if actions else "its money is on the way back"
        super().__init__(possible)
        self.actions = actions


class PaymentHeld(Refusal):
    """This payment is money of an order or of another case already; look there first."""


class OtherCurrency(Refusal):
    """The money is of another currency than the order."""
