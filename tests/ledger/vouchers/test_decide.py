"""What may be done with a voucher: each limit from both sides, each refusal with what it tells."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money
from ledger.shop.limits import EARLIEST, LATEST, PRICE
from ledger.shop.shop import Shop
from ledger.shop.stamps import ShopOpened, quota_id
from ledger.vouchers import decide
from ledger.vouchers.chosen_code import may_be_code
from ledger.vouchers.code import ALPHABET, LENGTH, folded, is_code
from ledger.vouchers.reduction import Offered, covered, eligible, reduced
from ledger.vouchers.refusals import (
    UnknownVoucher,
    VoucherInvalid,
    VoucherNotForThese,
    VoucherNotValidNow,
    VoucherTooFewPieces,
    VoucherUsedUp,
)
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherChanged,
    VoucherExpired,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
    VoucherTerms,
)
from ledger.vouchers.voucher import Voucher, evolve_voucher, fold_voucher
from tests.kits.worlds import SPEC, World

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
ORDER, OTHER = UUID(int=1), UUID(int=2)
PAIR = replace(SPEC.products[0], slug="pair", quotas=("weekend", "friday"))
OPEN_AIR = replace(SPEC.products[0], slug="open-air", quotas=(), unlimited=True)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def percent(share: str) -> Effect:
    return Effect(kind=EffectKind.PERCENT_OFF, percent=share)


def off(cents: int) -> Effect:
    return Effect(kind=EffectKind.AMOUNT_OFF, amount=eur(cents))


def fixed(cents: int) -> Effect:
    return Effect(kind=EffectKind.SET_PRICE, amount=eur(cents))


FREE = VoucherTerms(effect=fixed(0))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    world = World(replace(SPEC, products=(*SPEC.products, PAIR, OPEN_AIR)))
    yield world.shops.get(world.slug)
    world.close()


def quotas(shop: Shop, *slugs: str) -> tuple[UUID, ...]:
    return tuple(quota_id(shop.id, one) for one in slugs)


SHOP = UUID(int=7)
ISSUED = VoucherIssued(
    shop=SHOP, shop_slug="winterfest", code_index="X", terms=FREE, code="X", label="for X"
)


def recorded(stamp: Any, version: int = 1) -> Recorded[object]:
    at = NOON + version * DAY
    return Recorded(UUID(int=9), version, version, at, stamp, UUID(int=version), "staff:one")


def after(*stamps: Any, **terms: Any) -> Voucher:
    issued = replace(ISSUED, terms=replace(FREE, **terms))
    history = [recorded(one, number) for number, one in enumerate((issued, *stamps), 1)]
    folded = fold_voucher(UUID(int=9), history)
    one_by_one = Voucher(id=UUID(int=9))
    for each in history:
        one_by_one = evolve_voucher(one_by_one, each)
    assert folded == one_by_one
    return folded


def took(uses: int, order: UUID = ORDER) -> VoucherRedeemed:
    return VoucherRedeemed(order=order, uses=uses, reduction=eur(100 * uses))


def gave(uses: int, order: UUID = ORDER) -> VoucherGivenBack:
    return VoucherGivenBack(order=order, uses=uses)


NEVER = Voucher(id=UUID(int=9))
REVOKED = VoucherRevoked(reason="a mistake")
ERASED = Erased(subject=UUID(int=9), ground=Ground.ASKED)

CANNOT: list[tuple[dict[str, Any], str, str]] = [
    ({"effect": percent("0")}, "percent", "out_of_range"),
    ({"effect": percent("-1")}, "percent", "out_of_range"),
    ({"effect": percent("100.001")}, "percent", "out_of_range"),
    ({"effect": percent("0.0001")}, "percent", "out_of_range"),
    ({"effect": percent("1E1")}, "percent", "out_of_range"),
    ({"effect": percent("half")}, "percent", "out_of_range"),
    ({"effect": percent("Infinity")}, "percent", "out_of_range"),
    ({"effect": percent("١٠")}, "percent", "out_of_range"),
    ({"effect": percent("0000000010.00")}, "percent", "out_of_range"),
    ({"effect": replace(percent("10"), amount=eur(1))}, "percent", "out_of_range"),
    ({"effect": fixed(-1)}, "amount", "out_of_range"),
    ({"effect": off(0)}, "amount", "out_of_range"),
    ({"effect": off(PRICE[1] + 1)}, "amount", "out_of_range"),
    ({"effect": fixed(PRICE[1] + 1)}, "amount", "out_of_range"),
    ({"effect": Effect(kind=EffectKind.AMOUNT_OFF)}, "amount", "out_of_range"),
    ({"effect": replace(off(1), amount=Money(1, "SEK"))}, "amount", "currency"),
    ({"products": ("weekend", "nothing")}, "products", "unknown_product"),
    ({"uses": 0}, "uses", "out_of_range"),
    ({"uses": 10_001}, "uses", "out_of_range"),
    ({"minimum": 0}, "minimum", "out_of_range"),
    ({"uses": 3, "minimum": 4}, "minimum", "out_of_range"),
    ({"valid_from": EARLIEST - INSTANT}, "valid_from", "out_of_range"),
    ({"valid_from": LATEST + INSTANT}, "valid_from", "out_of_range"),
    ({"valid_until": EARLIEST - INSTANT}, "valid_until", "out_of_range"),
    ({"valid_until": LATEST + INSTANT}, "valid_until", "out_of_range"),
    ({"valid_from": NOON, "valid_until": NOON}, "valid_until", "before_start"),
    ({"reserved": (UUID(int=1),), "products": ("weekend",)}, "reserved", "not_of_its_products"),
]


@pytest.mark.parametrize(("changes", "field", "rule"), CANNOT)
def test_what_cannot_be_offered_is_told_with_its_field_and_rule(
    shop: Shop, changes: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(VoucherInvalid) as refused:
        decide.check_terms(replace(FREE, **changes), shop)
    assert (refused.value.field, refused.value.rule) == (field, rule)


@pytest.mark.parametrize(
    "changes",
    [
        {"effect": percent("0.001")},
        {"effect": percent("100")},
        {"effect": percent("00000010.000")},
        {"effect": off(1)},
        {"effect": off(PRICE[1])},
        {"effect": fixed(0)},
        {"effect": fixed(PRICE[1])},
        {"products": ("weekend", "friday")},
        {"uses": 10_000},
        {"uses": 3, "minimum": 3},
        {"valid_from": EARLIEST, "valid_until": LATEST},
        {"valid_from": LATEST},
        {"valid_until": EARLIEST},
        {"valid_from": NOON, "valid_until": NOON + INSTANT},
    ],
)
def test_what_just_fits_can_be_offered(shop: Shop, changes: dict[str, Any]) -> None:
    decide.check_terms(replace(FREE, **changes), shop)


def test_seats_are_kept_of_quotas_of_its_products_alone(shop: Shop) -> None:
    both = replace(FREE, products=("weekend", "friday"), reserved=quotas(shop, "friday"))
    decide.check_terms(both, shop)
    with pytest.raises(VoucherInvalid) as refused:
        decide.check_terms(replace(both, products=("weekend",)), shop)
    assert (refused.value.field, refused.value.rule) == ("reserved", "not_of_its_products")


@pytest.mark.parametrize(
    ("products", "found"),
    [
        (("weekend",), ("weekend",)),
        (("weekend", "volunteer"), ("weekend",)),
        (("weekend", "nothing"), ("weekend",)),
        (("pair",), ("weekend", "friday")),
    ],
)
def test_seats_can_be_kept_for_products_that_take_from_the_same_quotas(
    shop: Shop, products: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert decide.reservable(products, shop) == quotas(shop, *found)


@pytest.mark.parametrize(
    "products", [(), ("nothing",), ("weekend", "friday"), ("weekend", "pair"), ("open-air",)]
)
def test_no_seats_can_be_kept_where_nobody_knows_of_what(
    shop: Shop, products: tuple[str, ...]
) -> None:
    with pytest.raises(VoucherInvalid) as refused:
        decide.reservable(products, shop)
    assert (refused.value.field, refused.value.rule) == ("reserved", "needs_one_quota")


@pytest.mark.parametrize(
    ("voucher", "shop_of_order"),
    [(None, SHOP), (NEVER, SHOP), (after(), OTHER), (after(REVOKED), SHOP)],
    ids=["none", "never issued", "another shop's", "revoked"],
)
def test_what_nobody_may_use_is_unknown(voucher: Voucher | None, shop_of_order: UUID) -> None:
    with pytest.raises(UnknownVoucher):
        decide.usable(voucher, shop_of_order, NOON)


@pytest.mark.parametrize("at", [NOON - INSTANT, NOON + DAY])
def test_outside_its_time_it_tells_its_time(at: datetime) -> None:
    with pytest.raises(VoucherNotValidNow) as refused:
        decide.usable(after(valid_from=NOON, valid_until=NOON + DAY), SHOP, at)
    assert (refused.value.valid_from, refused.value.valid_until) == (NOON, NOON + DAY)


@pytest.mark.parametrize("at", [NOON, NOON + DAY - INSTANT])
def test_it_is_valid_from_its_first_moment_until_before_its_last(at: datetime) -> None:
    for terms in (
        {"valid_from": NOON, "valid_until": NOON + DAY},
        {"valid_from": NOON},
        {"valid_until": NOON + DAY},
        {},
    ):
        voucher = after(**terms)
        assert decide.usable(voucher, SHOP, at) == voucher


def test_without_uses_left_it_is_used_up() -> None:
    assert decide.usable(after(took(1), uses=2), SHOP, NOON).uses_left == 1
    with pytest.raises(VoucherUsedUp):
        decide.usable(after(took(2), uses=2), SHOP, NOON)


def lines(*told: tuple[str, int, int]) -> list[Offered]:
    return [Offered(product=name, price=eur(cents), quantity=many) for name, cents, many in told]


@pytest.mark.parametrize(
    ("terms", "offered", "many"),
    [
        ({"uses": 9}, [("a", 500, 2), ("b", 900, 3)], (2, 3)),
        ({"uses": 4}, [("a", 500, 2), ("b", 900, 3)], (1, 3)),
        ({"uses": 3}, [("a", 500, 2), ("b", 500, 3)], (2, 1)),
        ({"uses": 9, "products": ("b",)}, [("a", 500, 2), ("b", 900, 3)], (0, 3)),
        ({"uses": 9}, [("a", 0, 2), ("b", 1, 3)], (0, 3)),
        ({"uses": 9, "minimum": 5}, [("a", 500, 2), ("b", 900, 3)], (2, 3)),
        # What costs nothing counts for the minimum, and takes no use.
        ({"uses": 9, "minimum": 5}, [("a", 0, 2), ("b", 900, 3)], (0, 3)),
    ],
)
def test_so_many_pieces_of_each_line_get_cheaper(
    terms: dict[str, Any], offered: list[tuple[str, int, int]], many: tuple[int, ...]
) -> None:
    assert decide.pieces_covered(after(**terms), lines(*offered)) == many


def test_fewer_pieces_than_its_minimum_are_told_with_it() -> None:
    voucher = after(uses=9, minimum=3, products=("b",))
    with pytest.raises(VoucherTooFewPieces) as refused:
        decide.pieces_covered(voucher, lines(("a", 500, 5), ("b", 900, 2)))
    assert refused.value.minimum == 3


@pytest.mark.parametrize("offered", [[], [("a", 500, 5)], [("b", 0, 3)]])
def test_what_it_makes_no_cheaper_it_is_not_for(offered: list[tuple[str, int, int]]) -> None:
    with pytest.raises(VoucherNotForThese):
        decide.pieces_covered(after(uses=9, minimum=3, products=("b",)), lines(*offered))


def test_pieces_of_its_products_are_counted_over_all_lines() -> None:
    some = lines(("a", 500, 2), ("b", 0, 3), ("a", 900, 4))
    assert eligible(some, FREE) == 9
    assert eligible(some, replace(FREE, products=("a",))) == 6
    assert eligible([], FREE) == 0
    assert covered(some, FREE, left=0) == (0, 0, 0)


@pytest.mark.parametrize(
    ("effect", "cents"),
    [
        (fixed(0), 0),
        (fixed(999), 999),
        (fixed(1001), 1000),
        (off(1), 999),
        (off(1000), 0),
        (off(1001), 0),
        (percent("100"), 0),
        (percent("0.05"), 999),
        (percent("0.049"), 1000),
        (Effect(kind=EffectKind.AMOUNT_OFF, amount=Money(1, "SEK")), 1000),
        (Effect(kind=EffectKind.SET_PRICE), 0),
    ],
)
def test_what_a_piece_for_ten_euros_costs_with_it(effect: Effect, cents: int) -> None:
    assert reduced(eur(1000), effect) == eur(cents)


def test_an_order_takes_as_many_uses_as_there_are_and_not_one_more() -> None:
    voucher = after(took(2, OTHER), uses=5)
    stamp = decide.redeem(voucher, order=ORDER, uses=3, reduction=eur(30))
    assert stamp == VoucherRedeemed(order=ORDER, uses=3, reduction=eur(30))
    with pytest.raises(VoucherUsedUp):
        decide.redeem(voucher, order=ORDER, uses=4, reduction=eur(40))
    with pytest.raises(VoucherUsedUp):
        decide.redeem(NEVER, order=ORDER, uses=1, reduction=eur(10))


def test_an_order_that_comes_to_life_again_takes_its_use_of_what_is_over() -> None:
    voucher = after(REVOKED, valid_until=NOON - DAY)
    assert decide.redeem(voucher, order=ORDER, uses=1, reduction=eur(1)).uses == 1


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (2, 2), (3, 2)])
def test_an_order_gives_back_at_most_what_it_has(asked: int, given: int) -> None:
    voucher = after(took(2), took(5, OTHER), uses=9)
    assert decide.give_back(voucher, order=ORDER, uses=asked) == gave(given)
    assert decide.give_back(voucher, order=UUID(int=3), uses=1).uses == 0


def test_other_terms_have_at_least_the_uses_that_are_taken() -> None:
    voucher = after(took(2), uses=3)
    two = replace(FREE, uses=2)
    assert decide.change(voucher, two) == VoucherChanged(terms=two)
    assert decide.change(voucher, replace(FREE, uses=3)) is None
    with pytest.raises(VoucherInvalid) as refused:
        decide.change(voucher, FREE)
    assert (refused.value.field, refused.value.rule) == ("uses", "fewer_than_taken")


@pytest.mark.parametrize("voucher", [NEVER, after(REVOKED)], ids=["never issued", "revoked"])
def test_what_nobody_can_use_has_no_other_terms(voucher: Voucher) -> None:
    with pytest.raises(UnknownVoucher):
        decide.change(voucher, FREE)


def test_a_voucher_is_revoked_once() -> None:
    assert decide.revoke(after(), "a mistake") == REVOKED
    assert decide.revoke(after(REVOKED), "again") is None
    with pytest.raises(UnknownVoucher):
        decide.revoke(NEVER, "?")


QUOTA = UUID(int=4)
KEPT: dict[str, Any] = {"reserved": (QUOTA,), "uses": 3, "valid_until": NOON}


@pytest.mark.parametrize(
    ("voucher", "at", "over"),
    [
        (after(**KEPT), NOON, True),
        (after(**KEPT), NOON - INSTANT, False),
        (after(**(KEPT | {"valid_until": None})), NOON, False),
        (after(**(KEPT | {"reserved": ()})), NOON, False),
        (after(REVOKED, **KEPT), NOON, False),
        (after(VoucherExpired(), **KEPT), NOON, False),
        (NEVER, NOON, False),
    ],
)
def test_seats_are_kept_until_its_time_is_over(voucher: Voucher, at: datetime, over: bool) -> None:
    assert decide.expire(voucher, at) == (VoucherExpired() if over else None)


@pytest.mark.parametrize(
    ("voucher", "held"),
    [
        (after(**KEPT), 3),
        (after(took(1), **KEPT), 2),
        (after(took(1), gave(1), **KEPT), 3),
        (after(took(3), **KEPT), 0),
        (after(REVOKED, **KEPT), 0),
        (after(VoucherExpired(), **KEPT), 0),
        (after(VoucherExpired(), VoucherChanged(terms=replace(FREE, **KEPT)), **KEPT), 3),
        (after(**(KEPT | {"reserved": ()})), 0),
        (NEVER, 0),
    ],
)
def test_a_seat_is_kept_for_every_use_that_is_left(voucher: Voucher, held: int) -> None:
    assert voucher.seats == ({QUOTA: (held, 0)} if held else {})


def test_uses_are_counted_by_order_and_the_first_ones_are_remembered() -> None:
    voucher = after(took(2), took(1, OTHER), took(3), gave(1, OTHER), uses=9)
    assert voucher.taken_by == {ORDER: 5}
    assert (voucher.taken, voucher.uses_left, voucher.redeemed) == (5, 4, True)
    assert voucher.first_uses == {ORDER: took(2), OTHER: took(1, OTHER)}
    assert voucher.version == 5


def test_one_without_orders_is_whole() -> None:
    voucher = after(uses=9)
    assert (voucher.taken, voucher.uses_left, voucher.redeemed) == (0, 9, False)
    assert (voucher.issued_at, voucher.code, voucher.revoked) == (NOON + DAY, "X", False)


def test_a_revoked_one_has_no_uses_left_and_one_that_never_was_has_no_terms() -> None:
    revoked = after(REVOKED, uses=9)
    assert (revoked.uses_left, revoked.revoked_at) == (0, NOON + 2 * DAY)
    assert (NEVER.uses_left, NEVER.code, NEVER.reserves) == (0, None, False)
    with pytest.raises(UnknownVoucher):
        _ = NEVER.terms


def test_what_is_erased_is_its_code_and_its_label() -> None:
    voucher = after(ERASED, uses=9)
    assert (voucher.code, voucher.start.label, voucher.erased) == (None, None, True)
    assert voucher.terms == replace(FREE, uses=9)
    assert evolve_voucher(NEVER, recorded(ERASED)).issued is None


def test_a_stamp_of_another_stream_is_foreign() -> None:
    with pytest.raises(Foreign):
        evolve_voucher(NEVER, recorded(ShopOpened(slug="winterfest")))


def test_codes_that_we_make_are_thirty_letters_that_nobody_mistakes() -> None:
    code = "".join(ALPHABET[place % len(ALPHABET)] for place in range(LENGTH))
    assert is_code(code)
    assert not is_code(code[1:])
    assert not is_code(code + "A")
    assert not is_code("0" + code[1:])
    assert folded(f"  {code.lower()} ") == code


def test_codes_that_a_shop_chooses_have_three_to_forty_characters() -> None:
    assert [may_be_code("A" * many) for many in (2, 3, 40, 41)] == [False, True, True, False]
