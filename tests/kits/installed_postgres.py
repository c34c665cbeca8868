"""A PostgreSQL that somebody has installed on this machine, under our own supervisor."""

from pathlib import Path

from adapters.embedded_postgres import (
    ADMIN,
    APP,
    AUDITOR,
    OWNER,
    EmbeddedPostgres,
    cluster,
    postmaster,
)
from adapters.embedded_postgres.places import socket_folder

ROLES = (ADMIN, OWNER, APP, AUDITOR)
FOLDERS = ("/usr/lib/postgresql/{version}/bin", "/usr/pgsql-{version}/bin")


def installed(version: int) -> Path | None:
    """The folder of its programs; None if it is not there."""
    folders = [Path(one.format(version=version)) for one in FOLDERS]
    return next((one for one in folders if (one / "postgres").exists()), None)


class InstalledPostgres(EmbeddedPostgres):
    """A server of a home, run by programs from elsewhere."""

    def __init__(self, home: Path, *, version: int, binaries: Path) -> None:
        super().__init__(home, version=version)
        self._binaries = binaries

    def _launch(self) -> postmaster.PidFile:
        cluster.ensure_cluster(self.place, binaries=self._binaries, version=self._version)
        sockets = socket_folder(self.place)
        settings = cluster.write_settings(self.place, sockets)
        self._name_every_role()
        return postmaster.start(self.place, settings, binaries=self._binaries, sockets=sockets)

    def _name_every_role(self) -> None:
        """Before PostgreSQL 16 a map of users knows no `all`."""
        if self._version < 16:
            file = self.place.folder / "ident.conf"
            lines = file.read_text().splitlines()
            named = [one.removesuffix("all") + role for one in lines for role in ROLES]
            cluster.replace(self.place, file.name, "\n".join(named) + "\n")
