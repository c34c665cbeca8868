"""Every stamp a place in line can hold. Field names are storage format: never rename."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.order.stamps import SeatClaim


class Leaving(StrEnum):
    """Why somebody waits no longer: their own link, what they bought, staff, the shop, erasure."""

    LINK = "link"
    BOUGHT = "bought"
    STAFF = "staff"
    CLOSED = "closed"
    ERASED = "erased"


class LineEnd(StrEnum):
    """Where in the line staff move somebody."""

    FRONT = "front"
    BACK = "back"


class PlaceLetter(StrEnum):
    """Letters to who waits: in line, your turn, your turn is over, waiting has ended."""

    JOINED = "joined"
    TURN = "turn"
    LAPSED = "lapsed"
    ENDED = "ended"


class LetterFate(StrEnum):
    """What became of a try: taken by the mail server, refused, or nobody knows."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@stamp(
    "PLACE_TAKEN",
    binding=("shop", "product", "quantity", "email_index"),
    sealed=("email", "code"),
)
class PlaceTaken:
    """Somebody who proved their address waits in line for a product, as the last one.

    `quantity` pieces of it. `email_index` is the keyed hash of the address; `generation` counts
    the places that the address has had in this line. `code` is the word of its link, `code_hash`
    the SHA-256 of it (hexadecimal).
    """

    shop: UUID
    shop_slug: str
    product: str
    quantity: int
    language: str
    email_index: str
    generation: int
    code_hash: str
    email: str | None = None
    code: str | None = None


@stamp("PLACE_MOVED", binding=("to",), sealed=("reason",))
class PlaceMoved:
    """Staff moved somebody to the front or the back of the line, and said why."""

    to: LineEnd
    reason: str | None = None


@stamp("PLACE_OFFERED", binding=("seats",))
class PlaceOffered:
    """It is their turn: these seats are held for them until then, and for nobody else.

    `seen`: the position as of which nobody stood before them who was still waiting.
    """

    seats: tuple[SeatClaim, ...]
    until: datetime
    seen: int


@stamp("PLACE_LAPSED")
class PlaceLapsed:
    """The time is over, and nobody bought: the seats are free for who is next."""


@stamp("PLACE_USED", binding=("order",))
class PlaceUsed:
    """They bought: the hold is given up in the same append in which their order takes seats."""

    order: UUID


@stamp("PLACE_LEFT", binding=("cause",), sealed=("reason",))
class PlaceLeft:
    """They wait no longer. `order` is what they bought elsewhere; `reason` what staff said."""

    cause: Leaving
    order: UUID | None = None
    reason: str | None = None


@stamp("PLACE_LETTER_STARTED", occurrence=("letter", "try_number"))
class PlaceLetterStarted:
    """A try of a letter is ours: appending this is the claim."""

    letter: PlaceLetter
    try_number: int


@stamp("PLACE_LETTER_ENDED", occurrence=("letter", "try_number", "fate"))
class PlaceLetterEnded:
    """What became of that try. `body_hash` is the keyed hash of what was sent.

    `code` is the mail server's word; a `permanent` failure is not tried again.
    """

    letter: PlaceLetter
    try_number: int
    fate: LetterFate
    message_id: str = ""
    body_hash: str = ""
    code: str = ""
    permanent: bool = False


PlaceStamp = (
    PlaceTaken
    | PlaceMoved
    | PlaceOffered
    | PlaceLapsed
    | PlaceUsed
    | PlaceLeft
    | PlaceLetterStarted
    | PlaceLetterEnded
    | Erased
)
