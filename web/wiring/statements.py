"""What pages and commands need of bank transfers: statements, files, the picture of one."""

from collections.abc import Mapping, Sequence, Set
from typing import Protocol

from ledger.kernel.money import Money
from ledger.shop.stamps import BankAccount
from ledger.statements.transfers import TransferFile


class StatementMarks(Protocol):
    """What was ever seen of movements on accounts that look alike; it only grows."""

    def add(self, marks: Mapping[str, Set[str]]) -> None:
        """Committed when it returns; what is there already changes nothing."""
        ...

    def known(self, keys: Sequence[str]) -> Mapping[str, Set[str]]:
        """All that is known of these."""
        ...


class TransferFiles(Protocol):
    """Files for the bank that were made."""

    def add(self, file: TransferFile) -> bool:
        """True for whoever makes the next file of its account; committed when it returns."""
        ...

    def of(self, account: str) -> Sequence[TransferFile]:
        """Those of an account, the oldest first."""
        ...


class TransferSvg(Protocol):
    """A bank transfer as a picture for a page; empty where there is none."""

    def __call__(
        self, account: BankAccount, *, amount: Money, reference: str, title: str
    ) -> str: ...


def no_picture(account: BankAccount, *, amount: Money, reference: str, title: str) -> str:
    """Where nobody draws, the words say it all."""
    return ""
