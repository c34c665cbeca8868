"""Texts in the visitor's language, with types: flask-babel's own functions have none."""

import flask_babel


def _(text: str, **values: object) -> str:
    """A text of ours in the language of this request, with its %(names)s filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """A text that depends on a number, which fills %(num)d."""
    return str(flask_babel.ngettext(one, many, number, **values))
