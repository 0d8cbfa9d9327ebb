"""Sessions that are good on one audience only, and not for ever.

A session cookie is host-only; besides, the session itself says for which kind of host and which store it
was opened. Replayed anywhere else it counts as no session at all. A log-in ends when nobody has used it for
some hours (SESSION_IDLE_SECONDS), and after some days whatever happens (SESSION_COOKIE_AGE).
"""

import time
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

from tenants.security_log import note

AUDIENCE = "audience"
# Whose log-in it is, and the moments when it began and was last used, in seconds.
LOGGED_IN, BEGAN, SEEN = "logged_in", "began", "seen"
# Not every page view is written down.
_NOTED_EVERY_SECONDS: Final = 300


def audience_of(request: HttpRequest) -> str:
    """Which sessions this request's host accepts, for example `DASHBOARD:<store uid>`."""
    route = request.route  # type: ignore[attr-defined]
    return f"{route.kind}:{route.store.uid}" if route.store else str(route.kind)


class BoundSessionMiddleware(SessionMiddleware):
    """Django's sessions, bound to the audience of the host they were opened on, and to their time."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session: SessionBase = request.session
        audience = audience_of(request)
        stamp = session.get(AUDIENCE) if session.session_key else audience
        if stamp != audience:
            note("session.foreign", host=audience.partition(":")[0])
            request.session = self.SessionStore()
        elif SEEN in session:
            _look_at_the_clock(session, request.route.kind)  # type: ignore[attr-defined]
        request.session = _Bound.wrap(request.session, audience)


def _look_at_the_clock(session: SessionBase, kind: str) -> None:
    """End a log-in whose time is over, in the database too; else note now and then that it is used."""
    now = _now()
    idle = settings.SESSION_IDLE_SECONDS.get(kind, settings.SESSION_COOKIE_AGE)
    if now - session[SEEN] > idle or now - session[BEGAN] > settings.SESSION_COOKIE_AGE:
        note("session.over", host=kind)
        session.flush()
    elif now - session[SEEN] > _NOTED_EVERY_SECONDS:
        session[SEEN] = now


def _now() -> int:
    return int(time.time())


class _Bound:
    """Stamps a session at its first write: its audience, and when its log-in began."""

    @staticmethod
    def wrap(session: SessionBase, audience: str) -> SessionBase:
        save = session.save

        def stamped(must_create: bool = False) -> None:
            kept = session._get_session(no_load=must_create)  # type: ignore[attr-defined]
            kept[AUDIENCE] = audience
            person = kept.get(SESSION_KEY)
            if person and kept.get(LOGGED_IN) != person:
                now = _now()
                kept.update({LOGGED_IN: person, BEGAN: now, SEEN: now})
            save(must_create=must_create)

        session.save = stamped  # type: ignore[method-assign]
        return session
