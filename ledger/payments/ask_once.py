"""What must be asked for at most once, where the provider has no keys to protect a second ask."""

from typing import Protocol


class Once(Protocol):
    """Hands out each key to one asker, whoever and wherever they are, also after a crash."""

    def take(self, key: str) -> bool:
        """True for the first asker only."""
        ...

    def give_back(self, key: str) -> None:
        """Nothing was asked after all: somebody may take the key again."""
        ...


class OnceInMemory:
    """Remembers for as long as the process lives: for tests, and where there is one process."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, key: str) -> bool:
        """True for the first asker only."""
        first = key not in self._taken
        self._taken.add(key)
        return first

    def give_back(self, key: str) -> None:
        """Forget the key."""
        self._taken.discard(key)


IN_THIS_PROCESS = OnceInMemory()
