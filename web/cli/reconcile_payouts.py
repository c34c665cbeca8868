"""A provider's payouts of a period beside our books, each with what it says of fees."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from ledger.kernel.money import spoken
from ledger.reconciliation.by_reference import OneByOne
from ledger.reconciliation.compare import Statement, StatementLine
from ledger.reconciliation.payouts import PayoutBooks, SettledMoney, settled_money
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Books, Row, Settlement, Tell, Unread
from web.cli.reconcile_books import Source, brought
from web.wiring.parts import Parts

# Who only reports what was paid out does so in euros; another currency would be another port.
_CURRENCY = "EUR"


def settlements_of(
    parts: Parts, books: Books, work: Reconciliation, *, source: Source, into: Statement, tell: Tell
) -> Sequence[SettledMoney]:
    """Every payout of the period, the oldest first, if asked for; raises `ProviderAway`.

    Those that cannot be read are told `into` the statement.
    """
    if not source.payouts:
        return ()
    if isinstance(books, OneByOne):
        listing = parts.reported[books.name].by_report.settlements
    else:
        listing = parts.payouts[books.name].payouts
    listed: list[Settlement] = []
    for one in listing(work.period):
        if isinstance(one, Unread):
            into.leave(one)
        else:
            listed.append(one)
    if isinstance(books, OneByOne):
        return _reported(parts, books, work, listed, source=source, tell=tell)
    return _listed(parts.payouts[books.name], work, listed, tell=tell)


def _reported(
    parts: Parts,
    books: OneByOne,
    work: Reconciliation,
    listed: Sequence[Settlement],
    *,
    source: Source,
    tell: Tell,
) -> Sequence[SettledMoney]:
    return [
        settled_money(
            settlement,
            rows,
            line=lambda row: work.line(books.told(row)),
            currency=_CURRENCY,
        )
        for settlement, rows in _rows(parts, books, listed, source=source, tell=tell)
    ]


def _listed(
    payouts: PayoutBooks, work: Reconciliation, listed: Sequence[Settlement], *, tell: Tell
) -> Sequence[SettledMoney]:
    found = []
    for number, one in enumerate(listed, start=1):
        tell(f"reading {len(listed)} payouts", number)
        rows = [*payouts.payout_rows(one)]
        currency = one.amount.currency if one.amount is not None else _CURRENCY
        found.append(settled_money(one, rows, line=work.paid_out, currency=currency))
    return found


def _rows(
    parts: Parts, books: OneByOne, listed: Sequence[Settlement], *, source: Source, tell: Tell
) -> Iterator[tuple[Settlement, Sequence[Row | Unread]]]:
    """Out of the files that a person brought, or by a report for each payout."""
    if source.said:
        for one in listed:
            rows = [row for row in books.report or () if isinstance(row, Row)]
            yield one, [row for row in rows if row.settlement == one.id]
        return
    reports = brought(parts, books.name, source=source, tell=tell)
    for one in listed:
        yield one, reports.of_settlement(one)


def settlements_table(settled: Sequence[SettledMoney]) -> Table:
    """What each is made of; `beside` is what came or was kept back for no order."""
    names = ("id", "bank reference", "state", "payments", "refunds", "fees", "beside", "net")
    table = Table(*names, "ours", "difference", title="Payouts of the period")
    for one in settled:
        told = one.settlement
        table.add_row(
            told.id,
            told.bank_reference,
            _state(told),
            *(spoken(money) for money in (one.payments, one.refunds)),
            f"{one.fees} {one.theirs.currency}",
            spoken(one.beside),
            *(spoken(money) for money in (one.theirs, one.ours, one.difference)),
        )
    return table


def _state(told: Settlement) -> str:
    if told.failed:
        return "failed"
    return f"{told.settled_at:%Y-%m-%d}" if told.settled_at else "under way"


def settlement_document(one: SettledMoney) -> dict[str, Any]:
    """Amounts in minor units; fees in major ones, as text, because they know parts of a cent."""
    return {
        "id": one.settlement.id,
        "bank_reference": one.settlement.bank_reference,
        "settled_at": one.settlement.settled_at,
        "currency": one.theirs.currency,
        "payments": one.payments.amount,
        "refunds": one.refunds.amount,
        "fees": str(one.fees),
        "failed": one.settlement.failed,
        "amount": one.settlement.amount.amount if one.settlement.amount is not None else None,
        "beside": [
            {"reference": row.reference, "what": row.what, "amount": row.amount.amount}
            for row in one.others
        ],
        "net": one.theirs.amount,
        "ours": one.ours.amount,
        "difference": one.difference.amount,
        "findings": [_finding(line) for line in one.findings],
        "unread": [unread_document(unread) for unread in one.unread],
    }


def unread_document(one: Unread) -> dict[str, Any]:
    """Something that nobody could read, by the provider's name of it."""
    return {"kind": one.kind, "reference": one.reference, "why": one.why}


def _finding(line: StatementLine) -> dict[str, Any]:
    found = line.either
    return {
        "verdict": line.verdict.value,
        "kind": found.kind.value,
        "reference": found.reference,
        "amount": found.amount.amount,
        "order": line.order,
    }
