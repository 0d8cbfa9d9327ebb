"""Refusals, re-exported where core's modules look for them."""

from tenants.errors import CommerceError


class InvalidInput(CommerceError):
    """Something in the input is wrong; `field` says where."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, message: str, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class NotFound(CommerceError):
    """The thing asked for does not exist in this store."""

    code = "not_found"
    http_status = 404


__all__ = ["CommerceError", "InvalidInput", "NotFound"]
