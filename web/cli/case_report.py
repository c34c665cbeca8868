"""One case as an operator reads it: what came, as evidence says, and what was done about it."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from ledger.cases.case import Case
from ledger.cases.decide import actions
from ledger.codec import NAMES
from ledger.kernel.events import Recorded
from web.cli.case_advice import advice


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
