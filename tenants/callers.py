"""Who asks: a machine on our own network, or somebody outside."""

import ipaddress

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
