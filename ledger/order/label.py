"""A label: a word or two of the shop's own, to find orders by."""

from unicodedata import category, normalize

LONGEST_LABEL = 40
MOST_LABELS = 20


def label_of(text: str) -> str | None:
    """A label in its one form, however it was typed; None for what is none.

    >>> label_of("  VIP   guest "), label_of("vip guest"), label_of(" "), label_of("a" * 41)
    ('vip guest', 'vip guest', None, None)
    """
    folded = normalize("NFC", normalize("NFKC", text).casefold())
    label = " ".join(folded.split())
    plain = all(category(sign)[0] != "C" for sign in label)
    return label if plain and 0 < len(label) <= LONGEST_LABEL else None
