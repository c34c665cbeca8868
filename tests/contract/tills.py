"""Every till there is, under one name: the suite holds for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.sandbox import SandboxSettings, running_sandbox
from tests.stand_ins.stripe_till import API_KEY, StripeTill
from tests.stand_ins.till import Till

TILLS: dict[str, type[Till]] = {"stripe": StripeTill}


@contextmanager
def at_the_till(name: str, folder: Path) -> Iterator[Till]:
    """A provider's stand-in, running, whose clock is the file `offset` of the folder."""
    settings = SandboxSettings(home=folder, api_key=API_KEY, clock_file=folder / "offset")
    with running_sandbox(settings) as sandbox:
        yield StripeTill(sandbox)
