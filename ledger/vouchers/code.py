"""The code of a voucher: thirty characters that nobody mistakes for one another."""

# Without 0 and O, 1 and I and L and J.
ALPHABET = "23456789ABCDEFGHKMNPQRSTUVWXYZ"
LENGTH = 30


def folded(code: str) -> str:
    """The code as it is compared: case and the spaces around it say nothing."""
    return code.strip().upper()


def is_code(text: str) -> bool:
    """Whether a text could be a code that we made."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)
