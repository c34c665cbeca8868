"""Who is on a shop's list and what waits to be done for them, as the lists have it."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.views.tables import row_of
from projections.grantees import GranteeRow

_WANTED = ("kind", "state", "voucher", "trouble", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class GranteeCount:
    """People of a shop who are alike. `worth` of all their vouchers, in minor units."""

    kind: str
    state: str
    voucher: str
    letter: str
    trouble: str
    currency: str
    many: int
    worth: int


class GranteeQueries:
    """What the worker, the pages and the commands ask of the list."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def vouchers_due(
        self, now: datetime, limit: int, *, at_pretix: bool, offset: int = 0
    ) -> Sequence[UUID]:
        """People about whose voucher something is to be done by now, the longest due first."""
        found = self._read("views_read_vouchers_due", now, limit, ["pretix"], at_pretix, offset)
        return [row[0] for row in found]

    def grant_letters_due(self, limit: int, *, offset: int = 0) -> Sequence[UUID]:
        """People who are owed a letter that did not go out."""
        return [row[0] for row in self._read("views_read_grant_letters_due", limit, offset)]

    def grantees(
        self, shop: str, wanted: Mapping[str, str], *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[GranteeRow]:
        """A page of a shop's list, the oldest first; `wanted` says which of them."""
        chosen = [wanted.get(name, "") for name in _WANTED]
        found = self._read("views_read_grantees", shop, *chosen, *after, limit)
        return [row_of(GranteeRow, values) for values in found]

    def count_grantees(self, shop: str) -> Sequence[GranteeCount]:
        """How many there are of each kind and state."""
        found = self._read("views_count_grantees", shop)
        return [row_of(GranteeCount, values) for values in found]

    def grantees_of_person(self, person_index: str) -> Sequence[UUID]:
        """Everybody on any list under this keyed hash of an address."""
        return [row[0] for row in self._read("views_read_grantees_of_person", person_index)]

    def grantee_of_voucher(self, organizer: str, event: str, reference: str) -> UUID | None:
        """Whose voucher a pretix calls by this reference."""
        found = self._read("views_read_grantee_of_voucher", organizer, event, reference)
        return found[0][0] if found else None

    def grantees_of_codes(self, code_indexes: Sequence[str]) -> Mapping[str, UUID]:
        """Whose vouchers have these keyed hashes of codes, of those that were not withdrawn."""
        return dict(self._read("views_read_grantees_of_codes", [*code_indexes]))

    def voucher_events(self, shop: str = "") -> Sequence[tuple[str, str]]:
        """The events at a pretix that hold vouchers of ours, or of one shop: organizer, event."""
        return [(row[0], row[1]) for row in self._read("views_read_voucher_events", shop)]

    def vouchers_kept(
        self, organizer: str, event: str, after: UUID, limit: int
    ) -> Sequence[tuple[UUID, str, int]]:
        """Whose vouchers should be there at an event: stream, reference, and uses seen last."""
        found = self._read("views_read_vouchers_kept", organizer, event, after, limit)
        return [(row[0], row[1], row[2]) for row in found]

    def own_vouchers_of_people(self, after: UUID, limit: int) -> Sequence[UUID]:
        """People whose voucher is one of our own shops, in the order of their streams."""
        return [row[0] for row in self._read("views_read_own_vouchers_of_people", after, limit)]
