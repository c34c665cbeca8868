"""Roles that wait for who was invited by letter, in PostgreSQL; addresses are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.working.seal import Seal
from ledger.staff.invitation import StaffInvitation
from ledger.staff.role import Grant, Role


class PostgresInvitations:
    """For all processes together. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections, *, seal: Seal) -> None:
        self._connections, self._seal = connections, seal

    def keep(self, invitation: StaffInvitation, code_hash: bytes) -> None:
        """It waits from now on; an older one of the same address and role counts no more."""
        sealed = self._seal.seal_note(invitation.id, invitation.email.encode())
        kept = [
            invitation.id,
            code_hash,
            invitation.email_index,
            sealed,
            str(invitation.grant.role),
            invitation.grant.shop,
            invitation.language,
            invitation.invited_by,
            invitation.made_at,
            invitation.ends_at,
        ]
        self._run("keep_invitation", kept)

    def listed(self, at: datetime) -> Sequence[StaffInvitation]:
        """All that wait at this time, the oldest first."""
        return self._read("list_invitations", [at])

    def look(self, code_hash: bytes, *, at: datetime) -> StaffInvitation | None:
        """The one of a link, if it counts; looking changes nothing."""
        return next(iter(self._read("read_invitation", [code_hash, at])), None)

    def remove(self, invitation: UUID) -> bool:
        """It counts no more; true for the first who says so."""
        return bool(self._run("remove_invitation", [invitation]))

    def forget(self, email_index: str) -> None:
        """None waits for this address any more."""
        self._run("remove_invitations_of", [email_index])

    def _read(self, name: str, parameters: Sequence[Any]) -> Sequence[StaffInvitation]:
        found = (self._opened(*row) for row in self._run(name, parameters))
        return [one for one in found if one is not None]

    def _opened(
        self, id: UUID, index: str, sealed: bytes, role: str, shop: str | None, *more: Any
    ) -> StaffInvitation | None:
        language, invited_by, made_at = more
        email = self._seal.open_note(id, sealed)
        if email is None:
            return None
        return StaffInvitation(
            id=id,
            email=email.decode(),
            email_index=index,
            grant=Grant(role=Role(role), shop=shop),
            language=language,
            invited_by=invited_by,
            made_at=made_at,
        )

    def _run(self, name: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []
