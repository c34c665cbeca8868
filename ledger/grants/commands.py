"""What people and the worker may wish about somebody on a list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.grants.grantee import GrantState
from ledger.grants.next_step import OwedLetter
from ledger.grants.stamps import GrantKind, GrantsSetUp


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantWish:
    """Who wishes, when, and under which correlation id; `request` as in the order's wishes."""

    correlation_id: UUID
    actor: str
    at: datetime
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPerson(GrantWish):
    """Put somebody on the list, or say something else of them. `person_index` as in the stamp."""

    shop: UUID
    shop_slug: str
    kind: GrantKind
    language: str
    name: str
    email: str
    person_index: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePerson(GrantWish):
    """Ask somebody by a letter whether they come. The code of its link was drawn before."""

    code: str
    link_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState(GrantWish):
    """Somebody comes, does not, or is not to. `by_link`: they say so themselves."""

    state: GrantState
    by_link: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVoucher(GrantWish):
    """Give a confirmed person a voucher of this code, by these rules."""

    code: str
    code_index: str
    rules: GrantsSetUp


@dataclass(frozen=True, slots=True, kw_only=True)
class AskKeeper(GrantWish):
    """Say that the keeper of the voucher is about to be asked what is due now."""

    rules: GrantsSetUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantAgain(GrantWish):
    """Try again what was refused in a way that people had to mend."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantLetter(GrantWish):
    """Send the letter that this person is owed once more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartGrantLetter(GrantWish):
    """Claim a letter's try of this number."""

    owed: OwedLetter
    try_number: int


GrantCommand = (
    ListPerson
    | InvitePerson
    | SetState
    | RequestVoucher
    | AskKeeper
    | WantAgain
    | WantLetter
    | StartGrantLetter
)
