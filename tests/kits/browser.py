"""A Chromium for the tests: the one that is there, or one fetched for them."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No sandbox: root may not use one. One process draws all pages of an address: to start others
# takes longer than to draw. The rest keeps it from calling home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--renderer-process-limit=1",
    "--process-per-site",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Seconds. Playwright's own download may hang where only a mirror is reachable.
DOWNLOAD_LIMIT, PACKAGE_LIMIT = 120, 600


class NoBrowser(Exception):
    """There is no Chromium, and none could be fetched."""

    def __init__(self) -> None:
        super().__init__(
            "No Chromium was found, and none could be fetched:"
            " install the package chromium, or run `playwright install chromium`."
        )


def must_be_there() -> bool:
    """In CI a missing browser is a failure; on a desk the tests that need one are skipped."""
    return bool(os.environ.get("CI"))


def find_or_install() -> Path:
    """The browser's program. Raises `NoBrowser`."""
    # Of the processes that share the tests out, one fetches and the others find.
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for fetch in (nothing, debian_package, playwright_download):
            fetch()
            found = on_path() or playwrights_own()
            if found is not None:
                return found
    raise NoBrowser


def on_path() -> Path | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def playwrights_own() -> Path | None:
    told = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(told) if told else Path.home() / ".cache" / "ms-playwright"
    programs = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return programs[-1] if programs else None


def nothing() -> None:
    """The first attempt fetches nothing."""


def debian_package() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in ("update", "install --yes --no-install-recommends chromium"):
            attempt(["apt-get", "-qq", *command.split()], PACKAGE_LIMIT, environment=environment)


def playwright_download() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    attempt(command, DOWNLOAD_LIMIT, environment=dict(os.environ))


def attempt(command: list[str], limit: int, *, environment: dict[str, str]) -> None:
    """Whether it worked shows in the look that follows; a hanging one is ended with its family."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
