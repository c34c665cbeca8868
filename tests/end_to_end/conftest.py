"""A whole house: real PostgreSQL, web, worker, provider's stand-in and mail server."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.houses import whole_house
from tests.end_to_end.journey import Journey


@pytest.fixture(scope="package")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """One house for all journeys; each test buys orders of its own, and leaves it calm."""
    with whole_house(tmp_path_factory.mktemp("house")) as house:
        yield house
