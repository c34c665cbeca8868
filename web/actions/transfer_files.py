"""Refunds by bank transfer: put into a file for the bank, each in one file, and seen when sent."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import ManualRefund, OrderPlaced
from ledger.shop.stamps import BankAccount
from ledger.statements.transfers import RefundTransfer, TransferFile, sent_key
from web.wiring.parts import Parts

_STRETCH = 1_000
CURRENCY = "EUR"


class NothingToTransfer(ValueError):
    """No refund waits for a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundState:
    """A refund by transfer; `file` is 0 while it waits, `sent` that its debit was seen."""

    transfer: RefundTransfer
    file: int = 0
    sent: bool = False


def shops_paid_to(parts: Parts, account: str, shops: Collection[str]) -> tuple[str, ...]:
    """Those of these shops that are paid to an account."""
    found = ((slug, parts.shops.get(slug).terms.bank_account) for slug in sorted(shops))
    return tuple(slug for slug, own in found if own is not None and own.iban == account)


def transfers_of(parts: Parts, file: TransferFile) -> Sequence[RefundTransfer]:
    """What is in a file, from the ledger: the same every time, without people who were erased."""
    found = [
        one
        for order, history in parts.store.read_opened(_orders(parts, file)).items()
        for one in _of_order(file, order, history)
    ]
    return sorted(found, key=lambda one: one.position)


def _orders(parts: Parts, file: TransferFile) -> Sequence[UUID]:
    """Those with a refund by hand between its positions."""
    found, position = dict[UUID, None](), file.after
    while position < file.until:
        stretch = parts.store.feed(position, limit=min(_STRETCH, file.until - position))
        found |= {one.stream: None for one in stretch if isinstance(one.stamp, ManualRefund)}
        position = stretch[-1].position
    return [*found]


def _of_order(
    file: TransferFile, order: UUID, history: Sequence[Recorded[object]]
) -> Iterator[RefundTransfer]:
    placed = history[0].stamp
    if not isinstance(placed, OrderPlaced) or placed.shop_slug not in file.shops:
        return
    number = fold(order, history[:1]).number
    for one in history:
        told, inside = one.stamp, file.after < one.position <= file.until
        if not inside or not isinstance(told, ManualRefund) or told.amount.currency != CURRENCY:
            continue
        if told.payee and told.account:
            yield RefundTransfer(
                refund=one.correlation_id,
                order=order,
                number=number,
                position=one.position,
                amount=told.amount,
                payee=told.payee,
                account=told.account,
            )


def waiting(
    parts: Parts, account: BankAccount, *, shops: Collection[str], version: str, actor: str
) -> tuple[TransferFile, Sequence[RefundTransfer]]:
    """The file that would be made now, and what would be in it."""
    made = parts.transfer_files.of(account.iban)
    last = made[-1] if made else None
    file = TransferFile(
        account=account.iban,
        number=last.number + 1 if last else 1,
        after=last.until if last else 0,
        until=parts.store.head()[0],
        version=version,
        holder=account.holder,
        bic=account.bic,
        shops=shops_paid_to(parts, account.iban, shops),
        made_at=parts.clock(),
        made_by=actor,
    )
    return file, transfers_of(parts, file) if file.until > file.after else ()


def make(
    parts: Parts, account: BankAccount, *, shops: Collection[str], version: str, actor: str
) -> tuple[TransferFile, Sequence[RefundTransfer]]:
    """The next file, which from now on is the one that holds these refunds.

    Raises `NothingToTransfer`, also where somebody else was faster.
    """
    file, transfers = waiting(parts, account, shops=shops, version=version, actor=actor)
    if not transfers or not parts.transfer_files.add(file):
        raise NothingToTransfer
    return file, transfers


def unsent(parts: Parts, orders: Collection[Order]) -> Collection[UUID]:
    """Those of the orders with a refund by transfer that is in no file yet."""
    by_hand = {one.id: one for one in orders if any(own.manual for own in one.refunds.values())}
    histories = parts.store.read_opened([*by_hand]) if by_hand else {}
    return {
        order
        for order, history in histories.items()
        if not _in_files(parts, by_hand[order].terms.shop_slug, history)
    }


def _in_files(parts: Parts, shop: str, history: Sequence[Recorded[object]]) -> bool:
    last = max((one.position for one in history if _by_transfer(one.stamp)), default=0)
    if not last:
        return True
    try:
        own = parts.shops.get(shop).terms.bank_account
    except Refusal:
        return False
    files = parts.transfer_files.of(own.iban) if own is not None else ()
    return any(last <= one.until and shop in one.shops for one in files)


def _by_transfer(told: object) -> bool:
    return isinstance(told, ManualRefund) and bool(told.payee and told.account)


def states(parts: Parts, account: BankAccount, *, shops: Collection[str]) -> Sequence[RefundState]:
    """Every refund by transfer of an account, the oldest first."""
    found = [
        RefundState(transfer=one, file=file.number)
        for file in parts.transfer_files.of(account.iban)
        for one in transfers_of(parts, file)
    ]
    _, rest = waiting(parts, account, shops=shops, version="09", actor="")
    found += [RefundState(transfer=one) for one in rest]
    seen = parts.statement_marks.known([sent_key(one.transfer.refund) for one in found])
    return [
        RefundState(
            transfer=one.transfer, file=one.file, sent=bool(seen[sent_key(one.transfer.refund)])
        )
        for one in found
    ]


def total(transfers: Sequence[RefundTransfer]) -> Money:
    """What all of them come to."""
    return Money(sum(one.amount.amount for one in transfers), CURRENCY)
