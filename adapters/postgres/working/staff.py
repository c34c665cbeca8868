"""What the people who run the shops sign in with, in PostgreSQL: the same for every process."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.staff.credentials import Credentials


class PostgresCredentials:
    """By member. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def read(self, member: UUID) -> Credentials:
        """What they have; nothing at first."""
        rows = self._run("read_credentials", [member])
        if not rows:
            return Credentials()
        password, totp, step, left = rows[0]
        return Credentials(
            password_hash=password, totp_sealed=totp, totp_step=step, codes_left=left
        )

    def set_password(self, member: UUID, password_hash: str) -> None:
        """In place of whatever was there."""
        self._run("set_password", [member, password_hash])

    def renew_password(self, member: UUID, *, former: str, renewed: str) -> None:
        """The same password under newer parameters, unless it was changed meanwhile."""
        self._run("renew_password", [renewed, member, former])

    def set_second_factor(
        self, member: UUID, sealed: bytes | None, *, step: int, codes: Sequence[bytes]
    ) -> None:
        """The sealed secret, the step whose code proved it, and new recovery codes; or none."""
        with self._connections.asking() as connection, connection.transaction():
            connection.execute(statement("set_second_factor"), [member, sealed, step])
            connection.execute(statement("clear_recovery_codes"), [member])
            if codes:
                connection.execute(statement("insert_recovery_codes"), [member, [*codes]])

    def use_step(self, member: UUID, step: int) -> bool:
        """True for the first who comes with a code of this step, or none later than it."""
        return bool(self._run("use_totp_step", [member, step]))

    def take_recovery_code(self, member: UUID, code_hash: bytes) -> bool:
        """True for the first who comes with it."""
        return bool(self._run("take_recovery_code", [member, code_hash]))

    def clear(self, member: UUID) -> None:
        """Nothing of theirs counts any more."""
        with self._connections.asking() as connection, connection.transaction():
            for name in ("clear_credentials", "clear_recovery_codes", "clear_staff_link"):
                connection.execute(statement(name), [member])

    def keep_link(self, member: UUID, link_hash: bytes, *, ends_at: datetime) -> None:
        """The newest link of a member counts, and no other."""
        self._run("keep_staff_link", [member, link_hash, ends_at])

    def read_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is; it stays as it is."""
        return next((row[0] for row in self._run("read_staff_link", [link_hash, at])), None)

    def take_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is, for the first who asks only."""
        return next((row[0] for row in self._run("take_staff_link", [link_hash, at])), None)

    def _run(self, name: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
