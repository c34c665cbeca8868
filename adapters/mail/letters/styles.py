"""Colours and type of the letters, put into their templates when these are read."""

import re
from collections.abc import Callable, Mapping

from jinja2 import Environment, FileSystemLoader

# What stands in a template as `[[ink]]`: mail programs know no variables.
STYLES: Mapping[str, str] = {
    "ink": "#1f2430",
    "soft": "#5d6472",
    "line": "#e4e0d8",
    # A word may be longer than a phone is wide: a name, a title, an address.
    "breaks": "overflow-wrap:anywhere;word-break:break-word;",
    "sans": "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif",
    "serif": "Georgia,'Times New Roman',serif",
}
_NAMED = re.compile(r"\[\[(\w+)\]\]")


class StyledTemplates(FileSystemLoader):
    """Templates of a folder, with their styles in them. An unknown style raises `KeyError`."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The template's text, where it lies, and whether that is still so."""
        source, path, current = super().get_source(environment, template)
        return _NAMED.sub(lambda named: STYLES[named[1]], source), path, current
