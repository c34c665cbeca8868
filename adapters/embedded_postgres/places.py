"""Where a home keeps its database: below itself, or in a system folder for root."""

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded_postgres.accounts import (
    Account,
    account_of,
    am_root,
    hand_over,
    myself,
    system_account,
)
from adapters.embedded_postgres.binaries import SYSTEM_FOLDER, open_folder
from adapters.embedded_postgres.failures import (
    DataGone,
    DataOfAnother,
    NoFolder,
    SocketFolderTaken,
)

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
    open_folder(SYSTEM_FOLDER)
    folder = SYSTEM_FOLDER / secrets.token_hex(6)
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
