"""Every stamp about news to one address. Field names are storage format: never rename."""

from uuid import UUID, uuid5

from ledger.kernel.events import stamp


def reader_id(shop: UUID, email_index: str) -> UUID:
    """The stream of an address in a shop, by its keyed hash: the address itself is nowhere."""
    return uuid5(shop, f"news/{email_index}")


@stamp("NEWS_ADDRESSED", occurrence=("mailing",), binding=("order",))
class NewsAddressed:
    """A letter to buyers goes to this address, by one of its orders; by no other one any more."""

    mailing: UUID
    order: UUID


@stamp("NEWS_DECLINED", binding=("order",))
class NewsDeclined:
    """Whoever reads at this address wants no more news of the shop."""

    order: UUID


@stamp("NEWS_WANTED", binding=("order",))
class NewsWanted:
    """They want news again."""

    order: UUID


NewsStamp = NewsAddressed | NewsDeclined | NewsWanted
