"""A connection that hears when a commit did not reach its standby."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.errors import Diagnostic

from adapters.postgres.ledger.binary import ByteaColumn, ByteaColumnDumper
from adapters.postgres.session_settings import OWNING, arguments, settle
from adapters.postgres.statements import statement

# What PostgreSQL says, and all that it says, when the wait for a standby was interrupted.
_WARNING = "WARNING", "01000"


class NotReplicated(psycopg.OperationalError):
    """Committed on one machine where two were asked for: nobody may be told that it is done."""


class Session(psycopg.Connection[tuple[Any, ...]]):
    """In autocommit mode, with all settings said. `unconfirmed`: a commit stands here alone."""

    unconfirmed = False

    @classmethod
    def opened(cls, url: str, settings: Mapping[str, str]) -> "Session":
        """A session of one kind at an address."""
        session = cls.connect(**arguments(url, settings))
        try:
            session.begin()
        except BaseException:
            session.close()
            raise
        return session

    def begin(self) -> None:
        """Settle and listen, before anything else."""
        settle(self)
        self.adapters.register_dumper(ByteaColumn, ByteaColumnDumper)
        self.add_notice_handler(self._hear)

    def confirm(self) -> None:
        """One more write, whose commit waits for everything before it; or `NotReplicated`."""
        self.unconfirmed = False
        self.execute(statement("confirm_replicated"))
        self.check()

    def check(self) -> None:
        """Raises `NotReplicated` if a commit since the last look is on no standby."""
        if self.unconfirmed:
            self.unconfirmed = False
            raise NotReplicated("a commit was not confirmed by the standby")

    def _hear(self, said: Diagnostic) -> None:
        if (said.severity_nonlocalized, said.sqlstate) == _WARNING:
            self.unconfirmed = True


def connect_owning(url: str) -> Session:
    """One session that is the owner of something."""
    return Session.opened(url, OWNING)
