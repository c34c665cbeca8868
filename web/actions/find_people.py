"""People with vouchers, found: by id, address, code or reference, and page by page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ledger.grants.grantee import Grantee, GrantState, fold_grantee
from ledger.grants.stamps import GrantKind
from ledger.kernel.refusals import UnknownGrantee
from ledger.shop.mail_address import is_recipient
from ledger.shop.shop import Shop
from ledger.vouchers.code import folded
from projections.grantees import GranteeRow, grantees
from web.wiring.parts import Parts

Place = tuple[datetime, UUID]
BEGINNING: Place = datetime.min.replace(tzinfo=UTC), UUID(int=0)
# What a list can be asked for, and by which words.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(GrantKind),
    "state": tuple(GrantState),
    "voucher": ("none", "requested", "refused", "issued", "used", "withdrawn"),
}
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Some of a list, each with who they are; `onward` is where the next page begins."""

    people: Sequence[tuple[GranteeRow, Grantee]]
    onward: Place | None = None


def find_people(
    parts: Parts,
    shop: Shop,
    query: str,
    wanted: Mapping[str, str],
    *,
    after: Place = BEGINNING,
    limit: int,
) -> PeoplePage:
    """A page of a shop's list, the oldest first; `query` is an id, address, code or reference."""
    if not query.isprintable():
        return PeoplePage(people=())
    if query:
        try:
            known = named(parts, shop, query)
        except UnknownGrantee:
            wanted = {**wanted, "reference": query}
        else:
            return PeoplePage(people=[(row, known) for row in grantees(known)])
    rows = parts.views.grantees(shop.slug, wanted, after=after, limit=limit + 1)
    shown = rows[:limit]
    onward = (shown[-1].listed_at, shown[-1].stream) if len(rows) > limit else None
    return PeoplePage(people=_opened(parts, shown), onward=onward)


def _opened(parts: Parts, rows: Sequence[GranteeRow]) -> Sequence[tuple[GranteeRow, Grantee]]:
    """Who they are stands sealed in their streams, and in no list."""
    opened = parts.store.read_opened([row.stream for row in rows])
    return [(row, fold_grantee(row.stream, opened.get(row.stream, ()))) for row in rows]


def named(parts: Parts, shop: Shop, typed: str) -> Grantee:
    """Somebody on a shop's list by id, address or code; raises `UnknownGrantee`."""
    try:
        return parts.grantees.known(shop.id, UUID(typed))
    except ValueError:
        pass
    if is_recipient(typed):
        known = parts.grantees.of_address(shop.id, parts.keyring.blind_index(typed))
        if known is None:
            raise UnknownGrantee
        return known
    id = of_code(parts, typed)
    if id is None:
        raise UnknownGrantee
    return parts.grantees.known(shop.id, id)


def of_code(parts: Parts, code: str) -> UUID | None:
    """Whose voucher has this code, however it was typed; None where it is nobody's."""
    index = parts.keyring.blind_index("voucher/" + folded(code))
    return parts.views.grantees_of_codes([index]).get(index)


def every_row(parts: Parts, shop: str, wanted: Mapping[str, str]) -> Iterator[GranteeRow]:
    """All of a shop's list that is wanted, page by page."""
    after = BEGINNING
    while rows := parts.views.grantees(shop, wanted, after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].listed_at, rows[-1].stream
