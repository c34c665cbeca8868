"""YAML as a tree whose every value knows its line, with YAML 1.2's core meaning of plain words.

No tags, no anchors, no second document, no key twice, and bounds for size and depth. What stands
in the tree is text: what a field takes for a number or a date is the reader's to say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

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
    loader = _Strict(_text(content))
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(Misread(mark.line + 1 if mark else 1, "no YAML", f"YAML: {said}")) from None
    except yaml.YAMLError as error:
        raise NotYaml(Misread(1, "no YAML", f"YAML: {error}")) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotYaml(Misread(loader.at, "no YAML", f"YAML ({type(error).__name__})")) from None
    if root is None:
        raise NotYaml(Misread(1, "nothing", "a shop, as docs/reference/shop-file.md tells"))
    misread = list[Misread]()
    return _tree(root, (), misread), misread


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


class _Strict(yaml.SafeLoader):
    """PyYAML's own composer, which is told what of YAML a shop file may have."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        # The line and the place, in keys and numbers of items, of what is being read.
        self.at, self._place = 1, Place()
        self._nodes = self._depth = 0

    def compose_document(self) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.version not in (None, (1, 2)) or event.tags:
            self._refuse("a directive", "a file without % directives")
        return super().compose_document()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """`index` is the number of an item, or the key of a value; a key itself has none."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        outside = self._place
        self.at = event.start_mark.line + 1
        if index is not None:
            self._place = (*outside, index if isinstance(index, int) else index.value)
        self._plain(event)
        if isinstance(event, yaml.ScalarEvent):
            event.value = self._whole(event.value)
        if isinstance(parent, yaml.MappingNode) and index is None:
            self._key(event)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        self._place = outside
        return node

    def _plain(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(f"*{event.anchor}", "the value itself: no anchors and aliases")
        if event.anchor is not None:
            self._refuse(f"&{event.anchor}", "the value alone: no anchors and aliases")
        if event.tag is not None:
            self._refuse(event.tag, "the value alone: no tags")
        self._nodes += 1
        if self._nodes > FILE_NODES:
            self._refuse("one value too many", f"at most {FILE_NODES} keys and values")
        if self._depth >= FILE_DEPTH:
            self._refuse("too much in one another", f"at most {FILE_DEPTH} levels")

    def _whole(self, text: str) -> str:
        whole = joined(text)
        if whole is None:
            self._refuse("half of a character", "whole characters, such as \\U0001F600")
        return whole

    def _key(self, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse("a list or a mapping as a key", "a word as a key")
        if event.value == "<<" and event.style is None:
            self._refuse("<<", "each key written out: no merging")

    def _refuse(self, found: str, right: str) -> NoReturn:
        raise NotYaml(Misread(self.at, found, right, self._place))


def _tree(node: yaml.Node, place: Place, misread: list[Misread]) -> Node:
    line = _line(node)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(line, node.value, "text" if node.style else meaning(node.value))
    if isinstance(node, yaml.SequenceNode):
        every = enumerate(node.value)
        return Items(line, [_tree(one, (*place, number), misread) for number, one in every])
    keys = Keys(line)
    for key, value in node.value:
        name, within = key.value, (*place, key.value)
        if name in keys.values:
            right = f"each key once: it stands in line {keys.lines[name]} already"
            misread.append(Misread(_line(key), f"{name} a second time", right, within))
        else:
            keys.values[name], keys.lines[name] = _tree(value, within, misread), _line(key)
    return keys


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


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
