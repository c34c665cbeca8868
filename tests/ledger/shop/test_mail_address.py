"""How long an address may be as a whole, and which domains have no form for mail servers."""

import pytest

from ledger.shop.mail_address import is_recipient

# 253 octets, as many as a domain may have.
DOMAIN = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])


@pytest.mark.parametrize(
    ("address", "right"),
    [
        (f"{'a' * 46}@{DOMAIN}", True),
        (f"{'a' * 47}@{DOMAIN}", False),
        (f"ada@{'å' * 50}.example", True),
        (f"ada@{'å' * 60}.example", False),
        ("ada@exa\u200bmple.org", False),
        ("ada@exa\u202emple.org", False),
    ],
)
def test_a_letter_can_be_written_to_what_every_mail_server_takes(address, right):
    assert is_recipient(address) is right
