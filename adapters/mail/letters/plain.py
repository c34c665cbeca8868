"""Plain text that reads well in a narrow window: folded lines, figures flush right."""

import textwrap

WIDTH = 66


def fold(text: str, indent: str = "") -> str:
    """A paragraph broken into lines; addresses stay whole."""
    if _is_one_line(text, WIDTH - len(indent)):
        return indent + text
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
    room = max(WIDTH - len(value) - 2, 20)
    wrapped = [label] if _is_one_line(label, room) else _folded_label(label, room)
    *above, last = wrapped or [""]
    return "\n".join((*above, f"{last}{' ' * max(WIDTH - len(last) - len(value), 2)}{value}"))


def _is_one_line(text: str, room: int) -> bool:
    """Most are, and folding them would change nothing."""
    return 0 < len(text) <= room and text.isprintable() and text[0] != " " != text[-1]


def _folded_label(label: str, room: int) -> list[str]:
    return textwrap.wrap(label, room, subsequent_indent="  ")
