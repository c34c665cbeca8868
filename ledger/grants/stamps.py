"""Every stamp of people who are given vouchers. Field names are storage format: never rename."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.kernel.money import Money


class GrantKind(StrEnum):
    """Why somebody is given a voucher. Speakers and grantees come for nothing."""

    SPEAKER = "speaker"
    GRANT = "grant"
    CO_SPEAKER = "co_speaker"


class Place(StrEnum):
    """Where a voucher lives: in this shop, or at pretix."""

    OWN = "own"
    PRETIX = "pretix"


class PriceMode(StrEnum):
    """What a voucher does to a price: it sets it, or takes a part of it off."""

    SET = "set"
    PERCENT = "percent"


class GrantLetter(StrEnum):
    """Which letter: the one that asks whether somebody comes, the one that brings the voucher."""

    INVITATION = "invitation"
    VOUCHER = "voucher"


class Asked(StrEnum):
    """What whoever keeps the voucher is asked to do."""

    CREATE = "create"
    UPGRADE = "upgrade"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """What a voucher is worth to its holder. `value` is a price, or a percentage, as a decimal."""

    mode: PriceMode
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a voucher is issued and what for. At pretix: one quota or one item of an event."""

    place: Place
    organizer: str = ""
    event: str = ""
    quota: int | None = None
    item: int | None = None
    block_quota: bool = False
    product: str = ""
    valid_until: datetime | None = None


@stamp("GRANTS_SET_UP", sealed=("reason",))
class GrantsSetUp:
    """Where a shop's vouchers for people are issued, and what those of co-speakers take off.

    `ticket_price` is what the ticket costs without a voucher: what vouchers are worth in reports.
    """

    shop: UUID
    shop_slug: str
    destination: Destination
    co_speaker_percent: str
    ticket_price: Money | None = None
    reason: str | None = None


@stamp("PERSON_LISTED", binding=("shop", "person_index"), sealed=("name", "email"))
class PersonListed:
    """Somebody is on a shop's list: invited, and nothing is issued until they are confirmed.

    `person_index` is the keyed hash of their address; empty where the list names no person, and
    then nothing ever follows. `reference` is the list's own name of the row.
    """

    shop: UUID
    shop_slug: str
    kind: GrantKind
    language: str
    person_index: str
    reference: str = ""
    name: str | None = None
    email: str | None = None


@stamp("PERSON_CHANGED", sealed=("name",))
class PersonChanged:
    """The list says something else of somebody now; a full voucher that they have stays."""

    kind: GrantKind
    language: str
    name: str | None = None


@stamp("PERSON_INVITED", binding=("link_hash",), sealed=("code",))
class PersonInvited:
    """A letter asks somebody whether they come; its link is theirs. A newer one voids this one.

    `link_hash` is the SHA-256 of the code in the link; the code itself is opened for the letter
    only.
    """

    link_hash: str
    code: str | None = None


@stamp("PERSON_CONFIRMED")
class PersonConfirmed:
    """They come: by their link, or as staff say. Only this calls for a voucher."""


@stamp("PERSON_DECLINED")
class PersonDeclined:
    """They do not come, as they say themselves or staff do."""


@stamp("PERSON_CANCELLED", sealed=("reason",))
class PersonCancelled:
    """The shop took its invitation back. A voucher that was not used is withdrawn."""

    reason: str | None = None


@stamp("VOUCHER_REQUESTED", binding=("code_index", "kind"), sealed=("code",))
class VoucherRequested:
    """A confirmed person is to have a voucher of this code, drawn before anybody is asked for it.

    `code_index` is the keyed hash of the code. `worth` is what it takes off one ticket.
    """

    kind: GrantKind
    terms: GrantTerms
    destination: Destination
    code_index: str
    worth: Money | None = None
    code: str | None = None


@stamp("VOUCHER_HELD_BACK", occurrence=("valid_until",))
class VoucherHeldBack:
    """A confirmed person is to have a voucher, but the programme was over: none is requested.

    `valid_until` is when it ended. Once it is prolonged, a voucher is requested after all.
    """

    valid_until: datetime


@stamp("CREATE_VOUCHER_REQUEST", occurrence=("try_number",))
class CreateVoucherRequest:
    """Intent: whoever keeps the voucher is about to be asked to make it."""

    try_number: int = 1


@stamp("CREATE_VOUCHER_SUCCESS", binding=("provider_reference",))
class CreateVoucherSuccess:
    """The voucher exists, with our code and these terms, as it was read back."""

    provider_reference: str


@stamp("CREATE_VOUCHER_FAILURE", occurrence=("try_number",))
class CreateVoucherFailure:
    """It was refused. `permanent`: only a person can mend it."""

    code: str
    try_number: int = 1
    permanent: bool = False


@stamp("VOUCHER_UPGRADE_REQUEST", occurrence=("try_number",), binding=("kind",))
class VoucherUpgradeRequest:
    """Intent: the voucher is about to be made a full one where it lives."""

    kind: GrantKind
    terms: GrantTerms
    worth: Money | None = None
    try_number: int = 1


@stamp("VOUCHER_UPGRADED", binding=("kind",))
class VoucherUpgraded:
    """It is a full one, as it was read back. The letter is due once more."""

    kind: GrantKind
    terms: GrantTerms
    worth: Money | None = None


@stamp("VOUCHER_UPGRADE_FAILURE", occurrence=("try_number",))
class VoucherUpgradeFailure:
    """It was not made a full one: a used voucher is not changed silently."""

    code: str
    try_number: int = 1
    permanent: bool = False


@stamp("VOUCHER_WITHDRAWAL_REQUEST", occurrence=("try_number",))
class VoucherWithdrawalRequest:
    """Intent: the voucher is about to be deleted where it lives."""

    try_number: int = 1


@stamp("VOUCHER_WITHDRAWN")
class VoucherWithdrawn:
    """There is no such voucher any more."""


@stamp("VOUCHER_WITHDRAWAL_FAILURE", occurrence=("try_number",))
class VoucherWithdrawalFailure:
    """It was not deleted: a used one cannot be."""

    code: str
    try_number: int = 1
    permanent: bool = False


@stamp("VOUCHER_WANTED_AGAIN", occurrence=("asked", "after_try"), sealed=("reason",))
class VoucherWantedAgain:
    """Staff want what was refused, so many tries ago, to be tried again."""

    asked: Asked
    after_try: int
    reason: str | None = None


@stamp("VOUCHER_USES_SEEN", occurrence=("seen_at",), binding=("uses",))
class VoucherUsesSeen:
    """How often a voucher counts as used where it lives; fewer than before: it was given back.

    The count that was seen last holds, whichever is told first.
    """

    uses: int
    seen_at: datetime


@stamp("VOUCHER_LETTER_STARTED", occurrence=("letter", "try_number"))
class VoucherLetterStarted:
    """Appending this claims the letter: only one sender can."""

    letter: GrantLetter
    try_number: int


@stamp("VOUCHER_LETTER_SENT", occurrence=("letter", "try_number"), binding=("message_id",))
class VoucherLetterSent:
    """The mail server took the letter. `body_hash` is keyed."""

    letter: GrantLetter
    try_number: int
    message_id: str
    body_hash: str


@stamp("VOUCHER_LETTER_FAILED", occurrence=("letter", "try_number"))
class VoucherLetterFailed:
    """The mail server refused the letter, for now or for good."""

    letter: GrantLetter
    try_number: int
    code: str
    permanent: bool


@stamp("VOUCHER_LETTER_UNKNOWN", occurrence=("letter", "try_number"))
class VoucherLetterUnknown:
    """The sender vanished before it told whether the letter went out."""

    letter: GrantLetter
    try_number: int


@stamp("VOUCHER_LETTER_WANTED", binding=("letter", "cause"), sealed=("reason",))
class VoucherLetterWanted:
    """Staff want a letter sent again. `cause` is the correlation id that it goes out under."""

    letter: GrantLetter
    cause: UUID
    reason: str | None = None


LetterNews = (
    VoucherLetterStarted
    | VoucherLetterSent
    | VoucherLetterFailed
    | VoucherLetterUnknown
    | VoucherLetterWanted
)
VoucherNews = (
    CreateVoucherRequest
    | CreateVoucherSuccess
    | CreateVoucherFailure
    | VoucherUpgradeRequest
    | VoucherUpgraded
    | VoucherUpgradeFailure
    | VoucherWithdrawalRequest
    | VoucherWithdrawn
    | VoucherWithdrawalFailure
    | VoucherWantedAgain
    | VoucherUsesSeen
)
# What whoever keeps a voucher told of it.
VoucherFact = (
    CreateVoucherSuccess
    | CreateVoucherFailure
    | VoucherUpgraded
    | VoucherUpgradeFailure
    | VoucherWithdrawn
    | VoucherWithdrawalFailure
    | VoucherUsesSeen
)
ProgrammeStamp = GrantsSetUp | Erased
GrantStamp = (
    PersonListed
    | PersonChanged
    | PersonInvited
    | PersonConfirmed
    | PersonDeclined
    | PersonCancelled
    | VoucherRequested
    | VoucherHeldBack
    | CreateVoucherRequest
    | CreateVoucherSuccess
    | CreateVoucherFailure
    | VoucherUpgradeRequest
    | VoucherUpgraded
    | VoucherUpgradeFailure
    | VoucherWithdrawalRequest
    | VoucherWithdrawn
    | VoucherWithdrawalFailure
    | VoucherWantedAgain
    | VoucherUsesSeen
    | VoucherLetterStarted
    | VoucherLetterSent
    | VoucherLetterFailed
    | VoucherLetterUnknown
    | VoucherLetterWanted
    | Erased
)
