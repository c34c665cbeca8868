"""YAML as a tree whose every value knows its line, with YAML 1.2's core meaning of plain words.

No tags, no anchors, no second document, no key twice, and bounds for size and depth. What stands
in the tree is text: what a field takes for a number or a date is the reader's to say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml
from yaml import events

from ledger.shop.limits import FILE_BYTES, FILE_DEPTH, FILE_NODES

_MEANINGS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("null", re.compile(r"(?:null|Null|NULL|~|)")),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)")),
    ("whole", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("decimal", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")),
    ("decimal", re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Misread:
    """What stands in the way of reading, and where."""

    line: int
    found: str
    right: str
    field: Place = ()


class NotYaml(Exception):
    """The file cannot be read as YAML of the strict kind."""

    def __init__(self, misread: Misread) -> None:
        super().__init__(misread.right)
        self.misread = misread


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text. `means` is what YAML 1.2's core schema takes it for."""

    line: int
    text: str
    means: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping of texts. `lines` are those of its keys."""

    line: int
    values: dict[str, "Node"] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Items | Keys


def read_yaml(content: bytes) -> tuple[Node, Sequence[Misread]]:
    """The tree, and what of it does not harm the rest, such as a key that stands twice.

    Raises `NotYaml`.
    """
    if len(content) > FILE_BYTES:
        found = f"more than {FILE_BYTES} bytes"
        raise NotYaml(Misread(1, found, f"a file of at most {FILE_BYTES} bytes"))
    tree = _Tree()
    try:
        for one in yaml.parse(_text(content), Loader=yaml.SafeLoader):
            tree.take(one)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(Misread(mark.line + 1 if mark else 1, "no YAML", f"YAML: {said}")) from None
    except yaml.YAMLError as error:
        raise NotYaml(Misread(1, "no YAML", f"YAML: {error}")) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotYaml(Misread(tree.line, "no YAML", f"YAML ({type(error).__name__})")) from None
    if tree.root is None:
        raise NotYaml(Misread(1, "nothing", "a shop, as docs/reference/shop-file.md tells"))
    return tree.root, tree.misread


def _text(content: bytes) -> str:
    try:
        text = content.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x}"
        raise NotYaml(Misread(line, found, "text in UTF-8")) from None
    for line, said in enumerate(text.split("\n"), 1):
        unfit = yaml.SafeLoader.NON_PRINTABLE.search(said)
        if unfit:
            raise NotYaml(Misread(line, f"U+{ord(unfit[0]):04X}", "no control characters"))
    return text


class _Tree:
    """Grows event by event, never by recursion: depth costs nothing."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.misread: list[Misread] = []
        self.line = 1
        self._open: list[Items | Keys] = []
        # For each open mapping the key whose value comes next.
        self._keys: list[tuple[str, int] | None] = []
        self._places: list[Place] = []
        self._documents = self._nodes = 0

    def take(self, event: events.Event) -> None:
        """One more event of the parser; raises `NotYaml`."""
        self.line = event.start_mark.line + 1 if event.start_mark else self.line
        match event:
            case events.DocumentStartEvent():
                self._begin(event)
            case events.AliasEvent():
                self._refuse(f"*{event.anchor}", "the value itself: no anchors and aliases")
            case events.ScalarEvent() | events.CollectionStartEvent():
                self._plain(event)
                self._node(event)
            case events.CollectionEndEvent():
                self._open.pop()
                self._keys.pop()
                self._places.pop()

    def _begin(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse("a second document", "one document in a file")
        if event.version not in (None, (1, 2)) or event.tags:
            self._refuse("a directive", "a file without % directives")

    def _plain(self, event: events.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if event.anchor is not None:
            self._refuse(f"&{event.anchor}", "the value alone: no anchors and aliases")
        if tag is not None:
            self._refuse(tag, "the value alone: no tags")
        self._nodes += 1
        if self._nodes > FILE_NODES:
            self._refuse("one value too many", f"at most {FILE_NODES} keys and values")
        if len(self._open) >= FILE_DEPTH:
            self._refuse("too much in one another", f"at most {FILE_DEPTH} levels")

    def _node(self, event: events.Event) -> None:
        if isinstance(event, events.ScalarEvent):
            self._scalar(event)
            return
        node = Items(self.line) if isinstance(event, events.SequenceStartEvent) else Keys(self.line)
        place = self._place()
        self._put(node)
        self._open.append(node)
        self._keys.append(None)
        self._places.append(place)

    def _scalar(self, event: events.ScalarEvent) -> None:
        text = joined(event.value)
        if text is None:
            self._refuse("half of a character", "whole characters, such as \\U0001F600")
        else:
            quoted = event.style is not None
            self._put(Scalar(self.line, text, "text" if quoted else meaning(text)))

    def _put(self, node: Node) -> None:
        into = self._open[-1] if self._open else None
        if into is None:
            self.root = node
        elif isinstance(into, Items):
            into.items.append(node)
        elif self._keys[-1] is None:
            self._keys[-1] = self._key(node)
        else:
            (name, line), self._keys[-1] = self._keys[-1], None
            if name in into.values:
                right = f"each key once: it stands in line {into.lines[name]} already"
                place = (*self._place(), name)
                self.misread.append(Misread(line, f"{name} a second time", right, place))
            else:
                into.values[name], into.lines[name] = node, line

    def _key(self, node: Node) -> tuple[str, int]:
        if not isinstance(node, Scalar):
            self._refuse("a list or a mapping as a key", "a word as a key")
            raise AssertionError
        if node.text == "<<" and node.means == "text":
            self._refuse("<<", "each key written out: no merging")
        return node.text, node.line

    def _refuse(self, found: str, right: str) -> None:
        raise NotYaml(Misread(self.line, found, right, self._place()))

    def _place(self) -> Place:
        """The keys and the numbers of items that lead to what is being read."""
        if not self._open:
            return ()
        into, key, place = self._open[-1], self._keys[-1], self._places[-1]
        if isinstance(into, Items):
            return (*place, len(into.items))
        return place if key is None else (*place, key[0])


def meaning(text: str) -> str:
    """What YAML 1.2's core schema takes a plain word for.

    >>> [meaning(word) for word in ("no", "0350", "35:00", "1_000", "1e3", "True", "")]
    ['text', 'whole', 'text', 'text', 'decimal', 'bool', 'null']
    """
    return next((name for name, form in _MEANINGS if form.fullmatch(text)), "text")


def joined(text: str) -> str | None:
    """A text whose characters beyond U+FFFF were escaped in two halves; None if one is alone.

    >>> joined(chr(0xd83d) + chr(0xde00)) == chr(0x1f600), joined(chr(0xd83d))
    (True, None)
    """
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None
