"""Given for what people do: a whole product on PostgreSQL, whose clock a file moves."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.kits.worlds import SPEC
from web.wiring.composition import Works, assembled
from web.wiring.settings import read_settings


@pytest.fixture
def works(database: Any, tmp_path: Path) -> Iterator[Works]:
    settings = {
        "STAMPLEDGER_HOME": str(tmp_path),
        "STAMPLEDGER_DATABASE_URL": database.app,
        "STAMPLEDGER_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "STAMPLEDGER_CLOCK_FILE": str(tmp_path / "clock"),
        "STAMPLEDGER_MAIL_CATCHER": str(tmp_path / "mail"),
    }
    with assembled(read_settings(settings), readers=2) as made:
        now = made.parts.clock()
        terms = replace(SPEC.preferences, starts_at=now.replace(microsecond=0) + timedelta(days=99))
        spec = replace(SPEC, preferences=terms)
        made.parts.shops.import_shop(spec, actor="test", at=now)
        yield made
