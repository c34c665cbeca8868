"""The list of people who are given vouchers, as pages and commands use it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.grantees import GranteeRow


class GranteeCount(Protocol):
    """People of a shop who are alike; `worth` of all their vouchers, in minor units."""

    @property
    def kind(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def voucher(self) -> str: ...

    @property
    def letter(self) -> str: ...

    @property
    def trouble(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def many(self) -> int: ...

    @property
    def worth(self) -> int: ...


class GranteeViews(Protocol):
    """Lists may lag behind the ledger by a moment: the stamps decide."""

    def grantees(
        self, shop: str, wanted: Mapping[str, str], *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[GranteeRow]:
        """A page of a shop's list, the oldest first."""
        ...

    def count_grantees(self, shop: str) -> Sequence[GranteeCount]:
        """How many there are of each kind and state."""
        ...

    def grantees_of_person(self, person_index: str) -> Sequence[UUID]:
        """Everybody on any list under this keyed hash of an address."""
        ...

    def grantee_of_voucher(self, organizer: str, event: str, reference: str) -> UUID | None:
        """Whose voucher a pretix calls by this reference."""
        ...

    def grantees_of_codes(self, code_indexes: Sequence[str]) -> Mapping[str, UUID]:
        """Whose vouchers have these keyed hashes of codes."""
        ...

    def voucher_events(self, shop: str = "") -> Sequence[tuple[str, str]]:
        """The events at a pretix that hold vouchers of ours, or of one shop."""
        ...
