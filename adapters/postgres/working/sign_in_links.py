"""Links to sign in, in PostgreSQL: under the hash of their code, sealed by the code itself."""

from datetime import datetime
from typing import Any

import msgspec

from adapters.keys.link_seal import hash_of, open_by, seal_by
from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.accounts.link import SignInLink


class PostgresSignInLinks:
    """Each is good once, for all processes together. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, code: str, link: SignInLink, *, at: datetime) -> None:
        """Keep a link until its letter comes back."""
        sealed = seal_by(code, msgspec.json.encode([link.email, link.language, link.onward]))
        self._run("keep_sign_in_link", hash_of(code), sealed, link.browser, link.until, at)

    def look(self, code: str) -> SignInLink | None:
        """The link of a code, used up by nobody yet; looking changes nothing."""
        for sealed, browser, until in self._run("read_sign_in_link", hash_of(code)):
            opened = open_by(code, sealed)
            if opened is None:
                return None
            email, language, onward = msgspec.json.decode(opened, type=tuple[str, str, str])
            return SignInLink(
                email=email, language=language, onward=onward, browser=browser, until=until
            )
        return None

    def take(self, code: str) -> bool:
        """Use it up: True for the first only."""
        return bool(self._run("take_sign_in_link", hash_of(code)))

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
