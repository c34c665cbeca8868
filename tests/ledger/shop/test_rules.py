"""What no shop can be: each limit from both sides, each fault alone and in its place."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopInvalid
from ledger.payments.capabilities import CAPABILITIES
from ledger.shop import limits
from ledger.shop.letter_words import LetterWords
from ledger.shop.questions import AnswerChoice, QuestionKind, Questions, TicketQuestion
from ledger.shop.rules import check, check_move, check_reason, faults, field_of, is_link, said, span
from ledger.shop.shop import Shop, ShopSpec
from ledger.shop.stamps import (
    Admission,
    BankAccount,
    Picture,
    Preferences,
    Retention,
    ShopMoved,
    Venue,
    shop_id,
)
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND

INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
START = PREFERENCES.starts_at


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def shop(**changes: Any) -> ShopSpec:
    return replace(SPEC, preferences=replace(PREFERENCES, **changes))


def product(**changes: Any) -> ShopSpec:
    return replace(SPEC, products=(replace(WEEKEND, **changes),))


def places(spec: ShopSpec) -> list[str]:
    """Where the faults of a shop stand."""
    return [field_of(one.path, spec) for one in faults(spec)]


def text(length: int) -> dict[str, str]:
    return {"en": "a" * length}


def cancellation(**changes: Any) -> dict[str, Any]:
    return {"cancellation": replace(PREFERENCES.cancellation, **changes)}


def seller(**changes: Any) -> dict[str, Any]:
    return {"seller": replace(PREFERENCES.seller, **changes)}


ACCOUNT = BankAccount(iban="FI3715903000000776", holder="Winterfest ry", bic="NDEAFIHH")
VENUE = Venue(name={"en": "Hall"}, address="Street 1")
PICTURE = Picture(hash="a", source="b", width=1, height=1, alt={"en": "A", "fi": "B", "sv": "C"})


def account(**changes: Any) -> dict[str, Any]:
    return {"bank_account": replace(ACCOUNT, **changes)}


def venue(**changes: Any) -> dict[str, Any]:
    return {"venue": replace(VENUE, **changes)}


def alt(texts: Mapping[str, str]) -> Picture:
    return replace(PICTURE, alt=texts)


def limit(name: str, bounds: tuple[int, int], path: str, put: Any = None) -> list[Any]:
    """Both ends of a range, and what lies just beyond."""
    put = put or (lambda value: {name: value})
    return [
        pytest.param(put(good), put(bad), path, id=f"{path} {bad}")
        for good, bad in ((bounds[0], bounds[0] - 1), (bounds[1], bounds[1] + 1))
    ]


def longest(name: str, most: int, path: str, put: Any = None) -> list[Any]:
    put = put or (lambda value: {name: value})
    return [pytest.param(put("a" * most), put("a" * (most + 1)), path, id=f"{path} too long")]


PREFERENCE_LIMITS = [
    *limit("unpaid_after", limits.UNPAID_AFTER, "unpaid_after"),
    *limit("grace_period", limits.GRACE_PERIOD, "grace_period"),
    *limit("waiting_list", limits.WAITING_HOLD, "waiting_list"),
    *limit(
        "",
        limits.CANCELLATION_DAYS,
        "cancellation.period_days",
        lambda value: cancellation(period_days=value),
    ),
    *limit(
        "",
        limits.PRICE,
        "cancellation.fee.fixed",
        lambda value: cancellation(fee_fixed=eur(value)),
    ),
    *limit(
        "",
        limits.PRICE,
        "cancellation.approval_above",
        lambda value: cancellation(approval_above=eur(value)),
    ),
    *limit(
        "",
        limits.RETENTION_YEARS,
        "retention.people_years",
        lambda value: {"retention": Retention(people_years=value)},
    ),
    *limit(
        "",
        limits.RETENTION_YEARS,
        "retention.receipts_years",
        lambda value: {"retention": Retention(receipts_years=value)},
    ),
    *longest("", limits.NAME, "name.en", lambda value: {"name": {"en": value}}),
    *longest("", limits.NAME, "seller.name", lambda value: seller(name=value)),
    *longest("", limits.BUSINESS_ID, "seller.business_id", lambda value: seller(business_id=value)),
    *longest("", limits.PHONE, "seller.phone", lambda value: seller(phone=value)),
    *longest("", limits.ADDRESS_OF_SELLER, "seller.address", lambda value: seller(address=value)),
    *longest("", limits.ACCOUNT_HOLDER, "bank_account.holder", lambda one: account(holder=one)),
    *longest("", limits.NAME, "venue.name.en", lambda value: venue(name={"en": value})),
    *longest("", limits.ADDRESS_OF_VENUE, "venue.address", lambda value: venue(address=value)),
    *longest(
        "",
        limits.DIRECTIONS,
        "venue.directions.en",
        lambda value: venue(directions={"en": value}),
    ),
    *longest("", limits.HOW_TO_PAY, "how_to_pay.en", lambda value: {"how_to_pay": {"en": value}}),
    *longest(
        "",
        limits.ALT_TEXT,
        "picture.alt.en",
        lambda value: {"picture": alt({**PICTURE.alt, "en": value})},
    ),
    ({"starts_at": limits.EARLIEST}, {"starts_at": limits.EARLIEST - INSTANT}, "starts_at"),
    ({"starts_at": limits.LATEST - INSTANT}, {"starts_at": limits.LATEST}, "starts_at"),
    ({}, {"name": {}}, "name"),
    ({}, {"name": {"en": " \u200d"}}, "name.en"),
    ({"name": {"fin": "A"}}, {"name": {"fi-FI": "A"}}, "name.fi-FI"),
    ({}, seller(email="tickets at winterfest"), "seller.email"),
    (seller(address="a\nb\tc"), seller(phone="a\nb"), "seller.phone"),
    (account(), account(iban="FI3715903000000777"), "bank_account.iban"),
    (account(bic="NDEAFIHHXXX"), account(bic="NDEAFIHHX"), "bank_account.bic"),
    (account(bic=""), account(bic="ndeafihh"), "bank_account.bic"),
    (account(), account(holder=" "), "bank_account.holder"),
    (venue(), venue(name={}), "venue.name"),
    (venue(), venue(address=""), "venue.address"),
    (venue(directions={"en": "a\nb"}), venue(address="a\nb"), "venue.address"),
    ({"doors_at": START}, {"doors_at": START + INSTANT}, "doors_at"),
    ({"ends_at": START + INSTANT}, {"ends_at": START}, "ends_at"),
    ({"doors_at": limits.EARLIEST}, {"doors_at": limits.EARLIEST - INSTANT}, "doors_at"),
    ({"ends_at": limits.LATEST - INSTANT}, {"ends_at": limits.LATEST}, "ends_at"),
    ({"picture": PICTURE}, {"picture": alt({"en": "A", "fi": "B"})}, "picture.alt"),
    ({"logo": PICTURE}, {"logo": alt({"en": "A", "sv": "B"})}, "logo.alt"),
    ({"colour": "#0b5c4D"}, {"colour": "#0b5c4"}, "colour"),
    ({"colour": ""}, {"colour": "green"}, "colour"),
    ({}, {"provider": "barter"}, "provider"),
    ({}, {"terms_url": {"en": "http://a.example"}}, "terms_url.en"),
    ({"terms_url": {"en": "https://a.example"}}, {"terms_url": {"en": "x"}}, "terms_url.en"),
    (
        cancellation(fee_percent="100"),
        cancellation(fee_percent="100.1"),
        "cancellation.fee.percent",
    ),
    (
        cancellation(fee_percent="0.125"),
        cancellation(fee_percent="0.1255"),
        "cancellation.fee.percent",
    ),
    (cancellation(fee_percent="0"), cancellation(fee_percent="-1"), "cancellation.fee.percent"),
    ({}, cancellation(fee_fixed=Money(0, "SEK")), "cancellation.fee.fixed"),
    ({}, cancellation(approval_above=Money(1, "SEK")), "cancellation.approval_above"),
    ({}, {"unpaid_after": True}, "unpaid_after"),
    ({}, {"unpaid_after": 600.0}, "unpaid_after"),
]


@pytest.mark.parametrize(("good", "bad", "path"), PREFERENCE_LIMITS)
def test_how_a_shop_sells_has_these_limits(good: Any, bad: Any, path: str) -> None:
    assert places(shop(**good)) == []
    assert places(shop(**bad)) == [path]


PRODUCT_LIMITS = [
    *limit("tickets", limits.TICKETS_PER_PIECE, "tickets"),
    *limit("max_per_order", limits.PIECES_PER_ORDER, "max_per_order"),
    *limit("waiting_list", limits.WAITING_HOLD, "waiting_list"),
    *longest("", limits.TITLE, "title.en", lambda value: {"title": {"en": value}}),
    *longest("", limits.DESCRIPTION, "description.en", lambda one: {"description": {"en": one}}),
    ({"slug": "a" * limits.SLUG}, {"slug": "-a"}, None),
    ({}, {"title": {}}, "title"),
    ({"description": {"en": "a\nb"}}, {"title": {"en": "a\nb"}}, "title.en"),
    ({"price": eur(0)}, {"price": eur(-1)}, "price"),
    ({"price": eur(50)}, {"price": eur(49)}, "price"),
    ({"price": eur(99_999_999)}, {"price": eur(100_000_000)}, "price"),
    ({}, {"price": Money(3500, "SEK")}, "price"),
    ({"vat_percent": "100"}, {"vat_percent": "101"}, "vat_percent"),
    ({"vat_percent": "13.5"}, {"vat_percent": "013.5"}, "vat_percent"),
    ({"quotas": ("weekend", "friday")}, {"quotas": ("weekend", "weekend")}, "quotas"),
    ({}, {"quotas": ("weekend", "other")}, "quotas"),
    ({"quotas": (), "unlimited": True}, {"quotas": (), "unlimited": False}, "quotas"),
    ({}, {"unlimited": True}, "quotas"),
    (
        {"available_from": NOON, "available_until": NOON + INSTANT},
        {"available_from": NOON, "available_until": NOON},
        "available_until",
    ),
    (
        {"available_from": limits.EARLIEST},
        {"available_from": limits.EARLIEST - INSTANT},
        "available_from",
    ),
    (
        {"available_until": limits.LATEST - INSTANT},
        {"available_until": limits.LATEST},
        "available_until",
    ),
    (
        {"admission": Admission(days=("2027-02-12", "2027-02-13"))},
        {"admission": Admission(days=("2027-02-12", "2027-02-12"))},
        "admission.days",
    ),
    (
        {"admission": Admission(doors=("east", "west"))},
        {"admission": Admission(doors=("east", "east"))},
        "admission.doors",
    ),
    (
        {"admission": Admission(doors=("east",))},
        {"admission": Admission(doors=("East",))},
        "admission.doors",
    ),
    ({"admission": Admission()}, {"admission": Admission(days=("2027-02-30",))}, "admission.days"),
    (
        {"admission": Admission(hand_out=text(limits.HAND_OUT))},
        {"admission": Admission(hand_out=text(limits.HAND_OUT + 1))},
        "admission.hand_out.en",
    ),
    (
        {"admission": Admission(days=("2200-01-01", "2000-01-01"))},
        {"admission": Admission(days=("2200-01-02",))},
        "admission.days",
    ),
    ({}, {"admission": Admission(days=("1999-12-31",))}, "admission.days"),
]


@pytest.mark.parametrize(("good", "bad", "path"), PRODUCT_LIMITS)
def test_what_a_shop_sells_has_these_limits(good: Any, bad: Any, path: str | None) -> None:
    assert places(product(**good)) == []
    expected = "products.-a.slug" if path is None else f"products.weekend.{path}"
    assert places(product(**bad)) == [expected]


def admission(many: int, of: str) -> dict[str, Any]:
    if of == "days":
        first = datetime(2027, 1, 1, tzinfo=UTC)
        days = tuple((first + DAY * n).date().isoformat() for n in range(many))
        return {"admission": Admission(days=days)}
    return {"admission": Admission(doors=tuple(f"door-{n}" for n in range(many)))}


def quotas(many: int) -> ShopSpec:
    names = tuple(f"q{n}" for n in range(many))
    given = product(quotas=names)
    return replace(given, quotas=dict.fromkeys(names, 1))


def sold(many: int) -> ShopSpec:
    products = tuple(replace(WEEKEND, slug=f"p{n}") for n in range(many))
    return replace(SPEC, products=products)


def asked(*questions: TicketQuestion, **changes: Any) -> ShopSpec:
    return product(questions=Questions(asked=questions, **changes))


TEXT = TicketQuestion(slug="diet", kind=QuestionKind.TEXT, label={"en": "Diet"})
NAME = replace(TEXT, slug="name", kind=QuestionKind.NAME)
CHOICES = tuple(AnswerChoice(slug=one, label={"en": one}) for one in ("s", "m", "l"))
SIZE = replace(TEXT, slug="size", kind=QuestionKind.CHOICE, choices=CHOICES)


def choices(many: int) -> ShopSpec:
    given = (AnswerChoice(slug=f"c{n}", label={"en": "A"}) for n in range(many))
    return asked(replace(SIZE, choices=tuple(given)))


@pytest.mark.parametrize(
    ("most", "made", "path"),
    [
        (limits.QUOTAS, lambda n: replace(SPEC, quotas={**SPEC.quotas, **{
            f"q{one}": 1 for one in range(n - 2)}}), "quotas"),
        (limits.PRODUCTS, sold, "products"),
        (limits.QUOTAS_PER_PRODUCT, quotas, "products.weekend.quotas"),
        (
            limits.DAYS_PER_PRODUCT,
            lambda n: product(**admission(n, "days")),
            "products.weekend.admission.days",
        ),
        (
            limits.DOORS_PER_PRODUCT,
            lambda n: product(**admission(n, "doors")),
            "products.weekend.admission.doors",
        ),
        (
            limits.QUESTIONS_PER_PRODUCT,
            lambda n: asked(*(replace(TEXT, slug=f"q{one}") for one in range(n))),
            "products.weekend.questions",
        ),
        (limits.CHOICES_PER_QUESTION, choices, "products.weekend.questions.1.choices"),
        (
            limits.LANGUAGES,
            lambda n: shop(name={f"a{chr(97 + one)}": "A" for one in range(n)}),
            "name",
        ),
    ],
)  # fmt: skip
def test_there_are_only_so_many(most: int, made: Any, path: str) -> None:
    assert places(made(most)) == []
    assert places(made(most + 1)) == [path]


@pytest.mark.parametrize(
    ("good", "bad", "path"),
    [
        (asked(TEXT), product(tickets=0, questions=Questions(asked=(TEXT,))), ""),
        (asked(TEXT, NAME), asked(TEXT, TEXT), ".2.slug"),
        (asked(replace(TEXT, slug="a_b-1")), asked(replace(TEXT, slug="_a")), ".1.slug"),
        (asked(NAME, TEXT), asked(NAME, replace(NAME, slug="again")), ".2.kind"),
        (asked(TEXT, replace(TEXT, slug="b")), asked(replace(TEXT, label={})), ".1.label"),
        (
            asked(replace(TEXT, label=text(limits.QUESTION_LABEL))),
            asked(replace(TEXT, label=text(limits.QUESTION_LABEL + 1))),
            ".1.label.en",
        ),
        (
            asked(replace(TEXT, hint=text(limits.QUESTION_HINT))),
            asked(replace(TEXT, hint=text(limits.QUESTION_HINT + 1))),
            ".1.hint.en",
        ),
        (
            asked(replace(SIZE, choices=CHOICES[:2])),
            asked(replace(SIZE, choices=CHOICES[:1])),
            ".1.choices",
        ),
        (asked(SIZE), asked(replace(TEXT, choices=CHOICES[:2])), ".1.choices"),
        (
            asked(SIZE),
            asked(replace(SIZE, choices=(*CHOICES, CHOICES[0]))),
            ".1.choices.4.slug",
        ),
        (
            asked(SIZE),
            asked(replace(SIZE, choices=(*CHOICES, replace(CHOICES[0], slug="X")))),
            ".1.choices.4.slug",
        ),
        (
            asked(SIZE),
            asked(replace(SIZE, choices=(CHOICES[0], replace(CHOICES[1], label={})))),
            ".1.choices.2.label",
        ),
    ],
)
def test_what_is_asked_about_a_ticket_has_these_limits(
    good: ShopSpec, bad: ShopSpec, path: str
) -> None:
    assert places(good) == []
    assert places(bad) == [f"products.weekend.questions{path}"]


def test_answers_are_taken_until_a_moment_that_can_be() -> None:
    assert places(asked(TEXT, until=NOON)) == []
    late = asked(TEXT, until=limits.LATEST)
    assert places(late) == ["products.weekend.answers_until"]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"slug": "a" * limits.SLUG}, []),
        ({"slug": "a" * (limits.SLUG + 1)}, ["slug"]),
        ({"slug": "Winterfest"}, ["slug"]),
        ({"slug": "-"}, ["slug"]),
        ({"slug": "0"}, []),
        ({"slug": "admin"}, ["slug"]),
        ({"slug": "metrics"}, ["slug"]),
        ({"quotas": {**SPEC.quotas, "x": 0, "y": limits.SEATS[1]}}, []),
        ({"quotas": {**SPEC.quotas, "x": -1}}, ["quotas.x"]),
        ({"quotas": {**SPEC.quotas, "x": limits.SEATS[1] + 1}}, ["quotas.x"]),
        ({"quotas": {**SPEC.quotas, "X": 1}}, ["quotas.X"]),
        ({"products": (WEEKEND, WEEKEND)}, ["products.weekend.slug"]),
        ({"products": ()}, []),
        ({"letters": {"receipt": LetterWords()}}, ["letters.receipt"]),
        ({"letters": {"paid": LetterWords(subject=text(limits.LETTER_SUBJECT))}}, []),
        (
            {"letters": {"paid": LetterWords(subject=text(limits.LETTER_SUBJECT + 1))}},
            ["letters.paid.subject.en"],
        ),
    ],
)
def test_a_whole_shop_has_these_limits(changes: Any, paths: list[str]) -> None:
    assert places(replace(SPEC, **changes)) == paths


def test_every_fault_is_told_and_nothing_hides_another() -> None:
    spec = replace(
        shop(name={}, colour="x", starts_at=limits.LATEST), slug="Admin", quotas={"weekend": -1}
    )
    with pytest.raises(ShopInvalid) as refused:
        check(spec)
    told = [one.partition(": ")[0] for one in refused.value.faults]
    assert told == [
        "slug",
        "name",
        "starts_at",
        "colour",
        "quotas.weekend",
        "products.friday.quotas",
    ]
    check(SPEC)


def by_hand() -> str:
    return next(name for name, one in CAPABILITIES.items() if one.by_hand)


def test_where_money_comes_by_hand_it_is_said_how() -> None:
    name = by_hand()
    assert places(shop(provider=name, how_to_pay={"en": "To our\naccount"})) == []
    assert places(shop(provider=name)) == ["how_to_pay"]


def test_money_is_kept_ready_only_where_it_can_be_captured_later() -> None:
    name = by_hand()
    given = shop(provider=name, how_to_pay={"en": "x"}, grace_period=3600)
    assert places(given) == ["capture"]
    assert places(shop(grace_period=None)) == []


def test_a_currency_is_one_that_the_provider_takes() -> None:
    def priced(currency: str, **changes: Any) -> ShopSpec:
        none = Money(0, currency)
        policy = replace(PREFERENCES.cancellation, fee_fixed=none)
        spec = shop(currency=currency, cancellation=policy, **changes)
        return replace(spec, products=(replace(WEEKEND, price=Money(3500, currency)),))

    assert places(priced("SEK")) == []
    assert places(priced("ZZZ")) == ["currency"]
    assert places(priced("eur")) == ["currency"]
    assert places(priced("SEK", provider="paytrail")) == ["currency"]
    (fault,) = faults(priced("SEK", provider="paytrail"))
    assert (fault.found, fault.told) == ("SEK", "EUR (with provider paytrail)")
    assert fault.rests_on == (("provider",),)


# How faults are told.


def test_a_product_takes_from_quotas_that_there_are() -> None:
    (fault,) = faults(product(quotas=("weekend", "other")))
    assert (fault.found, fault.told) == ("other", "one of weekend, friday")
    none = replace(product(), quotas={})
    assert [one.told for one in faults(none)] == ["one of the quotas, of which there are none"]


def test_a_product_is_named_by_its_slug_and_other_items_are_counted_from_one() -> None:
    assert field_of(("products", 1, "price"), SPEC) == "products.friday.price"
    assert field_of(("products", 1, "price")) == "products.2.price"
    assert field_of(("products", 3, "price"), SPEC) == "products.4.price"
    nameless = replace(SPEC, products=(replace(WEEKEND, slug=""),))
    assert field_of(("products", 0, "price"), nameless) == "products.1.price"
    assert field_of(("products",), SPEC) == "products"
    assert field_of(("doors", 1), SPEC) == "doors.2"
    assert field_of(("quotas", "friday"), SPEC) == "quotas.friday"
    assert field_of(("name", ""), SPEC) == "name.nothing"


def test_a_long_text_is_told_by_its_beginning_and_on_one_line() -> None:
    (fault,) = faults(product(title={"en": "a\n" + "b" * 248}))
    assert said(fault).startswith("a\N{REPLACEMENT CHARACTER}" + "b" * 58 + "… (250 characters) ")
    (fault,) = faults(shop(colour="c" * 60))
    assert said(fault).startswith("c" * 60 + " stands there; ")
    (fault,) = faults(shop(colour="c" * 61))
    assert said(fault).startswith("c" * 60 + "… (61 characters) stands there")
    (fault,) = faults(shop(name={}))
    assert said(fault) == "nothing stands there; right would be a text in at least one language"


def test_spans_are_told_in_their_largest_whole_unit() -> None:
    told = [span(one) for one in (0, 1, 59, 60, 3600, 5400, 86_400, 90_000, 172_800)]
    assert told == ["PT0S", "PT1S", "PT59S", "PT1M", "PT1H", "PT90M", "P1D", "PT25H", "P2D"]


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://winterfest.example", True),
        ("https://winterfest.example:8443/a?b=c#d", True),
        ("HTTPS://WINTERFEST.EXAMPLE", True),
        ("https://winterfest.example:0", False),
        ("https://winterfest.example:1", True),
        ("https://winterfest.example:65536", False),
        ("https://ada@winterfest.example", False),
        ("https://winterfest.example/a@b", True),
        ("https://localhost", False),
        ("https://", False),
        ("http://winterfest.example", False),
        ("https://winterfest.example/a b", False),
        ('https://winterfest.example/"', False),
        ("https://winterfest.example/<a>", False),
        ("https://[::1", False),
    ],
)
def test_a_page_links_only_where_one_sees_that_it_leads(link: str, good: bool) -> None:
    assert is_link(link) is good


# Where it moves.

STANDS = Shop(id=shop_id("winterfest"), slug="winterfest", preferences=PREFERENCES)
LATER = START + DAY


def move(**changes: Any) -> ShopMoved:
    given: dict[str, Any] = {
        "before": START,
        "starts_at": LATER,
        "refunds_until": None,
        "reason": {"en": "Storm"},
    } | changes
    return ShopMoved(**given)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"starts_at": NOON + INSTANT},
        {"refunds_until": NOON + INSTANT},
        {"refunds_until": LATER},
    ],
)
def test_a_shop_moves_to_a_time_that_lies_ahead(changes: Any) -> None:
    check_move(STANDS, move(**changes), NOON)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"starts_at": START}, ["start"]),
        ({"starts_at": NOON}, ["start"]),
        ({"starts_at": limits.LATEST}, ["start"]),
        ({"refunds_until": NOON}, ["refunds_until"]),
        ({"refunds_until": LATER + INSTANT}, ["refunds_until"]),
        ({"reason": {}}, ["reason"]),
        ({"reason": {"en": "a" * (limits.REASON + 1)}}, ["reason.en"]),
        ({"starts_at": NOON, "refunds_until": NOON + INSTANT}, ["start", "refunds_until"]),
    ],
)
def test_a_move_that_is_none_or_leads_nowhere_is_refused(changes: Any, fields: list[str]) -> None:
    with pytest.raises(ShopInvalid) as refused:
        check_move(STANDS, move(**changes), NOON)
    assert [one.partition(": ")[0] for one in refused.value.faults] == fields


def test_what_customers_are_told_is_a_text_of_so_many_characters() -> None:
    check_reason({"en": "a" * limits.REASON})
    for reason in ({}, {"en": ""}, {"en": "a" * (limits.REASON + 1)}):
        with pytest.raises(ShopInvalid):
            check_reason(reason)


def test_a_moment_has_a_time_zone() -> None:
    moved: Preferences = replace(PREFERENCES, starts_at=START.replace(tzinfo=None))
    assert places(replace(SPEC, preferences=moved)) == ["starts_at"]
