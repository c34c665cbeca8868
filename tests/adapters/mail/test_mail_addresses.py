"""What checkout takes as an address, letters can be written to: one rule."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.mail.letters.mime import compose, deliverable
from adapters.mail.smtp import Sent, SmtpMail
from ledger.shop.mail_address import is_recipient
from tests.adapters.mail.test_smtp import FROM, LETTER, NAME, Postbox, served

AT = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
PARTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.text(
    "ab.-_=?åßñ漢ü\u0301+'!", min_size=1, max_size=20
)


@example("=?utf-8?q?x?=", "x.example")
@example("a", "straße.example")
@example("\u0301a", "\u0301b.example")
@example("a", "b\u0660.example")
@given(PARTS, PARTS | st.builds("{}.example".format, PARTS))
def test_what_is_taken_can_be_written_to(local: str, domain: str):
    address = f"{local}@{domain}"
    if not is_recipient(address):
        return
    written = deliverable(address)
    assert written.rpartition("@")[2].isascii()
    letter = compose(replace(LETTER, to=written), NAME, mail_from=FROM, at=AT)
    if written.isascii():
        read = message_from_bytes(letter, policy=policy.default)
        assert [one.addr_spec for one in read["To"].addresses] == [written]
    else:
        assert f"To: {written}\r\n".encode() in letter


def test_a_domain_in_unicode_is_written_in_its_ascii_form():
    assert deliverable("a@straße.example") == "a@xn--strae-oqa.example"
    assert deliverable("åsa@EXEMPEL.example") == "åsa@EXEMPEL.example"


def test_a_mail_server_that_knows_ascii_only_gets_the_letter():
    postbox = Postbox()
    with served(postbox, enable_SMTPUTF8=False) as address:
        mail = SmtpMail(f"smtp://{address}", FROM)
        assert mail.send(replace(LETTER, to="aino@köysi.example"), NAME) == Sent()
    assert postbox.taken[0].rcpt_tos == ["aino@xn--kysi-5qa.example"]
