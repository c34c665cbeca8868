"""What comes of placing an order: shops of each kind, and wishes with one thing told otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.commands import DoorSale, PlaceOrder, ProviderAccount, TakenOver, Wanted
from ledger.shop.differences import differences
from ledger.shop.questions import Needed, QuestionKind, Questions, TicketQuestion
from ledger.shop.shop import Shop, ShopSpec, evolve_shop
from ledger.shop.stamps import BankAccount, ShopCancelled, SignIn, Venue, shop_id
from tests.kits.ticket_codes import codes
from tests.kits.worlds import ADA, PREFERENCES, SPEC, WEEKEND

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
_DAY, _ELSE = timedelta(days=1), UUID(int=7)
_NAME = TicketQuestion(
    slug="name", kind=QuestionKind.NAME, label={"en": "Name"}, needed=Needed.AT_CHECKOUT
)
_HALL = Venue(name={"en": "The hall"}, address="1 Harbour Street")
_BANK = BankAccount(iban="FI2112345600000785", bic="NDEAFIHH", holder="Winterfest ry")


def _with(**changes: Any) -> ShopSpec:
    return replace(SPEC, preferences=replace(PREFERENCES, **changes))


def _selling(**changes: Any) -> ShopSpec:
    return replace(SPEC, products=(replace(WEEKEND, **changes), *SPEC.products[1:]))


SHOPS: Mapping[str, ShopSpec] = {
    "a shop": SPEC,
    "a hall": _with(venue=_HALL),
    "doors": _with(doors_at=PREFERENCES.starts_at - timedelta(hours=1)),
    "an end": _with(ends_at=PREFERENCES.starts_at + _DAY),
    "by hand": _with(provider="manual", how_to_pay={"en": "To our account"}, bank_account=_BANK),
    "no reminder": _with(remind_unpaid=False),
    "accounts only": _with(sign_in=SignIn.REQUIRED),
    "later": _selling(available_from=NOON + _DAY),
    "earlier": _selling(available_until=NOON),
    "a book of tickets": _selling(tickets=40, max_per_order=50),
    "no tickets": _selling(tickets=0),
    "two halls": _selling(quotas=("weekend", "friday")),
    "names": _selling(questions=Questions(asked=(_NAME,))),
    "dear": _selling(price=Money(99_999_999, "EUR")),
}


def shops() -> Iterator[tuple[str, Shop]]:
    """Each as it stands after its import; one is cancelled afterwards."""
    for name, spec in SHOPS.items():
        yield name, _standing(spec)
    gone = _standing(SPEC)
    yield "cancelled", _after(gone, ShopCancelled(reason={"en": "Storm"}))


def _standing(spec: ShopSpec) -> Shop:
    shop = Shop(id=shop_id(spec.slug))
    for stamp in differences(spec, shop):
        shop = _after(shop, stamp)
    return shop


def _after(shop: Shop, stamp: Any) -> Shop:
    version = shop.version + 1
    return evolve_shop(shop, Recorded(shop.id, version, version, NOON, stamp, _ELSE, "staff"))


def commands() -> Iterator[tuple[str, PlaceOrder]]:
    """Each with what is told otherwise."""
    usual = PlaceOrder(
        correlation_id=UUID(int=1),
        actor="visitor",
        at=NOON,
        order=UUID(int=2),
        lines=(Wanted(product="weekend", quantity=2),),
        customer=ADA,
        language="en",
        email_index="index",
        request_digest="digest",
        accounts={"stripe": ProviderAccount(name="acct_1", live=True)},
    )
    yield "usual", usual
    for name, values in _OTHERS.items():
        for value in values:
            yield f"{name}={value!r}", replace(usual, **{name: value})
    sold = DoorSale(way="cash", tickets=codes(2))
    for name in ("for_customer", "customer"):
        for value in _OTHERS[name]:
            yield f"sold, {name}={value!r}", replace(usual, sale=sold, **{name: value})


def _wanted(*lines: tuple[str, int]) -> tuple[Wanted, ...]:
    return tuple(Wanted(product=product, quantity=many) for product, many in lines)


_TOLD = Wanted(product="weekend", quantity=2, answers=({"name": "Ada"}, {"name": "Bea"}))
_OTHERS: Mapping[str, tuple[Any, ...]] = {
    "lines": (
        (),
        *(_wanted(("weekend", many)) for many in (-1, 0, 1, 10, 11, 50, 51)),
        _wanted(("weekend", 1), ("weekend", 1)),
        _wanted(("weekend", 1), ("friday", 2), ("volunteer", 1)),
        _wanted(("volunteer", 1)),
        _wanted(("sauna", 1)),
        (_TOLD,),
        (replace(_TOLD, answers=({"name": "Ada"}, {})),),
        (replace(_TOLD, answers=({"name": "Ada"},)),),
        (replace(_TOLD, answers=({"shoe": "43"}, {})),),
    ),
    "customer": (
        *(
            replace(ADA, **{field: text})
            for field in ("first_name", "last_name")
            for text in ("", " ", "x" * 50, "x" * 51, "A\tB", "A;B", "Åsa-Lena O’Hara'")
        ),
        *(replace(ADA, email=text) for text in ("", "ada", "ada@example", "ada@example.org")),
        *(replace(ADA, phone=text) for text in ("", "1" * 49, "1" * 50, "1" * 51, "1\n2")),
    ),
    "language": ("", "fi", "sv-SE", "de", "EN"),
    "accounts": ({}, {"stripe": ProviderAccount(name="acct_2", live=False)}),
    "expected_total": tuple(Money(one, "EUR") for one in (0, 6999, 7000, 7001)),
    "account": (_ELSE,),
    "for_customer": (True, False),
    "sale": (
        DoorSale(way="cash", tickets=codes(2)),
        DoorSale(way="card", tickets=codes(1)),
        DoorSale(way="cash", tickets=()),
    ),
    "taken_over": tuple(
        TakenOver(order=_ELSE, amount=Money(cents, "EUR"), live=live)
        for cents in (0, 3500, 7000)
        for live in (True, False)
    ),
    "voucher": (_ELSE,),
}
