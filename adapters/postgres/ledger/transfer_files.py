"""Files of transfers that were made, in PostgreSQL."""

from collections.abc import Sequence

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from ledger.statements.transfers import TransferFile


class PostgresTransferFiles:
    """By account. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, file: TransferFile) -> bool:
        """True for whoever makes the next file of its account; committed when it returns."""
        row = [
            file.account,
            file.number,
            file.after,
            file.until,
            file.version,
            file.holder,
            file.bic,
            [*file.shops],
            file.made_at,
            file.made_by,
        ]
        with self._connections.asking() as connection:
            made = connection.execute(statement("insert_transfer_file"), row).fetchone()
        return made is not None

    def of(self, account: str) -> Sequence[TransferFile]:
        """Those of an account, the oldest first."""
        with self._connections.asking() as connection:
            rows = connection.execute(statement("read_transfer_files"), [account]).fetchall()
        return [
            TransferFile(
                account=account,
                number=number,
                after=after,
                until=until,
                version=version,
                holder=holder,
                bic=bic,
                shops=tuple(shops),
                made_at=made_at,
                made_by=made_by,
            )
            for account, number, after, until, version, holder, bic, shops, made_at, made_by in rows
        ]
