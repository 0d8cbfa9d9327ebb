"""Addresses that programs know: RFC 9116's security.txt, and where a password is changed."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.hosts import platform_origin
from tenants.permissions import public

# The file is written anew each time it is asked for; whoever keeps it longer shall ask again.
_GOOD_FOR = timedelta(days=90)


@require_safe
@public
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness."""
    until = (timezone.now() + _GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until}",
        "Preferred-Languages: id, en",
        f"Canonical: {platform_origin()}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@public
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers lead to when a password has leaked."""
    return HttpResponseRedirect(reverse("account_change_password"))
