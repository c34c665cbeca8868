"""Lists of people who are given vouchers: taken over, asked, answered, issued, looked after."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ledger.grants.commands import InvitePerson, ListPerson, SetState, WantAgain, WantLetter
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.keeper import KeeperSilent, KeptVoucher, VoucherAsk
from ledger.grants.next_step import due_step, owed_letter, posting_of
from ledger.grants.people_file import ListRow
from ledger.grants.stamps import (
    Destination,
    GrantKind,
    GrantTerms,
    Place,
    PriceMode,
    VoucherRequested,
)
from ledger.kernel.events import derived
from ledger.kernel.refusals import Refusal, UnknownGrantee
from ledger.kernel.store import LedgerUnavailable
from ledger.shop.shop import Shop
from ledger.vouchers.code import folded
from projections.grantees import GranteeRow, trouble_of
from projections.order_json import moment
from web.actions.wish import Wish
from web.wiring.parts import Parts

BEGINNING = datetime.min.replace(tzinfo=UTC), UUID(int=0)
_PAGE = 500
BULK = ("invite", "confirm", "decline", "cancel", "issue", "letter")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became, or would become, of a row: new, changed, same, nobody or trouble."""

    row: ListRow
    outcome: str
    grantee: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonResult:
    """What a bulk action came to for one person: done, nothing, or the word of a refusal."""

    grantee: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A voucher at a pretix with our mark that is in no book of ours."""

    destination: Destination
    voucher: KeptVoucher


def take_over(
    parts: Parts, shop: Shop, rows: Sequence[ListRow], wish: Wish, *, dry: bool
) -> Iterator[RowResult]:
    """Row by row, each kept as soon as it is done; a second run does the rest. Dry: none is.

    Raises `LedgerUnavailable`; what is wrong with one row is that row's result.
    """
    for row in rows:
        try:
            yield _taken_over(parts, shop, row, wish, dry=dry)
        except LedgerUnavailable:
            raise
        except Refusal as refusal:
            yield RowResult(row=row, outcome=type(refusal).__name__)


def _taken_over(parts: Parts, shop: Shop, row: ListRow, wish: Wish, *, dry: bool) -> RowResult:
    if not row.sound:
        return RowResult(row=row, outcome="trouble")
    index = parts.keyring.blind_index(row.email) if row.email else ""
    key = index or parts.keyring.blind_index(f"grants/row/{row.reference}")
    id = parts.grantees.place(shop.id, key)
    before = parts.grantees.get(id)
    outcome = _difference(before, row)
    if not dry and outcome in ("new", "changed", "nobody"):
        listing = ListPerson(
            correlation_id=derived(wish["correlation_id"], f"list/{id}"),
            actor=wish["actor"],
            at=wish["at"],
            shop=shop.id,
            shop_slug=shop.slug,
            kind=row.kind,
            language=row.language,
            name=row.name,
            email=row.email,
            person_index=index,
            reference=row.reference,
        )
        after = parts.grantees.handle(id, listing)
        if row.state is not None and row.email:
            _say(parts, after, row.state, wish)
    return RowResult(row=row, outcome=outcome, grantee=id)


def _difference(before: Grantee, row: ListRow) -> str:
    if row.nobody:
        return "nobody" if before.listed is None else "same"
    if before.listed is None:
        return "new"
    told = (row.kind, row.language, row.name)
    moved = row.state is not None and row.state is not before.state
    same = told == (before.kind, before.language, before.name)
    return "same" if same and not moved else "changed"


def _say(parts: Parts, grantee: Grantee, state: GrantState, wish: Wish) -> Grantee:
    """What a list says of somebody's answer; who was asked is asked no less by it."""
    if state is GrantState.INVITED:
        return grantee
    return set_state(parts, grantee.id, state, wish)


def set_state(
    parts: Parts,
    grantee: UUID,
    state: GrantState,
    wish: Wish,
    *,
    by_link: bool = False,
    reason: str | None = None,
) -> Grantee:
    """They come, do not, or are not to. Raises `UnknownGrantee`, `GrantNotOpen`."""
    saying = SetState(
        correlation_id=derived(wish["correlation_id"], f"state/{grantee}"),
        actor=wish["actor"],
        at=wish["at"],
        state=state,
        by_link=by_link,
        reason=reason,
    )
    return parts.grantees.handle(grantee, saying)


def invite(parts: Parts, grantee: UUID, wish: Wish) -> Grantee:
    """Ask by a letter whether they come. Raises `UnknownGrantee`."""
    code = secrets.token_urlsafe(32)
    asking = InvitePerson(
        correlation_id=derived(wish["correlation_id"], f"invite/{grantee}"),
        actor=wish["actor"],
        at=wish["at"],
        code=code,
        link_hash=hash_of(code),
    )
    return parts.grantees.handle(grantee, asking)


def hash_of(code: str) -> str:
    """What the ledger keeps of a link's code."""
    return hashlib.sha256(code.encode()).hexdigest()


def by_link(parts: Parts, shop: Shop, grantee: UUID, code: str) -> Grantee:
    """Who stands behind a link; raises `UnknownGrantee`, whatever is wrong with it."""
    found = parts.grantees.get(grantee)
    known = found.invitation.link_hash if found.invitation else hash_of("")
    right = secrets.compare_digest(known, hash_of(code))
    if not right or found.listed is None or found.listed.shop != shop.id or found.erased:
        raise UnknownGrantee
    return found


def issue(parts: Parts, grantee: UUID, wish: Wish, *, reason: str) -> tuple[Grantee, str]:
    """See to their voucher at once, also where people had to mend something first.

    Raises `UnknownGrantee`. The word says what it came to: done, waits or nothing.
    """
    again = WantAgain(
        correlation_id=derived(wish["correlation_id"], f"again/{grantee}"),
        actor=wish["actor"],
        at=wish["at"],
        reason=reason,
    )
    parts.grantees.handle(grantee, again)
    came = parts.fulfilment.act(grantee)
    word = came.silent.person or "waits" if came.silent else str(came.came)
    return parts.grantees.get(grantee), word


def letter_again(parts: Parts, grantee: UUID, wish: Wish, *, reason: str) -> Grantee:
    """Send the letter that they are owed once more. Raises `GrantNotOpen`, `UnknownGrantee`."""
    wanting = WantLetter(
        correlation_id=derived(wish["correlation_id"], f"letter/{grantee}"),
        actor=wish["actor"],
        at=wish["at"],
        reason=reason,
    )
    return parts.grantees.handle(grantee, wanting)


def for_each(
    parts: Parts, shop: Shop, grantees: Sequence[UUID], action: str, wish: Wish, *, reason: str
) -> Iterator[PersonResult]:
    """A bulk action, person by person, each kept as soon as it is done; a second run does the rest.

    Vouchers and letters themselves are the worker's: nobody waits for a pretix here.
    """
    for one in grantees:
        try:
            before = parts.grantees.known(shop.id, one)
            after = _acted(parts, before, action, wish, reason=reason)
            moved = after.version != before.version
            yield PersonResult(grantee=one, outcome="done" if moved else "nothing")
        except LedgerUnavailable:
            raise
        except Refusal as refusal:
            yield PersonResult(grantee=one, outcome=type(refusal).__name__)


def _acted(parts: Parts, before: Grantee, action: str, wish: Wish, *, reason: str) -> Grantee:
    match action:
        case "invite":
            return invite(parts, before.id, wish)
        case "confirm":
            return set_state(parts, before.id, GrantState.CONFIRMED, wish)
        case "decline":
            return set_state(parts, before.id, GrantState.DECLINED, wish)
        case "cancel":
            return set_state(parts, before.id, GrantState.CANCELLED, wish, reason=reason)
        case "letter":
            return letter_again(parts, before.id, wish, reason=reason)
        case _:
            again = WantAgain(
                correlation_id=derived(wish["correlation_id"], f"again/{before.id}"),
                actor=wish["actor"],
                at=wish["at"],
                reason=reason,
            )
            return parts.grantees.handle(before.id, again)


def every_row(parts: Parts, shop: str, wanted: Mapping[str, str]) -> Iterator[GranteeRow]:
    """All of a shop's list that is wanted, page by page."""
    after = BEGINNING
    while rows := parts.views.grantees(shop, wanted, after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].listed_at, rows[-1].stream


def orphans(parts: Parts) -> Iterator[Orphan]:
    """What lies at a pretix with our mark and is in no book of ours. Raises `ProviderAway`."""
    keeper = parts.voucher_keepers.get(Place.PRETIX)
    if keeper is None:
        return
    for organizer, event in parts.views.voucher_events():
        told = Destination(place=Place.PRETIX, organizer=organizer, event=event)
        for one in keeper.kept(told):
            if not _is_ours(parts, one):
                yield Orphan(destination=told, voucher=one)


def _is_ours(parts: Parts, one: KeptVoucher) -> bool:
    """The ledger itself says: a voucher that is being made at this moment is ours, too."""
    asked = parts.store.find(one.ours, VoucherRequested) if one.ours is not None else None
    if asked is None:
        return False
    known = parts.grantees.get(asked.stream)
    return any(own.lives and own.correlation_id == one.ours for own in known.vouchers)


def of_code(parts: Parts, code: str) -> UUID | None:
    """Whose voucher has this code, however it was typed; None where it is nobody's."""
    index = parts.keyring.blind_index("voucher/" + folded(code))
    return parts.views.grantees_of_codes([index]).get(index)


def delete_orphan(parts: Parts, orphan: Orphan) -> str:
    """Delete one that nobody used: deleted, used, or why not."""
    keeper = parts.voucher_keepers[Place.PRETIX]
    if orphan.voucher.ours is None or _is_ours(parts, orphan.voucher):
        return "ours"
    if orphan.voucher.uses:
        return "used"
    answer = keeper.withdraw(_ask(orphan))
    if isinstance(answer, KeeperSilent):
        return "no-answer"
    return getattr(answer, "code", "deleted")


def _ask(orphan: Orphan) -> VoucherAsk:
    assert orphan.voucher.ours is not None, "it has our mark"
    return VoucherAsk(
        voucher=orphan.voucher.ours,
        code=orphan.voucher.code,
        kind=GrantKind.GRANT,
        terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
        destination=orphan.destination,
        reference=orphan.voucher.reference,
    )


def report(parts: Parts, shop: str) -> Sequence[Mapping[str, object]]:
    """Listed, confirmed, issued and used, by kind, and what that is worth in minor units."""
    counted = parts.views.count_grantees(shop)
    rows: list[Mapping[str, object]] = []
    for kind in GrantKind:
        mine = [one for one in counted if one.kind == kind]
        made = [one for one in mine if one.voucher in ("issued", "used")]
        rows.append(
            {
                "kind": str(kind),
                "listed": sum(one.many for one in mine),
                "confirmed": sum(one.many for one in mine if one.state == "confirmed"),
                "issued": sum(one.many for one in made),
                "used": sum(one.many for one in made if one.voucher == "used"),
                "worth": sum(one.worth for one in made),
                "worth_used": sum(one.worth for one in made if one.voucher == "used"),
                "currency": next((one.currency for one in made if one.currency), ""),
            }
        )
    return rows


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
            "trouble": trouble_of(voucher),
            "issued_at": moment(voucher.made_at) if voucher.made_at else None,
            **({"code": voucher.code} if personal else {}),
        }
    return shown
