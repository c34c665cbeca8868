"""Apps are made by the hundred; what werkzeug compiles to build a URL, it compiles once for all."""

from collections.abc import Callable

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compile_once() -> None:
    """A builder is a function of the rule's text alone: what it belongs to, it is called with."""
    compiled = Rule._compile_builder
    known: dict[tuple[object, ...], Builder] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    setattr(Rule, "_compile_builder", once)  # noqa: B010 (a method is replaced)
