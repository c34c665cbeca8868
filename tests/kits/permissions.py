"""The reference of permissions, as its rows say them; run as a program, it writes the page."""

from pathlib import Path

from ledger.staff.role import Role
from web.http.permissions import PERMISSIONS, Place, Row, lets_in

PAGE = Path(__file__).parents[2] / "docs/reference/permissions.md"
_INTRO = """# Permissions

Who may what, at every address of the app. This page is made of the rows in
`web/http/permissions.py`, by `.venv/bin/python -m tests.kits.permissions`;
`tests/web/http/test_permissions.py` sends every role to every address and fails where the app does
otherwise, and where an address has no row.

Roles are given per shop, or for all shops. People sign in to the pages under `/admin`; programs
bring a bearer token (`token add`). Both are one kind of identity, and a role means the same for
both: **admin** whatever anybody may, **staff** sells and helps, **door** lets people in,
**auditor** reads. An address that is open to anybody may still ask for a code, an order's
identifier or a signature. Whoever asks for what they may not is written into the log, with the
address's pattern and their identity.

● may · ○ may, with the role in all shops · ◐ may, with the role in the shop of the address, or in
all · ▢ who placed the order may, by its modification token · △ a customer who signed in may, about
themselves
"""
_OWN = {Place.PLACED: "▢", Place.ACCOUNT: "△"}
_COLUMNS = ("anybody", *Role)


def page() -> str:
    """The whole page."""
    lines = [_INTRO, "| address | " + " | ".join(_COLUMNS) + " |", "|---" * 6 + "|"]
    for name, row in PERMISSIONS.items():
        marks = " | ".join(_mark(row, role) for role in (None, *Role))
        lines.append(f"| `{name.replace('|', '')}` | {marks} |")
    return "\n".join(lines) + "\n"


def _mark(row: Row, role: Role | None) -> str:
    if row[0] in _OWN:
        return _OWN[row[0]] if role is None else ""
    if not lets_in(row, role, None, asked="here"):
        return ""
    if row[0] is Place.EVERY:
        return "○"
    return "◐" if row[0] is Place.SHOP else "●"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
