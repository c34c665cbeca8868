"""Form-encoded parameters, read strictly, and those that each endpoint understands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.sandbox.errors import Json, malformed

_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_LONGEST_NAME = 250
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


class Check(Protocol):
    """Turns what was sent under a name into a value, or refuses it."""

    def __call__(self, value: Any, name: str, /) -> Any: ...


def nest(pairs: Iterable[tuple[str, str]]) -> Json:
    """`a[b][0]=c` becomes `{"a": {"b": {"0": "c"}}}`."""
    tree: Json = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            raise malformed(f"Invalid parameter name: {name}", name)
        steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _plant(tree, steps, value=value, name=name)
    return tree


def _plant(tree: Json, steps: list[str], *, value: str, name: str) -> None:
    for step in steps[:-1]:
        branch = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(branch, dict):
            raise malformed(f"Invalid object: {name}", name)
        tree = branch
    tree[steps[-1] or str(len(tree))] = value


def text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise malformed(f"Invalid string: {name}", name)
    if not value:
        raise malformed(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to "
            f"unset a field; however '{name}' cannot be unset.",
            name,
            code="parameter_invalid_empty",
        )
    return value


def whole(value: Any, name: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,15}", value):
        raise malformed(f"Invalid integer: {value}", name, code="parameter_invalid_integer")
    return int(value)


def positive(value: Any, name: str) -> int:
    if (number := whole(value, name)) < 1:
        message = "This value must be greater than or equal to 1."
        raise malformed(message, name, code="parameter_invalid_integer")
    return number


def not_negative(value: Any, name: str) -> int:
    if (number := whole(value, name)) < 0:
        message = "This value must be greater than or equal to 0."
        raise malformed(message, name, code="parameter_invalid_integer")
    return number


def flag(value: Any, name: str) -> bool:
    if value not in ("true", "false"):
        raise malformed(f"Invalid boolean: {value}", name)
    return bool(value == "true")


def address(value: Any, name: str) -> str:
    if not text(value, name).startswith(("http://", "https://")):
        raise malformed("Not a valid URL", name, code="url_invalid")
    return str(value)


def email(value: Any, name: str) -> str:
    """Narrower than what mail goes to: ASCII only, and no underscore in the domain."""
    if not _EMAIL.fullmatch(text(value, name)):
        raise malformed(f"Invalid email address: {value}", name, code="email_invalid")
    return str(value)


def name_of_product(value: Any, name: str) -> str:
    if len(text(value, name)) > _LONGEST_NAME:
        message = f"Invalid string: must be at most {_LONGEST_NAME} characters"
        raise malformed(message, name, code="parameter_invalid_string")
    return str(value)


def metadata(value: Any, name: str) -> dict[str, str]:
    """At most 50 pairs, keys of 40 and values of 500 characters: Stripe's published limits."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise malformed("Invalid hash", name)
    if len(value) > 50:
        raise malformed("Metadata can have at most 50 keys.", name)
    for key, content in value.items():
        if len(key) > 40 or len(content) > 500:
            raise malformed("Metadata keys take 40 characters, values 500.", f"{name}[{key}]")
    return {key: content for key, content in value.items() if content}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the words that the sandbox can act on."""

    words: tuple[str, ...]

    def __call__(self, value: Any, name: str, /) -> str:
        if value not in self.words:
            allowed = ", ".join(self.words)
            raise malformed(f"Invalid {name}: must be one of {allowed}", name)
        return str(value)


@dataclass(frozen=True, slots=True)
class Many:
    """A list of the same thing, sent as `name[0]`, `name[1]` or `name[]`."""

    item: Check
    most: int = 100

    def __call__(self, value: Any, name: str, /) -> list[Any]:
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise malformed("Invalid array", name)
        if len(value) > self.most:
            raise malformed(f"Array {name} exceeded maximum {self.most} allowed elements.", name)
        ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
        return [self.item(content, f"{name}[{index}]") for index, content in ordered]


@dataclass(frozen=True, slots=True)
class Group:
    """Named parameters, of which some must be there."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = field(default=())

    def __call__(self, value: Any, name: str, /) -> Json:
        if not isinstance(value, dict):
            raise malformed("Invalid object", name)
        full = {key: f"{name}[{key}]" if name else key for key in (*value, *self.required)}
        for key in value:
            if key not in self.fields:
                message = f"Received unknown parameter: {full[key]}"
                raise malformed(message, full[key], code="parameter_unknown")
        for key in self.required:
            if key not in value:
                message = f"Missing required param: {full[key]}."
                raise malformed(message, full[key], code="parameter_missing")
        return {key: self.fields[key](content, full[key]) for key, content in value.items()}


@dataclass(frozen=True, slots=True)
class Either:
    """A plain value or a group: `created=1` or `created[gte]=1`."""

    group: Group
    plain: Check

    def __call__(self, value: Any, name: str, /) -> Any:
        return self.group(value, name) if isinstance(value, dict) else self.plain(value, name)


_EXPAND: dict[str, Check] = {"expand": Many(text, most=20)}
_CREATED = Either(Group({"gt": whole, "gte": whole, "lt": whole, "lte": whole}), whole)
_PAGE: dict[str, Check] = {
    "limit": positive,
    "starting_after": text,
    "ending_before": text,
    **_EXPAND,
}
_LOCALES = OneOf(("auto", "da", "de", "en", "en-GB", "es", "et", "fi", "fr", "nb", "nl", "sv"))
_METHODS = OneOf(("card", "sepa_debit", "customer_balance"))

_PRODUCT = Group(
    {
        "name": name_of_product,
        "description": text,
        "images": Many(text, most=8),
        "metadata": metadata,
        "tax_code": text,
        "unit_label": text,
    },
    required=("name",),
)
_PRICE = Group(
    {
        "currency": text,
        "unit_amount": not_negative,
        "product_data": _PRODUCT,
        "tax_behavior": OneOf(("exclusive", "inclusive", "unspecified")),
    },
    required=("currency", "unit_amount", "product_data"),
)
_LINE = Group(
    {"price_data": _PRICE, "quantity": positive, "metadata": metadata},
    required=("price_data", "quantity"),
)
_INTENT = Group(
    {
        "capture_method": OneOf(("automatic", "automatic_async", "manual")),
        "description": text,
        "metadata": metadata,
        "receipt_email": email,
        "statement_descriptor": text,
        "statement_descriptor_suffix": text,
        "transfer_group": text,
    }
)

RETRIEVE = Group(_EXPAND)
CANCEL_REFUND = EXPIRE_SESSION = RETRIEVE
LINES = Group(_PAGE)

CREATE_SESSION = Group(
    {
        "mode": OneOf(("payment",)),
        "ui_mode": OneOf(("hosted_page",)),
        "line_items": Many(_LINE),
        "success_url": address,
        "cancel_url": address,
        "client_reference_id": text,
        "customer_email": email,
        "expires_at": whole,
        "locale": _LOCALES,
        "metadata": metadata,
        "payment_intent_data": _INTENT,
        "allowed_payment_method_types": Many(_METHODS),
        "excluded_payment_method_types": Many(_METHODS),
        "branding_settings": Group({"display_name": text}),
        "submit_type": OneOf(("auto", "book", "donate", "pay")),
        "billing_address_collection": OneOf(("auto", "required")),
        "customer_creation": OneOf(("always", "if_required")),
        "integration_identifier": text,
        **_EXPAND,
    },
    required=("mode", "line_items", "success_url"),
)
LIST_SESSIONS = Group(
    {
        **_PAGE,
        "created": _CREATED,
        "payment_intent": text,
        "status": OneOf(("complete", "expired", "open")),
    }
)
LIST_INTENTS = Group({**_PAGE, "created": _CREATED})
CAPTURE = Group(
    {"amount_to_capture": positive, "final_capture": flag, "metadata": metadata, **_EXPAND}
)
CANCEL_INTENT = Group(
    {
        "cancellation_reason": OneOf(
            ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
        ),
        **_EXPAND,
    }
)
LIST_CHARGES = Group({**_PAGE, "created": _CREATED, "payment_intent": text})
CREATE_REFUND = Group(
    {
        "payment_intent": text,
        "charge": text,
        "amount": positive,
        "metadata": metadata,
        "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer")),
        **_EXPAND,
    }
)
LIST_BY_PAYMENT = Group({**_PAGE, "created": _CREATED, "payment_intent": text, "charge": text})
LIST_PAYOUTS = Group(
    {
        **_PAGE,
        "created": _CREATED,
        "status": OneOf(("pending", "in_transit", "paid", "failed", "canceled")),
    }
)
LIST_LINES = Group({**_PAGE, "created": _CREATED, "payout": text, "type": text})
LIST_EVENTS = Group(
    {
        **_PAGE,
        "created": _CREATED,
        "type": text,
        "types": Many(text, most=20),
        "delivery_success": flag,
    }
)
