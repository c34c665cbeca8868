"""A shop file is strict: each fault is told by file, line and field, and nothing is stamped."""

from pathlib import Path

import pytest

from adapters.shop_file.read import read_shop_file, shop_of
from ledger.kernel.refusals import ShopInvalid
from ledger.shop import limits
from ledger.shop.rules import check
from tests.stand_ins.published import DATA

GOOD = """\
slug: good
name: {en: Winterfest 2027, fi: Talvifestarit 2027}
seller: {name: Winterfest ry, email: tickets@winterfest.example, business_id: "1234567-8"}
currency: EUR
timezone: Europe/Helsinki
starts_at: 2027-02-12T12:00:00
provider: stripe
unpaid_after: P3D
cancellation: {period_days: 14, fee: {fixed: 0, percent: "0"}}
quotas: {weekend: 5000}
products:
  - slug: weekend
    title: {en: Weekend ticket, fi: Viikonloppulippu}
    price: 3500
    vat_percent: "13.5"
    quotas: [weekend]
"""
FILES = sorted((DATA / "shop-files").glob("*.yaml"))
IMPORTED = ("00-good", "13-currency-isk", "14-currency-rsd")


def saying(old: str, new: str) -> bytes:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new).encode()


def refusal(content: bytes) -> ShopInvalid:
    with pytest.raises(ShopInvalid) as refused:
        check(shop_of(content, name="shop.yaml"))
    return refused.value


def test_a_right_file_is_a_shop():
    spec = shop_of(GOOD.encode(), name="shop.yaml")
    check(spec)
    assert spec.products[0].price.amount == 3500
    assert spec.preferences.unpaid_after == 3 * 24 * 3600


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_files_of_the_first_hard_use_are_answered_as_they_say(file: Path):
    content = file.read_bytes()
    if file.stem in IMPORTED:
        check(shop_of(content, name=file.name))
    else:
        assert refusal(content).faults[0].startswith("shop.yaml, line ")


@pytest.mark.parametrize(
    "price",
    [
        "true",
        "yes",
        "35.00",
        "1e3",
        "0xff",
        "0o17",
        "0350",
        "35:00",
        "3_500",
        "+5",
        '"3500"',
        "٣٥",
        "null",
        "",
        "~",
        "-1",
        ".inf",
        "9" * 5000,
        "[3500]",
        "{eur: 35}",
        "2026-01-01",
        "-0",
    ],
)
def test_a_price_is_a_whole_number_and_nothing_that_looks_like_one(price: str):
    refused = refusal(saying("price: 3500", f"price: {price}"))
    assert refused.field == "products.weekend.price"
    assert refused.faults[0].startswith("shop.yaml, line 14, products.weekend.price: ")
    assert "stands there; right would be " in refused.rule


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("fixed: 0", "fixed: true", "cancellation.fee.fixed"),
        ("fixed: 0", f"fixed: {limits.PRICE[1] + 1}", "cancellation.fee.fixed"),
        ("period_days: 14", "period_days: false", "cancellation.period_days"),
        ("period_days: 14", "period_days: 14.0", "cancellation.period_days"),
        ("period_days: 14", "period_days: -5", "cancellation.period_days"),
        ("period_days: 14", "period_days: 3651", "cancellation.period_days"),
        ('percent: "0"', "percent: 0", "cancellation.fee.percent"),
        ('percent: "0"', 'percent: "101"', "cancellation.fee.percent"),
        ("unpaid_after: P3D", "unpaid_after: PT1S", "unpaid_after"),
        ("unpaid_after: P3D", "unpaid_after: P3DT", "unpaid_after"),
        ("unpaid_after: P3D", "unpaid_after: P٣D", "unpaid_after"),
        ("unpaid_after: P3D", "unpaid_after: 3", "unpaid_after"),
        ("unpaid_after: P3D", "unpaid_after: P9999999999999999999999999D", "unpaid_after"),
        ("2027-02-12T12:00:00", "9999-12-31T23:59:59", "starts_at"),
        ("2027-02-12T12:00:00", "0001-01-01T00:00:00", "starts_at"),
        ("2027-02-12T12:00:00", "2027-02-30T12:00:00", "starts_at"),
        ("2027-02-12T12:00:00", "2027-03-28T03:30:00", "starts_at"),
        ("2027-02-12T12:00:00", "2027-10-31T03:30:00", "starts_at"),
        ("Europe/Helsinki", "Europe", "timezone"),
        ("Europe/Helsinki", "../../etc/passwd", "timezone"),
        ("currency: EUR", "currency: ERU", "currency"),
        ("currency: EUR", "currency: eur", "currency"),
        ("currency: EUR", "currency: XAU", "currency"),
        ("currency: EUR", "currency: BGN", "currency"),
        ("provider: stripe", "provider: Stripe", "provider"),
        ("provider: stripe", "provider: manual", "how_to_pay"),
        ("tickets@winterfest.example", "tickets at winterfest", "seller.email"),
        ("tickets@winterfest.example", "'å@winterfest.example'", "seller.email"),
        ("tickets@winterfest.example", "'=?utf-8?q?x?=@x.example'", "seller.email"),
        ("name: Winterfest ry", 'name: "W\\nBcc: x@y.example"', "seller.name"),
        ("name: Winterfest ry", 'name: "W\\0"', "seller.name"),
        ("Winterfest 2027", "x" * 201, "name.en"),
        ("{en: Weekend ticket", "{English: Weekend ticket", "products.weekend.title.English"),
        ("{weekend: 5000}", "{weekend: 1000000001}", "quotas.weekend"),
        ("{weekend: 5000}", "{weekend: true}", "quotas.weekend"),
        ("quotas: [weekend]", "quotas: [weekend, weekend]", "products.weekend.quotas"),
        ("quotas: [weekend]", "quotas: []", "products.weekend.quotas"),
        ("quotas: [weekend]", "quotas: [nowhere]", "products.weekend.quotas"),
        ("quotas: [weekend]", "quotas: weekend", "products.weekend.quotas"),
        ('"13.5"', '"1_3"', "products.weekend.vat_percent"),
        ('"13.5"', '"1E1"', "products.weekend.vat_percent"),
        ('"13.5"', '" 13.5 "', "products.weekend.vat_percent"),
        ('"13.5"', '"13.55555"', "products.weekend.vat_percent"),
        ('"13.5"', '"NaN"', "products.weekend.vat_percent"),
        ("price: 3500", "price: 30", "products.weekend.price"),
        ("price: 3500", "price: 100000000", "products.weekend.price"),
        ("slug: good", "slug: admin", "slug"),
        ("slug: good", "slug: 123", "slug"),
        ("slug: good", "slug: Good", "slug"),
        ("timezone:", "timezon:", "timezone"),
        ("price: 3500", "price: 3500\n    max_per_order: 0", "products.weekend.max_per_order"),
        ("price: 3500", "price: 3500\n    max_per_order: 1001", "products.weekend.max_per_order"),
        ("price: 3500", "price: 3500\n    tickets: 101", "products.weekend.tickets"),
        ("price: 3500", "price: 3500\n    colour: red", "products.weekend.colour"),
    ],
)
def test_every_other_field_has_its_type_and_its_bounds(old: str, new: str, field: str):
    assert refusal(saying(old, new)).field == field


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "http://a.example",
        "https://a@b.example",
        "//a.example",
        "https://",
        "data:text/html,x",
        "https://b.example:99999/",
        "https://b.example/ x",
        " https://b.example",
    ],
)
def test_terms_stand_behind_https_and_nothing_else(link: str):
    content = GOOD + f'terms_url: {{en: "{link}"}}\n'
    assert refusal(content.encode()).field == "terms_url.en"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (GOOD + "slug: again\n", 17),
        (GOOD + "<<: {a: 1}\n", 17),
        (GOOD.replace("EUR", "&a EUR"), 4),
        ("a: &a [x]\nb: [*a, *a]\n", 1),
        (GOOD.replace("EUR", "!!str EUR"), 4),
        (GOOD + "x: !!python/object/apply:os.system [ls]\n", 17),
        (GOOD + "---\n" + GOOD, 17),
        ("%YAML 1.1\n---\n" + GOOD, 1),
        ("[" * 3000, 1),
        ("".join(" " * depth + "a:\n" for depth in range(300)), 12),
        (GOOD + "? [a]\n: b\n", 17),
        (GOOD + "x: {a\n", 18),
        (GOOD + "\tx: 1\n", 17),
        (GOOD.replace("Weekend ticket", '"\\ud83d"'), 13),
        (GOOD.replace("ry", "r\0y"), 3),
        ("", 1),
        ("hello", 1),
        ("- a", 1),
        ("x" * (limits.FILE_BYTES + 1), 1),
    ],
)
def test_yaml_is_of_the_strict_kind(content: str, line: int):
    assert refusal(content.encode()).faults[0].startswith(f"shop.yaml, line {line}")


def test_what_is_no_utf_8_is_told_by_its_line():
    fault = refusal(GOOD.encode().replace(b"Viikonloppu", b"V\xe4")).faults[0]
    assert fault.startswith("shop.yaml, line 13")
    assert refusal(GOOD.encode("utf-16")).faults[0].startswith("shop.yaml, line 1")


def test_a_mark_in_front_and_escaped_halves_of_one_character_are_read():
    emoji = GOOD.replace("Weekend ticket", '"\\ud83d\\ude00"')
    spec = shop_of(b"\xef\xbb\xbf" + emoji.encode(), name="shop.yaml")
    assert spec.products[0].title["en"] == "\U0001f600"


def test_norway_and_its_language_are_words():
    spec = shop_of(saying("{en: Weekend ticket", "{no: Helgebillett"), name="shop.yaml")
    assert spec.products[0].title["no"] == "Helgebillett"


def test_all_faults_are_told_at_once_and_none_follows_from_another():
    content = GOOD
    for old, new in {
        "P3D": "PT0S",
        "provider: stripe": "provider: nobody",
        "currency: EUR": "currency: ERU",
        "price: 3500": "price: true",
        "period_days: 14": "period_days: x",
    }.items():
        content = content.replace(old, new)
    told = [fault.split(": ")[0] for fault in refusal(content.encode()).faults]
    assert told == [
        "shop.yaml, line 4, currency",
        "shop.yaml, line 7, provider",
        "shop.yaml, line 8, unpaid_after",
        "shop.yaml, line 9, cancellation.period_days",
        "shop.yaml, line 14, products.weekend.price",
    ]


def test_a_product_without_limit_says_so():
    check(shop_of(saying("quotas: [weekend]", "unlimited: true"), name="shop.yaml"))
    both = saying("quotas: [weekend]", "quotas: [weekend]\n    unlimited: true")
    assert refusal(both).field == "products.weekend.quotas"


@pytest.mark.parametrize(
    ("provider", "currency", "price", "field"),
    [
        ("paytrail", "SEK", 3500, "currency"),
        ("sumup", "ISK", 3500, "currency"),
        ("sumup", "HUF", 3550, "products.weekend.price"),
        ("stripe", "KWD", 1234, "products.weekend.price"),
        ("stripe", "MGA", 1234, "products.weekend.price"),
        ("stripe", "JPY", 49, "products.weekend.price"),
        ("stripe", "SEK", 299, "products.weekend.price"),
        ("stripe", "KPW", 3500, "currency"),
        ("stripe", "ISK", 1_000_000, "products.weekend.price"),
        ("paytrail", "EUR", 100_000_000, "products.weekend.price"),
    ],
)
def test_what_a_provider_refuses_is_refused_here(provider, currency, price, field):
    content = GOOD.replace("provider: stripe", f"provider: {provider}")
    content = content.replace("currency: EUR", f"currency: {currency}")
    assert refusal(content.replace("3500", str(price)).encode()).field == field


@pytest.mark.parametrize(
    ("provider", "currency", "price"),
    [
        ("stripe", "ISK", 3500),
        ("stripe", "KWD", 1230),
        ("stripe", "MGA", 1200),
        ("stripe", "EUR", 0),
        ("stripe", "JPY", 50),
        ("sumup", "HUF", 3500),
        ("paytrail", "EUR", 1),
    ],
)
def test_what_a_provider_takes_is_taken(provider, currency, price):
    content = GOOD.replace("provider: stripe", f"provider: {provider}")
    content = content.replace("currency: EUR", f"currency: {currency}")
    check(shop_of(content.replace("3500", str(price)).encode(), name="shop.yaml"))


@pytest.mark.parametrize(
    "title",
    [r"\u200b\u200b", r"\u3164", r"\u2800", r"\u0301", r"\u00ad\u200d", "Z" + r"\u0301" * 7],
)
def test_a_title_can_be_seen_and_stays_on_its_line(title: str):
    refused = refusal(saying("{en: Weekend ticket, ", '{en: "' + title + '", '))
    assert refused.field == "products.weekend.title.en"


@pytest.mark.parametrize(
    "title", ["Työ", "Viêt", "กำลัง", "שָׁבּוּעַ", "👨‍👩‍👧", "🏴\U000e0067\U000e007f", "≥18"]
)
def test_what_people_write_is_a_title(title: str):
    check(shop_of(saying("{en: Weekend ticket, ", '{en: "' + title + '", '), name="shop.yaml"))


def test_a_message_stays_on_one_line_whatever_a_name_is():
    refused = refusal(saying("- slug: weekend", r'- slug: "week\n\u200bend"'))
    assert all("\n" not in one and one.isprintable() for one in refused.faults)


def test_items_are_counted_from_one_however_badly_a_file_is_broken():
    refused = refusal(saying("price: 3500", "price: &anchor 3500"))
    assert refused.field == "products.1.price"


@pytest.mark.parametrize(
    ("provider", "currency", "least"),
    [
        ("stripe", "EUR", 50),
        ("stripe", "JPY", 50),
        ("stripe", "SEK", 300),
        ("stripe", "HUF", 17500),
    ],
)
def test_the_smallest_price_is_the_providers(provider: str, currency: str, least: int):
    base = GOOD.replace("currency: EUR", f"currency: {currency}")
    below = base.replace("price: 3500", f"price: {least - 1}").encode()
    assert f"{provider} takes at least {least}" in refusal(below).faults[0]
    check(shop_of(base.replace("price: 3500", f"price: {least}").encode(), name="shop.yaml"))


def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(ShopInvalid, match="more than"):
        read_shop_file(Path("/dev/zero"))
