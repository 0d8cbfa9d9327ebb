"""Sessions that are good on one audience only.

A session cookie is host-only; besides, the session itself says for which kind of host and which store it
was opened. Replayed anywhere else it counts as no session at all.
"""

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

AUDIENCE = "audience"


def audience_of(request: HttpRequest) -> str:
    """Which sessions this request's host accepts, for example `DASHBOARD:<store uid>`."""
    route = request.route  # type: ignore[attr-defined]
    return f"{route.kind}:{route.store.uid}" if route.store else str(route.kind)


class BoundSessionMiddleware(SessionMiddleware):
    """Django's sessions, bound to the audience of the host they were opened on."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session: SessionBase = request.session
        audience = audience_of(request)
        stamp = session.get(AUDIENCE) if session.session_key else audience
        if stamp != audience:
            request.session = self.SessionStore()
        request.session = _Bound.wrap(request.session, audience)


class _Bound:
    """Stamps the audience on a session at its first write."""

    @staticmethod
    def wrap(session: SessionBase, audience: str) -> SessionBase:
        save = session.save

        def stamped(must_create: bool = False) -> None:
            session._get_session(no_load=must_create)[AUDIENCE] = audience  # type: ignore[attr-defined]
            save(must_create=must_create)

        session.save = stamped  # type: ignore[method-assign]
        return session
