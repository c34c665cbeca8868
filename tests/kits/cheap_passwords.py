"""Passwords are set and tried by the hundred: cheaply, save where their strength is asked for."""

from argon2 import PasswordHasher

from web.actions import passwords

AS_BUILT: PasswordHasher = passwords._hasher


def make_cheap() -> None:
    """In this process; one of the product's own works them out as it always does."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    setattr(passwords, "_hasher", cheap)  # noqa: B010 (a module's own is replaced)
