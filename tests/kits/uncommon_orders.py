"""Orders of which there are few: several lines, vouchers, other holders, money that came oddly."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from ledger.order import stamps as s
from ledger.shop.stamps import quota_id
from ledger.vouchers.stamps import Effect, EffectKind
from tests.kits import spec
from tests.kits.situations import BY_CARD, LETTER, SENT
from tests.kits.spec import OUTSIDE, SECOND, SENDING, WISH, eur, put
from tests.kits.ticket_codes import codes

_ELSE = UUID(int=7)
_FRIDAY = quota_id(spec.SHOP, "friday")
_LINES = (
    replace(spec.LINE, quotas=(spec.WEEKEND,)),
    replace(
        spec.LINE,
        product="friday",
        quantity=1,
        unit_price=eur(1500),
        vat_percent="24",
        quotas=(_FRIDAY,),
    ),
    replace(spec.LINE, product="mug", quantity=3, unit_price=eur(500), tickets=0),
)
_TOTAL = eur(2 * 3500 + 1500 + 3 * 500)
_MIXED = replace(
    spec.PLACED,
    lines=_LINES,
    total=_TOTAL,
    seats=(
        s.SeatClaim(quota=spec.WEEKEND, seats=2),
        s.SeatClaim(quota=_FRIDAY, seats=1),
    ),
    cancellation=replace(spec.POLICY, parts=True, fee_fixed=eur(300), fee_percent="10"),
)
_PAID = (
    replace(spec.ASKED, amount=_TOTAL),
    spec.PAGE,
    replace(spec.PAID, amount=_TOTAL, method="card"),
)
_THREE = s.TicketsIssued(
    hashes=tuple(one.hash for one in codes(3)), codes=tuple(one.code for one in codes(3))
)
_LETTER = (s.ReceiptSendStarted(**LETTER), SENT)
_FRIDAY_GONE = (
    s.OrderAmended(
        pieces=(s.Pieces(line=1, quantity=1),), amount=eur(1200), fee=eur(300), cause=s.Cause.STAFF
    ),
    s.SeatsReleased(pieces=(s.Pieces(line=1, quantity=1),)),
)
_FIRST_GONE = (
    s.OrderAmended(
        pieces=(s.Pieces(line=0, quantity=1, which=(0,)),),
        amount=eur(3500),
        fee=eur(0),
        cause=s.Cause.STAFF,
    ),
    s.SeatsReleased(pieces=(s.Pieces(line=0, quantity=1, which=(0,)),)),
)
_USE = s.VoucherUse(
    voucher=_ELSE, effect=Effect(kind=EffectKind.PERCENT_OFF, percent="50"), uses=2, returns=True
)
_CHEAPER = replace(
    _MIXED,
    lines=(replace(_LINES[0], unit_price=eur(1750), full_price=eur(3500)), *_LINES[1:]),
    total=eur(2 * 1750 + 1500 + 3 * 500),
    voucher=_USE,
)
_CHEAP = (
    replace(spec.ASKED, amount=_CHEAPER.total),
    replace(spec.PAID, amount=_CHEAPER.total),
)
_HELD = (
    spec.PLACED,
    spec.ASKED_ABOUT,
    spec.ANSWERED,
    *BY_CARD[1:],
    spec.ISSUED,
    *_LETTER,
    spec.SENT_ON,
)
_DOOR = put(spec.CHECKED_IN, under=spec.SCAN)
_OUT = put(spec.CHECKED_OUT, under=UUID(int=11))
_PART = replace(spec.DISPUTED, amount=eur(3000))

UNCOMMON: Mapping[str, tuple[Any, ...]] = {
    "three lines": (_MIXED, *_PAID, _THREE, *_LETTER),
    "three lines, to be paid": (_MIXED, *_PAID[:2]),
    "one line gone": (_MIXED, *_PAID, _THREE, *(put(one, under=OUTSIDE) for one in _FRIDAY_GONE)),
    "the first piece gone": (
        _MIXED,
        *_PAID,
        _THREE,
        *(put(one, under=OUTSIDE) for one in _FIRST_GONE),
        spec.LINK,
    ),
    "two parts gone": (
        _MIXED,
        *_PAID,
        *(put(one, under=OUTSIDE) for one in _FIRST_GONE),
        *(put(one, under=SECOND) for one in _FRIDAY_GONE),
    ),
    "a voucher": (_CHEAPER, *_CHEAP, _THREE),
    "a voucher, to be paid": (_CHEAPER, _CHEAP[0]),
    "a voucher, a piece gone": (
        _CHEAPER,
        *_CHEAP,
        *(put(replace(one), under=OUTSIDE) for one in _FIRST_GONE),
    ),
    "a voucher that keeps its uses": (
        replace(_CHEAPER, voucher=replace(_USE, returns=False)),
        *_CHEAP,
        *(put(one, under=OUTSIDE) for one in _FIRST_GONE),
    ),
    "a voucher, cancelled": (_CHEAPER, *_CHEAP, spec.CANCELLED, spec.RELEASED),
    "sent on and taken back": (*_HELD, spec.TAKEN_BACK),
    "sent on, then cancelled": (*_HELD, spec.CANCELLED, spec.RELEASED),
    "sent on, then moved": (*_HELD, put(spec.MOVED, under=spec.MOVE)),
    "taken back, then moved": (*_HELD, spec.TAKEN_BACK, put(spec.MOVED, under=spec.MOVE)),
    "answers to be told": (spec.PLACED, spec.ASKED_ABOUT, *BY_CARD[1:], spec.ISSUED),
    "in, out": (*BY_CARD, spec.ISSUED, _DOOR, _OUT),
    "in, and taken back": (*BY_CARD, spec.ISSUED, _DOOR, put(spec.UNDONE, under=spec.SCAN)),
    "let in, then cancelled": (*BY_CARD, spec.ISSUED, _DOOR, spec.CANCELLED, spec.RELEASED),
    "not moved along": (*BY_CARD, put(spec.MOVED, under=spec.MOVE), put(spec.KEPT, under=WISH)),
    "moved without a link": (
        *BY_CARD,
        put(replace(spec.MOVED, code_hash="", code=None), under=spec.MOVE),
    ),
    "half disputed": (*BY_CARD, _PART),
    "half lost": (*BY_CARD, _PART, spec.LOST),
    "half lost, cancelled": (*BY_CARD, _PART, spec.LOST, spec.CANCELLED, spec.RELEASED),
    "lost and handed back": (*BY_CARD, _PART, spec.LOST, spec.HANDED_BACK),
    "a cent too much": (*BY_CARD[:3], replace(spec.PAID, amount=eur(7001))),
    "a cent too little": (*BY_CARD[:3], replace(spec.PAID, amount=eur(6999))),
    "in two payments": (
        *BY_CARD[:3],
        replace(spec.PAID, amount=eur(3000)),
        put(replace(spec.ASKED, amount=eur(4000)), under=SECOND),
        put(replace(spec.PAID_TWICE, amount=eur(4000)), under=SECOND),
    ),
    "captured in part": (
        spec.LATER,
        spec.ASKED,
        replace(spec.AUTHORIZED, method="card"),
        spec.CAPTURE_ASKED,
        replace(spec.PAID, amount=eur(5000)),
    ),
    "capture refused": (
        spec.LATER,
        spec.ASKED,
        spec.AUTHORIZED,
        spec.CAPTURE_ASKED,
        spec.CAPTURE_REFUSED,
    ),
    "void refused": (
        spec.LATER,
        spec.ASKED,
        spec.AUTHORIZED,
        put(spec.VOID_ASKED, under=WISH),
        put(spec.VOID_REFUSED, under=WISH),
    ),
    "someone else": (
        *BY_CARD,
        put(s.ContactChanged(email_index="other", customer=spec.ADA, reason="typo"), under=OUTSIDE),
        put(s.Labelled(label="crew"), under=SECOND),
        put(s.NoteWritten(text="Comes late"), under=SENDING),
    ),
    "swapped away": (
        *BY_CARD,
        put(spec.HANDED_BACK, under=OUTSIDE),
        put(s.LinesSwapped(order=_ELSE, amount=spec.PRICE), under=OUTSIDE),
    ),
    "paid out": (*BY_CARD, put(spec.PAID_OUT, under=SECOND)),
}
