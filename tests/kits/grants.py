"""Given for lists of people: the lists as a database would keep them, and who issues vouchers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from adapters.keys.voucher_codes import drawn_code
from adapters.postgres.views.grantees import GranteeCount
from ledger.cases.service import Cases
from ledger.grants.fulfilment import Fulfilment
from ledger.grants.grantee import fold_grantee
from ledger.grants.keeper import VoucherKeeper
from ledger.grants.own_shop import OwnShop
from ledger.grants.service import Grantees
from ledger.grants.stamps import PersonListed, Place
from ledger.kernel.events import Recorded
from ledger.kernel.store import StampStore
from ledger.vouchers.service import Vouchers
from projections.grantees import GranteeRow, grantees


class ReadableLedger(Protocol):
    """As much of a ledger as these lists need."""

    def read(self, stream: UUID) -> Sequence[Recorded[object]]: ...

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]: ...


class GranteesInMemory:
    """The lists of people, worked out from the ledger at each look."""

    ledger: Any

    def _grantee_rows(self) -> Sequence[GranteeRow]:
        return grantee_rows(self.ledger)

    def grantees(
        self, shop: str, wanted: Mapping[str, str], *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[GranteeRow]:
        def fits(row: GranteeRow) -> bool:
            told = wanted.get("voucher", "")
            return (
                row.shop == shop
                and wanted.get("kind", "") in ("", row.kind)
                and wanted.get("state", "") in ("", row.state)
                and (told in ("", row.voucher) or (told == "none" and not row.voucher))
                and (not wanted.get("trouble") or bool(row.trouble))
                and wanted.get("reference", "") in ("", row.list_reference)
                and (row.listed_at, row.stream) > after
            )

        rows = [row for row in self._grantee_rows() if fits(row)]
        return sorted(rows, key=lambda row: (row.listed_at, row.stream))[:limit]

    def count_grantees(self, shop: str) -> Sequence[GranteeCount]:
        many, worth = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for row in self._grantee_rows():
            if row.shop == shop:
                told = (row.kind, row.state, row.voucher, row.letter, row.trouble)
                key = (*told, row.currency or "")
                many[key] += 1
                worth[key] += row.worth or 0
        return [
            GranteeCount(
                kind=key[0],
                state=key[1],
                voucher=key[2],
                letter=key[3],
                trouble=key[4],
                currency=key[5],
                many=count,
                worth=worth[key],
            )
            for key, count in sorted(many.items())
        ]

    def grantees_of_person(self, person_index: str) -> Sequence[UUID]:
        found = self._grantee_rows()
        return [row.stream for row in found if person_index and row.person_index == person_index]

    def grantee_of_voucher(self, organizer: str, event: str, reference: str) -> UUID | None:
        for row in self._grantee_rows():
            at = row.place, row.organizer, row.event, row.provider_reference
            if at == ("pretix", organizer, event, reference):
                return row.stream
        return None

    def grantees_of_codes(self, code_indexes: Sequence[str]) -> Mapping[str, UUID]:
        rows = [row for row in self._grantee_rows() if row.voucher != "withdrawn"]
        return {row.code_index: row.stream for row in rows if row.code_index in code_indexes}

    def voucher_events(self, shop: str = "") -> Sequence[tuple[str, str]]:
        rows = [row for row in self._grantee_rows() if row.place == "pretix"]
        rows = [row for row in rows if shop in ("", row.shop)]
        return sorted({(row.organizer, row.event) for row in rows})

    def vouchers_kept(
        self, organizer: str, event: str, after: UUID, limit: int
    ) -> Sequence[tuple[UUID, str, int]]:
        found = [
            (row.stream, row.provider_reference, row.uses)
            for row in self._grantee_rows()
            if (row.place, row.organizer, row.event) == ("pretix", organizer, event)
            and row.voucher in ("issued", "used")
            and row.stream > after
        ]
        return sorted(found)[:limit]

    def own_vouchers_of_people(self, after: UUID, limit: int) -> Sequence[UUID]:
        rows = [row for row in self._grantee_rows() if row.place == "own" and row.stream > after]
        return sorted(row.stream for row in rows if row.voucher in ("issued", "used"))[:limit]

    def vouchers_due(
        self, now: datetime, limit: int, *, at_pretix: bool, offset: int = 0
    ) -> Sequence[UUID]:
        rows = [row for row in self._grantee_rows() if (row.place == "pretix") is at_pretix]
        due = [row.stream for row in rows if row.work_due_at and row.work_due_at <= now]
        return due[offset : offset + limit]

    def grant_letters_due(self, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        due = [row.stream for row in self._grantee_rows() if row.letter_due]
        return due[offset : offset + limit]


def grantee_rows(ledger: ReadableLedger) -> Sequence[GranteeRow]:
    """Everybody on every list, from stamps whose sealed parts are closed, as projections see it."""
    streams: dict[UUID, list[Recorded[object]]] = {}
    for one in ledger.feed(0, limit=1_000_000):
        streams.setdefault(one.stream, []).append(one)
    listed = [one for one, told in streams.items() if isinstance(told[0].stamp, PersonListed)]
    return [row for one in listed for row in grantees(fold_grantee(one, streams[one]))]


def fulfilment_of(
    store: StampStore,
    cases: Cases,
    *,
    clock: Callable[[], datetime],
    blind_index: Callable[[str], str],
    keepers: Mapping[Place, VoucherKeeper] | None = None,
) -> Fulfilment:
    """Who issues vouchers: our own shops, and whoever else is given."""
    people = Grantees(store)
    own = OwnShop(
        store=store, grantees=people, vouchers=Vouchers(store), currency=lambda slug: "EUR"
    )
    return Fulfilment(
        grantees=people,
        keepers=keepers or {},
        own=own,
        cases=cases,
        draw=partial(drawn_code, blind_index),
        clock=clock,
    )
