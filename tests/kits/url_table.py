"""Every door of the web app, from its own table of addresses: a new door is in it by itself."""

from werkzeug.routing import Rule

from tests.kits.product import open_shop

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NOBODYS = "5d0c8a4e-27f5-4f0b-9d4e-0b7f1c1f6a11"
KNOWN = {"shop": "winterfest", "order": NOBODYS, "case": NOBODYS, "code": "k" * 43}


def doors() -> list[Rule]:
    """All of them."""
    return sorted(open_shop().app.url_map.iter_rules(), key=name_of)


def writes() -> list[Rule]:
    """Those that may change something."""
    return [one for one in doors() if WRITES & methods(one)]


def methods(rule: Rule) -> frozenset[str]:
    return frozenset(rule.methods or set()) - {"HEAD", "OPTIONS"}


def name_of(rule: Rule) -> str:
    return f"{' '.join(sorted(methods(rule)))} {rule.rule}"


def address(rule: Rule, **values: str) -> str:
    """A door's address; what is not told is something that a visitor might guess."""
    named = {**dict.fromkeys(rule.arguments, "callback"), **KNOWN, **values}
    built = rule.build(named, append_unknown=False)
    assert built is not None, rule
    return str(built[1])
