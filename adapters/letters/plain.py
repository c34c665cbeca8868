"""Plain text that reads well in a narrow window: folded lines, figures flush right."""

import textwrap

WIDTH = 66


def fold(text: str, indent: str = "") -> str:
    """A paragraph broken into lines; addresses stay whole."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def pair(label: str, value: str) -> str:
    """A label on the left, its value flush right; a long label is folded above it."""
    room = WIDTH - len(value) - 2
    *above, last = textwrap.wrap(label, max(room, 20), subsequent_indent="  ") or [""]
    return "\n".join((*above, f"{last}{' ' * max(WIDTH - len(last) - len(value), 2)}{value}"))
