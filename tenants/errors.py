"""The one base of every refusal we expect."""

from django.db import IntegrityError


class CommerceError(Exception):
    """An anticipated refusal: `code` is stable for machines, the message is for the reader.

    Doors let it pass; it becomes a problem document (API) or a message (pages) in one place.
    """

    code = "refused"
    http_status = 409

    def __init__(self, message: str = "") -> None:
        self.message = message or self.code
        super().__init__(self.message)


def broken_rule(clash: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL upheld; empty when it names none."""
    return getattr(getattr(clash.__cause__, "diag", None), "constraint_name", None) or ""
