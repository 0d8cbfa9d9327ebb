"""Webhooks, and a clock that can be turned while their tries go by."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.integrations import services as integrations
from core.integrations.event_types import EventType
from core.integrations.models import WebhookDelivery, WebhookEndpoint
from tenants import context, work
from tenants.models import Job, JobState
from tenants.permissions import SYSTEM

ENDPOINT = "https://hooks.example.com/store"


def add_endpoint(url: str = ENDPOINT, **facts: Any) -> tuple[WebhookEndpoint, str]:
    """A webhook that hears of everything, and its secret."""
    return integrations.add_endpoint(url=url, **{"event_types": list(EventType), "actor": SYSTEM, **facts})


def delivery(endpoint: WebhookEndpoint, **facts: Any) -> WebhookDelivery:
    """A notice that nobody has asked to send yet."""
    number = WebhookDelivery.objects.count() + 1
    return WebhookDelivery.objects.create(
        **{
            "endpoint": endpoint,
            "public_id": f"whd_{number}",
            "event_id": f"evt_{number}",
            "event_type": EventType.ORDER_PLACED,
            "payload": {"type": "order.placed", "data": {}},
            "created_at": timezone.now(),
            **facts,
        }
    )


class Clock:
    """What `timezone.now` says, and the duties that are due by it."""

    def __init__(self) -> None:
        self.now: datetime = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def work(self) -> None:
        """Do what is due now."""
        waiting = Job.objects.filter(state=JobState.WAITING)
        while True:
            with context.in_public():
                # What is to be done at once is written with the database's own time, which no test turns.
                due = waiting.filter(next_at__lte=max(self.now, datetime.now(UTC)))
                if not due.update(next_at=self.now - timedelta(days=3650)):
                    return
            work.work_until_idle()

    def next_wait(self) -> timedelta:
        """How long until something is due."""
        with context.in_public():
            due = Job.objects.filter(state=JobState.WAITING).order_by("next_at").first()
        assert due is not None
        return due.next_at - self.now

    def turn(self, wait: timedelta) -> None:
        """Let time pass and do what is due then."""
        self.now += wait
        self.work()


def turned(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in the place of Django's."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock
