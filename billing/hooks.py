"""Where the card provider tells us what happened, on the platform's host."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import clock
from billing.services import noticing
from tenants.errors import CommerceError
from tenants.permissions import public

MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
@public
def stripe(request: HttpRequest) -> HttpResponse:
    """Take a message and answer at once; it is acted on in the background."""
    try:
        body = request.body if _length(request) <= MOST_BYTES else b""
        noticing.keep_notice(
            signature=request.headers.get("Stripe-Signature", ""), body=body, now=clock.now()
        )
    except (CommerceError, RequestDataTooBig, UnreadablePostError):
        # A machine reads this: no page, and no word about why.
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def _length(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() and len(told) < 12 else MOST_BYTES + 1
