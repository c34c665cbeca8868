"""Pictures in memory, for tests that need no database."""

from collections.abc import Mapping


class MemoryPictures:
    """Keeps every picture until the process ends."""

    def __init__(self) -> None:
        self._pictures: dict[str, bytes] = {}

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Keep bytes by their SHA-256 (hexadecimal); what is there already stays."""
        self._pictures = {**pictures, **self._pictures}

    def read(self, hash: str) -> bytes | None:
        """The bytes of a hash; None where nobody kept any."""
        return self._pictures.get(hash)
