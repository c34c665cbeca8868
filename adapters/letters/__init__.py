"""Letters to customers: what a stamp calls for, in words, as text and HTML."""

from adapters.letters.letter import RenderedLetter
from adapters.letters.rendering import render

__all__ = ["RenderedLetter", "render"]
