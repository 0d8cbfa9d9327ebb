"""The doorbell: huey over Redis, with JSON messages. It carries no facts; those are rows of tenants.Job."""

import json
from typing import Any

from django.conf import settings
from huey import RedisHuey
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool


class JsonSerializer(Serializer):
    """Messages as JSON, never pickle: whoever can write to Redis must not be able to run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(list(data), default=str).encode()

    def _deserialize(self, data: bytes) -> Message:
        fields: list[Any] = json.loads(data)
        return Message(*fields)


# Who listens for the bell hears nothing for a second at a time.
_LISTENS = {"socket_timeout": 2.0}

huey = RedisHuey(
    "smartseller",
    connection_pool=ConnectionPool.from_url(settings.REDIS_URL, **{**settings.REDIS_PATIENCE, **_LISTENS}),
    serializer=JsonSerializer(),
    immediate=False,
    results=False,
    utc=True,
)
