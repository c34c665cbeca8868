"""How whoever waits is told how far it is."""

from collections.abc import Callable

Tell = Callable[[str, int], None]


def silent(_: str, __: int) -> None:
    """Nobody watches."""
