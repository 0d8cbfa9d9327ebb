"""Who asks: a machine on our own network, or somebody outside."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def is_ours(request: HttpRequest) -> bool:
    """Whether the caller is on our own network, and does not merely pass a stranger's request on."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return caller.is_loopback or caller.is_private


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the outermost of our own proxies saw it, whatever the caller claims."""
    proxies: int = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < proxies <= len(passed_on):
        return passed_on[-proxies].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))
