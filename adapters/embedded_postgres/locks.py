"""Who uses the server: kernel locks, which die with their holder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from adapters.embedded_postgres.places import Place, hand_over


def open_lock(place: Place, name: str) -> int:
    path = place.folder / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if place.folder.stat().st_uid:
        # Root visits a user's place: the lock stays the user's.
        hand_over(path, place.account)
    return descriptor


@contextlib.contextmanager
def alone(place: Place) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    descriptor = open_lock(place, "start.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def join(place: Place) -> int:
    """Counts us among the users until the descriptor is closed, at the latest by our death."""
    descriptor = open_lock(place, "users.lock")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_unused(place: Place) -> bool:
    """Whether nobody is left. Only for the holder of the start lock: others may not join then."""
    descriptor = open_lock(place, "users.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
