"""An account as it stands: whose address it is, their language, the orders that they claimed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from ledger.accounts.stamps import (
    AccountLanguageChosen,
    AccountOpened,
    AccountStamp,
    OrdersClaimed,
)
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign, Recorded
from ledger.order.order import Order

_ACCOUNTS = UUID("6f6f0d3c-4f19-4a55-8a0e-1e5a8c6ddc05")
# Nobody is erased and comes back so often.
GENERATIONS = 50
# One press claims at most so many; the next press claims more.
MOST_CLAIMED = 200


def account_id(email_index: str, generation: int) -> UUID:
    """The stream of an address's account: it follows from the keyed hash, so there is only one.

    It tells nothing of the address to who has not the key of that hash.
    """
    return uuid5(_ACCOUNTS, f"{email_index}/{generation}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account. `email` is None once its person was erased, and before it was opened."""

    id: UUID
    version: int = 0
    opened: AccountOpened | None = None
    opened_at: datetime | None = None
    language: str = ""
    claimed: frozenset[UUID] = frozenset()
    erased_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def email(self) -> str | None:
        """Its address, in the clear."""
        return self.opened.email if self.opened else None

    @property
    def email_index(self) -> str:
        """What finds the orders of its address."""
        return self.opened.email_index if self.opened else ""

    @property
    def erased(self) -> bool:
        """Whether its person was erased: its data key is gone, and nobody signs in to it."""
        return self.opened is not None and self.opened.email is None

    @property
    def alive(self) -> bool:
        """Whether somebody can be signed in to it."""
        return self.email is not None

    def has(self, order: Order) -> bool:
        """Whether an order is this account's: placed while signed in to it, or claimed."""
        if not self.alive or order.placed is None:
            return False
        return order.placed.account == self.id or order.id in self.claimed

    def may_claim(self, order: Order) -> bool:
        """Whether an order is nobody's, and was placed with the address that this person proved."""
        if not self.alive or order.placed is None or order.id in self.claimed or order.erased:
            return False
        return order.placed.account is None and order.terms.email_index == self.email_index


def fold_account(account: UUID, history: Iterable[Recorded[object]]) -> Account:
    """The account as it stands after these stamps."""
    folded = Account(id=account)
    for recorded in history:
        folded = evolve_account(folded, recorded)
    return folded


def evolve_account(account: Account, recorded: Recorded[object]) -> Account:
    """The account after one more stamp."""
    account = replace(account, version=recorded.version, changed_at=recorded.recorded_at)
    stamp = recorded.stamp
    if not isinstance(stamp, AccountStamp):
        raise Foreign(stamp)
    match stamp:
        case AccountOpened():
            at = recorded.recorded_at
            return replace(account, opened=stamp, opened_at=at, language=stamp.language)
        case AccountLanguageChosen():
            return replace(account, language=stamp.language)
        case OrdersClaimed():
            return replace(account, claimed=account.claimed | {*stamp.orders})
        case Erased():
            opened = replace(account.opened, email=None) if account.opened else None
            return replace(account, opened=opened, erased_at=recorded.recorded_at)
        case _:
            assert_never(stamp)


def decide_open(
    account: Account, *, email: str, email_index: str, generation: int, language: str
) -> Sequence[AccountStamp]:
    """An account is opened once; after that its address is proven already."""
    if account.opened is not None:
        return []
    return [
        AccountOpened(
            email_index=email_index, generation=generation, language=language, email=email
        )
    ]


def decide_language(account: Account, language: str) -> Sequence[AccountStamp]:
    """The same language again is no choice."""
    if not account.alive or account.language == language:
        return []
    return [AccountLanguageChosen(language=language)]


def decide_claim(account: Account, orders: Sequence[Order]) -> Sequence[AccountStamp]:
    """Of these orders the ones that the account may claim; the others are left alone."""
    claimed = tuple(one.id for one in orders if account.may_claim(one))[:MOST_CLAIMED]
    return [OrdersClaimed(orders=claimed)] if claimed else []


def decide_erase(account: Account, ground: Ground) -> Sequence[AccountStamp]:
    """Whoever is nobody's any more, or never was anybody's, is not erased again."""
    return [Erased(subject=account.id, ground=ground)] if account.alive else []
