"""What the API refuses, in the words and statuses of https://docs.stripe.com/api/errors."""

from __future__ import annotations

from typing import Any


class StripeRefused(Exception):
    """An answer other than success."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", **fields: Any
    ) -> None:
        self.status, self.message, self.kind, self.fields = status, message, kind, fields
        super().__init__(message)

    def body(self, request_id: str) -> dict[str, object]:
        """The `error` object; fields that are None are left out, as Stripe does."""
        told = {"type": self.kind, "message": self.message, **self.fields}
        if code := self.fields.get("code"):
            told["doc_url"] = f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"
        told["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": {name: value for name, value in told.items() if value is not None}}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeRefused:
    """A request that makes no sense."""
    return StripeRefused(400, message, param=param, code=code)


def missing(param: str) -> StripeRefused:
    """A parameter that is required and absent."""
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def no_such(what: str, id: str, *, param: str = "id", status: int = 404) -> StripeRefused:
    """An object that is not there."""
    return StripeRefused(status, f"No such {what}: '{id}'", param=param, code="resource_missing")
