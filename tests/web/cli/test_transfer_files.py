"""Refunds by transfer: each in one file, the same bytes again, seen when its debit comes."""

import json
import stat
from uuid import UUID
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from ledger.cases.stamps import CaseOpened
from ledger.kernel.refusals import AccountMistyped
from ledger.order.commands import RefundByHand
from ledger.order.stamps import ManualRefund
from ledger.statements.transfers import end_to_end_of
from tests.kits.bank_files import ACCOUNT, Booked, camt, mt940
from tests.web.actions.test_statements import order_of, shop, taken, wish
from web.actions.back_office import carry_out
from web.actions.persons import holdings_of
from web.cli.statements import statement

THEIRS = "DE89370400440532013000"


@pytest.fixture
def house():
    product, references = shop(3)
    taken(product, camt([Booked(cents=3500, reference=one) for one in references]))
    return product, references


def refund(product, reference: str, *, payee: str = "Åsa Mäkinen-O’Neill", amount=None) -> UUID:
    asked = wish(product)
    order = order_of(product, reference)
    command = RefundByHand(**asked, reason="x", account=THEIRS, payee=payee, amount=amount)
    carry_out(product.parts, order.id, command)
    return asked["correlation_id"]


def run(product, *words: str):
    return CliRunner().invoke(statement, words, obj=lambda: product.parts)


def make(product, path, *more: str):
    return run(product, "transfer-file", str(path), "--shop", "winterfest", *more)


def states(product) -> list[tuple[int | None, bool]]:
    told = run(product, "transfers", "--shop", "winterfest", "--json").stdout
    return [(one["file"], one["sent"]) for one in json.loads(told)["transfers"]]


def texts(content: bytes, name: str) -> list[str]:
    root = ElementTree.fromstring(content)
    return ["".join(one.itertext()).strip() for one in root.iterfind(f".//{{*}}{name}")]


def at(root: ElementTree.Element, path: str) -> ElementTree.Element:
    found = root.find(path)
    assert found is not None
    return found


def test_each_refund_is_in_one_file_and_a_file_is_the_same_bytes_again(house, tmp_path):
    product, (one, two, three) = house
    first = refund(product, one)
    refund(product, two, payee="")  # staff have sent this one themselves
    assert make(product, tmp_path / "x.xml").exit_code == 0
    assert not (tmp_path / "x.xml").exists()
    assert make(product, tmp_path / "1.xml", "--apply").exit_code == 0
    content = (tmp_path / "1.xml").read_bytes()
    assert texts(content, "EndToEndId") == [end_to_end_of(first)]
    assert texts(content, "InstdAmt") == ["35.00"]
    assert make(product, tmp_path / "2.xml", "--apply").exit_code == 1
    second = refund(product, three)
    assert states(product) == [(1, False), (None, False)]
    product.clock.move(days=3)
    assert make(product, tmp_path / "2.xml", "--apply").exit_code == 0
    assert texts((tmp_path / "2.xml").read_bytes(), "EndToEndId") == [end_to_end_of(second)]
    assert make(product, tmp_path / "again.xml", "--number", "1").exit_code == 0
    assert (tmp_path / "again.xml").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "1.xml").stat().st_mode) == 0o600
    assert make(product, tmp_path / "3.xml", "--number", "9").exit_code == 2


def test_nobody_is_erased_whose_refund_no_file_holds_yet(house, tmp_path):
    product, (one, two, _) = house

    def waits(reference: str) -> bool:
        order = order_of(product, reference)
        found = holdings_of(product.parts, order.terms.customer.email)
        about = {
            str(own.hindrance.open)
            for own in found.obstacles(product.clock())
            if own.order == order
        }
        return "transfer" in about

    refund(product, one)
    refund(product, two, payee="")  # staff have sent this one themselves
    assert (waits(one), waits(two)) == (True, False)
    assert make(product, tmp_path / "1.xml", "--apply").exit_code == 0
    assert (waits(one), waits(two)) == (False, False)


@pytest.mark.parametrize("version", ["09", "03"])
def test_the_file_has_the_shape_that_banks_ask_for(house, tmp_path, version):
    """The order of elements, and what the two versions write otherwise, as in ISO's definitions."""
    product, (one, two, _) = house
    refund(product, one)
    refund(product, two)
    make(product, tmp_path / "1.xml", "--apply", "--version", version)
    root = ElementTree.fromstring((tmp_path / "1.xml").read_bytes())
    assert root.tag == f"{{urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}}}Document"
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    header, payment = at(root, "CstmrCdtTrfInitn/GrpHdr"), at(root, "CstmrCdtTrfInitn/PmtInf")
    assert [child.tag for child in header] == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    assert [child.tag for child in payment] == [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr",
        "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf", "CdtTrfTxInf",
    ]  # fmt: skip
    assert (header.findtext("NbOfTxs"), header.findtext("CtrlSum")) == ("2", "70.00")
    assert payment.findtext("DbtrAcct/Id/IBAN") == ACCOUNT
    day = payment.findtext("ReqdExctnDt" if version == "03" else "ReqdExctnDt/Dt")
    assert day == "2027-01-10"
    transfer = at(payment, "CdtTrfTxInf")
    assert [child.tag for child in transfer] == ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"]
    assert transfer.findtext("Cdtr/Nm") == "Asa Makinen-O'Neill"
    assert transfer.findtext("CdtrAcct/Id/IBAN") == THEIRS
    assert len(header.findtext("MsgId", "")) <= 16


@pytest.mark.parametrize("write", [camt, mt940])
def test_a_debit_in_a_later_statement_shows_that_it_went_out(house, tmp_path, write):
    product, (one, *_) = house
    name = end_to_end_of(refund(product, one))
    make(product, tmp_path / "1.xml", "--apply")
    assert states(product) == [(1, False)]
    sent = name if write is camt else name.upper()
    file = write([Booked(cents=-3500, end_to_end=sent), Booked(cents=-900, name="FEE")])
    assert [str(one) for one in taken(product, file)] == ["refund_sent", "not_ours"]
    assert states(product) == [(1, True)]
    kinds = [one.stamp for one in product.parts.store.feed(0, limit=10_000)]
    assert not [one for one in kinds if isinstance(one, CaseOpened)]


def test_whose_account_it_is_stands_sealed_and_in_no_listing(house):
    product, (one, *_) = house
    refund(product, one)
    closed = [found.stamp for found in product.parts.store.feed(0, limit=10_000)]
    (stamp,) = [found for found in closed if isinstance(found, ManualRefund)]
    assert (stamp.account, stamp.payee) == (None, None)
    shown = run(product, "transfers", "--shop", "winterfest")
    assert "waits" in shown.stdout
    for secret in (THEIRS, "Mäkinen"):
        assert secret not in shown.stdout


def test_a_payee_without_an_account_is_refused(house):
    product, (one, *_) = house
    command = RefundByHand(**wish(product), reason="x", payee="Aino", account="")
    with pytest.raises(AccountMistyped):
        carry_out(product.parts, order_of(product, one).id, command)
