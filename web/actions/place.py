"""Placing an order: the form and the API ask in the same words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from ledger.kernel.money import Money
from ledger.order.commands import PlaceOrder, ProviderAccount, Wanted
from ledger.order.order import Order
from ledger.order.service import alone
from ledger.order.stamps import Customer
from web.actions.vouchers import stream_of
from web.wiring.parts import Parts

CUSTOMER = "customer"


def place_order(
    parts: Parts,
    shop: str,
    *,
    key: UUID,
    lines: Sequence[Wanted],
    customer: Customer,
    language: str,
    content: bytes,
    expected_total: Money | None,
    account: UUID | None = None,
    code: str = "",
    hold: UUID | None = None,
) -> Order:
    """The order under this key; the same content again gives the first one back.

    `content` is the whole wish as its door spells it: another under the same key is `KeyReused`.
    `account` is that of whoever is signed in, `code` that of a voucher, `hold` a place in line
    whose held seats it takes.
    Raises what `Orders.place` raises.
    """
    wish = wish_of(
        parts,
        key,
        actor=CUSTOMER,
        lines=lines,
        customer=customer,
        language=language,
        content=content,
    )
    wish = replace(
        wish,
        expected_total=expected_total,
        account=account,
        voucher=stream_of(parts, shop, code) if code else None,
    )
    used = parts.waiting.used_by(hold, wish.order, wish.at) if hold else alone
    return parts.orders.place(shop, wish, beside=used)


def place_for_customer(
    parts: Parts,
    shop: str,
    *,
    key: UUID,
    actor: str,
    lines: Sequence[Wanted],
    customer: Customer,
    language: str,
    content: bytes,
    code: str = "",
    shown: Money | None = None,
) -> Order:
    """The same by ticket sales: also of what is not on sale, and more than one may order.

    What is to be paid is asked for by the worker, as for an order whose customer went away. `shown`
    is what it costs, as they saw it.
    """
    wish = wish_of(
        parts, key, actor=actor, lines=lines, customer=customer, language=language, content=content
    )
    voucher = stream_of(parts, shop, code) if code else None
    wish = replace(wish, for_customer=True, voucher=voucher, expected_total=shown)
    return parts.orders.place(shop, wish)


def holders(parts: Parts, answers: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """The keyed hash of whatever may be an address among answers, by the address."""
    texts = (text.strip() for told in answers for text in told.values())
    return {text: parts.keyring.blind_index(text) for text in texts if "@" in text}


def wish_of(
    parts: Parts,
    key: UUID,
    *,
    actor: str,
    lines: Sequence[Wanted],
    customer: Customer,
    language: str,
    content: bytes,
) -> PlaceOrder:
    return PlaceOrder(
        correlation_id=key,
        actor=actor,
        at=parts.clock(),
        order=uuid4(),
        lines=tuple(lines),
        customer=customer,
        language=language,
        email_index=parts.keyring.blind_index(customer.email),
        holders=holders(parts, (told for one in lines for told in one.answers)),
        request_digest=parts.keyring.keyed_hash(content),
        accounts={
            name: ProviderAccount(name=one.account, live=one.live)
            for name, one in parts.providers.items()
        },
    )
