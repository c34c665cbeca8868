"""Which tests enter which function: written down once, so that a bug meets those alone.

A plugin of pytest: `ENTERED_WRITE` names the file that it writes, `ENTERED_ONLY` one that holds
the tests to keep to, in their order.
"""

import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

WRITE, ONLY = "ENTERED_WRITE", "ENTERED_ONLY"
# Of each function, by its file and first line, the tests and their seconds.
Entered = dict[str, dict[str, float]]
_entered: Entered = defaultdict(dict)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if WRITE not in os.environ:
        yield
        return
    codes: set[CodeType] = set()

    def look(frame: FrameType, event: str, argument: Any) -> None:
        codes.add(frame.f_code)

    threading.setprofile(look)
    begun = time.process_time()
    sys.setprofile(look)
    yield
    sys.setprofile(None)
    threading.setprofile(None)
    seconds, here = time.process_time() - begun, Path.cwd()
    for code in codes:
        file = Path(code.co_filename)
        if file.is_relative_to(here):
            _entered[f"{file.relative_to(here)}:{code.co_firstlineno}"][item.nodeid] = seconds


def pytest_sessionfinish() -> None:
    if WRITE in os.environ:
        Path(os.environ[WRITE]).write_text(json.dumps(_entered))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if ONLY in os.environ:
        wanted = json.loads(Path(os.environ[ONLY]).read_text())
        by_id = {item.nodeid: item for item in items}
        items[:] = [by_id[id] for id in wanted if id in by_id]
