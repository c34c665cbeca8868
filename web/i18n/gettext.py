"""Texts in the visitor's language, with types: flask-babel's own functions have none.

They look the catalogue up by itself: through flask-babel's domain each text costs twice as much.
"""

from web.i18n import languages


def _(text: str, **values: object) -> str:
    """A text of ours in the language of this request, with its %(names)s filled in."""
    told = languages.texts().gettext(text)
    return told % values if values else told


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """A text that depends on a number, which fills %(num)d."""
    told = languages.texts().ngettext(one, many, number)
    return told % {"num": number, **values}
