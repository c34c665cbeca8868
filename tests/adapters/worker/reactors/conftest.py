"""A pretix that stands in, and a house beside it, for what is told of vouchers for people."""

from collections.abc import Iterator

import pytest

from tests.kits.voucher_house import VoucherHouse, house_at
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving


@pytest.fixture(scope="module")
def served() -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


@pytest.fixture
def house(served: PretixStandIn) -> VoucherHouse:
    url = served.url
    served.__init__()  # type: ignore[misc]
    served.url = url
    return house_at(served)
