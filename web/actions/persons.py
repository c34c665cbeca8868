"""A person's data: found by an address, shown before it goes, erased whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from uuid import UUID

from ledger.accounts.account import Account, account_id
from ledger.cart.cart import Cart
from ledger.cases.stamps import CaseOpened, CaseResolved
from ledger.grants.grantee import Grantee
from ledger.grants.stamps import Place
from ledger.kernel.erasure import Ground
from ledger.kernel.events import Recorded
from ledger.kernel.refusals import Refusal
from ledger.order.order import Order
from ledger.order.retention import person_is_here
from ledger.order.stamps import AnswersChanged, ContactChanged, OrderPlaced, TicketSentOn
from ledger.privacy.erasure import EraseWish, erase
from ledger.privacy.holdings import Holdings, KeptMessage
from ledger.privacy.messages import names, text_of, words_of
from ledger.shop.stamps import Retention, shop_id
from ledger.staff.stamps import member_id
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.stamps import PlaceTaken
from web.actions.carts_of_accounts import account_cart
from web.actions.staff_invitations import listed
from web.actions.transfer_files import unsent
from web.actions.wish import Wish
from web.wiring.parts import Parts

_PAGE = 500
# Messages may come a moment before the order that they are about is stamped.
_BEFORE = timedelta(days=1)
_VIEWS = ("order_addresses", "account_orders", "cases", "waiting_list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased: how many streams and messages, whose numbers the orders have.

    `since` are orders that were placed while it happened: they are new, and stay.
    """

    found: Holdings
    streams: Sequence[UUID]
    since: Sequence[Order] = ()

    @property
    def orders(self) -> Sequence[Order]:
        """The orders that were erased."""
        return [one for one in self.found.orders if one.id in self.streams]

    @property
    def anything(self) -> bool:
        """Whether something was there to erase."""
        return bool(self.streams or self.found.invitations)


def holdings_of(parts: Parts, email: str, *, with_messages: bool = True) -> Holdings:
    """Everything that is held of whoever has this address, as it stands now."""
    index = parts.keyring.blind_index(email)
    accounts = parts.accounts.every(index)
    orders, cases = _streams_of(parts, index, accounts)
    member, grantees = parts.staff.get(member_id(index)), _grantees(parts, index)
    found = Holdings(
        orders=orders,
        accounts=accounts,
        member=member if member.version else None,
        cases=[parts.cases.get(one) for one in cases],
        approvals=parts.approvals.of_orders([one.id for one in orders]),
        grantees=grantees,
        vouchers=own_vouchers(parts, grantees),
        places=_places(parts, index),
        invitations=[one for one in listed(parts) if one.email_index == index],
        unsent=unsent(parts, orders),
        rules={one.terms.shop_slug: rule_of(parts, one.terms.shop_slug) for one in orders},
        email_index=index,
    )
    if not with_messages:
        return found
    return with_all_messages(parts, found)


def with_all_messages(parts: Parts, found: Holdings) -> Holdings:
    """The same, with the kept messages that name the person and that no stamp of theirs cites."""
    readable = found.open_orders()
    if not readable:
        return found
    wanted = [words for order in readable for words in words_of(order)]
    placed = [one.placed_at for one in readable if one.placed_at is not None]
    cited = _cited(parts, readable) | {one.evidence for one in found.cases if one.evidence}
    kept = [
        KeptMessage(id=one.id, hash=one.hash, waits=one.waits)
        for one in parts.inbox.opened_since(min(placed) - _BEFORE, parts.clock())
        if one.hash not in cited and names(text_of(one.body), wanted)
    ]
    return replace(found, messages=kept)


def rule_of(parts: Parts, shop: str) -> Retention:
    """How long a shop keeps people; as by default, where the shop cannot be read."""
    try:
        return parts.shops.get(shop).terms.retention
    except Refusal:
        return Retention()


def erase_person(
    parts: Parts, email: str, wish: Wish, *, ground: Ground, digest: str | None = None
) -> Erasure:
    """Erase whoever has this address, everywhere; again it finishes what was broken off.

    Raises `StillOpen`, and `PersonMoved` where something else is there than what was looked at.
    """
    asked = EraseWish(
        correlation_id=wish["correlation_id"],
        actor=wish["actor"],
        at=wish["at"],
        ground=ground,
        digest=digest,
    )
    person = account_id(parts.keyring.blind_index(email), 1)
    found, streams = erase(parts.store, lambda: holdings_of(parts, email), asked, about=person)
    forget(parts, found, addresses=[email])
    known = {one.id for one in found.orders}
    later = holdings_of(parts, email, with_messages=False).orders
    since = [one for one in later if one.id not in known and person_is_here(one)]
    return Erasure(found=found, streams=streams, since=since)


def forget(parts: Parts, found: Holdings, *, addresses: Sequence[str] = ()) -> None:
    """What stands beside the ledger goes, too: whoever does it again finds nothing, and harms none.

    What their accounts had; what staff who belong no more signed in with; letters in a mailbox that
    is ours; invitations that wait for one of these `addresses`.
    """
    for order in found.orders:
        parts.orders.forget(order.id)
    forget_accounts(parts, found)
    if found.member is not None and not found.member.belongs:
        parts.credentials.clear(found.member.id)
        parts.passkeys.remove_all("staff", found.member.id)
        parts.sessions.end_all("staff", found.member.id)
    people = (one.terms.customer for one in found.orders)
    holders = (sent.email for one in found.orders for sent in one.sendings)
    known = chain(
        addresses,
        (one.email for one in people if one is not None),
        (one for one in holders if one is not None),
    )
    for address in dict.fromkeys(known):
        parts.mailbox(address)
    for address in addresses:
        parts.office.invitations.forget(parts.keyring.blind_index(address))


def forget_accounts(parts: Parts, found: Holdings) -> None:
    """Sessions, passkeys and cart of their accounts go: all that stands beside the ledger."""
    for account in found.accounts:
        parts.sessions.end_all("customer", account.id)
        parts.passkeys.remove_all("customer", account.id)
        _empty_cart(parts, account.id)


def _empty_cart(parts: Parts, account: UUID) -> None:
    kept_as = account_cart(account)
    version, cart = parts.carts.read(kept_as)
    if cart != Cart():
        parts.carts.keep(kept_as, Cart(), version=version, at=parts.clock())


def _cited(parts: Parts, orders: Sequence[Order]) -> set[str]:
    """The messages whose keys go with these orders."""
    histories = parts.store.read_opened([one.id for one in orders])
    return {one.evidence for history in histories.values() for one in history if one.evidence}


def _streams_of(
    parts: Parts, index: str, accounts: Sequence[Account]
) -> tuple[Sequence[Order], Sequence[UUID]]:
    """The orders of an address and of its accounts, and the cases about them.

    Lists may lag: what they have not read yet is read here, so that nothing is missed.
    """
    ids = [one.id for one in accounts]
    new = _unseen(parts)
    orders = {
        *parts.views.orders_of_address(index, ids),
        *(one for account in accounts for one in account.claimed),
        *(one.stream for one in new if _is_of(one.stamp, index, ids)),
    }
    cases = {
        *parts.views.cases_of(sorted(orders)),
        *(one.stream for one in new if _is_about(one.stamp, orders)),
    }
    found = [parts.orders.get(one) for one in sorted(orders)]
    return sorted(found, key=lambda one: (one.placed_at, one.id)), sorted(cases)


def _unseen(parts: Parts) -> Sequence[Recorded[object]]:
    """The stamps that the lists may not have yet."""
    head = parts.store.head()[0]
    lags = [one.lag for one in parts.views.checkpoints() if one.name in _VIEWS]
    return [*_feed(parts, max(head - max(lags, default=0), 0))]


def _grantees(parts: Parts, index: str) -> Sequence[Grantee]:
    """Everybody that an address has been on a list.

    Lists may lag: where somebody stands follows from the address. A shop that cannot be read has
    its people in the lists still.
    """
    known = [parts.grantees.get(one) for one in parts.views.grantees_of_person(index)]
    for slug in parts.shops.slugs():
        known += parts.grantees.every(shop_id(slug), index)
    return sorted({one.id: one for one in known}.values(), key=lambda one: one.id)


def own_vouchers(parts: Parts, grantees: Sequence[Grantee]) -> Sequence[Voucher]:
    """The vouchers of our own shops that were made for these, those that were withdrawn too."""
    made = (
        UUID(one.reference)
        for person in grantees
        for one in person.vouchers
        if one.destination.place is Place.OWN and one.reference
    )
    found = (parts.vouchers.find(one) for one in made)
    return [one for one in found if one is not None]


def _places(parts: Parts, index: str) -> Sequence[WaitingPlace]:
    """Every place in line that an address has had."""
    new = (
        one.stream
        for one in _unseen(parts)
        if isinstance(one.stamp, PlaceTaken) and one.stamp.email_index == index
    )
    return [parts.waiting.get(one) for one in sorted({*parts.views.places_of_address(index), *new})]


def _feed(parts: Parts, after: int) -> Iterator[Recorded[object]]:
    while page := parts.store.feed(after, limit=_PAGE):
        yield from page
        after = page[-1].position


def _is_of(stamp: object, index: str, accounts: Sequence[UUID]) -> bool:
    if isinstance(stamp, OrderPlaced):
        return stamp.email_index == index or stamp.account in accounts
    if isinstance(stamp, AnswersChanged):
        return any(one.email_index == index for one in stamp.tickets)
    return isinstance(stamp, ContactChanged | TicketSentOn) and stamp.email_index == index


def _is_about(stamp: object, orders: set[UUID]) -> bool:
    return isinstance(stamp, CaseOpened | CaseResolved) and stamp.order in orders
