"""Who runs the server: ourselves, or an unprivileged system user when we are root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from adapters.embedded_postgres.failures import NamelessUser, NoAccount

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
