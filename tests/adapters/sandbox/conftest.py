"""A fresh sandbox for each test, on a free port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from adapters.sandbox import SandboxSettings, running_sandbox
from tests.kits.sandbox import API_KEY, SECRET, Receiver, Shop, receiving

stripe.enable_telemetry = False


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A provider that sends no webhooks."""
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Shop(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def told_shop(tmp_path: Path, receiver: Receiver) -> Iterator[Shop]:
    """A provider that sends webhooks to the receiver, and tries again soon."""
    settings = SandboxSettings(
        home=tmp_path,
        api_key=API_KEY,
        webhook_url=receiver.url,
        webhook_secret=SECRET,
        first_pause=0.02,
    )
    with running_sandbox(settings) as sandbox:
        yield Shop(sandbox)
