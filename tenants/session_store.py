"""Where sessions are kept: in the database, and in Redis for speed. Django asks for a `SessionStore`."""

from typing import Any

from django.contrib.sessions.backends import cached_db, db
from redis.exceptions import RedisError


class SessionStore(cached_db.SessionStore):
    """Without Redis the database alone tells. A log-out waits for Redis, or a copy there would live on."""

    def load(self) -> dict[str, Any]:
        try:
            return dict(super().load())
        except RedisError:
            row = self._get_session_from_db()  # type: ignore[attr-defined]
            return dict(self.decode(row.session_data)) if row else {}

    def exists(self, session_key: str) -> bool:
        try:
            return bool(super().exists(session_key))
        except RedisError:
            return bool(db.SessionStore.exists(self, session_key))
