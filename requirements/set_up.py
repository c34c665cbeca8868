"""The virtual environment, made once and kept in step with the pinned requirements.

Runs on a bare Python 3.11: standard library only. `run` calls it before every command.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
NO_VENV = (
    "Python's venv module has no pip to give: install the package python3-venv"
    " (Debian and Ubuntu: apt-get install python3-venv), then try again."
)


def fingerprint(kind: str) -> str:
    """What an environment was made from: requirements, Python and the place of the checkout."""
    parts = [
        (REQUIREMENTS / f"{kind}.txt").read_bytes(),
        repr(sys.version_info[:2]).encode(),
        bytes(ROOT),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready(venv: Path, kind: str) -> bool:
    """Whether the environment holds these requirements; the larger set holds the smaller one."""
    kinds = {kind, "dev"} if kind == "runtime" else {kind}
    return not unfinished(venv).exists() and any(stamped(venv, name) for name in kinds)


def stamped(venv: Path, kind: str) -> bool:
    try:
        return (venv / f"installed-{kind}").read_text() == fingerprint(kind)
    except OSError:
        return False


def unfinished(venv: Path) -> Path:
    return venv / "unfinished"


def prepare(venv: Path, kind: str) -> None:
    """Make the environment ready, one process at a time; the lock dies with its holders."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with venv.with_name(venv.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(venv, kind):
            install(venv, kind, lock=lock.fileno())


def install(venv: Path, kind: str, *, lock: int) -> None:
    print(f"Setting up {venv} ({kind}); once, about a minute ...", file=sys.stderr, flush=True)
    # pip takes a half-written package for a whole one: after an interruption start over.
    whole = not unfinished(venv).exists() and fits_this_python(venv)
    if not whole:
        shutil.rmtree(venv, ignore_errors=True)
        create(venv, lock=lock)
    unfinished(venv).touch()
    if not pip_install(venv, REQUIREMENTS / f"{kind}.txt", lock=lock):
        # Without a network nothing was changed; peers are not worth starting over.
        if whole and kind == "bench":
            unfinished(venv).unlink()
        sys.exit("Installing the requirements failed, see above; the next start tries again.")
    make_importable(venv)
    (venv / f"installed-{kind}").write_text(fingerprint(kind))
    unfinished(venv).unlink()


def fits_this_python(venv: Path) -> bool:
    """A system upgrade leaves an environment behind whose packages the new Python cannot see."""
    python = venv / "bin" / "python"
    version = "import sys; print(sys.version_info[:2])"
    try:
        told = subprocess.run([python, "-c", version], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return told.stdout.strip() == repr(tuple(sys.version_info[:2]))


def create(venv: Path, *, lock: int) -> None:
    have_pip = importlib.util.find_spec("ensurepip") is not None
    if not have_pip and importlib.util.find_spec("pip") is None:
        sys.exit(NO_VENV)
    venv.mkdir(parents=True, exist_ok=True)
    unfinished(venv).touch()
    options = [] if have_pip else ["--without-pip"]
    subprocess.run([sys.executable, "-m", "venv", *options, venv], check=True, pass_fds=[lock])


def pip_install(venv: Path, requirements: Path, *, lock: int) -> bool:
    """Whether it worked. If we are killed, pip goes on for a while: it holds the lock as well."""
    python = str(venv / "bin" / "python")
    inside, outside = [python, "-m", "pip"], [sys.executable, "-m", "pip", "--python", python]
    asked = subprocess.run([*inside, "--version"], capture_output=True, check=False)
    pip = outside if asked.returncode else inside
    options = [
        "--quiet",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    # pip's root warning is about system folders; this one is ours.
    options += ["--root-user-action", "ignore", "--requirement", str(requirements)]
    done = subprocess.run([*pip, "install", *options], check=False, pass_fds=[lock])
    return done.returncode == 0


def make_importable(venv: Path) -> None:
    """Our packages are importable from every working folder."""
    (site_packages,) = venv.glob("lib/python3*/site-packages")
    (site_packages / "stampledger.pth").write_text(f"{ROOT}\n")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["--check", venv, kind]:
            sys.exit(not is_ready(Path(venv), kind))
        case [venv, kind]:
            prepare(Path(venv), kind)
        case _:
            sys.exit("usage: set_up.py [--check] FOLDER runtime|dev|bench")


if __name__ == "__main__":
    main(sys.argv[1:])
