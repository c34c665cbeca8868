"""How the provider says no, in Stripe's words."""

from typing import Any

Json = dict[str, Any]


class WireError(Exception):
    """An answer in Stripe's error shape."""

    def __init__(
        self,
        message: str,
        status: int = 400,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = True,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.kind = message, status, kind
        self.code, self.param = code, param
        # Stripe keeps the answer of an idempotency key only once the request began to execute.
        self.kept = kept

    def body(self, request_id: str) -> Json:
        error: Json = {"message": self.message, "type": self.kind}
        for name in ("code", "param"):
            if (value := getattr(self, name)) is not None:
                error[name] = value
        return {"error": error | {"request_log_url": f"sandbox:{request_id}"}}


def malformed(message: str, param: str, *, code: str | None = None) -> WireError:
    """The request cannot be understood, so nothing was executed."""
    return WireError(message, code=code, param=param, kept=False)


def no_such(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> WireError:
    """An id in the path that nobody knows is 404; one in a parameter is 400."""
    return WireError(
        f"No such {kind}: '{object_id}'", status, code="resource_missing", param=param, kept=False
    )


def unexpected_state(message: str) -> WireError:
    return WireError(message, code="payment_intent_unexpected_state")
