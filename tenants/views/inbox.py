"""The local inbox of development: the mails that would have been sent."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from tenants import inbox
from tenants.permissions import public

# A mail is foreign HTML: no script, no form, nothing fetched but pictures; links open in a tab of their own.
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@never_cache
@require_safe
@public
def letters(request: HttpRequest) -> HttpResponse:
    """All mails, newest first."""
    query = request.GET.get("q", "")[:100].strip()
    return render(request, "platform/inbox.html", {"letters": inbox.letters(query), "query": query})


@never_cache
@require_safe
@public
def letter(request: HttpRequest, letter_id: str) -> HttpResponse:
    """One mail: as its reader sees it, or as text."""
    found = _letter(letter_id)
    as_text = request.GET.get("as") == "text" or not found.html
    return render(request, "platform/letter.html", {"letter": found, "as_text": as_text})


@never_cache
@require_safe
@xframe_options_sameorigin
@public
def body(request: HttpRequest, letter_id: str) -> HttpResponse:
    """The HTML of a mail for the frame: sandboxed, whatever it brings."""
    html = _letter(letter_id).html
    response = HttpResponse('<base target="_blank">' + html)
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    return response


def _letter(letter_id: str) -> inbox.Letter:
    found = inbox.letter(letter_id)
    if found is None:
        raise Http404
    return found
