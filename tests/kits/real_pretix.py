"""A real pretix beside us, in an environment of its own: a test tool, asked over HTTP only.

It is AGPL: nothing of ours imports it, and nothing of it is kept here.
"""

import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.kits.cached_environment import cached_python

VERSION = "2026.8.0"
PACKAGES = (f"pretix=={VERSION}", "gunicorn>=23")
# Seconds: for its tables, for its first answer.
_TABLES, _UP = 900, 600
# Whoever sells, and a token that may everything of theirs: what only its own console can make.
_SELLER = """
from django_scopes import scopes_disabled
from pretix.base.models import Organizer
with scopes_disabled():
    org = Organizer.objects.create(name="Org", slug="org")
    every = {"all_events": True, "all_event_permissions": True, "all_organizer_permissions": True}
    print("TOKEN", org.teams.create(name="API", **every).tokens.create(name="tests").token)
"""


class PretixAbsent(Exception):
    """There is none, and none could be installed."""


@dataclass(frozen=True, kw_only=True)
class Pretix:
    """A running server, and how to ask it."""

    base: str
    token: str
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]

    def ask(self, path: str, body: object = None, *, method: str = "") -> Any:
        """An answer of its API below the organizer; raises `URLError` where it says no."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        address = f"{self.base}/api/v1/organizers/org/{path}"
        method = method or ("POST" if sent is not None else "GET")
        request = Request(address, sent, headers, method=method)
        try:
            with urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except HTTPError as error:
            error.msg = f"{path}: {error.read()[:300].decode(errors='replace')}"
            raise

    def console(self, command: str) -> None:
        """One line in its own console, for what its API does not do."""
        lines = "from django_scopes import scopes_disabled\nwith scopes_disabled():\n    " + command
        lines = f"from pretix.base.models import Event\n{lines}"
        python = str(pretix_python())
        _run(
            python, "-m", "pretix", "shell", "-c", lines, seconds=_UP, environment=self.environment
        )


@cache
def pretix_python() -> Path:
    """The Python of pretix's environment, which is made once; or `PretixAbsent`, with why.

    `PRETIX_PYTHON` names one that is there already.
    """
    if told := os.environ.get("PRETIX_PYTHON"):
        return Path(told)
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cached / "stampledger" / f"pretix-{VERSION}"
    try:
        return cached_python(folder, PACKAGES)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", None) or str(error)
        raise PretixAbsent(f"pretix {VERSION} cannot be installed: {str(why)[-300:]}") from None


@contextmanager
def running_pretix(
    folder: Path, *, port: int, database: Mapping[str, str], processes: int = 1
) -> Iterator[Pretix]:
    """Over an empty database: its tables, one organizer, a token, and its web processes."""
    python = str(pretix_python())
    environment = _environment(folder, port=port, database=database)
    # Its own tests' settings make the tables as they are today, instead of through all its history.
    today = {**environment, "DJANGO_SETTINGS_MODULE": "pretix.testutils.settings"}
    _run(python, "-m", "pretix", "migrate", "--run-syncdb", seconds=_TABLES, environment=today)
    made = _run(
        python, "-m", "pretix", "shell", "-c", _SELLER, seconds=_UP, environment=environment
    )
    token = next(line.split()[1] for line in made.splitlines() if line.startswith("TOKEN"))
    serve = ("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(processes))
    process = subprocess.Popen(
        [python, *serve, "--timeout", "120", "pretix.wsgi"],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    pretix = Pretix(base=base, token=token, process=process, environment=environment)
    try:
        _wait_for(pretix)
        yield pretix
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(folder: Path, *, port: int, database: Mapping[str, str]) -> dict[str, str]:
    sections = {
        "pretix": {
            "instance_name": "Test",
            "url": f"http://127.0.0.1:{port}",
            "datadir": str(folder),
            "secret": secrets.token_hex(32),
            "registration": "off",
        },
        "database": database,
        "mail": {"host": "127.0.0.1", "port": "1", "from": "test@example.org"},
    }
    lines = [
        line
        for name, values in sections.items()
        for line in (f"[{name}]", *(f"{key}={value}" for key, value in values.items()))
    ]
    (folder / "pretix.cfg").write_text("\n".join(lines))
    return {**os.environ, "PRETIX_CONFIG_FILE": str(folder / "pretix.cfg")}


def _wait_for(pretix: Pretix) -> None:
    until = time.monotonic() + _UP
    while True:
        try:
            pretix.ask("events/")
        except (URLError, OSError):
            if time.monotonic() > until or pretix.process.poll() is not None:
                raise PretixAbsent("pretix was installed and does not answer") from None
            time.sleep(0.5)
        else:
            return


def _run(*command: str, seconds: int, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        env=None if environment is None else dict(environment),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=True,
    )
    return done.stdout
