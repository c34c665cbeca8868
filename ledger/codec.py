"""Stamps as bytes. Stored names are written down here and never follow a class's name."""

import dataclasses
import hashlib
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger import case_stamps, shop_stamps, stamps
from ledger.recorded import Draft
from ledger.series import series_of
from ledger.stamp import bound, declared, occurrence_of
from ledger.upcasters import UPCASTERS

STORED: Mapping[str, tuple[type, int]] = {
    "ORDER_PLACED": (stamps.OrderPlaced, 3),
    "ZERO_PRICE": (stamps.ZeroPrice, 1),
    "CREATE_PAYMENT_REQUEST": (stamps.CreatePaymentRequest, 1),
    "CREATE_PAYMENT_SUCCESS": (stamps.CreatePaymentSuccess, 1),
    "CREATE_PAYMENT_FAILURE": (stamps.CreatePaymentFailure, 1),
    "PAYMENT_PENDING": (stamps.PaymentPending, 1),
    "PAYMENT_FAILED": (stamps.PaymentFailed, 1),
    "PAYMENT_EXPIRED": (stamps.PaymentExpired, 1),
    "AUTHORIZED": (stamps.Authorized, 1),
    "CREATE_CAPTURE_REQUEST": (stamps.CreateCaptureRequest, 1),
    "CREATE_CAPTURE_FAILURE": (stamps.CreateCaptureFailure, 1),
    "CREATE_VOID_REQUEST": (stamps.CreateVoidRequest, 1),
    "VOIDED": (stamps.Voided, 1),
    "CREATE_VOID_FAILURE": (stamps.CreateVoidFailure, 1),
    "AUTHORIZATION_EXPIRED": (stamps.AuthorizationExpired, 1),
    "PAID": (stamps.Paid, 1),
    "PAYMENT_ASSIGNED": (stamps.PaymentAssigned, 1),
    "PAYMENT_WITHDRAWN": (stamps.PaymentWithdrawn, 1),
    "CANCELLATION_WITHDRAWN": (stamps.CancellationWithdrawn, 1),
    "CANCELLATION_REQUESTED": (stamps.CancellationRequested, 1),
    "CANCELLED": (stamps.Cancelled, 2),
    "SEATS_RELEASED": (stamps.SeatsReleased, 1),
    "SEATS_RETAKEN": (stamps.SeatsRetaken, 1),
    "CREATE_REFUND_REQUEST": (stamps.CreateRefundRequest, 1),
    "CREATE_REFUND_SUCCESS": (stamps.CreateRefundSuccess, 1),
    "CREATE_REFUND_FAILURE": (stamps.CreateRefundFailure, 1),
    "REFUNDED": (stamps.Refunded, 1),
    "REFUND_FAILED": (stamps.RefundFailed, 1),
    "MANUAL_REFUND": (stamps.ManualRefund, 1),
    "DISPUTED": (stamps.Disputed, 1),
    "DISPUTE_CLOSED": (stamps.DisputeClosed, 1),
    "RECEIPT_SEND_STARTED": (stamps.ReceiptSendStarted, 1),
    "RECEIPT_SENT": (stamps.ReceiptSent, 1),
    "RECEIPT_FAILED": (stamps.ReceiptFailed, 1),
    "RECEIPT_UNKNOWN": (stamps.ReceiptUnknown, 1),
    "RECEIPT_RESEND_REQUESTED": (stamps.ReceiptResendRequested, 1),
    "SHOP_OPENED": (shop_stamps.ShopOpened, 1),
    "PREFERENCES_CHANGED": (shop_stamps.PreferencesChanged, 4),
    "QUOTA_SET": (shop_stamps.QuotaSet, 1),
    "PRODUCT_REVISED": (shop_stamps.ProductRevised, 1),
    "PRODUCT_WITHDRAWN": (shop_stamps.ProductWithdrawn, 1),
    "CASE_OPENED": (case_stamps.CaseOpened, 2),
    "CASE_RESOLVED": (case_stamps.CaseResolved, 1),
    "CASE_RETURN_REQUESTED": (case_stamps.CaseReturnRequested, 1),
    "CASE_RETURN_ACCEPTED": (case_stamps.CaseReturnAccepted, 1),
    "CASE_RETURN_REFUSED": (case_stamps.CaseReturnRefused, 1),
    "CASE_RETURN_FAILED": (case_stamps.CaseReturnFailed, 1),
    "CASE_ALARM_STARTED": (case_stamps.CaseAlarmStarted, 1),
    "CASE_ALARM_RAISED": (case_stamps.CaseAlarmRaised, 1),
}
NAMES: Mapping[type, tuple[str, int]] = {cls: (name, v) for name, (cls, v) in STORED.items()}


class _Envelope(msgspec.Struct):
    """The part of a body that is not the stamp's own."""

    actor: str
    occurred_at: datetime | None
    evidence: str | None


_DECODERS: Mapping[str, tuple[int, msgspec.json.Decoder[Any]]] = {
    name: (newest, msgspec.json.Decoder(cls)) for name, (cls, newest) in STORED.items()
}
_envelope = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder(order="deterministic")
_HEAD = struct.Struct(">HI")


class Encoded(NamedTuple):
    """A draft as bytes: `body` in the clear, `private` to be sealed, and what identifies it."""

    type: str
    schema: int
    body: bytes
    private: bytes | None
    occurrence: str
    binding: bytes
    series: tuple[str, ...]


class Decoded(NamedTuple):
    """A stamp read back, with the part of its envelope that is kept in the body."""

    stamp: Any
    actor: str
    occurred_at: datetime | None
    evidence: str | None


class Unreadable(ValueError):
    """Stored bytes that are no stamp of a known type and version."""


class _Plan(NamedTuple):
    """What encoding needs to know of a stamp type, looked up once."""

    name: str
    schema: int
    core: tuple[str, ...]
    sealed: tuple[str, ...]
    occurrence: tuple[str, ...]


def _planned(stamp_type: type) -> _Plan:
    name, schema = NAMES[stamp_type]
    said = declared(stamp_type)
    core = tuple(one.name for one in dataclasses.fields(stamp_type) if one.name not in said.sealed)
    return _Plan(name, schema, core, said.sealed, said.occurrence)


_PLANS: Mapping[type, _Plan] = {stamp_type: _planned(stamp_type) for stamp_type in NAMES}


def encode(draft: Draft) -> Encoded:
    """A draft as canonical bytes: JSON, keys sorted, no spaces, sealed fields apart."""
    one = draft.stamp
    plan = _PLANS[type(one)]
    core = {name: getattr(one, name) for name in plan.core}
    core["actor"], core["occurred_at"] = draft.actor, draft.occurred_at
    core["evidence"] = draft.evidence
    return Encoded(
        plan.name,
        plan.schema,
        _encoder.encode(core),
        _private(one, plan.sealed) if plan.sealed else None,
        occurrence_of(one) if plan.occurrence else "",
        hashlib.sha256(_encoder.encode(bound(one))).digest(),
        series_of(one),
    )


def _private(one: Any, sealed: tuple[str, ...]) -> bytes | None:
    private = {name: getattr(one, name) for name in sealed}
    told = {name: value for name, value in private.items() if value is not None}
    return _encoder.encode(told) if told else None


def decode(name: str, schema: int, body: bytes, private: bytes | None) -> Decoded:
    """The stamp that these bytes hold; older schema versions are upcast first."""
    try:
        newest, decoder = _DECODERS[name]
        if schema != newest:
            body = _upcast(name, schema, body)
        envelope = _envelope.decode(body)
        # Both are JSON objects: the sealed fields go on where the body ends.
        stamp = decoder.decode(body[:-1] + b"," + private[1:] if private else body)
    except (KeyError, TypeError, AttributeError, msgspec.MsgspecError) as error:
        raise Unreadable(f"{name} version {schema}: {error}") from error
    return Decoded(stamp, envelope.actor, envelope.occurred_at, envelope.evidence)


def _upcast(name: str, schema: int, body: bytes) -> bytes:
    """The body as its newest version would have been written."""
    fields = msgspec.json.decode(body)
    for version in range(schema, STORED[name][1]):
        fields = UPCASTERS[name, version](fields)
    return msgspec.json.encode(fields)


def canonical(body: bytes) -> bytes:
    """The body of any version as it was first written: keys sorted, values as they stand."""
    return msgspec.json.encode(dict(sorted(msgspec.json.decode(body).items())))


def frame(schema: int, sealed: bytes, body: bytes) -> bytes:
    """Schema version, sealed part and body as one run of bytes that cannot be read two ways.

    >>> frame(1, b"xy", b"{}").hex()
    '00010000000278797b7d'
    """
    return _HEAD.pack(schema, len(sealed)) + sealed + body


def unframe(state: bytes) -> tuple[int, bytes, bytes]:
    """The schema version, sealed part and body of a frame; `Unreadable` if it is none."""
    if len(state) < _HEAD.size:
        raise Unreadable("the stored state is too short")
    schema, length = _HEAD.unpack_from(state)
    end = _HEAD.size + length
    if len(state) < end:
        raise Unreadable("the stored state is cut off")
    return schema, state[_HEAD.size : end], state[end:]
