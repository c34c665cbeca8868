"""What is installed elsewhere: everything that the product reads is in its wheel."""

import email
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from web import __version__

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "projections", "adapters", "web")
TAKEN = (*PACKAGES, "pyproject.toml", "README.md", "LICENSE")


def tracked() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--", *PACKAGES],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because building leaves folders behind."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in TAKEN:
        subprocess.run(["cp", "-R", ROOT / name, source / name], check=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--wheel-dir", out, source], check=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_product(wheel: Path):
    with zipfile.ZipFile(wheel) as opened:
        assert tracked() - set(opened.namelist()) == set()


@pytest.mark.slow
def test_the_wheel_tells_its_release_licence_and_what_it_is(wheel: Path):
    with zipfile.ZipFile(wheel) as opened:
        (place,) = [name for name in opened.namelist() if name.endswith("/METADATA")]
        told = email.message_from_bytes(opened.read(place))
    assert told["Version"] == __version__
    assert told["License-Expression"] == "Apache-2.0"
    assert "An order exists only as a list of immutable" in str(told.get_payload())


@pytest.mark.slow
def test_the_installed_command_runs_without_the_checkout(wheel: Path, tmp_path: Path):
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(installed)
    told = subprocess.run(
        [sys.executable, "-P", "-m", "web.cli", "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "STAMPLEDGER_HOME": str(tmp_path / "home")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == f"stampledger, version {__version__}\n"
