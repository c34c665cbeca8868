"""Whatever is typed: a sentence and an exit status, never a traceback."""

import base64
import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import click
import pytest

from tests.conftest import Database
from tests.kits.examples import every
from web.cli import main as cli
from web.cli import ports

# These run until they are told to stop: with them, only what is refused at once is tried.
ENDLESS = ("serve", "worker", "demo")
BAD = {
    "empty": "",
    "blank": "  ",
    "negative": "-1",
    "fraction": "0.5",
    "huge": "9" * 40,
    "endless": "x" * 100_000,
    "nul": "a\0b",
    "control": "a\x1b[31mb",
    "no utf-8": "\udcff\udcfe",
    "no digit": "\u00b2",
    "no number": "x",
    "no time": "2026-02-30T25:61:00Z",
    "beyond time": "9999-12-31T23:59:59-23:59",
    "identifier": str(uuid4()),
    "injection": "'; drop table stamps; --",
    "option": "--",
    "no file": "/no/such/file",
    "folder": "/",
    "device": "/dev/null",
}


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, *above, name)
        else:
            yield (*above, name), one


def typed(command: click.Command, wrong: click.Parameter, value: str) -> list[str]:
    """The command with one wrong value; what else it needs is plausible."""
    words: list[str] = []
    for one in command.params:
        given = value if one is wrong else _plausible(one)
        if given is None:
            continue
        words += [given] if isinstance(one, click.Argument) else [one.opts[0], given]
    return words


def _plausible(one: click.Parameter) -> str | None:
    if not one.required:
        return None
    if isinstance(one.type, click.Choice):
        return str(one.type.choices[0])
    return str(uuid4()) if one.type is click.UUID else "winterfest"


CASES = [
    pytest.param(path, command, one, id=f"{'-'.join(path)}-{one.name}")
    for path, command in commands(cli.stampledger)
    for one in command.params
    if not getattr(one, "is_flag", False)
]


@pytest.fixture(scope="module", autouse=True)
def installation(
    module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    key = base64.b64encode(bytes(range(32))).decode()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("anywhere"))
        patch.setenv("STAMPLEDGER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("STAMPLEDGER_DATABASE_URL", module_database.app)
        for name in ("MASTER_KEY", "SIGNING_KEY"):
            patch.setenv(f"STAMPLEDGER_{name}", key)
        patch.setenv("STAMPLEDGER_SECRET_KEY", key)
        yield


def ending(*words: str) -> int:
    try:
        cli.main([*words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(("path", "command", "one"), CASES)
def test_no_argument_whatever_is_a_traceback(
    path: tuple[str, ...],
    command: click.Command,
    one: click.Parameter,
    capsys: pytest.CaptureFixture[str],
):
    step = every(3)
    for name, value in [*BAD.items()][len(one.name or "") % step :: step]:
        if path[0] in ENDLESS and _would_run(one, value):
            continue
        status = ending(*path, *typed(command, one, value))
        said = capsys.readouterr()
        assert status in ((2,) if path[0] in ENDLESS else (0, 1, 2, 3)), (name, said.err)
        assert "Traceback" not in said.err, (name, said.err)
        assert status in (0, 1) or said.err.strip(), name


def _would_run(one: click.Parameter, value: str) -> bool:
    """A host may be any text: it is looked up only when a server starts."""
    return one.name not in ("port", "only", "without") or value == "--"


@pytest.mark.parametrize("path", [p.values[0] for p in CASES], ids="-".join)
def test_what_is_no_option_is_wrong_usage(path: tuple[str, ...]):
    assert ending(*path, "--no-such-option") == 2


def test_a_file_that_nobody_may_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "shop.yaml"
    for content in (b"\xff\xfe\x00", b"\x00", b"a: " * 10_000, b"- &a [*a]", b""):
        file.write_bytes(content)
        assert ending("shop", "import", str(file)) in (1, 2)
    file.chmod(0)
    assert ending("shop", "import", str(file)) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "option"), [("serve", "--port"), ("demo", "--port"), ("worker", "--metrics-port")]
)
def test_a_port_that_there_is_not_is_wrong_usage(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
):
    for port in ("0", "-1", "65536", "99999", "x"):
        assert ending(command, option, port) == 2
        assert option in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert ending("serve", "--port", port) == 3
        assert f"Port {port} of 127.0.0.1 is in use" in capsys.readouterr().err
        assert ending("worker", "--metrics-port", port) == 3
    told = capsys.readouterr().err
    assert f"Port {port} of 127.0.0.1 is in use" in told
    assert "--metrics-port" in told


def test_a_host_that_is_none_is_told(capsys: pytest.CaptureFixture[str]):
    assert ending("serve", "--host", "no host", "--port", "8790") == 2
    assert ending("serve", "--host", "192.0.2.1", "--port", "8790") == 3
    assert capsys.readouterr().err.count("--host") == 2


def test_a_privileged_port_is_told(monkeypatch: pytest.MonkeyPatch):
    """As anybody but root meets it."""

    def refuse(self: object, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", type("Closed", (socket.socket,), {"bind": refuse}))
    with pytest.raises(ports.PortUnusable, match="choose one from 1024 on"):
        ports.require_usable("127.0.0.1", 80)
