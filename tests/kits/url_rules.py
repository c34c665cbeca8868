"""Apps are made by the hundred; what werkzeug compiles of a URL rule, it compiles once for all."""

from werkzeug.routing import Rule

# What `Rule.compile` and the parsing of the rule leave behind.
_COMPILED = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS = ("_build", "_build_unknown")


def compile_once() -> None:
    """All of it follows from the rule's text, its defaults and the map's converters."""
    compiled = Rule.compile
    known: dict[tuple[object, ...], Rule] = {}

    def once(rule: Rule) -> None:
        map_ = rule.map
        key = (
            rule.rule,
            rule.subdomain,
            rule.host,
            repr(rule.defaults),
            rule.merge_slashes,
            map_.host_matching,
            tuple(map_.converters.items()),
        )
        if key not in known:
            compiled(rule)
            known[key] = rule
            return
        like = known[key]
        for name in _COMPILED:
            setattr(rule, name, getattr(like, name))
        for name in _BUILDERS:
            setattr(rule, name, getattr(like, name).__func__.__get__(rule, None))

    setattr(Rule, "compile", once)  # noqa: B010 (a method is replaced)
