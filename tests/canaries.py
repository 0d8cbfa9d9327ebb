"""Marks every text of the store `batik`, and looks for the mark wherever another store's work left traces."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import models
from django.test import Client
from redis import Redis

from core.kernel import profile
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM

CANARY = "CANARY-BATIK"


def plant(store: Store) -> None:
    """Give the other store facts that must never be seen elsewhere."""
    with context.in_store(store):
        profile.edit(
            changes={
                "legal_name": f"{CANARY}-name",
                "address_line": f"{CANARY}-address",
                "email": f"{CANARY.lower()}@example.com",
            },
            actor=SYSTEM,
        )


class WatchedClient(Client):
    """A browser that fails the test when a page of another host shows a canary.

    The request ends on the platform's ground, as in a server; the test then goes on where it was.
    """

    def request(self, **request: Any) -> Any:
        with context.in_public():
            response = super().request(**request)
        host = request.get("HTTP_HOST") or self.defaults.get("HTTP_HOST", "")
        if not host.startswith("batik") and not response.streaming:
            seen = response.content.decode(errors="replace") + str(response.headers)
            assert CANARY.lower() not in seen.lower(), (
                f"{host}{request.get('PATH_INFO')} shows a row of batik"
            )
        return response


@pytest.fixture(autouse=True)
def _no_canary_escapes(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that worked for kopi: no canary in its mails, logs or Redis."""
    if "kopi" not in request.fixturenames:
        yield
        return
    seen: list[str] = []
    ear = _Ear(seen)
    logging.getLogger().addHandler(ear)
    yield
    logging.getLogger().removeHandler(ear)
    if "batik" in request.fixturenames or "other_store" in request.fixturenames:
        return
    for message in getattr(mail, "outbox", []):
        seen.append(f"{message.subject} {message.body} {message.recipients()}")
    seen.extend(_redis_values())
    assert not [text for text in seen if CANARY.lower() in text.lower()]


class _Ear(logging.Handler):
    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self.seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def _redis_values() -> list[str]:
    """Every value that this run's caches and queue hold, except batik's own keys."""
    redis = Redis.from_url(settings.REDIS_URL)
    texts = []
    for key in redis.scan_iter(count=1000):
        name = key.decode(errors="replace")
        if redis.type(key) == b"string" and "host:batik" not in name:
            texts.append((redis.get(key) or b"").decode(errors="replace"))
        elif redis.type(key) == b"list":
            texts.extend(item.decode(errors="replace") for item in redis.lrange(key, 0, -1))
    return texts


def canary_columns(store: Store, model: type[models.Model]) -> int:
    """How many rows of `model` in this store carry a canary, over all its text columns."""
    with context.in_store(store):
        texts = [f for f in model._meta.fields if isinstance(f, models.CharField | models.TextField)]
        query = models.Q()
        for field in texts:
            query |= models.Q(**{f"{field.name}__icontains": CANARY})
        return model._default_manager.filter(query).count() if texts else 0
