"""The other side of a notification: a small server that keeps what is posted to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.server import FakeProvider, Request, Response


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification as it arrived."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Mood:
    """What the receiver answers: these statuses in turn, then 200 for ever.

    retry_after   what it says beside a status that is none of 200
    """

    statuses: list[int] = field(default_factory=list)
    retry_after: str = ""


class Receiver(FakeProvider):
    """Keeps every notice. Mount it beside the fake that posts."""

    title = "Receiver"

    def __init__(self) -> None:
        super().__init__()
        self.notices: list[Notice] = []
        self.mood = Mood()
        self.elsewhere = ""

    def operation_of(self, request: Request) -> str:
        """Any request may be broken."""
        return "notify"

    def answer(self, request: Request) -> Response:
        """Keep it, and say what the mood is."""
        self.notices.append(Notice(request.headers, request.body))
        status = self.mood.statuses.pop(0) if self.mood.statuses else 200
        moved = {"Location": self.elsewhere} if 300 <= status < 400 else {}
        wish = {"Retry-After": self.mood.retry_after} if status >= 400 and self.mood.retry_after else {}
        return Response(status, b"", headers={**moved, **wish})
