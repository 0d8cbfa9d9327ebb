"""Where the collector of our invoices tells us what came in, on the platform's host."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import clock
from billing.services import collecting
from tenants.errors import CommerceError
from tenants.permissions import public


@csrf_exempt
@require_POST
@public
def midtrans(request: HttpRequest) -> HttpResponse:
    """Take a message and answer at once; it is acted on in the background."""
    try:
        collecting.keep_notice(
            name="MIDTRANS", headers=dict(request.headers), body=request.body, now=clock.now()
        )
    except CommerceError as refusal:
        # A machine reads this: no page, and no word about why.
        return HttpResponse(status=refusal.http_status)
    except (RequestDataTooBig, UnreadablePostError):
        return HttpResponse(status=400)
    return HttpResponse(status=200)
