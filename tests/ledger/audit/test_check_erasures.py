"""An erasure is of its own stream, and of what is over."""

from datetime import timedelta

from ledger.audit import check_erasures
from ledger.kernel.erasure import Erased, Ground
from tests.kits import spec
from tests.kits.audit_steps import BOUGHT, laws, says
from tests.kits.beside_orders import ADA
from tests.kits.spec import NOON, ORDER, PLACED, RELEASED, TIMED_OUT, order_of


def test_z1_an_erasure_is_of_its_own_stream_and_of_what_is_over():
    check = check_erasures.erased_when_over
    over = order_of(PLACED, TIMED_OUT, RELEASED)
    late = spec.OPENING + timedelta(days=2)
    own, other = (Erased(subject=one, ground=Ground.ASKED) for one in (ORDER, ADA))
    assert not says(check, over, own, at=late)
    assert says(check, over, other, at=late) == ["Z1: an erasure of another stream"]
    assert laws(check, None, other) == ["Z1"]
    assert not says(check, None, own)
    (open_,) = says(check, BOUGHT, own, at=NOON)
    assert open_.startswith("Z1: erased while this was open: ")
    assert "tickets" in open_
