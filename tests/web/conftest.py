"""What tests of the door share."""

import pytest

from tests.kits.product import Product, open_shop


@pytest.fixture
def product() -> Product:
    """A whole product in memory, its shop open."""
    return open_shop()
