"""Who may what: every address of the app, one row each. Read by people, and walked by a test.

The rows drive nothing. What each page and call asks for stands where it is made; the test sends
every role to every address and finds what stands here, or fails.
"""

from collections.abc import Mapping
from enum import StrEnum

from ledger.staff.role import Role


class Place(StrEnum):
    """Where a role has to count."""

    OPEN = "anybody"
    SIGNED = "its provider, who signs"
    PLACED = "who placed the order, by its token"
    ACCOUNT = "a customer who signed in"
    INSIDE = "this machine itself, or any token"
    SHOP = "in the shop of the address"
    ANY = "in any shop"
    EVERY = "in all shops"


_ADMIN: tuple[Role, ...] = ()
_STAFF = (Role.STAFF,)
_DOOR = (Role.STAFF, Role.DOOR)
_READ = (Role.STAFF, Role.AUDITOR)
_ALL = (Role.STAFF, Role.DOOR, Role.AUDITOR)

# The roles besides admins, who may whatever anybody may; and where they have to count.
Row = tuple[Place, tuple[Role, ...]]
_OPEN: Row = (Place.OPEN, _ALL)
_SIGNED: Row = (Place.SIGNED, _ALL)
_PLACED: Row = (Place.PLACED, _ADMIN)
_ACCOUNT: Row = (Place.ACCOUNT, _ADMIN)
_INSIDE: Row = (Place.INSIDE, _ALL)

PERMISSIONS: Mapping[str, Row] = {
    # What customers see and do.
    "GET /": _OPEN,
    "GET /<shop>/": _OPEN,
    "GET /<shop>/cart": _OPEN,
    "GET /<shop>/checkout": _OPEN,
    "GET /<shop>/line/<product>": _OPEN,
    "GET /<shop>/line/confirm/<code>": _OPEN,
    "GET /<shop>/place/<place>/<code>": _OPEN,
    "GET /<shop>/orders/<order>": _OPEN,
    "GET /<shop>/orders/<order>/cancel": _OPEN,
    "GET /<shop>/orders/<order>/cancel/<code>": _OPEN,
    "GET /<shop>/orders/<order>/choose/<code>": _OPEN,
    "GET /<shop>/orders/<order>/event.ics": _OPEN,
    "GET /<shop>/orders/<order>/names": _OPEN,
    "GET /<shop>/orders/<order>/tickets.pdf": _OPEN,
    "GET /<shop>/tickets/<code>": _OPEN,
    "GET /<shop>/tickets/<code>/ticket.pdf": _OPEN,
    "GET /<shop>/invitation/<person>/<code>": _OPEN,
    "GET /<shop>/orders/<order>/news": _OPEN,
    "GET /<shop>/withdraw": _OPEN,
    "GET /cart": _OPEN,
    "GET /problems/<slug>": _OPEN,
    "GET /static/<path:filename>": _OPEN,
    "GET /_/components": _OPEN,
    "POST /<shop>/cart": _OPEN,
    "POST /<shop>/cart/lines": _OPEN,
    "POST /<shop>/cart/voucher": _OPEN,
    "POST /<shop>/checkout": _OPEN,
    "POST /<shop>/orders/<order>/cancel": _OPEN,
    "POST /<shop>/orders/<order>/cancel-at-once": _PLACED,
    "POST /<shop>/orders/<order>/cancel/<code>": _OPEN,
    "POST /<shop>/orders/<order>/choose/<code>": _OPEN,
    "POST /<shop>/orders/<order>/names": _OPEN,
    "POST /<shop>/line/<product>": _OPEN,
    "POST /<shop>/line/confirm/<code>": _OPEN,
    "POST /<shop>/place/<place>/<code>/buy": _OPEN,
    "POST /<shop>/place/<place>/<code>/leave": _OPEN,
    "POST /<shop>/orders/<order>/pay": _OPEN,
    "POST /<shop>/orders/<order>/tickets/<ticket>/send": _OPEN,
    "POST /<shop>/orders/<order>/tickets/<ticket>/take-back": _OPEN,
    "POST /<shop>/tickets/<code>": _OPEN,
    "POST /<shop>/invitation/<person>/<code>": _OPEN,
    "POST /<shop>/orders/<order>/news": _OPEN,
    "POST /<shop>/withdraw": _OPEN,
    "GET /_/colours/<name>": _OPEN,
    "GET /_/pictures/<name>": _OPEN,
    # Customers' accounts.
    "GET /me/sign-in": _OPEN,
    "GET /me/sign-in/<code>": _OPEN,
    "POST /me/sign-in": _OPEN,
    "POST /me/sign-in/<code>": _OPEN,
    "POST /me/sign-in/passkey": _OPEN,
    "POST /me/sign-in/passkey/question": _OPEN,
    "POST /me/sign-out": _OPEN,
    "GET /me": _ACCOUNT,
    "GET /me/export.json": _ACCOUNT,
    "GET /me/export.zip": _ACCOUNT,
    "GET /me/orders/<order>/cancel": _ACCOUNT,
    "GET /me/orders/<order>/receipts/<receipt>/<letter>": _ACCOUNT,
    "POST /me/orders/<order>/cancel": _ACCOUNT,
    "POST /me/claim": _ACCOUNT,
    "POST /me/language": _ACCOUNT,
    "POST /me/passkeys": _ACCOUNT,
    "POST /me/passkeys/question": _ACCOUNT,
    "POST /me/passkeys/remove": _ACCOUNT,
    "POST /me/sessions/end": _ACCOUNT,
    # Into the back office.
    "GET /admin/sign-in": _OPEN,
    "GET /admin/sign-in/code": _OPEN,
    "GET /admin/invitation/<code>": _OPEN,
    "GET /admin/welcome/<code>": _OPEN,
    "POST /admin/sign-in": _OPEN,
    "POST /admin/sign-in/code": _OPEN,
    "POST /admin/sign-in/passkey": _OPEN,
    "POST /admin/sign-in/passkey/question": _OPEN,
    "POST /admin/invitation/<code>": _OPEN,
    "POST /admin/welcome/<code>": _OPEN,
    # In the back office: one's own.
    "GET /admin/": (Place.ANY, _ALL),
    "GET /admin/security": (Place.ANY, _ALL),
    "POST /admin/security/passkeys": (Place.ANY, _ALL),
    "POST /admin/security/passkeys/<passkey>/remove": (Place.ANY, _ALL),
    "POST /admin/security/passkeys/question": (Place.ANY, _ALL),
    "POST /admin/security/password": (Place.ANY, _ALL),
    "POST /admin/security/second-factor": (Place.ANY, _ALL),
    "POST /admin/security/second-factor/off": (Place.ANY, _ALL),
    "POST /admin/security/sessions/<session>/end": (Place.ANY, _ALL),
    "POST /admin/security/sessions/end": (Place.ANY, _ALL),
    "POST /admin/sign-out": (Place.ANY, _ALL),
    # In the back office: what needs a second person, in the shops of one's role.
    "GET /admin/approvals": (Place.ANY, _READ),
    "POST /admin/approvals/<approval>/approve": (Place.ANY, _STAFF),
    "POST /admin/approvals/<approval>/decline": (Place.ANY, _STAFF),
    # At the door. Its files are anybody's: they say nothing of a shop.
    "GET /door/": (Place.ANY, _DOOR),
    "GET /door/<shop>/": (Place.SHOP, _DOOR),
    "GET /door/<shop>/manifest.json": (Place.SHOP, _DOOR),
    "GET /door/files/<mark>/<name>": _OPEN,
    "GET /door/service-worker.js": _OPEN,
    "POST /door/<shop>/": (Place.SHOP, _DOOR),
    # In the back office: orders and the desk. Of what belongs to no shop it is asked per case.
    "GET /admin/orders": (Place.ANY, _READ),
    "GET /admin/orders.csv": (Place.ANY, _READ),
    "GET /admin/reports": (Place.ANY, _READ),
    "GET /admin/reports/<name>": (Place.ANY, _READ),
    "GET /admin/reports/<name>.<form>": (Place.ANY, _READ),
    "GET /admin/reports/<name>/orders": (Place.ANY, _READ),
    "GET /admin/orders/<order>": (Place.SHOP, _READ),
    "GET /admin/orders/<order>/<action>": (Place.SHOP, _STAFF),
    "GET /admin/orders/<order>/letters/<receipt>/<letter>": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/orders/new": (Place.SHOP, _STAFF),
    # In the back office: what a shop sells and how. Staff read; admins of the shop change it.
    "GET /admin/shops/new": (Place.EVERY, _ADMIN),
    "GET /admin/shops/<shop>/catalogue": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/change": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/history": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/history/<edit>/undo": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/products/<product>": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/products/<product>/questions": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/products/<product>/withdraw": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/badges": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/till": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/till/sales/<order>": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/till/shifts": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/till/shifts/<shift>": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/till/shifts/<shift>.csv": (Place.SHOP, _READ),
    "POST /admin/shops/<shop>/till": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/till/sales/<order>/void": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/till/cash": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/till/close": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/till/open": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/badges.csv": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/products/new": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/quotas/<quota>": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/quotas/<quota>/withdraw": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/quotas/new": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/waiting-list": (Place.SHOP, _READ),
    "POST /admin/shops/<shop>/waiting-list/<place>/move": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/waiting-list/<place>/remove": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/letters": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/letters/<letter>": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/mailings": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/settings": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/settings/<section>": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/vouchers": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/vouchers/<voucher>": (Place.SHOP, _READ),
    "GET /admin/shops/<shop>/vouchers/<voucher>/close": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/vouchers/<voucher>/revise": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/vouchers/new": (Place.SHOP, _ADMIN),
    "POST /admin/shops/new": (Place.EVERY, _ADMIN),
    "POST /admin/shops/<shop>/catalogue": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/change": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/history/<edit>/undo": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/products/<product>": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/products/<product>/questions": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/products/<product>/withdraw": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/products/new": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/quotas/<quota>": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/quotas/<quota>/withdraw": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/quotas/new": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/letters/<letter>": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/mailings": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/mailings/<mailing>": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/settings/<section>": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/vouchers/<voucher>/close": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/vouchers/<voucher>/revise": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/vouchers/new": (Place.SHOP, _ADMIN),
    "GET /admin/cases": (Place.ANY, _READ),
    "GET /admin/shops/<shop>/people": (Place.SHOP, _STAFF),
    "GET /admin/shops/<shop>/people/set-up": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/people/set-up": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/people/<person>": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/people": (Place.SHOP, _STAFF),
    "POST /admin/shops/<shop>/people/list": (Place.SHOP, _STAFF),
    "GET /admin/statements": (Place.ANY, _STAFF),
    "POST /admin/statements": (Place.ANY, _STAFF),
    "POST /admin/statements/apply": (Place.ANY, _STAFF),
    "GET /admin/cases/<case>": (Place.ANY, _READ),
    "GET /admin/cases/<case>/lookers": (Place.ANY, _READ),
    "POST /admin/orders/<order>/<action>": (Place.SHOP, _STAFF),
    "POST /admin/orders/selected": (Place.ANY, _STAFF),
    "POST /admin/shops/<shop>/orders/new": (Place.SHOP, _STAFF),
    "POST /admin/cases/<case>": (Place.ANY, _STAFF),
    "POST /admin/cases/<case>/hand": (Place.ANY, _STAFF),
    "POST /admin/cases/<case>/snooze": (Place.ANY, _STAFF),
    "POST /admin/views": (Place.ANY, _READ),
    "POST /admin/views/<view>/remove": (Place.ANY, _READ),
    # In the back office: others. Whom an admin of one shop may decide about is asked per person.
    "GET /admin/people": (Place.ANY, _ADMIN),
    "GET /admin/shops/<shop>/transfers": (Place.SHOP, _ADMIN),
    "GET /admin/shops/<shop>/transfers/<number>.xml": (Place.SHOP, _ADMIN),
    "POST /admin/shops/<shop>/transfers": (Place.SHOP, _ADMIN),
    "POST /admin/people": (Place.ANY, _ADMIN),
    "GET /admin/webhooks": (Place.ANY, _ADMIN),
    "POST /admin/webhooks": (Place.ANY, _ADMIN),
    "POST /admin/webhooks/<webhook>/enable": (Place.ANY, _ADMIN),
    "POST /admin/webhooks/<webhook>/remove": (Place.ANY, _ADMIN),
    "POST /admin/webhooks/<webhook>/replay": (Place.ANY, _ADMIN),
    "POST /admin/webhooks/<webhook>/rotate": (Place.ANY, _ADMIN),
    "POST /admin/webhooks/<webhook>/test": (Place.ANY, _ADMIN),
    "POST /admin/people/<member>/link": (Place.ANY, _ADMIN),
    "POST /admin/people/invitations/<invitation>/send": (Place.ANY, _ADMIN),
    "POST /admin/people/invitations/<invitation>/withdraw": (Place.ANY, _ADMIN),
    "POST /admin/people/<member>/remove": (Place.ANY, _ADMIN),
    "POST /admin/people/<member>/roles": (Place.ANY, _ADMIN),
    "POST /admin/people/<member>/roles/withdraw": (Place.ANY, _ADMIN),
    # A person's data is that of all shops.
    "GET /admin/privacy": (Place.EVERY, _ADMIN),
    "POST /admin/privacy": (Place.EVERY, _ADMIN),
    "POST /admin/privacy/archive": (Place.EVERY, _ADMIN),
    "POST /admin/privacy/due": (Place.EVERY, _ADMIN),
    "POST /admin/privacy/erase": (Place.EVERY, _ADMIN),
    # What programs call.
    "GET /api/v1/cart": _OPEN,
    "GET /api/v1/openapi.json": _OPEN,
    "GET /api/v1/shops/<shop>/orders/<order>": _OPEN,
    "GET /api/v1/shops/<shop>/products": _OPEN,
    "POST /api/v1/shops/<shop>/waiting-list": _OPEN,
    "POST /api/v1/shops/<shop>/waiting-list/confirm": _OPEN,
    "POST /api/v1/shops/<shop>/waiting-list/place": _OPEN,
    "POST /api/v1/shops/<shop>/waiting-list/leave": _OPEN,
    "POST /api/v1/shops/<shop>/orders": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/cancellation": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/cancellation-quotes": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/cancellation-requests": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/answers": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/payments": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/tickets/<ticket>/send": _OPEN,
    "POST /api/v1/shops/<shop>/orders/<order>/tickets/<ticket>/take-back": _OPEN,
    "POST /store/orders/<order>/cancel": _PLACED,
    "GET /api/v1/cases": (Place.EVERY, _READ),
    "POST /api/v1/cases/<case>/hand": (Place.EVERY, _STAFF),
    "POST /api/v1/cases/<case>/resolve": (Place.EVERY, _STAFF),
    "POST /api/v1/cases/<case>/snooze": (Place.EVERY, _STAFF),
    "GET /api/v1/shops/<shop>/orders/<order>/stamps": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/orders/<order>/refunds-by-hand": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/badges.csv": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/orders/<order>/answers": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/approvals": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/orders": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/reports/<name>": (Place.SHOP, _READ),
    "POST /api/v1/shops/<shop>/approvals/<approval>/approve": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/approvals/<approval>/decline": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/people": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/people/<person>": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/people": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/people/<person>/acts": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/people/acts": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/people/set-up": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/people/set-up": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/people/import": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/vouchers": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/vouchers/<voucher>": (Place.SHOP, _READ),
    "POST /api/v1/shops/<shop>/vouchers": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/vouchers/<voucher>/close": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/vouchers/<voucher>/revise": (Place.SHOP, _ADMIN),
    "GET /api/v1/shops/<shop>/letters": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/letters/<letter>": (Place.SHOP, _READ),
    "POST /api/v1/shops/<shop>/letters/<letter>": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/letters/<letter>/preview": (Place.SHOP, _ADMIN),
    "POST /api/v1/shops/<shop>/letters/<letter>/take-back": (Place.SHOP, _ADMIN),
    "GET /api/v1/shops/<shop>/voucher-orphans": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/voucher-orphans/delete": (Place.SHOP, _STAFF),
    "GET /api/v1/shops/<shop>/door": (Place.SHOP, _DOOR),
    "GET /api/v1/shops/<shop>/door/counters": (Place.SHOP, _DOOR),
    "GET /api/v1/shops/<shop>/door/list": (Place.SHOP, _DOOR),
    "GET /api/v1/shops/<shop>/door/search": (Place.SHOP, _DOOR),
    "POST /api/v1/shops/<shop>/door/check-ins": (Place.SHOP, _DOOR),
    "POST /api/v1/shops/<shop>/door/exits": (Place.SHOP, _DOOR),
    "POST /api/v1/shops/<shop>/door/queue": (Place.SHOP, _DOOR),
    "POST /api/v1/shops/<shop>/door/undo": (Place.SHOP, _DOOR),
    "GET /api/v1/shops/<shop>/till/shifts": (Place.SHOP, _READ),
    "GET /api/v1/shops/<shop>/till/shifts/<shift>": (Place.SHOP, _READ),
    "POST /api/v1/shops/<shop>/till/cash": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/till/close": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/till/open": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/till/sales": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/till/sales/<order>/void": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/approvals": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/cancel": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/cancel-part": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/cancel/withdraw": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/mark-paid": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/mark-paid/withdraw": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/receipts": (Place.SHOP, _STAFF),
    "POST /api/v1/shops/<shop>/orders/<order>/refunds": (Place.SHOP, _STAFF),
    # Providers, and who watches.
    "GET /webhooks/paytrail/<shop>/<order>/<any(callback, refund):kind>": _SIGNED,
    "GET /webhooks/paytrail/<shop>/<order>/redirect": _SIGNED,
    "POST /webhooks/paytrail/reports/<address>": _SIGNED,
    "POST /webhooks/pretix": _SIGNED,
    "POST /webhooks/stripe": _SIGNED,
    "POST /webhooks/sumup": _SIGNED,
    "GET /healthz": _OPEN,
    "GET /readyz": _OPEN,
    "GET /metrics": _INSIDE,
}


def lets_in(row: Row, role: Role | None, shop: str | None, *, asked: str) -> bool:
    """Whether a role in this shop (None: in all) may; `asked` is the shop of the address.

    `role` None is a stranger.
    """
    place, roles = row
    if place in (Place.OPEN, Place.SIGNED):
        return True
    if role is None or place in (Place.PLACED, Place.ACCOUNT):
        return False
    if place is Place.INSIDE:
        return True
    if role not in (Role.ADMIN, *roles):
        return False
    return place is Place.ANY or shop is None or (place is Place.SHOP and shop == asked)
