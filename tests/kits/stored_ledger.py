"""A ledger as it was stored once, in a file: its rows byte for byte, and what was read from them.

`python -m tests.kits.stored_ledger FILE` writes one with the code as it is. A file that is
committed stays as it is for ever: whatever comes after it must read the same (SPEC O3).
"""

import gzip
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import msgspec

from adapters.keys.key_ring import Keyring
from adapters.store.known_state import Head, Seats
from adapters.store.ledger import StampLedger
from adapters.store.memory import HeldPayment, MemoryStampRecorder
from adapters.store.recorder import WrappedKey
from adapters.store.rows import StampRow
from ledger.audit.replay import replay
from ledger.audit.verify import verify
from ledger.cases.stamps import (
    CaseAlarmRaised,
    CaseAlarmStarted,
    CaseHanded,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRefused,
    CaseReturnRequested,
    CaseSnoozed,
    Severity,
)
from ledger.codec.rows import StoredCommit, StoredNumber
from ledger.kernel.events import Recorded
from ledger.order.letters_due import letters_due
from ledger.order.order import Order
from ledger.order.stamps import (
    Letter,
    PaymentAssigned,
    PaymentWithdrawn,
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)
from ledger.proof.merkle import Frontier
from ledger.shop.stamps import SeriesResumed, ShopRestated
from projections.all import PROJECTIONS
from projections.engine.derive import derive
from projections.engine.projection import folded
from tests.kits import spec
from tests.kits.audit import attempt_of, cancel, force, pay, send_letters
from tests.kits.worlds import SPEC, WEEKEND, World

MASTER = bytes(32)


class StoredRow(msgspec.Struct, array_like=True, frozen=True):
    """One row of the ledger."""

    position: int
    stream: UUID
    version: int
    type: str
    recorded_at: datetime
    correlation_id: UUID
    occurrence: str
    binding: bytes
    numbers: dict[str, int]
    state: bytes
    leaf: bytes


class StoredLedger(msgspec.Struct, frozen=True):
    """All rows, the wrapped data keys, and what the code of that day read from them."""

    ledger: UUID
    rows: list[StoredRow]
    commits: list[StoredCommit]
    totals: list[tuple[int, UUID, Seats]]
    drawn: list[StoredNumber]
    payments: dict[UUID, HeldPayment]
    keys: list[WrappedKey]
    told: dict[str, str]


def read(path: Path) -> StoredLedger:
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=StoredLedger)


def opened(stored: StoredLedger) -> StampLedger:
    """The same rows in a ledger, to be read."""
    recorder = loaded(stored)
    keyring = Keyring(MASTER, ledger=stored.ledger, store=recorder.keys)
    return StampLedger(recorder, keyring=keyring)


def loaded(stored: StoredLedger) -> MemoryStampRecorder:
    """The same rows and keys in memory."""
    recorder = MemoryStampRecorder(ledger_id=stored.ledger)
    recorder.keys.add(stored.keys)
    for one in stored.rows:
        values = {name: getattr(one, name) for name in one.__struct_fields__}
        place = {
            "id": values.pop("position"),
            "originator_id": values.pop("stream"),
            "originator_version": values.pop("version"),
            "topic": values.pop("type"),
        }
        row = StampRow(**place, **values)
        recorder._rows.append(row)
        recorder._streams[row.originator_id].append(row)
    recorder._commits, recorder._totals = stored.commits, stored.totals
    recorder._drawn, recorder._payments = stored.drawn, stored.payments
    last, leaves = stored.commits[-1], [one.leaf for one in stored.rows]
    recorder._head = Head(Frontier().extend(leaves), last.recorded_at, last.root)
    return recorder


def told(store: StampLedger) -> dict[str, str]:
    """What is read from a ledger: digests of what each projection, a replay and letters say.

    A projection by its version, a replay without its words: these may change. The laws that are
    found broken, because stamps were put past the rules, are spelled out.
    """
    feed = store.feed(0, limit=10_000)
    streams: dict[UUID, list[Recorded]] = defaultdict(list)
    for one in feed:
        streams[one.stream].append(one)
    states = [folded(history) for history in streams.values()]
    derived = [derive(one, None, projections=PROJECTIONS.values()) for one in streams.values()]
    found: Mapping[str, Any] = {
        **{
            f"{name} {one.version}": [row for each in derived for row in (each.rows or {})[name]]
            for name, one in PROJECTIONS.items()
        },
        "replay": [replace(one, words="") for one in replay(feed)],
        "letters": [letters_due(one) for one in states if isinstance(one, Order)],
    }
    digests = {name: sha256(msgspec.json.encode(one)).hexdigest() for name, one in found.items()}
    faults = sorted(f"{one.law}@{one.position}" for one in verify(store.stored()))
    return {**digests, "verify": " ".join(faults)}


def written() -> StoredLedger:
    """A shop, orders of every kind of fate, cases: every type of stamp, most of them often."""
    changed = replace(WEEKEND, price=spec.eur(4000))
    wide = replace(SPEC, quotas={"weekend": 500, "friday": 50})
    world = World(wide)
    for name in ("free 1", "free 2"):
        world.place(name, ("volunteer", 1))
    _usual(world)
    later = replace(wide.preferences, grace_period=3600, name={"en": "Winterfest", "fi": "Talvi"})
    again = replace(wide, preferences=later, products=(changed,))
    world.shops.import_shop(again, actor="test", at=world.clock.pass_(hours=1))
    _any_order(world)
    _rare(world)
    recorder = world.recorder
    assert isinstance(recorder, MemoryStampRecorder)
    return StoredLedger(
        ledger=recorder.ledger_id,
        rows=[_row(one) for one in recorder.read_positions(0, limit=10_000)],
        commits=recorder._commits,
        totals=recorder._totals,
        drawn=recorder._drawn,
        payments=recorder._payments,
        keys=list(recorder.keys._keys.values()),
        told=told(world.store),
    )


def _row(row: StampRow) -> StoredRow:
    assert row.correlation_id is not None
    return StoredRow(
        row.id,
        row.originator_id,
        row.originator_version,
        row.topic,
        row.recorded_at,
        row.correlation_id,
        row.occurrence or "",
        row.binding or b"",
        dict(row.numbers),
        row.state,
        row.leaf,
    )


def _usual(world: World) -> None:
    for number in range(12):
        name = f"usual {number}"
        world.place(name, ("weekend", 2))
        if number % 4:
            pay(world, name)
            send_letters(world, name)
        if number % 4 == 3:
            cancel(world, name)
            send_letters(world, name)


# News and decisions as they may come, in any part and in this order.
_FATE = (
    spec.PAGE,
    spec.NO_PAGE,
    spec.PENDING,
    spec.DECLINED,
    spec.AUTHORIZED,
    spec.CAPTURE_ASKED,
    spec.CAPTURE_REFUSED,
    spec.VOID_ASKED,
    spec.VOID_REFUSED,
    spec.EXPIRED,
    spec.VOIDED,
    spec.LAPSED,
    spec.PAID,
    spec.LINK,
    spec.REFUND_ASKED,
    spec.REFUND_ACCEPTED,
    spec.REFUND_REFUSED,
    spec.CANCELLED,
    spec.RELEASED,
    spec.REFUNDED,
    spec.REFUND_FAILED,
    spec.DISPUTED,
    spec.WON,
    spec.HANDED_BACK,
)


def _any_order(world: World) -> None:
    random = Random(7)
    for number in range(40):
        name = f"any {number}"
        world.place(name, ("weekend", 1))
        attempt, wish = attempt_of(world, name), world.id(f"wish {number}")
        for stamp in _FATE:
            if random.random() < 0.4:
                _tell(world, name, stamp, under=wish if _ours(stamp) else attempt)
                world.clock.pass_(minutes=random.randint(0, 90))


def _ours(stamp: Any) -> bool:
    return spec.put(stamp).under == spec.WISH


def _tell(world: World, name: str, stamp: Any, *, under: UUID) -> None:
    """With names of its own, so that no payment is of two orders."""
    changes: dict[str, Any] = {}
    if hasattr(stamp, "payment"):
        changes["payment"] = attempt_of(world, name)
    for field in ("provider_reference", "payment_reference"):
        if hasattr(stamp, field):
            changes[field] = f"{getattr(stamp, field)} {name}"
    if hasattr(stamp, "amount"):
        changes["amount"] = world.orders.get(world.id(name)).due
    fields = {one: getattr(stamp, one) for one in type(stamp).__match_args__}
    fields = fields or {one: getattr(stamp, one) for one in _names(stamp)}
    world.orders.record(
        world.id(name),
        type(stamp)(**{**fields, **changes}),
        correlation_id=under,
        actor="provider:stripe",
        occurred_at=world.clock(),
        evidence="ab" * 32 if world.clock().minute % 3 == 0 else None,
    )


def _names(stamp: Any) -> Sequence[str]:
    fields: Sequence[str] = tuple(type(stamp).__annotations__)
    return fields


def _rare(world: World) -> None:
    """What only people, restored backups and broken letters lead to."""
    order = "rare"
    world.place(order, ("weekend", 1))
    pay(world, order, spec.PAID)
    attempt = attempt_of(world, order)
    letter: dict[str, Any] = {"letter": Letter.PAID}
    stamps: Sequence[tuple[Any, UUID]] = (
        (ReceiptSendStarted(**letter, try_number=1, numbered_for=spec.SHOP), attempt),
        (ReceiptFailed(**letter, try_number=1, code="451", permanent=False), attempt),
        (ReceiptSendStarted(**letter, try_number=2), attempt),
        (ReceiptUnknown(**letter, try_number=2), attempt),
        (ReceiptSendStarted(**letter, try_number=3), attempt),
        (ReceiptSent(**letter, try_number=3, message_id="<1>", body_hash="h"), attempt),
        (ReceiptResendRequested(receipt=attempt, **letter, reason="lost"), world.id("resend")),
    )
    for stamp, cause in stamps:
        force(world, stamp, cause=cause, order=order)
    _corrected(world)
    _cases(world)
    _shop(world)


def _corrected(world: World) -> None:
    from ledger.order.commands import CancelOrder, MarkPaid, WithdrawCancellation, WithdrawPayment

    for name in ("withdrawn", "lives again"):
        world.place(name, ("weekend", 1))

    def wish(kind: Any, name: str, **more: Any) -> None:
        command = kind(
            correlation_id=world.id(f"{kind.__name__} {name}"),
            actor="staff:1",
            at=world.clock.pass_(minutes=5),
            reason="by mistake",
            **more,
        )
        world.orders.handle(world.id(name), command)
        world.orders.follow(world.id(name), world.clock())

    wish(MarkPaid, "withdrawn")
    wish(WithdrawPayment, "withdrawn", approver="staff:2")
    wish(CancelOrder, "lives again")
    wish(WithdrawCancellation, "lives again", approver="staff:2")
    found = PaymentAssigned(
        case=world.id("found"),
        amount=spec.eur(4000),
        provider="stripe",
        account="acct_1",
        live=False,
        payment_reference="pi_found",
    )
    world.orders.record(
        world.id("lives again"), found, correlation_id=world.id("found"), actor="staff:1"
    )
    _retaken(world)


def _retaken(world: World) -> None:
    name = "late"
    world.place(name, ("weekend", 1))
    for stamp in (spec.TIMED_OUT, spec.RELEASED):
        _tell(world, name, stamp, under=world.id("too late"))
    _tell(world, name, spec.PAID, under=attempt_of(world, name))
    world.orders.follow(world.id(name), world.clock())


def _cases(world: World) -> None:
    money = spec.eur(1200)
    back: dict[str, Any] = {"amount": money, "provider_reference": "re_case"}
    lives: Sequence[Sequence[Any]] = (
        (CaseAlarmStarted(try_number=1), CaseAlarmRaised(try_number=1, channels=("mail",))),
        (CaseResolved(action="close", reason="seen"),),
        (
            CaseSnoozed(until=spec.NOON + timedelta(days=3), reason="the bank answers on Monday"),
            CaseHanded(to="staff:2"),
        ),
        (
            CaseReturnRequested(
                provider="stripe", payment_reference="pi_x", amount=money, reason="not ours"
            ),
            CaseReturnRefused(code="later"),
            CaseReturnRequested(
                provider="stripe", payment_reference="pi_x", amount=money, try_number=2
            ),
            CaseReturnAccepted(**back, try_number=2),
            CaseReturnFailed(**back, code="closed"),
        ),
    )
    for number, life in enumerate(lives):
        opened_now = CaseOpened(
            kind=CaseKind.UNMATCHED_MONEY,
            severity=Severity.CRITICAL,
            text="money without an order",
            provider="stripe",
            provider_reference=f"pi_x{number}",
            amount=money,
            payer_reference="Ada",
        )
        cause = world.id(f"case {number}")
        case = world.cases.open(opened_now, correlation_id=cause, actor="provider:stripe")
        for stamp in life:
            force(world, stamp, cause=case, stream=case)


def _shop(world: World) -> None:
    series = f"{spec.SHOP}/none"
    resumed = SeriesResumed(series=series, after=3, until=9)
    force(world, resumed, cause=uuid5(spec.SHOP, "resumed"), stream=spec.SHOP)
    withdrawn = PaymentWithdrawn(
        payment=world.id("nothing"), amount=spec.eur(1), approver="staff:2"
    )
    force(world, withdrawn, cause=world.id("odd"), order="rare")
    force(world, ShopRestated(versions=()), cause=uuid5(spec.SHOP, "restated"), stream=spec.SHOP)


if __name__ == "__main__":
    stored = written()
    Path(sys.argv[1]).write_bytes(gzip.compress(msgspec.json.encode(stored), mtime=0))
    kinds = {one.type for one in stored.rows}
    print(f"{len(stored.rows)} stamps of {len(kinds)} types")
