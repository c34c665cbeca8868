"""A provider's payouts of a period beside our books, each with what it says of fees."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from ledger.kernel.money import spoken
from ledger.reconciliation.by_reference import OneByOne, Settlement
from ledger.reconciliation.compare import Statement, StatementLine
from ledger.reconciliation.payouts import SettledMoney, settled_money
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Books, Row, Tell, Unread
from web.cli.reconcile_books import Source, brought
from web.wiring.parts import Parts

# Who pays out what they report pays out in euros; another currency would be another port.
_CURRENCY = "EUR"


def settlements_of(
    parts: Parts, books: Books, work: Reconciliation, *, source: Source, into: Statement, tell: Tell
) -> Sequence[SettledMoney]:
    """Every payout of the period, the oldest first, if asked for; raises `ProviderAway`.

    Those that cannot be read are told `into` the statement.
    """
    if not source.payouts or not isinstance(books, OneByOne):
        return ()
    found = parts.reported[books.name].by_report.settlements(work.period)
    for unread in found:
        if isinstance(unread, Unread):
            into.leave(unread)
    listed = [one for one in found if isinstance(one, Settlement)]
    return [
        settled_money(
            settlement,
            rows,
            line=lambda row: work.line(books.told(row)),
            currency=_CURRENCY,
        )
        for settlement, rows in _rows(parts, books, listed, source=source, tell=tell)
    ]


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
    names = ("id", "bank reference", "settled", "payments", "refunds", "fees", "net", "ours")
    table = Table(*names, "difference", title="Payouts of the period")
    for one in settled:
        told = one.settlement
        table.add_row(
            told.id,
            told.bank_reference,
            f"{told.settled_at:%Y-%m-%d}" if told.settled_at else "",
            *(spoken(money) for money in (one.payments, one.refunds)),
            f"{one.fees} {one.theirs.currency}",
            *(spoken(money) for money in (one.theirs, one.ours, one.difference)),
        )
    return table


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
