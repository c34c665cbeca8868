"""An environment for a test tool is made once, and again where making it broke off."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kits.cached_environment import cached_python

PACKAGES = ("tool==1",)


class Installer:
    """What `venv` and `pip` leave behind; `pip` may break off half way."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.breaks = False

    def __call__(self, *command: str, seconds: int) -> None:
        assert seconds > 0
        self.calls.append(command[2])
        if command[2] == "venv":
            python = Path(command[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        elif self.breaks:
            raise subprocess.TimeoutExpired(command, seconds)


@pytest.fixture
def installer() -> Installer:
    return Installer()


def test_many_at_once_make_it_once(tmp_path: Path, installer: Installer):
    place = tmp_path / "cache" / "tool-1"
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(cached_python, place, PACKAGES, install=installer) for _ in range(4)]
        assert {one.result() for one in made} == {place / "bin" / "python"}
    assert installer.calls == ["venv", "pip"]


def test_what_broke_off_is_noticed_and_made_anew(tmp_path: Path, installer: Installer):
    place, installer.breaks = tmp_path / "tool-1", True
    with pytest.raises(subprocess.TimeoutExpired):
        cached_python(place, PACKAGES, install=installer)
    assert (place / "bin" / "python").exists()
    installer.breaks = False
    cached_python(place, PACKAGES, install=installer)
    cached_python(place, PACKAGES, install=installer)
    assert installer.calls == ["venv", "pip"] * 2
    # Other packages, or a Python that is gone: it is no longer what was asked for.
    cached_python(place, (*PACKAGES, "server>=2"), install=installer)
    (place / "bin" / "python").unlink()
    cached_python(place, (*PACKAGES, "server>=2"), install=installer)
    assert installer.calls == ["venv", "pip"] * 4
