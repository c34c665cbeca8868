"""Every stamp a shop can hold. Field names are storage format: never rename."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid5

from ledger.kernel.events import stamp
from ledger.kernel.money import Money
from ledger.shop.letter_words import LetterWords
from ledger.shop.questions import Questions

_SHOPS = UUID("0e6d4d0c-93e0-4a39-8d6c-0a0d6e2c7c55")


def shop_id(slug: str) -> UUID:
    """The stream of a shop, from its slug."""
    return uuid5(_SHOPS, slug)


@lru_cache(maxsize=4096)
def quota_id(shop: UUID, slug: str) -> UUID:
    """The identity of one of a shop's quotas."""
    return uuid5(shop, f"quota/{slug}")


@lru_cache(maxsize=4096)
def line_id(shop: UUID, product: str) -> UUID:
    """The identity of those who wait for a product: what they wait for is counted under it."""
    return uuid5(shop, f"line/{product}")


class Release(StrEnum):
    """When a refunded cancellation frees its seats (SPEC S2)."""

    AT_REQUEST = "at_request"
    AT_REFUND_ACCEPTED = "at_refund_accepted"
    AT_REFUND_SETTLED = "at_refund_settled"


class Surplus(StrEnum):
    """What happens to money beyond the price: a person decides, or it goes back (SPEC P5)."""

    CASE = "case"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationPolicy:
    """Self-service cancellation: days after the order (0: never), the fee kept back, seats.

    The fee is a fixed amount in the shop's currency plus a percentage of the payment. With `parts`
    single pieces of an order can be cancelled, too. What ticket sales return of an order beyond
    `approval_above` in all, and their corrections, need a second person; None: nothing does.
    """

    period_days: int
    fee_fixed: Money
    fee_percent: str = "0"
    release: Release = Release.AT_REFUND_ACCEPTED
    parts: bool = False
    approval_above: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who sells, as printed under every letter. Empty parts are left out."""

    name: str
    email: str
    business_id: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where bank transfers go. `holder` is whom the bank knows; a BIC is rarely needed."""

    iban: str
    holder: str
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLetter:
    """The one letter to somebody who ordered and has not paid: due `after` so many seconds.

    Where money comes by hand it says how to pay in the shop's words, by language.
    """

    after: int
    how_to_pay: Mapping[str, str] = field(default_factory=dict)
    bank_account: BankAccount | None = None


class SignIn(StrEnum):
    """Whether whoever buys must be signed in, so that each order is somebody's."""

    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long people are kept, in years.

    `people_years` after an order is over its person is erased. Receipts are kept for
    `receipts_years` from the end of the year of their date, without the person; with
    `named_receipts` the shop's law wants the name on them as long.
    """

    people_years: int = 3
    receipts_years: int = 6
    named_receipts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where it takes place: what the place is called, its address, how to get there."""

    name: Mapping[str, str]
    address: str
    directions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that pages show. Its bytes lie elsewhere, under their SHA-256 (hexadecimal).

    `source` is the hash of the file that it was made of; `width` and `height` are pixels; `alt`
    says by language what it shows.
    """

    hash: str
    source: str
    width: int
    height: int
    alt: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a shop sells. Durations in seconds; `starts_at` in UTC; texts by language.

    `grace_period` is for how long after placing an order it can be cancelled at once: payments
    are only authorized and captured when it ends. None: they are captured at once.
    `how_to_pay` is what the order page says where money comes by hand, such as a bank account;
    `bank_account` is that account for machines: codes that banks' apps read are made of it.
    `overpaid` says what happens to money beyond the price; `remind_unpaid` whether who has not
    paid gets a letter; `sign_in` whether guests may buy. `doors_at` and
    `ends_at` are moments like `starts_at`. `colour` is the
    shop's own, such as #0b5c4d; empty for ours. `retention` says how long people are kept.
    `waiting_list`: for so many seconds seats that come free are held for who is next in line for
    what sold out. None: nobody can wait. With `door_names` the lists that devices at the doors
    keep for when there is no network say whose each ticket is.
    """

    name: Mapping[str, str]
    seller: Seller
    currency: str
    timezone: str
    starts_at: datetime
    provider: str
    unpaid_after: int
    cancellation: CancellationPolicy
    terms_url: Mapping[str, str]
    grace_period: int | None = None
    how_to_pay: Mapping[str, str] = field(default_factory=dict)
    overpaid: Surplus = Surplus.CASE
    bank_account: BankAccount | None = None
    remind_unpaid: bool = True
    venue: Venue | None = None
    doors_at: datetime | None = None
    ends_at: datetime | None = None
    picture: Picture | None = None
    logo: Picture | None = None
    colour: str = ""
    sign_in: SignIn = SignIn.OPTIONAL
    retention: Retention = field(default_factory=Retention)
    waiting_list: int | None = None
    door_names: bool = False


@stamp("SHOP_OPENED", binding=("slug",))
class ShopOpened:
    """A shop exists. Its slug is its address for ever."""

    slug: str


@stamp("PREFERENCES_CHANGED", version=9, binding=("after",))
class PreferencesChanged:
    """Preferences changed: what they were (None at first), what they are."""

    before: Preferences | None
    after: Preferences


@stamp("QUOTA_SET", occurrence=("slug",), binding=("capacity",))
class QuotaSet:
    """A quota holds this many seats."""

    slug: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Where and when a product's tickets let people in, and what these are handed then.

    `days` are dates in the shop's time zone (ISO 8601), `doors` slugs; none: every one. With
    `reentry` whoever left may come in again. `hand_out` is by language; empty: nothing.
    """

    days: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    reentry: bool = False
    hand_out: Mapping[str, str] = field(default_factory=dict)


@stamp("PRODUCT_REVISED", version=3, occurrence=("slug",), binding=("revision",))
class ProductRevised:
    """A product as sold from here on. Price, VAT or title changed: the revision is a new one.

    `waiting_list`: for so many seconds seats are held for who is next in its line; empty: as long
    as the shop says.
    """

    slug: str
    revision: int
    rank: int
    title: Mapping[str, str]
    description: Mapping[str, str]
    price: Money
    vat_percent: str
    quotas: tuple[str, ...]
    tickets: int
    max_per_order: int
    available_from: datetime | None = None
    available_until: datetime | None = None
    admission: Admission | None = None
    waiting_list: int | None = None


@stamp("QUESTIONS_SET", occurrence=("product",), binding=("questions",))
class QuestionsSet:
    """What is asked about each ticket of a product from here on; nothing, where there is none."""

    product: str
    questions: Questions


@stamp("LETTER_WORDS_SET", occurrence=("letter",), binding=("words",))
class LetterWordsSet:
    """What the shop says in one kind of letter from here on; nothing: our words alone."""

    letter: str
    words: LetterWords


class Buyers(StrEnum):
    """To whom a letter to buyers goes: whose order is paid, waits for money, or is cancelled."""

    PAID = "paid"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"


class MailingState(StrEnum):
    """What becomes of a letter to buyers."""

    RUNNING = "running"
    PAUSED = "paused"
    CALLED_OFF = "called_off"
    FINISHED = "finished"


@stamp("MAILING_STARTED", binding=("about_order", "subject", "text"))
class MailingStarted:
    """A letter goes to all buyers whose order was placed before; its correlation id names it.

    To those of `product`, or of all, where it is empty. What is not `about_order` is news, which
    go to each address once and can be declined. `subject` and `text` are by language.
    """

    about_order: bool
    product: str
    buyers: tuple[Buyers, ...]
    subject: Mapping[str, str]
    text: Mapping[str, str]


@stamp("MAILING_TURNED", binding=("mailing", "state"))
class MailingTurned:
    """A letter to buyers is paused, goes on, is called off, or has reached everybody."""

    mailing: UUID
    state: MailingState


@stamp("PRODUCT_WITHDRAWN", occurrence=("slug",))
class ProductWithdrawn:
    """A product is no longer on sale."""

    slug: str


@stamp("SHOP_RESTATED", binding=("versions",))
class ShopRestated:
    """Stamps of this stream that nobody can read count no more: what follows says all anew."""

    versions: tuple[int, ...]


@stamp("SERIES_RESUMED", occurrence=("series",), binding=("after", "until"))
class SeriesResumed:
    """A backup was restored: what may have been given out after it is not given out again.

    The stamp itself draws `until` from its series. Numbers after `after` up to `until` are a gap.
    """

    series: str
    after: int
    until: int


@stamp("SHOP_CANCELLED")
class ShopCancelled:
    """What the shop sells for does not take place. Selling stops; every order is given back whole.

    `reason` is what customers are told, by language. Nothing of it is personal.
    """

    reason: Mapping[str, str]


@stamp("CHANGE_EXPLAINED", binding=("undoes",), sealed=("reason",))
class ChangeExplained:
    """Why whoever changed the shop did so: it stands beside the stamps of that change.

    `undoes` is the correlation id of the change that this one takes back. `reason` may name
    people: it is None once its key is gone.
    """

    undoes: UUID | None = None
    reason: str | None = None


@stamp("SHOP_MOVED", binding=("starts_at",))
class ShopMoved:
    """It takes place at another time. Until `refunds_until` customers may have their money back.

    None: they are told, and cancel as the policy of their order says. `reason` as above.
    """

    before: datetime
    starts_at: datetime
    reason: Mapping[str, str]
    refunds_until: datetime | None = None


ShopStamp = (
    ShopOpened
    | PreferencesChanged
    | QuotaSet
    | ProductRevised
    | ProductWithdrawn
    | QuestionsSet
    | LetterWordsSet
    | MailingStarted
    | MailingTurned
    | ShopRestated
    | SeriesResumed
    | ChangeExplained
    | ShopCancelled
    | ShopMoved
)
