"""A session with all settings said, or a sentence that says why the database turned us away."""

import re
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import Diagnostic

from adapters.postgres.ledger.binary import ByteaColumn, ByteaColumnDumper
from adapters.postgres.statements import statement

NOT_RUNNING = "the database does not answer: is it running, and is its address right?"
_BUSY = "all connections to the database are busy: see how many it allows (docs/how-to/deploy.md)"
# What the server or libpq says before there is a session: no code comes with it. Looked through
# from top to bottom, in the server's English; in another language, the code decides or nothing.
_SAID = (
    (
        r"password authentication failed|no password supplied|fe_sendauth",
        "the database refuses the password: look at the one in STAMPLEDGER_DATABASE_URL",
    ),
    (
        r'role ".*" does not exist|(peer|ident|gss|ldap|cert)\w* authentication failed',
        "the database does not know this role: create it, or name another in its address",
    ),
    (
        r'database ".*" does not exist',
        "there is no database of this name on the server: create it, or name another",
    ),
    (
        r"certificate|SSL|TLS|no encryption",
        (
            "no encrypted connection to the database comes about: look at sslmode and the"
            " certificates in its address, and at pg_hba.conf"
        ),
    ),
    (
        r"no pg_hba.conf entry|pg_hba.conf rejects",
        "the database lets nobody in from here under this name: let pg_hba.conf allow it",
    ),
    (
        r"too many (clients|connections)|connection slots|connection limit",
        (
            "the database has no connection left: raise max_connections or run fewer processes"
            " (docs/how-to/deploy.md tells how many each needs)"
        ),
    ),
    (
        r"permission denied for database|CONNECT privilege",
        "the role may not connect to this database: grant it the right to",
    ),
    (
        r"session is (read-only|not read-only)|server is (not )?in (hot )?(standby|recovery)",
        "no server of the address takes writes just now: is a standby being promoted?",
    ),
    (
        r"starting up|shutting down|recovery mode|not yet accepting|not accepting connections",
        "the database is starting or stopping: try again in a moment",
    ),
    (
        r"could not translate host name|failed to resolve|[Nn]ame or service not known",
        "the database's host is not known: look at its name in the address",
    ),
    (
        r"invalid (connection option|port|integer|sslmode|URI)|missing \"=\"|invalid value",
        "the database's address cannot be understood: look at STAMPLEDGER_DATABASE_URL",
    ),
    (
        r"permission denied to set parameter|invalid value for parameter|unrecognized config",
        (
            "the database refuses a setting that a connection of ours depends on: is it"
            " PostgreSQL 15 or newer?"
        ),
    ),
)
_CODED = {
    "28P01": _SAID[0][1],
    "28000": _SAID[1][1],
    "3D000": _SAID[2][1],
    "53300": _SAID[5][1],
    "57P03": _SAID[8][1],
    "42501": "the role lacks a right in this database: make it a member of stampledger_app and run"
    " `stampledger migrate`",
}


def why_away(error: BaseException) -> str:
    """A sentence about an error of connecting or asking. Nothing of the error's text is in it."""
    if isinstance(error, psycopg.Error) and error.sqlstate in _CODED:
        return _CODED[error.sqlstate]
    text = str(error)
    return next((told for said, told in _SAID if re.search(said, text)), NOT_RUNNING)


def why_no_turn(url_error: psycopg.Error | None) -> str:
    """Why no connection of a pool came free: the error of one more try, None if it went well."""
    return _BUSY if url_error is None else why_away(url_error)


# A machine that vanished is noticed in three to four seconds, and a host that is away is passed by.
NETWORK: Mapping[str, Any] = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3_000,
}
COMMON: Mapping[str, str] = {
    # What text means.
    "client_encoding": "UTF8",
    "datestyle": "ISO,MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "timezone_abbreviations": "Default",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    "backslash_quote": "safe_encoding",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    # Who we are and what we see. Warnings must reach us: one tells of a standby that has nothing.
    "role": "none",
    "row_security": "on",
    "search_path": "pg_catalog",
    "client_min_messages": "notice",
    # What a transaction is.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "synchronous_commit": "on",
    # How long it may take: nothing but what the kind of session says.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
    "plan_cache_mode": "auto",
}
# Known since 17; it would end the statement that asks for what is known, too.
_NO_LIMIT, _SINCE = b"set transaction_timeout = 0", 170_000
# What not every release knows, and what libpq takes from the process's environment, too.
_AFTERWARDS = b"""
select set_config(pg_settings.name, given.value, false)
from (values ('restrict_nonsystem_relation_kind', ''), ('datestyle', 'ISO, MDY'),
    ('timezone', 'UTC')) as given (name, value)
join pg_settings on lower(pg_settings.name) = given.name
"""
READING = {"statement_timeout": "60s"}
# The committer looks up single rows by index, whatever the statistics say. If its process is
# stopped in the middle, the others wait five seconds for their turn, not for ever.
COMMITTING = {
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "5s",
    "enable_indexscan": "on",
    "enable_indexonlyscan": "on",
    "enable_nestloop": "on",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
# One that moves projections: stopped in the middle of a write, it does not hold up the next. What a
# power cut takes from the rows it takes from their checkpoint, too: they follow again.
OWNING = {
    "synchronous_commit": "off",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "4s",
}
MIGRATING = {"default_table_access_method": "heap", "check_function_bodies": "on"}


def arguments(url: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """What `psycopg.connect` is handed for a session of one kind."""
    given = conninfo_to_dict(url)
    said = {**COMMON, **settings}
    options = "".join(f" -c {name}={_escaped(value)}" for name, value in said.items())
    return {
        "application_name": "stampledger",
        **NETWORK,
        **given,
        "client_encoding": "UTF8",
        "options": f"{given.get('options') or ''}{options}",
        "autocommit": True,
        "prepare_threshold": 0,
        "cursor_factory": psycopg.RawCursor,
    }


def settle(connection: psycopg.Connection[Any]) -> None:
    """Say what a connection's options could not."""
    if connection.info.server_version >= _SINCE:
        connection.execute(_NO_LIMIT)
    connection.execute(_AFTERWARDS)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


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
