"""Which providers' work is asked for: those that hang keep nobody else's from being done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """Work of these providers only or, with `others`, of all but these."""

    names: tuple[str, ...] = ()
    others: bool = True

    @property
    def chosen(self) -> tuple[list[str], bool]:
        """As statements ask for it: whether the name is one of these, and whether it should be."""
        return [*self.names], not self.others


EVERY = Lane()
