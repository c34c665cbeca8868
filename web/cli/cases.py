"""`cases`: what waits for a person, what to do next, and what a person did about it."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from ledger.cases.case import Case
from ledger.cases.decide import actions
from ledger.cases.stamps import Action, CaseKind, CaseOpened
from ledger.codec import NAMES
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, spoken
from ledger.kernel.refusals import UnknownCase
from ledger.order import stamps
from ledger.order.decisions.staff import MANUAL
from projections.cases import CaseRow
from web.actions import attention
from web.actions.attention import shop_of
from web.actions.back_office import (
    BY_PEOPLE,
    OrderNeeded,
    case_json,
    is_failed_payout,
    resolve_case,
)
from web.actions.staff import member_of
from web.cli import audit_tables as tables
from web.cli.arguments import Instant, Word, checked_reason
from web.cli.operator import wish_of
from web.wiring.parts import Parts

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
    CaseKind.WEBHOOK_DISABLED: (
        "See why its receiver takes nothing (webhooks list); webhooks enable closes this, too.",
        "alarms",
    ),
    CaseKind.VOUCHER_STUCK: (
        "See why (vouchers list --trouble), mend it, then vouchers issue; or agree otherwise.",
        "vouchers-for-people",
    ),
    CaseKind.VOUCHERS_STOPPED: (
        "Give STAMPLEDGER_PRETIX_TOKEN a token that may change vouchers; it goes on by itself.",
        "vouchers-for-people",
    ),
    CaseKind.VOUCHERS_OVER: (
        "Prolong them (vouchers set-up --valid-until): each is made by itself; or tell them no.",
        "vouchers-for-people",
    ),
    CaseKind.PAYMENT_UNKNOWN: (
        "Look whether the provider is away, or turns our key away; then it is resolved by itself.",
        "provider-does-not-answer",
    ),
    CaseKind.PAYMENT_OVERDUE: (
        "Ask the provider what became of it, then cancel the order or wait on.",
        "payments-stuck-pending",
    ),
    CaseKind.CHECK_IN_CONFLICT: (
        "Look who is inside; undo the check-in that was wrong, or close it with what you found.",
        "alarms",
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
    if is_failed_payout(opened):
        return (
            "Correct the bank account at the provider if it is wrong, see that the money comes with"
            " a later payout, then close."
        ), "books-differ"
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


def case_told(case: Case, history: Sequence[Recorded[object]]) -> dict[str, Any]:
    """A case with all that a person needs, sealed parts opened: it is for those who resolve it."""
    opened = case.opened
    assert opened is not None, "only a case that was opened is told"
    amount = opened.amount
    return {
        "id": str(case.id),
        "kind": str(opened.kind),
        "severity": str(opened.severity),
        "state": case.state,
        "text": opened.text,
        "order": _order(case),
        "provider": opened.provider or None,
        "account": opened.account or None,
        "provider_reference": opened.provider_reference or None,
        "payment_reference": opened.payment_reference or None,
        "payer_reference": opened.payer_reference,
        "amount": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
        "evidence": case.evidence,
        "money": case.returned.word,
        "actions": [str(one) for one in actions(case)],
        "next": advice(opened) if case.state == "open" else None,
        "asleep_until": case.snooze.until.astimezone(UTC) if case.snooze else None,
        "keeper": case.keeper or None,
        "history": [_stamp(one) for one in history],
    }


def _order(case: Case) -> str | None:
    """What it is about, or what its money turned out to be for."""
    resolved = case.resolved.order if case.resolved else None
    order = (case.opened.order if case.opened else None) or resolved
    return str(order) if order else None


def _stamp(one: Recorded[object]) -> dict[str, Any]:
    """Who, when, what and why."""
    return {
        "recorded_at": f"{one.recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "type": NAMES[type(one.stamp)][0],
        "actor": one.actor,
        "action": getattr(one.stamp, "action", None),
        "reason": getattr(one.stamp, "reason", None),
    }


LEFT = 1
_SEVERE_FIRST = ("critical", "warning")


@click.group()
def cases() -> None:
    """What waits for a person."""


@cases.command(name="list")
@click.option("--state", type=click.Choice(["open", "resolved"]), default="open", help="Which.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_cases(context: click.Context, state: str, as_json: bool) -> None:
    """Cases by severity, the oldest first. Exit status 1: some are open."""
    parts: Parts = context.obj()
    found = sorted(parts.views.cases(state), key=lambda one: _SEVERE_FIRST.index(one.severity))
    if as_json:
        tables.as_json({"cases": [_document(one) for one in found]})
    elif found:
        _show(found)
    else:
        click.echo("No case is open." if state == "open" else "No case was resolved.")
    sys.exit(LEFT if found and state == "open" else 0)


@cases.command()
@click.argument("case", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, case: UUID, as_json: bool) -> None:
    """One case with its evidence, its history, and what can be done about it."""
    parts: Parts = context.obj()
    found = parts.cases.get(case)
    if found.opened is None:
        raise UnknownCase
    told = case_told(found, parts.store.read(case))
    if as_json:
        tables.as_json(told)
        return
    amount = found.opened.amount
    shown = {**told, "amount": spoken(amount) if amount else None, "currency": None}
    for name, value in shown.items():
        if name != "history" and value not in (None, "", []):
            click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    for one in told["history"]:
        click.echo("  " + "  ".join(str(part) for part in one.values() if part))


@cases.command()
@click.argument("case", type=click.UUID)
@click.option(
    "--action",
    type=click.Choice([str(one) for one in BY_PEOPLE]),
    required=True,
    help="What to do.",
)
@click.option("--order", type=click.UUID, help="With assign: the order that the money is for.")
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def resolve(
    context: click.Context, case: UUID, action: str, order: UUID | None, reason: str
) -> None:
    """Assign money to an order, send it back, retry a refund, or close the case.

    Exit status 1: refused, or its outcome is not known yet.
    """
    parts: Parts = context.obj()
    try:
        after = resolve_case(
            parts,
            case,
            wish_of(parts),
            action=Action(action),
            reason=checked_reason(reason),
            order=order,
        )
    except OrderNeeded:
        raise click.UsageError("assign needs --order.") from None
    click.echo(_told(after))
    sys.exit(LEFT if after.state == "open" else 0)


@cases.command()
@click.argument("case", type=click.UUID)
@click.option("--until", type=Instant(), help="When it is back by itself; at once without it.")
@click.option("--reason", required=True, help="Why it waits; kept sealed in the ledger.")
@click.pass_context
def snooze(context: click.Context, case: UUID, until: datetime | None, reason: str) -> None:
    """Put a case aside until a time within three months, or take it up again."""
    parts: Parts = context.obj()
    wish = wish_of(parts)
    after = attention.snooze(parts, case, wish, until=until, reason=checked_reason(reason))
    back = after.snooze.until if after.snooze else None
    click.echo(
        f"Put aside; it is back at {back:%Y-%m-%d %H:%M} UTC." if back else "It is on the desk."
    )


@cases.command()
@click.argument("case", type=click.UUID)
@click.option("--to", "email", type=Word(longest=254), help="Whose address; nobody without it.")
@click.pass_context
def hand(context: click.Context, case: UUID, email: str | None) -> None:
    """Say who looks after a case: a person of the back office, or nobody."""
    parts: Parts = context.obj()
    to = member_of(parts, email).actor if email else ""
    attention.hand(parts, case, wish_of(parts), to=to, shop=shop_of(parts, case))
    click.echo(f"{email} looks after it." if email else "Nobody looks after it.")


def _told(case: Case) -> str:
    words = {
        "none": f"The case is {case.state}.",
        "accepted": f"The money is on its way back. The case is {case.state}.",
        "failed": "The provider refused to send the money back. The case stays open.",
        "unknown": "The provider has not answered. The worker asks again; the case stays open.",
    }
    return words[case.returned.word]


def _show(found: list[CaseRow]) -> None:
    table = Table("case", "severity", "kind", "opened", "amount", "what happened")
    for one in found:
        amount = spoken(Money(one.amount, one.currency)) if one.amount and one.currency else ""
        opened = f"{one.opened_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.stream), one.severity, one.kind, opened, amount, one.text)
    tables.console().print(table)


def _document(one: CaseRow) -> dict[str, Any]:
    return {**case_json(one), "provider_reference": one.provider_reference or None}
