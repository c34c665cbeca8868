"""A bank's statement: what each movement is, shown first, then taken in, each counted once."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from uuid import UUID, uuid5

from ledger.cases.case import case_id
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.ports import Evidence
from ledger.kernel.refusals import Refusal, TransferCounted
from ledger.order.commands import MarkPaid
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.payments.mark_paid import is_entered
from ledger.statements.entry import BankStatement, Movement, marks, movements
from ledger.statements.match import CASES, MONEY_OF_ORDER, Matched, MovementVerdict, match_entry
from ledger.statements.transfers import refund_named, sent_key
from web.actions.back_office import carry_out
from web.actions.wish import Wish
from web.wiring.parts import Parts

_CAUSES = UUID("b7a1cb1f-2f0e-4c9b-8d2e-4f6a1c0f7f55")
_BANK, _DOOR = "bank", "statement"
_REASON = "Bank statement"
_TEXTS: Mapping[MovementVerdict, str] = {
    MovementVerdict.BY_HAND: "A transfer came that staff may have entered by hand before.",
    MovementVerdict.UNKNOWN: "A transfer came, and its reference is of no order.",
    MovementVerdict.OTHER_CURRENCY: "A transfer came in another currency than its order's.",
    MovementVerdict.OTHER_ACCOUNT: "A transfer came to another account than its order's.",
    MovementVerdict.TAKEN_BACK: "The bank took back a transfer that had come in.",
    MovementVerdict.CAME_BACK: "A transfer that was sent came back.",
}
_BACK = (MovementVerdict.TAKEN_BACK, MovementVerdict.CAME_BACK)


class AccountUnknown(ValueError):
    """No shop that the caller may decide about is paid to the account of the statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One movement as it is, or will be, taken in."""

    movement: Movement
    verdict: MovementVerdict
    order: Order | None = None


def preview(
    parts: Parts, statements: Sequence[BankStatement], *, shops: Collection[str], ours_only: bool
) -> Sequence[StatementRow]:
    """What would be done about every movement; `shops` are those the caller decides about.

    Raises `AccountUnknown`.
    """
    fresh = _marks(statements)
    known = parts.statement_marks.known([*fresh])
    both = {key: own | known[key] for key, own in fresh.items()}
    return _rows(parts, statements, both, shops=shops, ours_only=ours_only)


def take_in(
    parts: Parts,
    statements: Sequence[BankStatement],
    *,
    shops: Collection[str],
    ours_only: bool,
    actor: str,
) -> Sequence[StatementRow]:
    """Every movement, once: money of an order is stamped, what is odd becomes a case.

    Safe to repeat, also after it was cut off anywhere. Raises `AccountUnknown`.
    """
    _accounts(parts, statements, shops)
    fresh = _marks(statements)
    parts.statement_marks.add(fresh)
    rows = _rows(
        parts, statements, parts.statement_marks.known([*fresh]), shops=shops, ours_only=ours_only
    )
    for row in rows:
        if row.verdict in MONEY_OF_ORDER:
            _pay(parts, row, actor=actor)
        elif row.verdict in CASES:
            _open_case(parts, row, actor=actor)
    _settle(parts, statements)
    return rows


def _settle(parts: Parts, statements: Sequence[BankStatement]) -> None:
    """Refunds whose debit is there have gone out."""
    debits = (one for told in statements for one in told.entries if not one.credit)
    sent = {
        sent_key(refund): {f"d{one.booked}"}
        for one in debits
        if (refund := refund_named(one.end_to_end)) is not None and not one.reversal
    }
    if sent:
        parts.statement_marks.add(sent)


def digest_of(rows: Sequence[StatementRow]) -> str:
    """What was shown: whoever applies something else looks again."""
    told = [f"{one.movement.transfer} {one.verdict}" for one in rows]
    return sha256("\n".join(told).encode()).hexdigest()


def counts(rows: Sequence[StatementRow]) -> Mapping[MovementVerdict, int]:
    """How many there are of each verdict."""
    return Counter(one.verdict for one in rows)


def _marks(statements: Sequence[BankStatement]) -> Mapping[str, Set[str]]:
    found: dict[str, set[str]] = {}
    for statement in statements:
        for key, own in marks(statement).items():
            found.setdefault(key, set()).update(own)
    return found


def _accounts(
    parts: Parts, statements: Sequence[BankStatement], shops: Collection[str]
) -> Mapping[str, Set[str]]:
    """The shops that are paid to each account of the statements."""
    found: dict[str, set[str]] = {one.account: set() for one in statements}
    for slug in shops:
        account = parts.shops.get(slug).terms.bank_account
        if account is not None and account.iban in found:
            found[account.iban].add(slug)
    if not all(found.values()):
        raise AccountUnknown
    return found


def _rows(
    parts: Parts,
    statements: Sequence[BankStatement],
    known: Mapping[str, Set[str]],
    *,
    shops: Collection[str],
    ours_only: bool,
) -> Sequence[StatementRow]:
    accounts, every = _accounts(parts, statements, shops), parts.shops.slugs()
    rows = []
    covered: Counter[UUID] = Counter()
    for movement in movements(statements, known):
        entry = movement.entry
        order = _order_of(parts, entry.reference, every)
        matched = match_entry(entry, order, shops=accounts[entry.account], ours_only=ours_only)
        if _is_known(parts, movement):
            matched = Matched(verdict=MovementVerdict.KNOWN, order=matched.order)
        elif matched.order is not None and matched.verdict in MONEY_OF_ORDER:
            matched = _beside(matched, covered, entry.amount.amount)
        rows.append(StatementRow(movement=movement, verdict=matched.verdict, order=matched.order))
    return rows


def _beside(matched: Matched, covered: Counter[UUID], amount: int) -> Matched:
    """What it is after those before it in the same file."""
    order = matched.order
    assert order is not None, "money of an order"
    before, covered[order.id] = covered[order.id], covered[order.id] + amount
    if matched.verdict is MovementVerdict.ORDER_OVER or not before:
        return matched
    left = order.missing.amount - before
    if left <= 0:
        return Matched(verdict=MovementVerdict.PAID_TWICE, order=order)
    verdict = MovementVerdict.TOO_LITTLE if amount < left else MovementVerdict.TOO_MUCH
    return Matched(verdict=MovementVerdict.PAYS if amount == left else verdict, order=order)


def _order_of(parts: Parts, reference: str, shops: Sequence[str]) -> Order | None:
    """The order of a payment reference: found by its row, believed by its stamps."""
    if not reference:
        return None
    for row in parts.views.orders_called(reference, number=None, shops=shops, limit=5):
        order = parts.orders.get(row.stream)
        if order.payment_reference == reference:
            return order
    return None


def _cause(movement: Movement) -> UUID:
    return uuid5(_CAUSES, movement.transfer)


def _kind(verdict: MovementVerdict) -> CaseKind:
    return CaseKind.CONTRADICTION if verdict in _BACK else CaseKind.UNMATCHED_MONEY


def _is_known(parts: Parts, movement: Movement) -> bool:
    """Whether it counts already, was taken back by people, or waits on the desk, or did."""
    if is_entered(parts.store, movement.transfer):
        return True
    kinds = (CaseKind.CONTRADICTION, CaseKind.UNMATCHED_MONEY)
    cause = _cause(movement)
    return any(parts.cases.get(case_id(cause, kind)).opened is not None for kind in kinds)


def _pay(parts: Parts, row: StatementRow, *, actor: str) -> None:
    movement, order = row.movement, row.order
    assert order is not None, "money of an order"
    at = parts.clock()
    wish = Wish(correlation_id=_cause(movement), actor=actor, at=at)
    command = MarkPaid(
        **wish,
        reason=_REASON,
        amount=movement.entry.amount,
        transfer=movement.transfer,
        evidence=_kept(parts, movement, at).hash,
        booked_at=datetime.combine(movement.entry.booked, time(), UTC),
    )
    try:
        carry_out(parts, order.id, command)
    except TransferCounted:
        return  # somebody else took it in at this moment, and the desk knows of it
    except Refusal:
        _open_case(parts, row, actor=actor)  # no money is dropped, whatever the order says


def _open_case(parts: Parts, row: StatementRow, *, actor: str) -> None:
    movement, entry, order = row.movement, row.movement.entry, row.order
    named = f" Order #{order.number:06d} of {order.terms.shop_slug}." if order else ""
    kind, back = _kind(row.verdict), row.verdict in _BACK
    opened = CaseOpened(
        kind=kind,
        severity=Severity.WARNING,
        text=_TEXTS.get(row.verdict, _TEXTS[MovementVerdict.UNKNOWN]) + named,
        order=order.id if order and back else None,
        provider=MANUAL,
        provider_reference=movement.transfer,
        amount=entry.amount,
        about=movement.transfer,
        payment_reference="" if back else movement.transfer,
        payer_reference=(entry.reference or entry.text)[:100] or None,
    )
    parts.cases.open(
        opened,
        correlation_id=_cause(movement),
        actor=actor,
        evidence=_kept(parts, movement, parts.clock()).hash,
    )


def _kept(parts: Parts, movement: Movement, at: datetime) -> Evidence:
    """What the bank said, sealed in the inbox under a key of its own; once."""
    told = {**asdict(movement.entry), "number": movement.number}
    body = json.dumps(told, default=str, sort_keys=True, ensure_ascii=False).encode()
    known = parts.inbox.find(_BANK, movement.transfer, body)
    return known or parts.inbox.keep(
        _BANK,
        _DOOR,
        body=body,
        headers={},
        verdict="uploaded",
        provider_event_id=movement.transfer,
        received_at=at,
        done=True,
    )
