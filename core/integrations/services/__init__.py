"""What integrations change: API keys, and the webhooks that go out."""

from core.integrations.services.deliveries import (
    EndpointPaused,
    announce,
    forget_deliveries,
    ping,
    replay,
    replay_since,
)
from core.integrations.services.endpoints import (
    add_endpoint,
    checked_url,
    edit_endpoint,
    pause,
    remove_endpoint,
    resume,
    rotate_secret,
)
from core.integrations.services.keys import actor_for, create_key, forget_answers, revoke_key
from core.integrations.services.locking import EndpointRemoved
from core.integrations.services.sending import send, send_overdue

__all__ = [
    "EndpointPaused",
    "EndpointRemoved",
    "actor_for",
    "add_endpoint",
    "announce",
    "checked_url",
    "create_key",
    "edit_endpoint",
    "forget_answers",
    "forget_deliveries",
    "pause",
    "ping",
    "remove_endpoint",
    "replay",
    "replay_since",
    "resume",
    "revoke_key",
    "rotate_secret",
    "send",
    "send_overdue",
]
