"""A shop, changed in some places as its shop file would be: one reader, one set of rules.

A page is a file that somebody fills in piece by piece. What is typed becomes a node of the file's
tree, and is read, refused and told as if it stood in the file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.shop_file.fields import Reading, known_zones
from adapters.shop_file.read import SHOP, beyond, spec_read
from adapters.shop_file.strict_yaml import Items, Keys, Node, Place, Scalar, meaning, read_yaml
from adapters.shop_file.write import shop_file
from ledger.shop.faults import Fault
from ledger.shop.shop import ShopSpec
from ledger.shop.stamps import Picture

# What is typed: a text, several, or nothing, which takes the key out of the file.
Typed = str | Sequence[str] | None
_LINE = 0
_OPTIONAL = ("venue", "bank_account", "letters")


class Words(str):
    """A text that is one whatever it looks like: in a file it would stand in quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The shop as it would be, and all that is wrong with it, each with its place in the file."""

    spec: ShopSpec
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class _Known:
    """The pictures that a shop has already: nothing is read, only what they show may be new."""

    pictures: Mapping[str, Picture | None]
    found: dict[str, bytes] = field(default_factory=dict)

    def picture(self, file: Mapping[str, Any], name: str, reading: Reading) -> Picture | None:
        said, known = file[name], self.pictures[name]
        return replace(known, alt=said["alt"]) if known is not None and said else None


@dataclass(frozen=True, slots=True)
class ShopTree:
    """The file of a shop, ready to be changed."""

    root: Keys

    def get(self, place: Place) -> str | Sequence[str]:
        """What stands there as text; empty where nothing does."""
        node = _at(self.root, place)
        if isinstance(node, Items):
            return [one.text for one in node.items if isinstance(one, Scalar)]
        return node.text if isinstance(node, Scalar) else ""

    def put(self, place: Place, typed: Typed) -> None:
        """It says this from now on."""
        within, name = _within(self.root, place[:-1]), place[-1]
        assert isinstance(within, Keys)
        assert isinstance(name, str)
        if typed is None:
            within.values.pop(name, None)
            return
        within.values[name] = _node(typed)
        within.lines[name] = _LINE

    def drop_empty(self) -> None:
        """What may be left out whole is, where nothing of it is said."""
        for name in _OPTIONAL:
            if name in self.root.values and not _says(self.root.values[name]):
                del self.root.values[name]

    def slugs(self) -> list[str]:
        """The products in their order."""
        return [str(self.get(("products", number, "slug"))) for number in range(len(self._all()))]

    def add(self) -> int:
        """One product more, of which nothing is said yet: its number."""
        self._all().append(Keys(_LINE))
        return len(self._all()) - 1

    def order(self, slugs: Sequence[str]) -> None:
        """These products and no others, in this order."""
        known = dict(zip(self.slugs(), self._all(), strict=True))
        self._all()[:] = [known[slug] for slug in slugs]

    def _all(self) -> list[Node]:
        products = self.root.values["products"]
        assert isinstance(products, Items)
        return products.items


def tree_of(spec: ShopSpec) -> ShopTree:
    """A shop as the tree of its file."""
    root, _misread = read_yaml(shop_file(spec).encode())
    assert isinstance(root, Keys)
    if not spec.products:
        root.values["products"] = Items(_LINE)
    return ShopTree(root)


def edited(
    spec: ShopSpec, edit: Callable[[ShopTree], object], *, timezone: str | None = None
) -> Edited:
    """The shop after an edit. In another time zone, each moment stays the one that it is."""
    if timezone in known_zones():
        spec = replace(spec, preferences=replace(spec.preferences, timezone=timezone))
    tree = tree_of(spec)
    edit(tree)
    if timezone is not None:
        tree.put(("timezone",), Words(timezone))
    reading, said = Reading(), spec.preferences
    known = _Known({"picture": said.picture, "logo": said.logo})
    made = spec_read(reading.keys(tree.root, (), SHOP), reading, known)
    return Edited(spec=made, faults=[*reading.faults, *beyond(reading, made)])


def _says(node: Node) -> bool:
    match node:
        case Scalar():
            return bool(node.text)
        case Items():
            return any(map(_says, node.items))
        case Keys():
            return any(map(_says, node.values.values()))


def _node(typed: str | Sequence[str]) -> Node:
    if isinstance(typed, str):
        means = "text" if isinstance(typed, Words) or not typed else meaning(typed)
        return Scalar(_LINE, str(typed), means)
    return Items(_LINE, [Scalar(_LINE, one, "text") for one in typed])


def _at(node: Node | None, place: Place) -> Node | None:
    for name in place:
        match node:
            case Keys():
                node = node.values.get(str(name))
            case Items() if isinstance(name, int) and name < len(node.items):
                node = node.items[name]
            case _:
                return None
    return node


def _within(root: Keys, place: Place) -> Node:
    """The mapping at a place, made where there is none."""
    node: Node = root
    for name in place:
        if isinstance(node, Items):
            assert isinstance(name, int)
            node = node.items[name]
            continue
        assert isinstance(node, Keys)
        node.lines.setdefault(str(name), _LINE)
        node = node.values.setdefault(str(name), Keys(_LINE))
    return node
