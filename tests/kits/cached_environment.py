"""An environment of Python packages, made once for all processes and kept; never half of it."""

import fcntl
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

# Seconds: to make it, and for a cold download.
_MADE, _INSTALLED = 120, 1_200
_MARK = "installed"


def run(*command: str, seconds: int) -> None:
    """Raises `subprocess.SubprocessError` with what it said."""
    subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True)


def cached_python(
    folder: Path, packages: Sequence[str], *, install: Callable[..., None] = run
) -> Path:
    """The Python of an environment with these packages.

    Whoever comes first makes it, the others wait. What broke off before its last step has no mark,
    and one with other packages another one: it is made anew. Raises `OSError`, and what `install`
    raises.
    """
    python, mark = folder / "bin" / "python", folder / _MARK
    wanted = "\n".join(sorted(packages))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (mark.is_file() and mark.read_text() == wanted and python.exists()):
            mark.unlink(missing_ok=True)
            install(sys.executable, "-m", "venv", "--clear", str(folder), seconds=_MADE)
            pip = (str(python), "-m", "pip", "install", "--quiet", *packages)
            install(*pip, seconds=_INSTALLED)
            mark.write_text(wanted)
    return python
