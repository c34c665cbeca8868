"""All that is held of one person: their orders, their accounts, what was said about these."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from ledger.accounts.account import Account
from ledger.approvals.approval import Approval
from ledger.cases.case import Case
from ledger.grants.grantee import Grantee
from ledger.order.decisions.erase import Hindrance, Open, hindrances
from ledger.order.order import Order
from ledger.order.retention import KeptReceipt, kept_receipts, named_until, person_is_here
from ledger.shop.stamps import Retention
from ledger.staff.invitation import StaffInvitation
from ledger.staff.member import StaffMember
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace

_Held = Order | Account | StaffMember | Case | Approval | Grantee | Voucher | WaitingPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message that names a person. `waits`: nobody has read yet what it says."""

    id: UUID
    hash: str
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHindrance:
    """What stands in the way of an erasure, and of which order; of none, it is about the person."""

    hindrance: Hindrance
    order: Order | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Streams as they stand, found for one person. `rules` are the shops' own, by slug.

    `vouchers` are those of our own shops that were made for them: their codes are theirs alone.
    `messages` name the person, and no stamp of these streams cites them. `unsent` are the orders
    with a refund that no file for the bank holds yet: its account must still be readable.
    `invitations` wait for an answer, and are in no stamp.
    """

    orders: Sequence[Order] = ()
    accounts: Sequence[Account] = ()
    member: StaffMember | None = None
    cases: Sequence[Case] = ()
    approvals: Sequence[Approval] = ()
    grantees: Sequence[Grantee] = ()
    vouchers: Sequence[Voucher] = ()
    places: Sequence[WaitingPlace] = ()
    invitations: Sequence[StaffInvitation] = ()
    messages: Sequence[KeptMessage] = ()
    unsent: Collection[UUID] = ()
    rules: Mapping[str, Retention]
    email_index: str = ""

    def is_theirs(self, order: Order) -> bool:
        """Whether they may read all of an order: whose contact was corrected to, or whose it is.

        Whoever was only written down by mistake before is not told of who took their place.
        """
        placed = order.terms
        owner = placed.account in {one.id for one in self.accounts}
        claimed = any(order.id in one.claimed for one in self.accounts)
        return owner or claimed or placed.email_index == self.email_index

    @property
    def known(self) -> bool:
        """Whether there is, or was, anything at all."""
        found = (self.orders, self.accounts, self.member, self.grantees, self.places)
        return any(map(bool, (*found, self.invitations)))

    @property
    def held(self) -> bool:
        """Whether something of the person can still be read, in a stamp or beside."""
        return bool(self.readable or self.invitations)

    @property
    def readable(self) -> Sequence[UUID]:
        """The streams, and the messages, in which something of the person can be read."""
        return [*(one for one, _ in self._streams()), *(one.id for one in self.messages)]

    @property
    def erased_at(self) -> datetime | None:
        """When it was erased last, if it was."""
        told = [
            *(one.erased_at for one in self.orders),
            *(one.erased_at for one in self.accounts),
            *(one.erased_at for one in self.grantees),
            *(one.erased_at for one in self.places),
            self.member.erased_at if self.member else None,
        ]
        return max((one for one in told if one is not None), default=None)

    @property
    def versions(self) -> Mapping[UUID, int]:
        """Of every stream that would be written, the version that was looked at."""
        return {**dict(self._streams()), **{one.id: 0 for one in self.messages}}

    @property
    def digest(self) -> str:
        """The same as long as nothing of all this has moved."""
        told = [f"{stream} {version}" for stream, version in sorted(self.versions.items())]
        told += sorted(f"{one.id} {one.made_at}" for one in self.invitations)
        return sha256("\n".join(told).encode()).hexdigest()

    def open_orders(self) -> Sequence[Order]:
        """Those of which something can be read."""
        return [one for one in self.orders if person_is_here(one)]

    def obstacles(self, at: datetime) -> tuple[PersonHindrance, ...]:
        """Everything that stands in the way, order by order."""
        return (*self._of_orders(at), *self._of_person(at))

    def kept(self) -> Sequence[tuple[Order, KeptReceipt]]:
        """Receipts that stay when the person goes: amounts, VAT, numbers and dates."""
        return [
            (order, receipt)
            for order in self.orders
            for receipt in kept_receipts(order, self.rule_of(order))
        ]

    def rule_of(self, order: Order) -> Retention:
        """How long the order's shop keeps people."""
        return self.rules.get(order.terms.shop_slug, Retention())

    def _streams(self) -> Iterator[tuple[UUID, int]]:
        member = [self.member] if self.member and self.member.email is not None else []
        found: tuple[_Held, ...] = (
            *self.open_orders(),
            *(one for one in self.accounts if one.alive),
            *member,
            *(one for one in self.cases if not one.erased),
            *(one for one in self.approvals if not one.erased),
            *(one for one in self.grantees if not one.erased),
            *(one for one in self.vouchers if not one.erased),
            *(one for one in self.places if not one.erased),
        )
        yield from ((one.id, one.version) for one in found)

    def _of_orders(self, at: datetime) -> Iterator[PersonHindrance]:
        cases = {one.about_order for one in self.cases if one.state == "open"}
        asked = {one.request.order for one in self.approvals if one.state(at) == "open"}
        for order in self.open_orders():
            open = [*hindrances(order, at)]
            if order.id in cases and not any(one.open is Open.MONEY for one in open):
                open.append(Hindrance(open=Open.CASE))
            if order.id in self.unsent:
                open.append(Hindrance(open=Open.TRANSFER))
            if order.id in asked:
                open.append(Hindrance(open=Open.APPROVAL))
            until = named_until(order, self.rule_of(order))
            if until is not None and at < until:
                open.append(Hindrance(open=Open.BY_LAW, until=until))
            yield from (PersonHindrance(hindrance=one, order=order) for one in open)

    def _of_person(self, at: datetime) -> Iterator[PersonHindrance]:
        if any(one.waits for one in self.messages):
            yield PersonHindrance(hindrance=Hindrance(open=Open.NEWS))
        if any(_has_voucher(one, at) for one in self.grantees):
            yield PersonHindrance(hindrance=Hindrance(open=Open.VOUCHER))
        if self.member is not None and self.member.belongs:
            yield PersonHindrance(hindrance=Hindrance(open=Open.STAFF))


def _has_voucher(grantee: Grantee, at: datetime) -> bool:
    """Whether they could still use one: nobody could withdraw it once its code is forgotten."""
    voucher = grantee.voucher
    if grantee.erased or voucher is None or not voucher.lives or voucher.used:
        return False
    until = voucher.destination.valid_until
    return until is None or until > at
