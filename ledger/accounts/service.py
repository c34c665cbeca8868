"""Accounts as a service: found by the keyed hash of an address, opened once."""

from collections.abc import Callable, Sequence
from itertools import count
from uuid import UUID

from ledger.accounts.account import (
    GENERATIONS,
    Account,
    account_id,
    decide_claim,
    decide_language,
    decide_open,
    fold_account,
)
from ledger.accounts.stamps import AccountOpened, AccountStamp
from ledger.kernel.events import Draft
from ledger.kernel.refusals import Busy
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Outcome, StampStore
from ledger.order.order import Order

PERSON = "customer"


class Accounts:
    """All accounts of a ledger. Raises `LedgerUnavailable`."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, account: UUID) -> Account:
        """The account as it stands; of version 0 if there is none."""
        history = self._store.read(account)
        if history and not isinstance(history[0].stamp, AccountOpened):
            return Account(id=account)  # another kind of stream is no account
        return fold_account(account, history)

    def of_address(self, email_index: str) -> Account | None:
        """The account of an address, if it has one that was not erased."""
        account, _ = self._newest(email_index)
        return account if account.alive else None

    def every(self, email_index: str) -> Sequence[Account]:
        """All accounts that an address has had, those that were erased, too."""
        found: list[Account] = []
        for generation in count(1):
            account = self.get(account_id(email_index, generation))
            if account.opened is None:
                break
            found.append(account)
        return found

    def open(self, *, email: str, email_index: str, language: str, correlation_id: UUID) -> Account:
        """The account of an address whose owner is at the door: opened now, or before."""
        account, generation = self._newest(email_index)

        def wished(now: Account) -> Sequence[AccountStamp]:
            return decide_open(
                now,
                email=email,
                email_index=email_index,
                generation=generation,
                language=language,
            )

        return self._stamp(account.id, wished, correlation_id)

    def choose_language(self, account: UUID, language: str, *, correlation_id: UUID) -> Account:
        """The account after its person chose a language."""
        return self._stamp(account, lambda now: decide_language(now, language), correlation_id)

    def claim(self, account: UUID, orders: Sequence[Order], *, correlation_id: UUID) -> Account:
        """The account after it claimed what it may of these orders."""
        return self._stamp(account, lambda now: decide_claim(now, orders), correlation_id)

    def _newest(self, email_index: str) -> tuple[Account, int]:
        """The one account of an address that was not erased, or the one that may be opened."""
        for generation in range(1, GENERATIONS + 1):
            account = self.get(account_id(email_index, generation))
            if not account.erased:
                return account, generation
        raise Busy(account.id)

    def _stamp(
        self,
        id: UUID,
        wished: Callable[[Account], Sequence[AccountStamp]],
        correlation_id: UUID,
    ) -> Account:
        def attempt() -> Outcome | None:
            account = self.get(id)
            drafts: list[Draft[object]] = [
                Draft(stream=id, stamp=one, correlation_id=correlation_id, actor=PERSON)
                for one in wished(account)
            ]
            if not drafts:
                return None
            return self._store.append(Append(drafts=drafts, expected={id: account.version}))[0]

        again_on_conflict(id, attempt)
        return self.get(id)
