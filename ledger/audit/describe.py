"""Every stamp in one plain sentence, for whoever reads a ledger; nothing personal."""

from collections.abc import Sequence
from typing import Protocol, assert_never

from ledger.accounts import stamps as account_stamps
from ledger.approvals import stamps as approval_stamps
from ledger.audit.describe_grants import told_of_grant
from ledger.audit.describe_news import of_news
from ledger.audit.describe_till import of_till
from ledger.cases import stamps as case_stamps
from ledger.grants.stamps import GrantStamp, ProgrammeStamp
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign
from ledger.kernel.money import spoken
from ledger.news.stamps import NewsStamp
from ledger.order import stamps
from ledger.shop import stamps as shop_stamps
from ledger.staff import stamps as staff_stamps
from ledger.till.stamps import TillStamp
from ledger.vouchers import stamps as voucher_stamps
from ledger.waiting_list import stamps as place_stamps


class _Tried(Protocol):
    @property
    def try_number(self) -> int: ...


class _Posted(_Tried, Protocol):
    @property
    def letter(self) -> stamps.Letter: ...


def _placed(one: stamps.OrderPlaced) -> str:
    bought = ", ".join(f"{line.quantity} × {line.product}" for line in one.lines)
    return f"Placed at {one.shop_slug}: {bought} for {spoken(one.total)}"


def _asked_back(one: stamps.CreateRefundRequest) -> str:
    kept = f", keeping {spoken(one.fee)}" if one.fee else ""
    what = f"{spoken(one.amount)} ({one.cause}){_pieces(one.pieces)}"
    return f"Asked {one.provider} to return {what}{kept}{_try(one)}"


def _amended(one: stamps.OrderAmended) -> str:
    kept = f", keeping {spoken(one.fee)}" if one.fee else ""
    return f"A part cancelled ({one.cause}){_pieces(one.pieces)}, {spoken(one.amount)} back{kept}"


def _pieces(pieces: Sequence[stamps.Pieces]) -> str:
    """Lines are counted from 1 for people."""
    told = ", ".join(f"{some.quantity} of line {some.line + 1}{_which(some)}" for some in pieces)
    return f": {told}" if told else ""


def _which(some: stamps.Pieces) -> str:
    """By their numbers in the line, from 1; nothing where a part was the last ones."""
    numbers = ", ".join(str(one + 1) for one in some.which)
    return f" (no. {numbers})" if numbers else ""


def _try(one: _Tried) -> str:
    return f", try {one.try_number}" if one.try_number > 1 else ""


def _case(one: case_stamps.CaseOpened) -> str:
    about = f" ({spoken(one.amount)})" if one.amount is not None else ""
    return f"Case opened, {one.severity}: {one.kind}{about}"


def _product(one: shop_stamps.ProductRevised) -> str:
    return f"Product {one.slug}, revision {one.revision}, at {spoken(one.price)}"


def _numbers(tickets: Sequence[stamps.TicketAddress]) -> str:
    return ", ".join(f"ticket {one.ticket}" for one in tickets)


def _erased(one: Erased) -> str:
    return f"The person was erased ({one.ground}): the data key is destroyed"


def _said(one: _Posted) -> str:
    return f"letter “{one.letter}”{_try(one)}"


def _paid_out(one: stamps.PaidOut) -> str:
    what = "Refund kept back from" if one.kept_back else "Paid out with"
    return f"{what} payout {one.payout} of {one.provider}: {spoken(one.amount)}"


def _scan(one: stamps.TicketCheckedIn | stamps.TicketCheckedOut) -> str:
    told = ", told later" if one.queued else ""
    return f"at {one.door} by {one.device}, {one.scanned_at.isoformat()}{told}"


def _of_order(one: stamps.OrderStamp) -> str:  # noqa: C901 (a dispatching match)
    match one:
        case stamps.OrderPlaced():
            return _placed(one)
        case stamps.ContactChanged():
            return "Contact corrected by ticket sales"
        case stamps.QuestionsAsked():
            return f"Asked about the tickets of {len(one.asked)} lines"
        case stamps.AnswersChanged():
            return f"Answers changed: {_numbers(one.tickets)}"
        case stamps.TicketSentOn():
            return f"Ticket {one.ticket} sent on to its holder, under a new code"
        case stamps.TicketTakenBack():
            return f"Ticket {one.ticket} taken back, under a new code"
        case stamps.LinesSwapped():
            return f"Swapped for {'this' if one.came else 'a new'} order: {spoken(one.amount)}"
        case stamps.NoteWritten():
            return "Ticket sales wrote a note"
        case stamps.Labelled():
            return "Ticket sales took a label off" if one.removed else "Ticket sales labelled it"
        case stamps.ZeroPrice():
            return "Confirmed: nothing to pay"
        case stamps.CreatePaymentRequest():
            return f"Asked {one.provider} for a payment of {spoken(one.amount)}{_try(one)}"
        case stamps.CreatePaymentSuccess():
            return f"The provider made a payment page{_try(one)}"
        case stamps.CreatePaymentFailure():
            return f"The provider made no payment page: {one.code}"
        case stamps.PaymentPending():
            return "Payment started; the money comes later"
        case stamps.PaymentFailed():
            return f"Payment declined: {one.code}"
        case stamps.PaymentExpired():
            return "The payment page closed without money"
        case stamps.Authorized():
            return f"Authorized {spoken(one.amount)} through {one.provider}"
        case stamps.CreateCaptureRequest():
            return f"Asked {one.provider} to capture {spoken(one.amount)}{_try(one)}"
        case stamps.CreateCaptureFailure():
            return f"Capture refused: {one.code}"
        case stamps.CreateVoidRequest():
            return f"Asked {one.provider} to void an authorization{_try(one)}"
        case stamps.Voided():
            return "The authorization was voided"
        case stamps.CreateVoidFailure():
            return f"Void refused: {one.code}"
        case stamps.AuthorizationExpired():
            return "The authorization expired at the provider"
        case stamps.Paid():
            return f"Received {spoken(one.amount)} through {one.provider}"
        case stamps.PaymentAssigned():
            received = f"Received {spoken(one.amount)} through {one.provider}"
            return f"{received}: money of a case, found to be here"
        case stamps.PaymentWithdrawn():
            return f"Taken back: {spoken(one.amount)} never came, approved by {one.approver}"
        case stamps.CancellationWithdrawn():
            return f"Taken back: the cancellation was a mistake, approved by {one.approver}"
        case stamps.CancellationRequested():
            return "A cancellation link was asked for"
        case stamps.Cancelled():
            return f"Cancelled ({one.cause})"
        case stamps.OrderAmended():
            return _amended(one)
        case stamps.SeatsReleased():
            return f"Seats released{_pieces(one.pieces)}"
        case stamps.SeatsRetaken():
            return "Seats taken again"
        case stamps.CreateRefundRequest():
            return _asked_back(one)
        case stamps.CreateRefundSuccess():
            return f"Refund of {spoken(one.amount)} accepted"
        case stamps.CreateRefundFailure():
            return f"Refund refused: {one.code}"
        case stamps.Refunded():
            return f"Returned {spoken(one.amount)}"
        case stamps.RefundFailed():
            return f"Refund of {spoken(one.amount)} failed: {one.code}"
        case stamps.ManualRefund():
            return f"Returned {spoken(one.amount)} by hand"
        case stamps.PaidOut():
            return _paid_out(one)
        case stamps.Disputed():
            return f"Disputed at the payer's bank: {spoken(one.amount)}"
        case stamps.DisputeClosed():
            return f"Dispute {'won' if one.won else 'lost'}"
        case stamps.StartMoved():
            offered = ", or the money back on request" if one.code_hash else ""
            return f"Told of the new start {one.starts_at.isoformat()}{offered}"
        case stamps.StartAccepted():
            return "The customer keeps the order for the new start"
        case stamps.BuyerAddressed():
            return "Reached by a letter to all buyers"
        case stamps.LetterWordsUsed():
            return f"Letter {one.letter} in the shop's own words of its version {one.version}"
        case stamps.ReceiptSendStarted():
            return f"Began to send the {_said(one)}"
        case stamps.ReceiptSent():
            return f"Sent the {_said(one)}"
        case stamps.ReceiptFailed():
            return f"Could not send the {_said(one)}: {one.code}"
        case stamps.ReceiptUnknown():
            return f"Nobody knows whether this was sent: {_said(one)}"
        case stamps.ReceiptResendRequested():
            return f"To be sent again: letter “{one.letter}”"
        case stamps.TicketsIssued():
            return f"Issued {len(one.hashes)} tickets"
        case stamps.TicketCheckedIn():
            breach = f", though {one.breach}" if one.breach else ""
            return f"Checked in {_scan(one)}{breach}"
        case stamps.TicketCheckedOut():
            return f"Left {_scan(one)}"
        case stamps.TicketCheckInUndone():
            return "The check-in was a mistake, and counts no more"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_shop(one: shop_stamps.ShopStamp) -> str:  # noqa: C901 (a dispatching match)
    match one:
        case shop_stamps.ShopOpened():
            return f"Shop {one.slug} opened"
        case shop_stamps.PreferencesChanged():
            return "Preferences changed" if one.before else "Preferences set"
        case shop_stamps.QuotaSet():
            return f"Quota {one.slug} holds {one.capacity} seats"
        case shop_stamps.ProductRevised():
            return _product(one)
        case shop_stamps.QuestionsSet():
            return f"What is asked about each ticket of {one.product}, from here on"
        case shop_stamps.LetterWordsSet():
            return f"The shop's own words in letters of kind {one.letter}, from here on"
        case shop_stamps.MailingStarted():
            kind = "about their orders" if one.about_order else "of news"
            return f"A letter {kind} to all buyers: {', '.join(one.buyers)}"
        case shop_stamps.MailingTurned():
            return f"The letter to all buyers: {one.state}"
        case shop_stamps.ProductWithdrawn():
            return f"Product {one.slug} withdrawn"
        case shop_stamps.ShopRestated():
            return f"Shop said anew, for {len(one.versions)} unreadable stamps"
        case shop_stamps.SeriesResumed():
            return f"Restored from a backup: {one.series} goes on after {one.until}"
        case shop_stamps.ChangeExplained():
            return "A change taken back, and why" if one.undoes else "Why the shop was changed"
        case shop_stamps.ShopCancelled():
            return "Shop cancelled: nothing is sold any more, every order is given back"
        case shop_stamps.ShopMoved():
            return f"Shop moved from {one.before.isoformat()} to {one.starts_at.isoformat()}"
        case _:
            assert_never(one)


def _of_case(one: case_stamps.CaseStamp) -> str:  # noqa: C901 (a dispatching match)
    match one:
        case case_stamps.CaseOpened():
            return _case(one)
        case case_stamps.CaseResolved():
            return f"Case resolved: {one.action}"
        case case_stamps.CaseReturnRequested():
            return f"Asked {one.provider} to send back {spoken(one.amount)}{_try(one)}"
        case case_stamps.CaseReturnAccepted():
            return f"Return of {spoken(one.amount)} accepted"
        case case_stamps.CaseReturnRefused():
            return f"Return refused: {one.code}"
        case case_stamps.CaseReturnFailed():
            return f"Return of {spoken(one.amount)} failed: {one.code}"
        case case_stamps.CaseAlarmStarted():
            return f"Began to tell people{_try(one)}"
        case case_stamps.CaseSnoozed(until=None):
            return "Case taken up again"
        case case_stamps.CaseSnoozed():
            return f"Case put aside until {one.until:%Y-%m-%d %H:%M} UTC"
        case case_stamps.CaseHanded():
            return f"Case handed to {one.to or 'nobody'}"
        case case_stamps.CaseAlarmRaised():
            return f"Told people: {', '.join(one.channels)}"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_staff(one: staff_stamps.StaffStamp) -> str:
    match one:
        case staff_stamps.StaffAdded():
            return "Somebody belongs to the people who run the shops"
        case staff_stamps.RoleGranted():
            return f"May act as {one.role} in {one.shop or 'every shop'}"
        case staff_stamps.RoleWithdrawn():
            return f"May no longer act as {one.role} in {one.shop or 'every shop'}"
        case staff_stamps.SignInReset():
            return "Password, passkeys and second factor taken away"
        case staff_stamps.StaffRemoved():
            return "Belongs to them no longer"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_approval(one: approval_stamps.ApprovalStamp) -> str:
    match one:
        case approval_stamps.ApprovalRequested():
            return f"A second person asked to approve: {one.act}, {spoken(one.amount)}"
        case approval_stamps.ApprovalGiven():
            return "A second person approved"
        case approval_stamps.ApprovalDeclined():
            return "Not approved"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_account(one: account_stamps.AccountStamp) -> str:
    match one:
        case account_stamps.AccountOpened():
            return "An address was proven, and its account opened"
        case account_stamps.AccountLanguageChosen():
            return f"Language chosen: {one.language}"
        case account_stamps.OrdersClaimed():
            return f"Orders claimed: {len(one.orders)}"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_voucher(one: voucher_stamps.VoucherStamp) -> str:
    match one:
        case voucher_stamps.VoucherIssued():
            return f"Voucher of {one.shop_slug}: {_good_for(one.terms)}"
        case voucher_stamps.VoucherChanged():
            return f"Voucher changed: {_good_for(one.terms)}"
        case voucher_stamps.VoucherRevoked():
            return "Voucher revoked"
        case voucher_stamps.VoucherExpired():
            return "The voucher's time is over: no seats are kept for it"
        case voucher_stamps.VoucherRedeemed():
            return f"Redeemed by order {one.order}: {one.uses} uses, {spoken(one.reduction)} less"
        case voucher_stamps.VoucherGivenBack():
            return f"Given back by order {one.order}: {one.uses} uses"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _of_place(one: place_stamps.PlaceStamp) -> str:  # noqa: C901 (a dispatching match)
    match one:
        case place_stamps.PlaceTaken():
            return f"Waits in line at {one.shop_slug} for {one.quantity} × {one.product}"
        case place_stamps.PlaceMoved():
            return f"Moved to the {one.to} of the line by ticket sales"
        case place_stamps.PlaceOffered():
            return f"Their turn: seats are held until {one.until.isoformat()}"
        case place_stamps.PlaceLapsed():
            return "The hold lapsed: its seats are free"
        case place_stamps.PlaceUsed():
            return "Bought: the hold became an order"
        case place_stamps.PlaceLeft():
            return f"Waits no longer ({one.cause})"
        case place_stamps.PlaceLetterStarted():
            return f"Began to send the letter “{one.letter}”{_try(one)}"
        case place_stamps.PlaceLetterEnded():
            return f"The letter “{one.letter}”{_try(one)}: {one.fate}"
        case Erased():
            return _erased(one)
        case _:
            assert_never(one)


def _good_for(terms: voucher_stamps.VoucherTerms) -> str:
    effect = terms.effect
    worth = f"{effect.percent} %" if effect.amount is None else spoken(effect.amount)
    return f"{effect.kind} {worth}, {terms.uses} uses"


def told(stamp: object) -> str:  # noqa: C901 (a dispatching chain)
    """What this stamp says, in words; raises `Foreign` for what is none."""
    if isinstance(stamp, stamps.OrderStamp):
        return _of_order(stamp)
    if isinstance(stamp, shop_stamps.ShopStamp):
        return _of_shop(stamp)
    if isinstance(stamp, case_stamps.CaseStamp):
        return _of_case(stamp)
    if isinstance(stamp, staff_stamps.StaffStamp):
        return _of_staff(stamp)
    if isinstance(stamp, TillStamp):
        return of_till(stamp)
    if isinstance(stamp, NewsStamp):
        return of_news(stamp)
    if isinstance(stamp, approval_stamps.ApprovalStamp):
        return _of_approval(stamp)
    if isinstance(stamp, account_stamps.AccountStamp):
        return _of_account(stamp)
    if isinstance(stamp, voucher_stamps.VoucherStamp):
        return _of_voucher(stamp)
    if isinstance(stamp, GrantStamp | ProgrammeStamp):
        return told_of_grant(stamp)
    if isinstance(stamp, place_stamps.PlaceStamp):
        return _of_place(stamp)
    raise Foreign(stamp)
