"""Payment pages at Stripe are made in one place, which says whose they are (SPEC P2)."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
THE_PLACE = "adapters/providers/stripe/sessions.py"
MODULES = sorted(
    path
    for folder in ("ledger", "projections", "adapters", "web")
    for path in (ROOT / folder).rglob("*.py")
    if "sandbox" not in path.parts
)


def calls(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Every dotted name that creates, such as `client.v1.checkout.sessions.create`."""
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("create", "create_async"):
            yield ast.unparse(node)


def makes_pages(source: str) -> bool:
    """Whether a module could make a page: through the client, the class, a name for either, HTTP.

    `sessions.create` alone is our own module.
    """
    nodes = [*ast.walk(ast.parse(source))]
    if "v1/checkout/sessions" in source or any(map(takes_the_class, nodes)):
        return True
    for call in calls(nodes):
        owner = call.rpartition(".")[0]
        if owner != "sessions" and owner.split(".")[-1] in ("Session", "sessions"):
            return True
    return any(map(names_the_endpoint, nodes))


def takes_the_class(node: ast.AST) -> bool:
    """An import of Stripe's class; others may call something a session, too."""
    return (
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("stripe")
        and any(one.name == "Session" for one in node.names)
    )


def names_the_endpoint(node: ast.AST) -> bool:
    """An assignment that gives the endpoint another name, under which it could make a page."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
        return False
    attributes = {one.attr for one in ast.walk(node.value) if isinstance(one, ast.Attribute)}
    if attributes.isdisjoint(("checkout", "sessions", "create")):
        return False  # to write it all out takes long
    return ast.unparse(node.value).endswith((".checkout.sessions", ".checkout", "sessions.create"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_are_made_in_one_place(path):
    assert makes_pages(path.read_text()) == (str(path.relative_to(ROOT)) == THE_PLACE)


@pytest.mark.parametrize(
    "planted",
    [
        "client.v1.checkout.sessions.create(params={})",
        "self._client.v1.checkout.sessions.create_async(params={})",
        "stripe.checkout.Session.create(mode='payment')",
        "from stripe.checkout import Session",
        "pages = client.v1.checkout.sessions\npages.create(params={})",
        "make = client.v1.checkout.sessions.create\nmake({})",
        "desk = client.v1.checkout\ndesk.sessions.create({})",
        "httpx2.post('https://api.stripe.com/v1/checkout/sessions')",
    ],
)
def test_another_call_site_would_be_noticed(planted):
    assert makes_pages(planted)
