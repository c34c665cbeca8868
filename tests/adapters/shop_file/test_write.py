"""A shop that is written as a file is read back as the same shop, whatever its texts hold."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.keys.key_ring import Keyring
from adapters.shop_file import read
from adapters.shop_file.pictures import PICTURE
from adapters.shop_file.read import read_shop_file, shop_of
from adapters.shop_file.strict_yaml import Items, Keys, Node, read_yaml
from adapters.shop_file.write import file_name, pictures_of, shop_file
from adapters.store.ledger import StampLedger
from adapters.store.memory import MemoryStampRecorder
from ledger.kernel.money import Money
from ledger.shop.changes import changes
from ledger.shop.differences import differences
from ledger.shop.letter_words import LetterWords
from ledger.shop.rules import faults
from ledger.shop.service import Shops
from ledger.shop.shop import ProductSpec, Shop, ShopSpec, spec_of
from ledger.shop.stamps import (
    Admission,
    BankAccount,
    CancellationPolicy,
    Release,
    Seller,
    SignIn,
    Surplus,
)
from tests.kits.spec import NAME, QUESTIONS

SAMPLES = Path(__file__).parents[3] / "web/samples"
WINTER = read_shop_file(SAMPLES / "winterfest.yaml")
PLAIN = replace(
    WINTER, preferences=replace(WINTER.preferences, picture=None, logo=None), pictures={}
)
FULL = replace(
    PLAIN,
    preferences=replace(
        PLAIN.preferences,
        seller=Seller(
            name="no", email="a@b.example", business_id="1", address="1\n2", phone="+358"
        ),
        cancellation=CancellationPolicy(
            period_days=3,
            fee_fixed=Money(50, "EUR"),
            fee_percent="1.5",
            release=Release.AT_REQUEST,
            parts=True,
            approval_above=Money(10_000, "EUR"),
        ),
        terms_url={"fi": "https://a.example/?b=1#c"},
        grace_period=5_400,
        how_to_pay={"en": "Bring it: all of it\n- or none # really"},
        bank_account=BankAccount(iban="FI2112345600000785", holder="~", bic="NDEAFIHH"),
        remind_unpaid=False,
        sign_in=SignIn.REQUIRED,
        waiting_list=5_400,
        door_names=True,
        overpaid=Surplus.REFUND,
        # Shown twice there: the clocks go back in this hour.
        starts_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
        doors_at=datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
        ends_at=datetime(2027, 10, 31, 23, tzinfo=UTC),
    ),
    products=(
        replace(
            WINTER.products[0],
            available_from=datetime(2027, 1, 1, tzinfo=UTC),
            available_until=datetime(2027, 2, 1, tzinfo=UTC),
            admission=Admission(
                days=("2027-02-12", "2027-02-13"),
                doors=("main", "no"),
                reentry=True,
                hand_out={"en": "a band: blue"},
            ),
            waiting_list=7_200,
            questions=replace(
                QUESTIONS,
                until=datetime(2027, 9, 1, tzinfo=UTC),
                asked=(replace(NAME, hint={"en": "- as it is"}), *QUESTIONS.asked[1:]),
            ),
        ),
        replace(WINTER.products[1], quotas=(), unlimited=True, tickets=0),
    ),
    letters={
        "paid": LetterWords(
            subject={"en": "{shop}: #1 - see you"},
            opening={"en": "Doors: {starts}\n\n- https://a.example/?b=1#c"},
            closing={"fi": "~ {name}"},
        )
    },
)


def written(spec: ShopSpec) -> ShopSpec:
    return shop_of(shop_file(spec).encode(), name="written.yaml")


@pytest.mark.parametrize("spec", [PLAIN, FULL], ids=["winterfest", "with every key"])
def test_what_is_written_is_read_back(spec: ShopSpec):
    assert written(spec) == spec


def test_every_key_that_a_file_may_have_is_written():
    """A key that is read and not written would be lost by moving a shop."""
    winter = WINTER.preferences
    looks = replace(FULL.preferences, picture=winter.picture, logo=winter.logo)
    seen = replace(FULL, preferences=looks)
    tree, misread = read_yaml(shop_file(seen).encode())
    assert not misread
    assert isinstance(tree, Keys)
    assert missing(tree, read.SHOP) == set()
    within = {
        "seller": read.SELLER,
        "cancellation": read.CANCELLATION,
        "bank_account": read.BANK_ACCOUNT,
        "venue": read.VENUE,
        "picture": PICTURE,
        "logo": PICTURE,
    }
    for name, known in within.items():
        assert missing(tree.values[name], known) == set(), name
    products = tree.values["products"]
    assert isinstance(products, Items)
    first = products.items[0]
    assert isinstance(first, Keys)
    assert missing(first.values["admission"], read.ADMISSION) == set()
    told = {key for one in products.items for key in read.PRODUCT if not missing(one, [key])}
    assert told == set(read.PRODUCT)


def missing(node: Node, known: Iterable[str]) -> set[str]:
    assert isinstance(node, Keys)
    return set(known) - set(node.values)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
AWKWARD = st.sampled_from(["no", "~", "null", "13.5", "{a: b}", "- a", "a: b", "#", "'", '"', "\\"])
WORDS = st.one_of(TEXT, AWKWARD, TEXT.map(lambda text: f"{text}\x85\u2028\ufeff\n\t{text}"))
MOMENTS = st.integers(946_800_000, 7_258_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(
    name=WORDS,
    zone=st.sampled_from(["Europe/Helsinki", "America/New_York", "Pacific/Kiritimati", "UTC"]),
    starts=MOMENTS,
    seconds=st.integers(300, 400 * 24 * 3600),
)
def test_texts_moments_and_durations_survive(name: str, zone: str, starts: datetime, seconds: int):
    said = replace(
        PLAIN.preferences,
        doors_at=None,
        ends_at=starts + timedelta(days=1),
        name={"en": name, "no": name},
        timezone=zone,
        starts_at=starts,
        unpaid_after=seconds,
    )
    spec = replace(PLAIN, preferences=said)
    assume(not [*faults(spec)])
    assert written(spec) == spec


def imported(spec: ShopSpec) -> Shop:
    recorder = MemoryStampRecorder()
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    shops = Shops(StampLedger(recorder, keyring=keyring))
    shops.import_shop(spec, actor="me", at=datetime(2026, 1, 1, tzinfo=UTC))
    return shops.newest(spec.slug)


@pytest.mark.parametrize("spec", [WINTER, FULL], ids=["winterfest", "with every key"])
def test_what_is_exported_imports_to_nothing(spec: ShopSpec, tmp_path: Path):
    shop = imported(spec)
    for key, picture in pictures_of(shop.terms).items():
        (tmp_path / file_name(key)).write_bytes(spec.pictures[picture.hash])
    text = shop_file(spec_of(shop)).encode()
    exported = shop_of(text, name="exported.yaml", folder=tmp_path)
    assert differences(exported, shop) == []
    assert changes(exported, shop) == []


def test_each_value_that_would_change_is_told_with_what_it_was():
    shop = imported(WINTER)
    dearer = replace(WINTER.products[0], price=Money(9900, "EUR"))
    new: ProductSpec = replace(WINTER.products[2], slug="press")
    wanted = replace(
        WINTER,
        quotas={**WINTER.quotas, "friday": 900},
        products=(dearer, WINTER.products[1], new),
        preferences=replace(WINTER.preferences, overpaid=Surplus.REFUND),
    )
    told = {one.path: (one.before, one.after) for one in changes(wanted, shop)}
    assert told["overpaid"] == ("case", "refund")
    assert told["quotas.friday"] == ("800", "900")
    assert told["products.weekend.price"] == ("89.00 EUR", "99.00 EUR")
    assert told["products.weekend.revision"] == ("1", "2")
    assert told["products.press.title.en"] == ("", "Personal assistant")
    assert told["products.companion"] == ("on sale", "withdrawn")
    assert "products.friday.price" not in told
