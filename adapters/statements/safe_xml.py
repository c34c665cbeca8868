"""XML from outside, without what XML can do: no document type, so no entities of any kind.

Neither files of this machine (external entities) nor memory without end (entities in entities) can
be asked for where no entity can be declared.
"""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from ledger.statements.faults import StatementUnreadable

# More elements than any statement has, and deeper than any is.
_MOST_ELEMENTS, _DEEPEST = 2_000_000, 60


class _Plain(TreeBuilder):
    """Builds what stands there."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called before anything in it is read."""
        raise StatementUnreadable("the file declares a document type, which no bank does")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise StatementUnreadable("the file is larger or deeper than any statement")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def parsed(content: bytes) -> Element:
    """The root. Raises `StatementUnreadable`."""
    parser = XMLParser(target=_Plain())  # noqa: S314 (see above: it takes no document type)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        told = f"the file is no XML: line {line}, column {column}"
        raise StatementUnreadable(told) from None
    except (ValueError, LookupError) as error:
        if isinstance(error, StatementUnreadable):
            raise
        raise StatementUnreadable("the file is in an encoding that is not known") from None
    return root
