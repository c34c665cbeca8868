"""Letters to all buyers: which are open, and how far the letter of each order has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.order.letter_delivery import Posting
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.shop import Shop
from projections.engine.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingRow:
    """A letter to buyers. `state` is running, paused, called_off or finished."""

    stream: UUID
    mailing: UUID
    shop: str
    state: str


def mailings(shop: Shop) -> Sequence[MailingRow]:
    """One row for each that was ever started."""
    return tuple(
        MailingRow(stream=shop.id, mailing=one.id, shop=shop.slug, state=str(one.state))
        for one in shop.mailings.values()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingLetter:
    """The letter of one order. `state` is due, started, sent, failed, declined or unknown."""

    stream: UUID
    mailing: UUID
    state: str


def mailing_letters(order: Order) -> Sequence[MailingLetter]:
    """One row for each letter to buyers that reaches the order."""
    return tuple(
        MailingLetter(
            stream=order.id,
            mailing=one.mailing,
            state=order.postings.get((cause, Letter.BUYERS), Posting()).state,
        )
        for cause, one in order.mailings.items()
    )


MAILINGS = Projection(
    name="mailings", version=1, row=MailingRow, key=("mailing",), rows={Shop: mailings}
)
MAILING_LETTERS = Projection(
    name="mailing_letters",
    version=1,
    row=MailingLetter,
    key=("mailing",),
    rows={Order: mailing_letters},
)
