"""Letters to customers: what a stamp calls for, in words, as text and HTML."""

from adapters.mail.letters.letter import RenderedLetter
from adapters.mail.letters.render import render

__all__ = ["RenderedLetter", "render"]
