"""Small bugs made by the machine: one operator, number, element or statement changed at a time."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SWAPPED = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.And: "or",
    ast.Or: "and",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "+",
    ast.FloorDiv: "*",
    ast.Mod: "//",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}
# Types, names for tools and the making of classes: a change there is none of behaviour.
NO_BEHAVIOUR = ("annotation", "returns", "decorator_list", "type_params", "bases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A piece of a file, and what stands there instead."""

    file: str
    start: int
    end: int
    new: str
    kind: str

    def of(self, source: str) -> str:
        return source[: self.start] + self.new + source[self.end :]


def mutants_of(file: str, source: str) -> Sequence[Mutant]:
    """Every mutant of a module, in the order of its text; a few do not compile."""
    found = _Maker(file, source).all()
    return sorted(found, key=lambda one: (one.start, one.end, one.new))


def compiles(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Maker:
    def __init__(self, file: str, source: str) -> None:
        self._file, self._source = file, source
        lines = source.encode().splitlines(keepends=True)
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line.decode()))
        self._lines = lines

    def all(self) -> Iterator[Mutant]:
        yield from self._below(ast.parse(self._source))

    def _below(self, node: ast.AST) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if _is_type(node, name):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_said(child):
                    yield from self._of(child)
                    yield from self._below(child)

    def _of(self, node: ast.AST) -> Iterator[Mutant]:
        yield from self._other_operators(node)
        yield from self._other_values(node)
        yield from self._less(node)

    def _other_operators(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Compare():
                operands = [node.left, *node.comparators]
                for (left, right), operator in zip(pairwise(operands), node.ops, strict=True):
                    yield from self._swap(left, right, operator, "comparison")
            case ast.BoolOp():
                for left, right in pairwise(node.values):
                    yield from self._swap(left, right, node.op, "boolean")
            case ast.BinOp():
                yield from self._swap(node.left, node.right, node.op, "arithmetic")

    def _other_values(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._new(node, f"({self._text(operand)})", "removed not")
            case ast.If(test=test) | ast.IfExp(test=test) if isinstance(
                test, ast.Name | ast.Attribute | ast.Call
            ):
                yield self._new(test, f"(not {self._text(test)})", "boolean")
            case ast.Constant(value=bool(value)):
                yield self._new(node, str(not value), "boolean")
            case ast.Constant(value=int(value)):
                yield self._new(node, str(value + 1), "off by one")

    def _less(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.BoolOp(values=values):
                yield from self._drops(values, "boolean")
            case ast.List(elts=elements) | ast.Set(elts=elements):
                yield from self._drops(elements, "dropped element")
                if len(elements) == 1 and isinstance(node, ast.List):
                    yield self._new(node, "[]", "dropped element")
            case ast.Expr(value=ast.Yield() | ast.YieldFrom() | ast.Call()):
                yield self._new(node, "pass", "dropped statement")

    def _swap(
        self, left: ast.expr, right: ast.expr, operator: ast.AST, kind: str
    ) -> Iterator[Mutant]:
        """The operator between two operands; parentheses around these stay where they are."""
        new = SWAPPED.get(type(operator))
        start, end = self._place(left)[1], self._place(right)[0]
        between = self._source[start:end]
        old = _written(operator)
        if new is not None and between.count(old) == 1 and "#" not in between:
            at = start + between.index(old)
            yield Mutant(file=self._file, start=at, end=at + len(old), new=new, kind=kind)

    def _drops(self, elements: Sequence[ast.expr], kind: str) -> Iterator[Mutant]:
        """Each element but one left out, with what stands between it and its neighbour."""
        for one, after in pairwise(elements):
            start, end = self._place(one)[0], self._place(after)[0]
            yield Mutant(file=self._file, start=start, end=end, new="", kind=kind)
        for before, one in [*pairwise(elements)][-1:]:
            start, end = self._place(before)[1], self._place(one)[1]
            yield Mutant(file=self._file, start=start, end=end, new="", kind=kind)

    def _new(self, node: ast.expr | ast.stmt, new: str, kind: str) -> Mutant:
        start, end = self._place(node)
        return Mutant(file=self._file, start=start, end=end, new=new, kind=kind)

    def _text(self, node: ast.expr) -> str:
        start, end = self._place(node)
        return self._source[start:end]

    def _place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno or 0, node.end_col_offset or 0),
        )

    def _offset(self, line: int, column: int) -> int:
        """Python counts columns in bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1][:column].decode())


def _written(operator: ast.AST) -> str:
    if isinstance(operator, ast.boolop):
        return "and" if isinstance(operator, ast.And) else "or"
    if isinstance(operator, ast.cmpop):
        return ast.unparse(ast.Compare(ast.Name("a"), [operator], [ast.Name("b")]))[2:-2]
    return ast.unparse(ast.BinOp(ast.Name("a"), operator, ast.Name("b")))[2:-2]  # type: ignore[arg-type]


def _is_type(node: ast.AST, field: str) -> bool:
    """Types stand in annotations and subscripts, and as what `isinstance` asks for."""
    match node:
        case ast.Subscript(slice=ast.Tuple() | ast.BinOp()):
            return field == "slice"
        case ast.Call(func=ast.Name(id="isinstance")):
            return field == "args" and not isinstance(node.args[0], ast.Call)
        case ast.ClassDef():
            return field == "keywords" or field in NO_BEHAVIOUR
    return field in NO_BEHAVIOUR


def _is_said(node: ast.AST) -> bool:
    """What tells people or tools something, and no program."""
    match node:
        case ast.Assert() | ast.JoinedStr():
            return True
        case ast.keyword(arg="strict"):  # of `zip`: an assertion
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in ("__all__", "__slots__") or _is_union(value)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
    return False


def _is_union(node: ast.AST) -> bool:
    """An alias of types; their names begin with a capital and go on with small letters."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_union(left) and _is_union(right)
        case ast.Name(id=name):
            return name[0].isupper() and not name.isupper()
    return isinstance(node, ast.Constant) and node.value is None


def change_of(source: str, mutant: Mutant) -> tuple[int, str, str]:
    """The line's number, and the lines before and after."""
    first = source.rfind("\n", 0, mutant.start) + 1
    last = source.find("\n", mutant.end)
    last = len(source) if last < 0 else last
    old = source[first:last]
    new = source[first : mutant.start] + mutant.new + source[mutant.end : last]
    return source.count("\n", 0, mutant.start) + 1, old.strip(), new.strip()


def modules(root: Path, folders: Sequence[str]) -> Sequence[str]:
    found = (path for name in folders for path in _python_files(root / name))
    return sorted(str(path.relative_to(root)) for path in found)


def _python_files(path: Path) -> Iterator[Path]:
    return iter([path]) if path.is_file() else path.rglob("*.py")
