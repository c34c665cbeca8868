"""Commands of the product in processes of their own, without the seconds that imports take.

A process that has imported everything waits; each command is a fork of it.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TURN = threading.Lock()
_waiting: "list[subprocess.Popen[str]]" = []


def run(words: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """What `python -m web.cli` with these words ends with, and says; one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("out", "err")]
        wish = {"words": [*words], "environment": {**environment}, "said": [*map(str, said)]}
        with _TURN:
            status = _asked(json.dumps(wish))
        out, err = (one.read_text() for one in said)
    return subprocess.CompletedProcess([*words], status, out, err)


def _asked(wish: str) -> int:
    process = _ready()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{wish}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def _ready() -> "subprocess.Popen[str]":
    if not _waiting:
        command = [sys.executable, "-P", "-m", "tests.kits.ready_commands"]
        pipe = subprocess.PIPE
        _waiting.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        atexit.register(_end)
    return _waiting[0]


def _end() -> None:
    """It ends when nobody is left to ask."""
    process = _waiting.pop()
    process.communicate()


def serve() -> None:
    from web.cli.main import main

    assert threading.active_count() == 1, "a fork would lose the other threads"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(main, json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(main: Any, wish: Mapping[str, Any]) -> None:
    for number, name in enumerate(wish["said"], start=1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(wish["environment"])
    main(wish["words"])
    sys.exit()


if __name__ == "__main__":
    serve()
