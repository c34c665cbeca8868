"""Every wish a case can be asked. A person says why; the reason is kept sealed."""

from dataclasses import dataclass
from uuid import UUID

from ledger.order.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveCase(Command):
    """Somebody resolves a case."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase(ResolveCase):
    """Nothing more is to be done here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignMoney(ResolveCase):
    """Money that is nobody's belongs to this order."""

    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnMoney(ResolveCase):
    """Money goes back to where it came from: that which is nobody's, or the surplus of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCase(ResolveCase):
    """Ask again for the refund that was refused."""


CaseCommand = CloseCase | AssignMoney | ReturnMoney | RetryCase
