"""How many seats moved between two states of a stream, read or not."""

from uuid import UUID

import pytest

from ledger.audit.check_seats import between, moved_unread
from ledger.codec import frame
from ledger.shop.stamps import quota_id
from tests.kits.spec import SHOP


def test_what_moved_between_two_states():
    one, two = UUID(int=1), UUID(int=2)
    assert between({one: (1, 0)}, {one: (1, 0)}) == ()
    assert between({one: (2, 1)}, {one: (0, 2), two: (1, 0)}) == (
        (1, None, -2, 1, ""),
        (2, None, 1, 0, ""),
    )
    assert between({one: (2, 1)}, {}) == ((1, None, -2, -1, ""),)


@pytest.mark.parametrize(
    ("type", "body", "moves"),
    [
        ("QUOTA_SET", b'{"slug":"weekend","capacity":true}', True),
        ("QUOTA_SET", b'{"slug":"weekend","capacity":7}', False),
        ("QUOTA_SET", b'{"slug":7,"capacity":true}', False),
        ("QUOTA_SET", b'{"slug":"weekend"}', False),
        ("QUOTA_SET", b"[]", False),
        ("QUOTA_SET", b"{", False),
        ("PAID", b'{"slug":"weekend","capacity":true}', False),
    ],
)
def test_an_old_release_took_true_for_one_seat(type, body, moves):
    found = moved_unread(type, SHOP, frame(1, b"", body))
    quota = quota_id(SHOP, "weekend").int
    assert found == (((quota, 1, 0, 0, ""),) if moves else ())
