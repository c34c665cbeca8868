"""Why the database turned us away, as a sentence that says what to do."""

import re

import psycopg

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
