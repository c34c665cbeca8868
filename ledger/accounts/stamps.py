"""Every stamp an account can hold. Field names are storage format: never rename."""

from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp


@stamp("ACCOUNT_OPENED", binding=("email_index", "generation"), sealed=("email",))
class AccountOpened:
    """Somebody proved that an address is theirs, for the first time, by a link in a letter.

    `email_index` is the keyed hash that finds orders of that address, too. `generation` counts the
    accounts that an address has had: one that was erased is never opened again.
    """

    email_index: str
    generation: int
    language: str
    email: str | None = None


@stamp("ACCOUNT_LANGUAGE_CHOSEN", binding=("language",))
class AccountLanguageChosen:
    """In which language its person wants to be spoken to."""

    language: str


@stamp("ORDERS_CLAIMED", binding=("orders",))
class OrdersClaimed:
    """Orders that were placed by nobody who was signed in, with the address of this account.

    From here on they are its orders, whatever address their letters go to later.
    """

    orders: tuple[UUID, ...]


AccountStamp = AccountOpened | AccountLanguageChosen | OrdersClaimed | Erased
