"""Files of transfers that were made, in memory."""

from collections.abc import Sequence

from ledger.statements.transfers import TransferFile


class MemoryTransferFiles:
    """For as long as the process lives."""

    def __init__(self) -> None:
        self._files: list[TransferFile] = []

    def add(self, file: TransferFile) -> bool:
        """True for whoever makes the next file of its account."""
        taken = any(
            one.number == file.number or one.after == file.after for one in self.of(file.account)
        )
        if not taken:
            self._files.append(file)
        return not taken

    def of(self, account: str) -> Sequence[TransferFile]:
        """Those of an account, the oldest first."""
        return [one for one in self._files if one.account == account]
