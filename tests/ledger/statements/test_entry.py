"""Which movements look alike, what is known of them, and how many there are."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.numbers import payment_reference
from ledger.statements.entry import (
    BankEntry,
    BankStatement,
    Movement,
    how_many,
    is_ours,
    marks,
    movements,
    reference_in,
)
from ledger.statements.transfers import end_to_end_of, refund_named, sent_key

ENTRY = BankEntry(
    account="FI3715903000000776",
    booked=date(2027, 1, 11),
    amount=Money(3500, "EUR"),
    credit=True,
    reference="202600000428",
)
OURS = payment_reference(2026, 42)
OTHER = payment_reference(2026, 43)


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "FI1410093000123458"},
        {"booked": ENTRY.booked + timedelta(days=1)},
        {"amount": Money(3501, "EUR")},
        {"amount": Money(3500, "SEK")},
        {"credit": False},
        {"reversal": True},
        {"reference": ""},
    ],
    ids=str,
)
def test_movements_that_differ_in_what_every_format_tells_have_different_keys(changes):
    assert replace(ENTRY, **changes).key != ENTRY.key


def test_a_key_is_32_signs_and_does_not_hang_on_what_some_formats_leave_out():
    told = replace(ENTRY, bank_reference="A1", payer="Ada", text="thanks", batch="b")
    assert told.key == ENTRY.key
    assert len(ENTRY.key) == 32


@pytest.mark.parametrize(
    ("credit", "reversal", "kind"),
    [(True, False, "C"), (False, False, "D"), (True, True, "CR"), (False, True, "DR")],
)
def test_the_four_kinds_of_movement_have_keys_of_their_own(credit, reversal, kind):
    told = f"FI3715903000000776\n2027-01-11\n{kind}\n3500\nEUR\n202600000428"
    key = sha256(told.encode()).hexdigest()[:32]
    assert replace(ENTRY, credit=credit, reversal=reversal).key == key, "kept for ever"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("", ""),
        ("NONREF", ""),
        ("notprovided", ""),
        ("NON-REF", ""),
        ("a-1 b", "A1B"),
        ("1234567890123456", "1234567890123456"),
        ("12345678901234567", "1234567890123456"),
    ],
)
def test_a_banks_name_of_a_movement_is_what_every_format_has_room_for(written, name):
    assert replace(ENTRY, bank_reference=written).name == name


def test_a_transfer_is_called_by_its_day_its_key_and_its_number():
    movement = Movement(entry=ENTRY, number=2)
    assert movement.transfer == f"BANK20270111{ENTRY.key[:20].upper()}N2"


def test_a_statement_adds_how_many_it_told_of_at_once_and_their_names():
    named, other = replace(ENTRY, bank_reference="A1"), replace(ENTRY, credit=False)
    told = marks(BankStatement(account=ENTRY.account, entries=[named, ENTRY, other]))
    assert told == {ENTRY.key: {"n1", "n2", "=A1"}, other.key: {"n1"}}


@pytest.mark.parametrize(
    ("seen", "count"),
    [
        ([], 0),
        (["n1"], 1),
        (["n1", "=A"], 1),
        (["n1", "=A", "=B"], 2),
        (["n1", "n2", "=A"], 2),
    ],
)
def test_there_are_as_many_as_were_named_or_told_of_at_once(seen, count):
    assert how_many(seen) == count


def test_every_movement_is_told_once_and_the_last_that_is_shown_stands_for_those_that_are_not():
    first, second = replace(ENTRY, text="first"), replace(ENTRY, text="second")
    statement = BankStatement(account=ENTRY.account, entries=[first, second])
    again = BankStatement(account=ENTRY.account, entries=[])
    told = [*movements([statement, again], {ENTRY.key: ["n1", "n2", "n3"]})]
    assert [(one.entry.text, one.number) for one in told] == [
        ("first", 1),
        ("second", 2),
        ("second", 3),
    ]


@pytest.mark.parametrize(
    ("told", "free", "reference"),
    [
        ("RF33 2348 236", "", "2348236"),
        ("2348236", f"really {OURS}", "2348236"),
        ("", f"ticket {OURS}, thanks", OURS),
        ("", f"ticket {OURS} or {OURS}", OURS),
        ("", f"ticket {OURS} or {OTHER}", ""),
        ("", f"ticket {OURS[:-1]}{(int(OURS[-1]) + 1) % 10}", ""),
        ("", f"x{OURS}", ""),
        ("", "2348236", ""),
        ("", "", ""),
    ],
)
def test_a_reference_is_the_one_given_or_the_only_one_of_ours_that_was_written(
    told, free, reference
):
    assert reference_in(told, free=free) == reference


@pytest.mark.parametrize(
    ("reference", "ours"),
    [
        (OURS, True),
        (OURS[:-1] + str((int(OURS[-1]) + 1) % 10), False),
        ("2348236", False),
        (f"0{OURS}", False),
        ("", False),
    ],
)
def test_ours_has_the_year_twelve_digits_and_a_check_digit_that_fits(reference, ours):
    assert is_ours(reference) is ours


def test_a_refund_is_known_again_by_our_name_of_it_however_the_bank_writes_it():
    refund = UUID("172b1a35-0fa7-fa72-1c68-0333660dfdde")
    name = end_to_end_of(refund)
    assert name == "SL172b1a350fa7fa721c680333660dfdde"
    for written in (name, name.upper(), name.lower(), f" {name[:10]} {name[10:]} "):
        assert refund_named(written) == refund
    for foreign in (name[:-1], f"{name}0", f"XX{name[2:]}", "", "NOTPROVIDED"):
        assert refund_named(foreign) is None
    assert len(sent_key(refund)) == 32
