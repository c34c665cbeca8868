"""Lists of people who are given vouchers: taken over, asked, answered, issued, looked after."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from ledger.grants.commands import InvitePerson, ListPerson, SetState, WantAgain, WantLetter
from ledger.grants.decide import listed_kind
from ledger.grants.grantee import Grantee, GrantState, fold_grantee
from ledger.grants.issued_voucher import FULL
from ledger.grants.people_file import ListRow
from ledger.grants.stamps import GrantKind, PersonChanged, PersonListed
from ledger.kernel.events import Recorded, derived
from ledger.kernel.idempotency_key import granted
from ledger.kernel.refusals import GrantNotOpen, Refusal, UnknownGrantee
from ledger.kernel.store import LedgerUnavailable
from ledger.shop.shop import Shop
from web.actions.wish import Wish
from web.http.problems import of_refusal
from web.wiring.parts import Parts

ACTS = ("invite", "confirm", "decline", "cancel", "upgrade", "issue", "letter")


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
            yield RowResult(row=row, outcome=of_refusal(refusal).slug)


def _taken_over(parts: Parts, shop: Shop, row: ListRow, wish: Wish, *, dry: bool) -> RowResult:
    if not row.sound:
        return RowResult(row=row, outcome="trouble")
    id, index = _place(parts, shop, row)
    history = parts.store.read(id)
    before = fold_grantee(id, history)
    first = granted(history, wish.get("request"))
    if first is not None:
        new = "nobody" if row.nobody else "new"
        was = new if isinstance(history[first].stamp, PersonListed) else "changed"
        return RowResult(row=row, outcome=was, grantee=id)
    outcome = _difference(before, row)
    if not dry and outcome in ("new", "changed", "nobody"):
        cause = derived(wish["correlation_id"], f"list/{id}")
        after = parts.grantees.handle(id, _listing(shop, row, index, wish, cause))
        if row.state is not None and row.email:
            _say(parts, after, row.state, wish)
    return RowResult(row=row, outcome=outcome, grantee=id)


def _place(parts: Parts, shop: Shop, row: ListRow) -> tuple[UUID, str]:
    """The stream that a row's person has or would have, and the keyed hash of their address."""
    index = parts.keyring.blind_index(row.email) if row.email else ""
    key = index or parts.keyring.blind_index(f"grants/row/{row.reference}")
    return parts.grantees.place(shop.id, key), index


def _listing(shop: Shop, row: ListRow, index: str, wish: Wish, cause: UUID) -> ListPerson:
    return ListPerson(
        **_under(wish, cause),
        shop=shop.id,
        shop_slug=shop.slug,
        kind=row.kind,
        language=row.language,
        name=row.name,
        email=row.email,
        person_index=index,
        reference=row.reference,
    )


class _Told(TypedDict):
    correlation_id: UUID
    actor: str
    at: datetime
    request: str | None


def _under(wish: Wish, cause: UUID) -> _Told:
    """The same wish under a correlation id that follows from it."""
    return _Told(
        correlation_id=cause, actor=wish["actor"], at=wish["at"], request=wish.get("request")
    )


def list_one(parts: Parts, shop: Shop, row: ListRow, wish: Wish) -> tuple[Grantee, str]:
    """The person after they were put on the list, or what it says of them was changed.

    The same request again gets what it came to: new, changed or same. Raises `KeyReused` where
    another one stands under its key, and what `decide_grant` raises.
    """
    cause = wish["correlation_id"]
    for kind, outcome in ((PersonListed, "new"), (PersonChanged, "changed")):
        stood: Recorded[object] | None = parts.store.find(cause, kind)
        if stood is not None and granted([stood], wish.get("request")) is not None:
            known = answered(parts, stood.stream, wish.get("request"))
            assert known is not None, "it was granted"
            return known, outcome
    id, index = _place(parts, shop, row)
    outcome = _difference(parts.grantees.get(id), row)
    after = parts.grantees.handle(id, _listing(shop, row, index, wish, cause))
    if row.state is not None and row.email:
        after = _say(parts, after, row.state, wish)
    return after, outcome


def answered(parts: Parts, grantee: UUID, request: str | None) -> Grantee | None:
    """The person as they were answered to this request; None where nothing was granted to it.

    Raises `KeyReused` where another request stands under its key.
    """
    history = parts.store.read(grantee)
    first = granted(history, request)
    if first is None:
        return None
    end = max(at for at, one in enumerate(history, start=1) if one.request == request)
    return fold_grantee(grantee, history[:end])


def _difference(before: Grantee, row: ListRow) -> str:
    if row.nobody:
        return "nobody" if before.listed is None else "same"
    if before.listed is None:
        return "new"
    told = (listed_kind(before, row.kind), row.language, row.name)
    moved = row.state not in (None, GrantState.INVITED, before.state)
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
        **_under(wish, derived(wish["correlation_id"], f"state/{grantee}")),
        state=state,
        by_link=by_link,
        reason=reason,
    )
    return parts.grantees.handle(grantee, saying)


def invite(parts: Parts, grantee: UUID, wish: Wish) -> Grantee:
    """Ask by a letter whether they come. Raises `UnknownGrantee`."""
    code = secrets.token_urlsafe(32)
    asking = InvitePerson(
        **_under(wish, derived(wish["correlation_id"], f"invite/{grantee}")),
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
    want_again(parts, grantee, wish, reason=reason)
    came = parts.fulfilment.act(grantee)
    word = came.silent.person or "waits" if came.silent else str(came.came)
    return parts.grantees.get(grantee), word


def want_again(parts: Parts, grantee: UUID, wish: Wish, *, reason: str) -> Grantee:
    """What was refused in a way that people had to mend is tried again, by the worker."""
    cause = derived(wish["correlation_id"], f"again/{grantee}")
    return parts.grantees.handle(grantee, WantAgain(**_under(wish, cause), reason=reason))


def upgrade(parts: Parts, grantee: UUID, wish: Wish) -> Grantee:
    """A co-speaker is given a full voucher, as a grantee is; who has one keeps it.

    Raises `UnknownGrantee`, and `GrantNotOpen` where nobody is named.
    """
    known = parts.grantees.get(grantee)
    if known.listed is None or known.erased:
        raise UnknownGrantee
    if not known.somebody:
        raise GrantNotOpen
    cause = derived(wish["correlation_id"], f"upgrade/{grantee}")
    listing = ListPerson(
        **_under(wish, cause),
        shop=known.listed.shop,
        shop_slug=known.listed.shop_slug,
        kind=known.kind if known.kind in FULL else GrantKind.GRANT,
        language=known.language,
        name=known.name or "",
        email=known.email or "",
        person_index=known.listed.person_index,
        reference=known.listed.reference,
    )
    return parts.grantees.handle(grantee, listing)


def letter_again(parts: Parts, grantee: UUID, wish: Wish, *, reason: str) -> Grantee:
    """Send the letter that they are owed once more. Raises `GrantNotOpen`, `UnknownGrantee`."""
    cause = derived(wish["correlation_id"], f"letter/{grantee}")
    return parts.grantees.handle(grantee, WantLetter(**_under(wish, cause), reason=reason))


def for_each(
    parts: Parts, shop: Shop, grantees: Sequence[UUID], action: str, wish: Wish, *, reason: str
) -> Iterator[PersonResult]:
    """A bulk action, person by person, each kept as soon as it is done; a second run does the rest.

    Vouchers and letters themselves are the worker's: nobody waits for a pretix here.
    """
    for one in grantees:
        try:
            before = parts.grantees.known(shop.id, one)
            if answered(parts, one, wish.get("request")) is not None:
                yield PersonResult(grantee=one, outcome="done")
                continue
            after = act(parts, before, action, wish, reason=reason)
            moved = after.version != before.version
            yield PersonResult(grantee=one, outcome="done" if moved else "nothing")
        except LedgerUnavailable:
            raise
        except Refusal as refusal:
            yield PersonResult(grantee=one, outcome=of_refusal(refusal).slug)


def act(parts: Parts, before: Grantee, action: str, wish: Wish, *, reason: str) -> Grantee:
    """The person after one of `ACTS`. Raises `UnknownGrantee`, `GrantNotOpen`."""
    match action:
        case "invite":
            return invite(parts, before.id, wish)
        case "confirm":
            return set_state(parts, before.id, GrantState.CONFIRMED, wish)
        case "decline":
            return set_state(parts, before.id, GrantState.DECLINED, wish)
        case "cancel":
            return set_state(parts, before.id, GrantState.CANCELLED, wish, reason=reason)
        case "upgrade":
            return upgrade(parts, before.id, wish)
        case "letter":
            return letter_again(parts, before.id, wish, reason=reason)
        case _:
            return want_again(parts, before.id, wish, reason=reason)


def report(parts: Parts, shop: str) -> Sequence[Mapping[str, object]]:
    """Listed, confirmed, issued and used, by kind, as it stands."""
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
            }
        )
    return rows
