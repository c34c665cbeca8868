"""People with vouchers, what became of them, and orphans, as JSON for calls and commands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.grants.grantee import Grantee
from ledger.grants.next_step import due_step, owed_letter, posting_of
from projections.grantees import trouble_of
from projections.order_json import moment
from web.actions.grants import PersonResult, RowResult
from web.actions.orphans import Orphan


def document(grantee: Grantee, *, personal: bool) -> Mapping[str, Any]:
    """A person as JSON; who they are, and the code, only for whoever may know."""
    voucher, owed = grantee.voucher, owed_letter(grantee)
    posting = posting_of(grantee, owed) if owed else None
    due = due_step(grantee)
    shown: dict[str, Any] = {
        "id": str(grantee.id),
        "shop": grantee.listed.shop_slug if grantee.listed else "",
        "kind": str(grantee.kind),
        "state": str(grantee.state),
        "language": grantee.language,
        "reference": grantee.listed.reference if grantee.listed else "",
        "somebody": grantee.somebody,
        "version": grantee.version,
        "listed_at": moment(grantee.listed_at) if grantee.listed_at else None,
        "letter": (posting.state if posting else "due") if owed else None,
        "waits_until": moment(due.at) if due and due.at.year > 1 else None,
        "trouble": trouble_of(grantee),
        "voucher": None,
    }
    if personal:
        shown |= {"name": grantee.name, "email": grantee.email}
    if voucher is not None:
        shown["voucher"] = {
            "state": voucher.state,
            "kind": str(voucher.kind),
            "price_mode": str(voucher.terms.mode),
            "value": voucher.terms.value,
            "place": str(voucher.destination.place),
            "reference": voucher.reference,
            "uses": voucher.uses,
            "trouble": "" if grantee.held_back else trouble_of(grantee),
            "issued_at": moment(voucher.made_at) if voucher.made_at else None,
            **({"code": voucher.code} if personal else {}),
        }
    return shown


def row_json(one: RowResult) -> Mapping[str, object]:
    """A row of a list, and what became of it; `troubles` as words."""
    row = one.row
    return {
        "row": row.number,
        "reference": row.reference,
        "kind": str(row.kind),
        "outcome": one.outcome,
        "troubles": [*row.troubles],
        "person": str(one.grantee) if one.grantee else None,
    }


def result_json(one: PersonResult) -> Mapping[str, object]:
    """What one of many came to."""
    return {"person": str(one.grantee), "outcome": one.outcome}


def counted(results: Sequence[RowResult] | Sequence[PersonResult]) -> Mapping[str, int]:
    """How many came to what."""
    return dict(sorted(Counter(one.outcome for one in results).items()))


def orphan_json(one: Orphan, fate: str = "") -> Mapping[str, object]:
    """A voucher that is in no book of ours, and what became of it."""
    kept = one.voucher
    return {
        "organizer": one.destination.organizer,
        "event": one.destination.event,
        "reference": kept.reference,
        "code": kept.code,
        "uses": kept.uses,
        "fate": fate or None,
    }
