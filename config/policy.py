"""The Content-Security-Policy of an answer, written down once for all answers that have the same."""

from functools import lru_cache
from typing import Any, Final

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase

# Stands for an answer's nonce in the policy that is remembered.
_HERE: Final = "nonce-goes-here"
Part = dict[str, list[str]] | None


class PolicyMiddleware(CSPMiddleware):
    """django-csp's, which builds the policy of each answer anew."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header, and have nobody ask for a nonce afterwards that is not in it."""
        parts = self.get_policy_parts(request, response)
        if parts.config is not None or getattr(response, "_csp_exempt", False) or HEADER in response:
            return super().process_response(request, response)
        policy = _written(_hashable(parts.update), _hashable(parts.replace), parts.nonce is not None)
        response.headers[HEADER] = policy.replace(_HERE, parts.nonce) if parts.nonce else policy
        if parts.nonce is None:
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response


def _hashable(part: Part) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(sources)) for name, sources in (part or {}).items())


@lru_cache(1_000)
def _written(update: Any, replace: Any, has_nonce: bool) -> str:
    """The policy of the settings with these sources added and exchanged."""
    more, instead = ({name: list(sources) for name, sources in part} or None for part in (update, replace))
    return build_policy(update=more, replace=instead, nonce=_HERE if has_nonce else None)
