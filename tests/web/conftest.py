"""What tests of the door share."""

import pytest

from tests.web.kit import Product, open_shop


@pytest.fixture
def product() -> Product:
    """A whole product in memory, its shop open."""
    return open_shop()
