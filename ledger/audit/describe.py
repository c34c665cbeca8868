"""Every stamp in one plain sentence, for whoever reads a ledger; nothing personal."""

from collections.abc import Callable, Mapping
from typing import Any

from ledger.cases import stamps as case_stamps
from ledger.kernel.currencies import spoken
from ledger.order import stamps
from ledger.shop import stamps as shop_stamps


def _placed(one: stamps.OrderPlaced) -> str:
    bought = ", ".join(f"{line.quantity} × {line.product}" for line in one.lines)
    return f"Placed at {one.shop_slug}: {bought} for {spoken(one.total)}"


def _asked_back(one: stamps.CreateRefundRequest) -> str:
    kept = f", keeping {spoken(one.fee)}" if one.fee else ""
    return f"Asked {one.provider} to return {spoken(one.amount)} ({one.cause}){kept}{_try(one)}"


def _try(one: Any) -> str:
    return f", try {one.try_number}" if one.try_number > 1 else ""


def _case(one: case_stamps.CaseOpened) -> str:
    about = f" ({spoken(one.amount)})" if one.amount is not None else ""
    return f"Case opened, {one.severity}: {one.kind}{about}"


def _product(one: shop_stamps.ProductRevised) -> str:
    return f"Product {one.slug}, revision {one.revision}, at {spoken(one.price)}"


def _said(one: Any) -> str:
    return f"letter “{one.letter}”{_try(one)}"


_TOLD: Mapping[type, Callable[[Any], str]] = {
    stamps.OrderPlaced: _placed,
    stamps.ZeroPrice: lambda one: "Confirmed: nothing to pay",
    stamps.CreatePaymentRequest: lambda one: (
        f"Asked {one.provider} for a payment of {spoken(one.amount)}{_try(one)}"
    ),
    stamps.CreatePaymentSuccess: lambda one: f"The provider made a payment page{_try(one)}",
    stamps.CreatePaymentFailure: lambda one: f"The provider made no payment page: {one.code}",
    stamps.PaymentPending: lambda one: "Payment started; the money comes later",
    stamps.PaymentFailed: lambda one: f"Payment declined: {one.code}",
    stamps.PaymentExpired: lambda one: "The payment page closed without money",
    stamps.Authorized: lambda one: f"Authorized {spoken(one.amount)} through {one.provider}",
    stamps.CreateCaptureRequest: lambda one: (
        f"Asked {one.provider} to capture {spoken(one.amount)}{_try(one)}"
    ),
    stamps.CreateCaptureFailure: lambda one: f"Capture refused: {one.code}",
    stamps.CreateVoidRequest: lambda one: (
        f"Asked {one.provider} to void an authorization{_try(one)}"
    ),
    stamps.Voided: lambda one: "The authorization was voided",
    stamps.CreateVoidFailure: lambda one: f"Void refused: {one.code}",
    stamps.AuthorizationExpired: lambda one: "The authorization expired at the provider",
    stamps.Paid: lambda one: f"Received {spoken(one.amount)} through {one.provider}",
    stamps.PaymentAssigned: lambda one: (
        f"Received {spoken(one.amount)} through {one.provider}: money of a case, found to be here"
    ),
    stamps.PaymentWithdrawn: lambda one: (
        f"Taken back: {spoken(one.amount)} never came, approved by {one.approver}"
    ),
    stamps.CancellationWithdrawn: lambda one: (
        f"Taken back: the cancellation was a mistake, approved by {one.approver}"
    ),
    stamps.CancellationRequested: lambda one: "A cancellation link was asked for",
    stamps.Cancelled: lambda one: f"Cancelled ({one.cause})",
    stamps.SeatsReleased: lambda one: "Seats released",
    stamps.SeatsRetaken: lambda one: "Seats taken again",
    stamps.CreateRefundRequest: _asked_back,
    stamps.CreateRefundSuccess: lambda one: f"Refund of {spoken(one.amount)} accepted",
    stamps.CreateRefundFailure: lambda one: f"Refund refused: {one.code}",
    stamps.Refunded: lambda one: f"Returned {spoken(one.amount)}",
    stamps.RefundFailed: lambda one: f"Refund of {spoken(one.amount)} failed: {one.code}",
    stamps.ManualRefund: lambda one: f"Returned {spoken(one.amount)} by hand",
    stamps.Disputed: lambda one: f"Disputed at the payer's bank: {spoken(one.amount)}",
    stamps.DisputeClosed: lambda one: f"Dispute {'won' if one.won else 'lost'}",
    stamps.ReceiptSendStarted: lambda one: f"Began to send the {_said(one)}",
    stamps.ReceiptSent: lambda one: f"Sent the {_said(one)}",
    stamps.ReceiptFailed: lambda one: f"Could not send the {_said(one)}: {one.code}",
    stamps.ReceiptUnknown: lambda one: f"Nobody knows whether this was sent: {_said(one)}",
    stamps.ReceiptResendRequested: lambda one: f"To be sent again: letter “{one.letter}”",
    shop_stamps.ShopOpened: lambda one: f"Shop {one.slug} opened",
    shop_stamps.PreferencesChanged: lambda one: (
        "Preferences changed" if one.before else "Preferences set"
    ),
    shop_stamps.QuotaSet: lambda one: f"Quota {one.slug} holds {one.capacity} seats",
    shop_stamps.ProductRevised: _product,
    shop_stamps.ProductWithdrawn: lambda one: f"Product {one.slug} withdrawn",
    shop_stamps.ShopRestated: lambda one: (
        f"Shop said anew, for {len(one.versions)} unreadable stamps"
    ),
    shop_stamps.SeriesResumed: lambda one: (
        f"Restored from a backup: {one.series} goes on after {one.until}"
    ),
    case_stamps.CaseOpened: _case,
    case_stamps.CaseResolved: lambda one: f"Case resolved: {one.action}",
    case_stamps.CaseReturnRequested: lambda one: (
        f"Asked {one.provider} to send back {spoken(one.amount)}{_try(one)}"
    ),
    case_stamps.CaseReturnAccepted: lambda one: f"Return of {spoken(one.amount)} accepted",
    case_stamps.CaseReturnRefused: lambda one: f"Return refused: {one.code}",
    case_stamps.CaseReturnFailed: lambda one: f"Return of {spoken(one.amount)} failed: {one.code}",
    case_stamps.CaseAlarmStarted: lambda one: f"Began to tell people{_try(one)}",
    case_stamps.CaseAlarmRaised: lambda one: f"Told people: {', '.join(one.channels)}",
}


def told(stamp: Any) -> str:
    """What this stamp says, in words."""
    return _TOLD[type(stamp)](stamp)
