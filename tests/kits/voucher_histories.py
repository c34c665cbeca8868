"""Random but possible histories of people with vouchers and of codes, for reports to add up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from ledger.grants.grantee import grantee_id
from ledger.grants.stamps import (
    CreateVoucherFailure,
    CreateVoucherRequest,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantTerms,
    PersonCancelled,
    PersonChanged,
    PersonConfirmed,
    PersonListed,
    Place,
    PriceMode,
    VoucherHeldBack,
    VoucherRequested,
    VoucherUpgraded,
    VoucherUpgradeRequest,
    VoucherUsesSeen,
    VoucherWithdrawalRequest,
    VoucherWithdrawn,
)
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
    VoucherTerms,
)
from ledger.vouchers.voucher import voucher_id
from tests.kits.histories import SHOP, ident

Story = Iterator[tuple[UUID, Any]]
_FULL = GrantTerms(mode=PriceMode.SET, value="0.00")
_PLACES = (
    Destination(place=Place.OWN, product="weekend"),
    Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1),
)


def write_vouchers(ledger: Any, *, people: int, codes: int, seed: int) -> None:
    """Interleave the stories of so many people and codes, a stamp a commit."""
    random = Random(seed)
    stories: dict[UUID, Story] = {}
    for number in range(people):
        stories[grantee_id(SHOP, f"{seed}/{number}")] = _person(random, number)
    for number in range(codes):
        index = f"code/{seed}/{number}"
        stories[voucher_id(SHOP, index)] = _code(random, index)
    versions = dict.fromkeys(stories, 0)
    while stories:
        stream = random.choice([*stories])
        told = next(stories[stream], None)
        if told is None:
            del stories[stream]
            continue
        draft = Draft(stream=stream, stamp=told[1], correlation_id=told[0], actor="test")
        (done,) = ledger.append(Append(drafts=[draft], expected={stream: versions[stream]}))
        assert isinstance(done, Appended), done
        versions[stream] += 1


def _person(random: Random, number: int) -> Story:
    kind = random.choice([*GrantKind])
    yield (
        ident(random),
        PersonListed(
            shop=SHOP,
            shop_slug="winterfest",
            kind=kind,
            language="en",
            person_index=f"person-{number}",
            name="Bea",
            email="bea@example.org",
        ),
    )
    yield ident(random), PersonConfirmed()
    if random.random() < 0.3:
        yield ident(random), VoucherHeldBack(valid_until=datetime(2026, 12, 31, tzinfo=UTC))
    worth = random.choice([None, Money(10_000, "EUR")])
    for _ in range(random.randint(0, 2)):
        yield from _voucher(random, kind, worth)


def _voucher(random: Random, kind: GrantKind, worth: Money | None) -> Story:
    cause = ident(random)
    yield (
        cause,
        VoucherRequested(
            kind=kind,
            terms=_FULL,
            destination=random.choice(_PLACES),
            code_index=str(ident(random)),
            worth=worth,
            code="C" * 30,
        ),
    )
    yield cause, CreateVoucherRequest()
    if random.random() < 0.3:
        yield cause, CreateVoucherFailure(code="server_error")
        yield cause, CreateVoucherRequest(try_number=2)
    if random.random() < 0.9:
        yield cause, CreateVoucherSuccess(provider_reference=str(random.randint(1, 10**9)))
    for at in range(random.randint(0, 3)):
        seen = datetime(2027, 1, 2, at, tzinfo=UTC)
        yield cause, VoucherUsesSeen(uses=random.randint(0, 2), seen_at=seen)
    if kind is GrantKind.CO_SPEAKER and random.random() < 0.6:
        yield ident(random), PersonChanged(kind=GrantKind.GRANT, language="en", name="Bea")
        kind, worth = GrantKind.GRANT, Money(20_000, "EUR")
        yield cause, VoucherUpgradeRequest(kind=kind, terms=_FULL, worth=worth)
        yield cause, VoucherUpgraded(kind=kind, terms=_FULL, worth=worth)
    yield ident(random), PersonCancelled(reason="x")
    yield cause, VoucherWithdrawalRequest()
    yield cause, VoucherWithdrawn()


def _code(random: Random, index: str) -> Story:
    effect = Effect(kind=EffectKind.PERCENT_OFF, percent="10")
    yield (
        ident(random),
        VoucherIssued(
            shop=SHOP,
            shop_slug="winterfest",
            code_index=index,
            terms=VoucherTerms(effect=effect, uses=100),
            source=ident(random) if random.random() < 0.2 else None,
            code="SUMMER",
            label="",
        ),
    )
    for _ in range(random.randint(0, 4)):
        order, uses = ident(random), random.randint(1, 3)
        reduction = Money(random.randint(0, 4_000), random.choice(["EUR", "EUR", "SEK"]))
        yield ident(random), VoucherRedeemed(order=order, uses=uses, reduction=reduction)
        left = random.randint(0, uses)
        if left < uses:
            yield ident(random), VoucherGivenBack(order=order, uses=uses - left)
            if not left and random.random() < 0.5:
                yield ident(random), VoucherRedeemed(order=order, uses=uses, reduction=reduction)
    if random.random() < 0.5:
        yield ident(random), VoucherRevoked(reason="x")
