"""The port to whoever keeps vouchers: what is asked, and what an answer means for the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from ledger.grants.stamps import (
    CreateVoucherFailure,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantTerms,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from ledger.kernel.events import derived
from ledger.kernel.money import Money
from ledger.payments.provider import ProviderAway


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAsk:
    """One question about one voucher. `again`: this try was asked before, without an answer.

    `reference` is what its keeper calls it; empty while nobody knows whether it exists.
    """

    voucher: UUID
    code: str
    kind: GrantKind
    terms: GrantTerms
    destination: Destination
    worth: Money | None = None
    reference: str = ""
    try_number: int = 1
    again: bool = False

    @property
    def key(self) -> UUID:
        """The idempotency key: the same try of the same voucher has the same one for ever."""
        return derived(self.voucher, f"create/{self.try_number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperSilent:
    """No answer that counts. `person` is a code where only a person can mend it.

    `rest` is how long nobody is to be asked anything; None where it is about this voucher alone.
    """

    reason: str
    person: str = ""
    rest: timedelta | None = None


class KeeperAway(ProviderAway):
    """It does not tell what it keeps; `silent` says why."""

    def __init__(self, silent: KeeperSilent) -> None:
        super().__init__(silent.reason)
        self.silent = silent


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVoucher:
    """A voucher as its keeper shows it. `ours` is the correlation id of its mark, if it has one.

    `shows` is what of it we ask for, by the keeper's own names, each as comparable text.
    """

    reference: str
    code: str
    uses: int
    ours: UUID | None = None
    shows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationCheck:
    """Whether vouchers can be made somewhere: a word for the first trouble, empty if there is none.

    `names` are those of what was found there, for whoever looks whether it is the right one.
    """

    word: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceToLook:
    """An order of an event, as a message names it; the order is empty where it names none."""

    organizer: str
    event: str
    order: str


CreateAnswer = CreateVoucherSuccess | CreateVoucherFailure | KeeperSilent
UpgradeAnswer = VoucherUpgraded | VoucherUpgradeFailure | KeeperSilent
WithdrawalAnswer = VoucherWithdrawn | VoucherWithdrawalFailure | KeeperSilent


class VoucherKeeper(Protocol):
    """Never raises for what is answered, or not; is never asked inside a transaction."""

    def create(self, ask: VoucherAsk) -> CreateAnswer:
        """Make it, or find that it is there: there is one of a code, however often it is asked."""
        ...

    def upgrade(self, ask: VoucherAsk) -> UpgradeAnswer:
        """Give it the terms of the ask, and read them back."""
        ...

    def withdraw(self, ask: VoucherAsk) -> WithdrawalAnswer:
        """See to it that there is none of this code; a used one stays."""
        ...

    def look(self, ask: VoucherAsk) -> KeptVoucher | KeeperSilent | None:
        """As it is; None where there is none."""
        ...

    def wanted(self, ask: VoucherAsk) -> Mapping[str, str]:
        """What a voucher shows that is as this asks for; nobody is called."""
        ...

    def uses_by(self, destination: Destination, order: str) -> tuple[str, ...] | KeeperSilent:
        """The references of the vouchers that an order there uses."""
        ...

    def read_message(self, body: bytes) -> PlaceToLook:
        """Where its webhook says that something happened; raises `BadMessage`."""
        ...

    def kept(self, destination: Destination) -> Iterator[KeptVoucher]:
        """Every voucher there that has our mark. Raises `KeeperAway`."""
        ...
