"""Banks' files are read alike whatever their format, and nothing of a doubtful one is taken."""

import doctest
from contextlib import suppress
from datetime import date

import pytest

from adapters.statements.read import read_statements
from ledger.kernel.bank_transfer import creditor_reference
from ledger.kernel.money import Money
from ledger.order.numbers import payment_reference
from ledger.statements import entry as entries
from ledger.statements.faults import StatementUnreadable
from tests.kits.bank_files import ACCOUNT, Booked, camt, mt940

REFERENCE = "202600000428"
FORMS = {
    "camt 02": lambda one: camt(one, version="02"),
    "camt 08": lambda one: camt(one, version="08"),
    "mt940": mt940,
}
EVERY = pytest.mark.parametrize("write", FORMS.values(), ids=FORMS)


def only(content: bytes) -> entries.BankEntry:
    ((found,),) = [one.entries for one in read_statements(content)]
    return found


@EVERY
def test_a_transfer_is_the_same_in_every_format(write):
    found = only(write([Booked(cents=3500, reference=REFERENCE, name="20270112ABCDEF0012345678")]))
    assert (found.account, found.booked) == (ACCOUNT, date(2027, 1, 12))
    assert (found.amount, found.credit, found.reversal) == (Money(3500, "EUR"), True, False)
    assert (found.reference, found.name) == (REFERENCE, "20270112ABCDEF00")


@EVERY
@pytest.mark.parametrize(
    "written", [REFERENCE, f"RF38{REFERENCE}", "0000" + REFERENCE, "2026 0000 0428"]
)
def test_a_reference_is_read_as_payers_and_banks_write_it(write, written):
    if written.startswith("RF"):
        written = creditor_reference(REFERENCE)
    told = {"text": f"Invoice {written}, thank you"} if " " in written else {"reference": written}
    assert only(write([Booked(cents=3500, **told)])).reference == REFERENCE


@EVERY
def test_a_mistyped_reference_in_free_text_is_none(write):
    assert only(write([Booked(cents=3500, text="2026 0000 0429")])).reference == ""


@EVERY
def test_two_references_in_one_text_are_none(write):
    text = f"{payment_reference(2026, 42)} and {payment_reference(2026, 43)}"
    assert only(write([Booked(cents=3500, text=text)])).reference == ""


@EVERY
@pytest.mark.parametrize("cents", [1250, -1250])
def test_a_reversal_tells_which_way_the_money_went_now(write, cents):
    found = only(write([Booked(cents=cents, reference=REFERENCE, reversal=True)]))
    assert (found.credit, found.reversal, found.amount.amount) == (cents > 0, True, 1250)


def test_what_is_only_announced_is_not_there_yet():
    (statement,) = read_statements(camt([Booked(cents=100), Booked(cents=200, pending=True)]))
    assert [one.amount.amount for one in statement.entries] == [100]


def test_who_paid_is_in_no_repr():
    found = only(camt([Booked(cents=100, payer="Aino Virtanen", text="For Aino")]))
    assert found.payer == "Aino Virtanen"
    assert "Aino" not in repr(found)


def test_a_booking_of_several_payments_is_taken_apart_where_the_bank_tells_each():
    one = camt([Booked(cents=3000)]).decode()
    start, end = one.index("<TxDtls>"), one.index("</TxDtls>")
    details = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>A{cents}</AcctSvcrRef></Refs>"
        f'<Amt Ccy="EUR">{cents / 100:.2f}</Amt><RmtInf><Strd><CdtrRefInf><Ref>{REFERENCE}</Ref>'
        "</CdtrRefInf></Strd></RmtInf></TxDtls>"
        for cents in (1000, 2000)
    )
    several = one[:start] + details + one[end + len("</TxDtls>") :]
    (statement,) = read_statements(several.encode())
    assert [one.amount.amount for one in statement.entries] == [1000, 2000]
    assert {one.reference for one in statement.entries} == {REFERENCE}


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<a",
        b"<Document/>",
        BOMB,
        OUTSIDE,
        b"<!DOCTYPE a SYSTEM 'http://example.org/x.dtd'><a/>",
        b"<a>" * 500,
        camt([], version="01"),
        camt([Booked(cents=100)], account="FI3715903000000777"),
        camt([Booked(cents=100)], closing=1),
        mt940([Booked(cents=100)], closing=1),
        mt940([Booked(cents=100)], account="FI37"),
        mt940([Booked(cents=100)]).replace(b":61:270112", b":61:271312"),
        mt940([Booked(cents=100)]).replace(b"NTRF", b"??"),
        camt([Booked(cents=100)]).replace(b">1.00<", b">NaN<"),
        camt([Booked(cents=100)]).replace(b">1.00<", b">1.001<"),
        camt([Booked(cents=100)]).replace(b"CRDT</CdtDbtInd><Sts>", b"BOTH</CdtDbtInd><Sts>"),
        camt([Booked(cents=100)]).replace(b"2027-01-12</Dt></BookgDt>", b"soon</Dt></BookgDt>"),
        b'<?xml version="1.0" encoding="x-nothing"?><a/>',
    ],
)
def test_nothing_of_a_doubtful_file_is_taken(content):
    with pytest.raises(StatementUnreadable):
        read_statements(content)


@pytest.mark.parametrize("declared", ["<!ENTITY b 'x'>", "<!ENTITY b SYSTEM 'file:///etc/passwd'>"])
def test_a_statement_that_declares_a_document_type_is_none_however_right_the_rest(declared):
    right = camt([Booked(cents=100)])
    wrong = right.replace(b"<Document", f"<!DOCTYPE Document [{declared}]><Document".encode(), 1)
    assert read_statements(right)
    with pytest.raises(StatementUnreadable, match="document type"):
        read_statements(wrong)


def test_no_file_whatever_is_an_error_of_ours():
    """Cut off anywhere, or with any byte changed, it is read or refused."""
    for whole in (camt([Booked(cents=100, reference=REFERENCE)]), mt940([Booked(cents=100)])):
        for place in range(0, len(whole), 7):
            for broken in (whole[:place], whole[:place] + b"\xff" + whole[place + 1 :]):
                with suppress(StatementUnreadable):
                    read_statements(broken)


def test_the_examples_in_the_rules_hold():
    assert doctest.testmod(entries).failed == 0
