"""What the rules say of orders does not change unnoticed."""

import pytest

from tests.kits.kept_answers import PARTS, digests, kept


@pytest.mark.parametrize("part", range(PARTS))
def test_every_question_is_answered_as_before(part: int) -> None:
    """Meant to change? `.venv/bin/python -m tests.kits.kept_answers`, and look at which did."""
    now, before = digests(part), kept(part)
    changed = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
    assert changed == []
