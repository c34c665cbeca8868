"""Transfers count once, whatever files tell of them in whatever order (law 3, law 11)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store.memory_inbox import MemoryInbox
from ledger.cases.stamps import Action, CaseKind, CaseOpened
from ledger.kernel.money import Money
from ledger.order.commands import CancelOrder, MarkPaid, WithdrawPayment
from ledger.order.numbers import payment_reference
from ledger.order.stamps import Paid
from ledger.order.status import Status, status
from ledger.shop.stamps import BankAccount
from ledger.statements.match import MovementVerdict
from tests.kits.api_shop import winterfest
from tests.kits.bank_files import ACCOUNT, Booked, camt, mt940
from tests.kits.product import Product, open_shop
from tests.kits.web_fakes import NOON
from web.actions.back_office import carry_out, resolve_case
from web.actions.statements import AccountUnknown, StatementRow, preview, take_in
from web.actions.wish import Wish

NOBODY = payment_reference(2026, 9_999_999)


def shop(orders: int = 3) -> tuple[Product, list[str]]:
    """A shop that is paid to an account, and the references of its orders of 35.00 each."""
    product = open_shop()
    terms = replace(
        winterfest().preferences, bank_account=BankAccount(iban=ACCOUNT, holder="Winterfest ry")
    )
    spec = replace(winterfest(), preferences=terms)
    product.parts.shops.import_shop(spec, actor="test", at=NOON)
    return product, [reference_of(product, product.place()) for _ in range(orders)]


def reference_of(product: Product, answer) -> str:
    return product.parts.orders.get(UUID(answer.json["order"]["id"])).payment_reference


def order_of(product: Product, reference: str):
    (row,) = product.parts.views.orders_called(reference, number=None, shops=["winterfest"])
    return product.parts.orders.get(row.stream)


def taken(product: Product, *files: bytes, ours_only: bool = False) -> list[MovementVerdict]:
    """What was made of each movement of the last file."""
    rows: Sequence[StatementRow] = ()
    for content in files:
        statements = product.parts.read_statements(content)
        shown = preview(product.parts, statements, shops=["winterfest"], ours_only=ours_only)
        rows = take_in(
            product.parts, statements, shops=["winterfest"], ours_only=ours_only, actor="test"
        )
        assert [one.verdict for one in rows] == [one.verdict for one in shown]
    return [one.verdict for one in rows]


def cases(product: Product) -> list[CaseOpened]:
    found = product.parts.store.feed(0, limit=10_000)
    return [one.stamp for one in found if isinstance(one.stamp, CaseOpened)]


def wish(product: Product) -> Wish:
    return Wish(correlation_id=uuid4(), actor="test", at=product.clock())


def test_the_sure_ones_are_paid_and_the_evidence_is_sealed_beside_them():
    product, (one, two, _) = shop()
    assert taken(product, camt([Booked(cents=3500, reference=one, name="A1")])) == [
        MovementVerdict.PAYS
    ]
    order = order_of(product, one)
    assert status(order) is Status.PAID
    (paid,) = [
        stamp for stamp in product.parts.store.read(order.id) if isinstance(stamp.stamp, Paid)
    ]
    assert paid.occurred_at is not None
    assert paid.occurred_at.date() == date(2027, 1, 12)
    (kept,) = product.parts.inbox.archive(None)
    assert kept.hash == paid.evidence
    opened = product.parts.inbox.open(kept.id)
    assert opened is not None
    assert b"Aino Virtanen" in opened.body
    assert product.inbox.states[kept.id] == "done"
    assert status(order_of(product, two)) is not Status.PAID


def test_a_preview_stamps_nothing():
    product, (one, *_) = shop()
    before = product.parts.store.head()
    statements = product.parts.read_statements(camt([Booked(cents=3500, reference=one)]))
    rows = preview(product.parts, statements, shops=["winterfest"], ours_only=False)
    assert [row.verdict for row in rows] == [MovementVerdict.PAYS]
    assert product.parts.store.head() == before


def test_the_same_file_again_adds_nothing():
    product, (one, *_) = shop()
    file = camt([Booked(cents=3500, reference=one, name="A1"), Booked(cents=100, text="?")])
    taken(product, file)
    before = product.parts.store.head()
    assert taken(product, file) == [MovementVerdict.KNOWN, MovementVerdict.KNOWN]
    assert product.parts.store.head() == before


def test_money_that_is_not_as_it_should_be_counts_and_is_told():
    product, (one, two, three) = shop()
    carry_out(product.parts, order_of(product, three).id, CancelOrder(**wish(product), reason="x"))
    file = camt(
        [
            Booked(cents=1000, reference=one, name="A1"),
            Booked(cents=4000, reference=two, name="A2"),
            Booked(cents=3500, reference=two, name="A3"),
            Booked(cents=3500, reference=three, name="A4"),
        ]
    )
    assert taken(product, file) == [
        MovementVerdict.TOO_LITTLE,
        MovementVerdict.TOO_MUCH,
        MovementVerdict.PAID_TWICE,
        MovementVerdict.ORDER_OVER,
    ]
    assert order_of(product, one).lacking
    assert order_of(product, two).received == Money(7500, "EUR")
    assert order_of(product, three).received == Money(3500, "EUR")


@pytest.mark.parametrize(
    ("odd", "verdict", "kind"),
    [
        ({"reference": NOBODY}, MovementVerdict.UNKNOWN, CaseKind.UNMATCHED_MONEY),
        ({"text": "for the tickets"}, MovementVerdict.UNKNOWN, CaseKind.UNMATCHED_MONEY),
        ({"currency": "SEK"}, MovementVerdict.OTHER_CURRENCY, CaseKind.UNMATCHED_MONEY),
        ({"reversal": True, "cents": -3500}, MovementVerdict.TAKEN_BACK, CaseKind.CONTRADICTION),
        ({"reversal": True}, MovementVerdict.CAME_BACK, CaseKind.CONTRADICTION),
    ],
)
def test_what_is_odd_becomes_a_case_and_moves_no_order(odd, verdict, kind):
    product, (one, *_) = shop()
    ours = {} if "text" in odd else {"reference": one}
    file = camt([Booked(**{"cents": 3500, **ours, **odd})]).replace(b"OPBD", b"XXXX")
    assert taken(product, file, file) == [MovementVerdict.KNOWN]
    (case,) = cases(product)
    assert (case.kind, case.provider) == (kind, "manual")
    assert order_of(product, one).received.amount == 0
    assert verdict is not MovementVerdict.KNOWN


def test_money_of_a_case_is_assigned_once_and_the_file_does_not_bring_it_again():
    product, (one, *_) = shop()
    file = camt([Booked(cents=3500, reference=NOBODY, name="A1")])
    taken(product, file)
    (case,) = [row for row in product.parts.views.cases() if row.kind == "unmatched_money"]
    resolve_case(
        product.parts,
        case.stream,
        wish(product),
        action=Action.ASSIGN,
        reason="said so",
        order=order_of(product, one).id,
    )
    assert status(order_of(product, one)) is Status.PAID
    assert taken(product, file) == [MovementVerdict.KNOWN]
    assert order_of(product, one).received == Money(3500, "EUR")


def test_what_staff_entered_by_hand_is_not_counted_a_second_time():
    product, (one, *_) = shop()
    order = order_of(product, one)
    carry_out(product.parts, order.id, MarkPaid(**wish(product), reason="x", reference=one))
    assert taken(product, camt([Booked(cents=3500, reference=one)])) == [MovementVerdict.BY_HAND]
    assert order_of(product, one).received == Money(3500, "EUR")
    assert [case.kind for case in cases(product)] == [CaseKind.UNMATCHED_MONEY]


def test_what_people_took_back_no_old_file_revives():
    product, (one, *_) = shop()
    file = camt([Booked(cents=3500, reference=one, name="A1")])
    taken(product, file)
    order = order_of(product, one)
    (attempt,) = order.paid_attempts
    undo = WithdrawPayment(
        **wish(product),
        reason="x",
        payment=attempt.correlation_id,
        version=order.version,
        approver="other",
    )
    product.parts.orders.handle(order.id, undo)
    assert taken(product, file) == [MovementVerdict.KNOWN]
    assert order_of(product, one).received.amount == 0


def test_other_peoples_money_is_left_out_where_the_account_is_used_for_other_things():
    product, _ = shop()
    file = camt([Booked(cents=9900, text="membership"), Booked(cents=3500, reference=NOBODY)])
    assert taken(product, file, ours_only=True) == [
        MovementVerdict.NOT_OURS,
        MovementVerdict.UNKNOWN,
    ]
    assert len(cases(product)) == 1


def test_an_account_of_nobody_is_refused_whole():
    product = open_shop()
    with pytest.raises(AccountUnknown):
        taken(product, camt([Booked(cents=3500, reference=NOBODY)]))


def test_two_equal_transfers_of_one_day_are_two_in_every_format():
    product, (one, *_) = shop()
    twice = [Booked(cents=1750, reference=one, name=f"BANKNAME{n}") for n in (1, 2)]
    assert taken(product, camt(twice)) == [MovementVerdict.TOO_LITTLE, MovementVerdict.PAYS]
    for again in (mt940(twice), mt940(twice, names=False), camt(twice[:1]), camt(twice[1:])):
        assert {*taken(product, again)} == {MovementVerdict.KNOWN}
    assert order_of(product, one).received == Money(3500, "EUR")


DAYS = [date(2027, 1, day) for day in (11, 12, 13)]
FORMS = {
    "02": lambda one: camt(one, version="02"),
    "08": camt,
    "mt940": mt940,
    "nameless": lambda one: mt940(one, names=False),
}


def happened(references: list[str]):
    """What happened on the account: few amounts, days and orders, so that many look alike."""
    one = st.tuples(
        st.sampled_from([*references, NOBODY, ""]),
        st.sampled_from([3500, 1000]),
        st.sampled_from(DAYS),
    )
    return st.lists(one, min_size=1, max_size=5)


def outcome(product: Product, references: list[str]):
    money = [order_of(product, one).received.amount for one in references]
    return money, sorted((str(one.kind), one.provider_reference) for one in cases(product))


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.data())
def test_any_order_overlap_and_repetition_of_files_gives_the_same_ledger(data):
    product, references = shop(2)
    really = [
        Booked(cents=cents, reference=reference, day=day, name=f"{day:%Y%m%d}ARCHIVE{n:03d}")
        for n, (reference, cents, day) in enumerate(data.draw(happened(references)))
    ]
    whole, _ = shop(2)
    taken(whole, camt(really))
    spans = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from([*FORMS]))
    files = [*data.draw(st.lists(spans, max_size=3)), (DAYS[0], DAYS[-1], "08")]
    for first, last, form in data.draw(st.permutations(files)):
        told = [one for one in really if first <= one.day <= last]
        taken(product, FORMS[form](data.draw(st.permutations(told))))
    assert outcome(product, references) == outcome(whole, references)
    assert sum(outcome(product, references)[0]) == sum(
        one.cents for one in really if one.reference in references
    )


def test_what_a_bank_said_waits_for_nobody(monkeypatch):
    """A mark of its own is lost with a server that dies; then the worker takes it for news."""
    product, (one, *_) = shop()
    inbox = product.parts.inbox
    assert isinstance(inbox, MemoryInbox)
    monkeypatch.setattr(inbox, "mark", lambda *_, **__: None)
    taken(product, camt([Booked(cents=3500, reference=one), Booked(cents=9900, text="x")]))
    assert inbox.unfinished() == []
