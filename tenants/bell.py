"""The doorbell: huey over Redis, with JSON messages. It carries no facts; those are rows of tenants.Job."""

import json
from typing import Any

from django.conf import settings
from huey import RedisHuey
from huey.registry import Message
from huey.serializer import Serializer


class JsonSerializer(Serializer):
    """Messages as JSON, never pickle: whoever can write to Redis must not be able to run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(list(data), default=str).encode()

    def _deserialize(self, data: bytes) -> Message:
        fields: list[Any] = json.loads(data)
        return Message(*fields)


huey = RedisHuey(
    "smartseller",
    url=settings.REDIS_URL,
    serializer=JsonSerializer(),
    immediate=False,
    results=False,
    utc=True,
)
