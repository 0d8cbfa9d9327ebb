"""What came of telling another system something, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Why no answer came."""

    ADDRESS = "ADDRESS"  # an address that we never call
    NAME = "NAME"  # the name leads nowhere
    CONNECTION = "CONNECTION"  # nobody listens, or the line broke
    CERTIFICATE = "CERTIFICATE"  # TLS failed
    TIME = "TIME"  # too slow
    ANSWER = "ANSWER"  # what came is no HTTP


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said. `excerpt` is the beginning of its body, safe to keep as text.

    retry_after   its wish for when to come again, as it wrote it
    """

    status: int
    excerpt: str
    milliseconds: int
    retry_after: str = ""

    @property
    def is_welcome(self) -> bool:
        """Any 2xx: the notice has arrived. A redirect has not, since none is followed."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """410: whoever was here wants no more notices, ever."""
        return self.status == 410


class NoAnswer(Exception):
    """Nothing came back that says whether the notice arrived."""

    def __init__(self, failure: Failure, milliseconds: int = 0) -> None:
        self.failure, self.milliseconds = failure, milliseconds
        super().__init__(failure)


class AddressForbidden(ValueError):
    """A URL that we never call; `why` is one of the codes of `delivery.addresses`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)
